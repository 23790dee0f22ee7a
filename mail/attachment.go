package mail

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/textproto"
	"slices"
	"strings"
)

// ErrSize: an attachment did not give as many bytes as it was said to have.
var ErrSize = errors.New("mail: an attachment is not of its size")

// Attachment is a file that goes with a message.
type Attachment struct {
	Name string // as the sender's computer gave it: it is made safe
	Type string // as the browser said: it is not believed if it could do harm
	Size int64  // bytes
	Open func() (io.ReadCloser, error)
}

// part is the attachment as the n-th of a message.
func (a Attachment) part(n int) part {
	return part{textproto.MIMEHeader{
		"Content-Type":              {mediaType(a.Type)},
		"Content-Transfer-Encoding": {"base64"},
		"Content-Disposition":       {disposition(a.Name)},
	}, func(w io.Writer) error {
		if err := a.copyTo(w); err != nil {
			return fmt.Errorf("attachment %d: %w", n, err)
		}
		return nil
	}}
}

func (a Attachment) copyTo(w io.Writer) error {
	r, err := a.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	size, err := writeBase64(w, io.LimitReader(r, a.Size+1))
	if err == nil && size != a.Size {
		return ErrSize
	}
	return err
}

// writeBase64 writes what r holds in lines of 76 characters (RFC 2045, section
// 6.8), and returns how many bytes that was.
func writeBase64(w io.Writer, r io.Reader) (int64, error) {
	const line = 76 / 4 * 3
	in := make([]byte, 256*line)
	var out []byte
	for size := int64(0); ; {
		n, err := io.ReadFull(r, in)
		size += int64(n)
		out = out[:0]
		for chunk := range slices.Chunk(in[:n], line) {
			out = append(base64.StdEncoding.AppendEncode(out, chunk), "\r\n"...)
		}
		if _, err := w.Write(out); err != nil {
			return size, err
		}
		switch {
		case err == io.EOF, err == io.ErrUnexpectedEOF:
			return size, nil
		case err != nil:
			return size, err
		}
	}
}

// anyType is the type that says nothing: what to do with the file is the
// reader's choice, by its name.
const anyType = "application/octet-stream"

// harmful are the types that run programs where a webmail shows them.
var harmful = []string{"text/html", "application/xhtml+xml", "image/svg+xml", "text/xml", "application/xml", "text/javascript", "application/javascript"}

// mediaType is the type that a browser gave, without its parameters, if it is
// one and harmless. A message or a multipart would be taken apart by programs
// on the way, and may not be in base64 (RFC 2045, section 6.4).
func mediaType(typed string) string {
	t, _, err := mime.ParseMediaType(typed)
	kind, sub, ok := strings.Cut(t, "/")
	if err != nil || !ok || sub == "" || len(t) > 100 || kind == "message" || kind == "multipart" || slices.Contains(harmful, t) {
		return anyType
	}
	return t
}
