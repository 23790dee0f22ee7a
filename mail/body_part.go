package mail

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/textproto"
	"strings"
)

// part is a part of a message (RFC 2045), or all of its content. The library
// would hold each part whole in memory and draw boundaries at random.
type part struct {
	header textproto.MIMEHeader
	body   func(w io.Writer) error
}

// content is what follows the header of m, up to its attachments.
func content(m Message) part {
	p := textPart("text/plain", m.Text)
	if !m.TextOnly {
		p = multiPart("alternative", boundary("alternative", m), true, textPart("text/plain", Plain(m.Text)), textPart("text/html", Document(m.Text, m.Lang)))
	}
	if len(m.Attachments) == 0 {
		return p
	}
	return multiPart("mixed", boundary("mixed", m), false, p) // which files goes on with
}

// files writes the attachments of m and the end of the multipart that content
// began.
func files(w io.Writer, m Message) error {
	var parts []part
	for n, a := range m.Attachments {
		parts = append(parts, a.part(n+1))
	}
	if _, err := io.WriteString(w, "\r\n"); err != nil {
		return err
	}
	return multiPart("mixed", boundary("mixed", m), true, parts...).body(w)
}

// writeTo writes p as the content of a message, after the fields of its header.
func (p part) writeTo(w io.Writer) error {
	for _, key := range []string{"Content-Transfer-Encoding", "Content-Type"} {
		for _, value := range p.header[key] {
			if _, err := io.WriteString(w, key+": "+value+"\r\n"); err != nil {
				return err
			}
		}
	}
	if _, err := io.WriteString(w, "\r\n"); err != nil {
		return err
	}
	return p.body(w)
}

// multiPart is a multipart, without its end unless it is closed.
func multiPart(subtype, boundary string, closed bool, parts ...part) part {
	kind := mime.FormatMediaType("multipart/"+subtype, map[string]string{"boundary": boundary})
	return part{textproto.MIMEHeader{"Content-Type": {kind}}, func(w io.Writer) error {
		mw := multipart.NewWriter(w)
		if err := mw.SetBoundary(boundary); err != nil {
			return err
		}
		for _, p := range parts {
			w, err := mw.CreatePart(p.header)
			if err != nil {
				return err
			}
			if err := p.body(w); err != nil {
				return err
			}
		}
		if !closed {
			return nil
		}
		return mw.Close()
	}}
}

// notInside can stand in no part: quoted-printable has no "_" after "=" (RFC
// 2045, section 6.7), base64 neither, and isPlain refuses it.
const notInside = "=_"

// boundary is not the same for two series, so that a mail of one can hold one
// of the other.
func boundary(subtype string, m Message) string {
	return fmt.Sprintf("%s%.12x", notInside, sha256.Sum256([]byte(subtype+" "+cmp.Or(m.Series, m.ID))))
}

// textPart is a text in UTF-8, quoted-printable where it cannot stand as it is.
func textPart(kind, text string) part {
	text = lineEnds.Replace(strings.ToValidUTF8(text, "\uFFFD"))
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	header := textproto.MIMEHeader{"Content-Type": {kind + "; charset=UTF-8"}}
	if isPlain(text) {
		header.Set("Content-Transfer-Encoding", "7bit")
		return part{header, func(w io.Writer) error {
			_, err := io.WriteString(w, strings.ReplaceAll(text, "\n", "\r\n"))
			return err
		}}
	}
	header.Set("Content-Transfer-Encoding", "quoted-printable")
	return part{header, func(w io.Writer) error {
		qp := quotedprintable.NewWriter(w)
		if _, err := io.WriteString(qp, text); err != nil {
			return err
		}
		return qp.Close()
	}}
}

// maxPlainLine is what every program takes (RFC 5322, section 2.1.1).
const maxPlainLine = 78

// isPlain is true of a text that gets through any server as it is: printable
// ASCII in short lines, of which none ends with a space, which may be lost, or
// begins with "From ", which may become ">From ".
func isPlain(text string) bool {
	for line := range strings.SplitSeq(text, "\n") {
		if len(line) > maxPlainLine || strings.HasSuffix(line, " ") || strings.HasPrefix(line, "From ") || strings.Contains(line, notInside) ||
			strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r > '~' }) {
			return false
		}
	}
	return true
}
