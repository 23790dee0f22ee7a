package handlers

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/textproto"
	"strings"
	"time"

	"carnet/data"
	"carnet/data/blob"

	"github.com/gofiber/fiber/v2"
)

// receive reads a form with a file of at most left bytes of most, puts it away
// as it comes in, and has it named.
func (h *handlers) receive(c *fiber.Ctx, left, most int64, name func(page data.ID, a data.Attachment) error) error {
	_, params, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if err != nil || params["boundary"] == "" || h.Store.Blobs() == nil {
		return fiber.ErrUnsupportedMediaType
	}
	form := multipart.NewReader(arriving(c), params["boundary"])
	var page data.ID
	for range maxFields {
		part, err := form.NextPart()
		if err == io.EOF {
			return data.Invalid{{Field: "file", Problem: data.Required}}
		}
		var malformed textproto.ProtocolError
		if errors.As(err, &malformed) { // a control character in the name
			return badName()
		}
		if err != nil {
			return fiber.ErrBadRequest
		}
		field, file, err := disposition(part)
		if err != nil {
			return err
		}
		if field == "page" {
			b, err := io.ReadAll(io.LimitReader(part, 100))
			if err != nil {
				return fiber.ErrBadRequest
			}
			page = data.ID(strings.ToValidUTF8(string(b), ""))
		}
		if field == "file" {
			if file == "" {
				return data.Invalid{{Field: "file", Problem: data.Required}}
			}
			err := h.attach(c.UserContext(), part, left, func(a data.Attachment) error {
				a.Name = file
				return name(page, a)
			})
			if errors.Is(err, blob.ErrTooLarge) || h.Public && errors.Is(err, blob.ErrFull) {
				return data.Invalid{{Field: "file", Problem: data.TooLarge, Max: int(most)}}
			}
			return err
		}
	}
	return fiber.ErrBadRequest
}

// attach puts a file away and has it named. Its type is the one declared, as far
// as its first bytes do not contradict it.
func (h *handlers) attach(ctx context.Context, part *multipart.Part, left int64, name func(data.Attachment) error) error {
	content := bufio.NewReaderSize(part, data.SniffBytes)
	head, err := content.Peek(data.SniffBytes)
	if err != nil && err != io.EOF {
		return err
	}
	kind := data.FileType(part.Header.Get("Content-Type"), head)
	ref, err := h.Store.Blobs().Put(ctx, content, max(left, 0))
	if err != nil {
		return err
	}
	return name(data.Attachment{Type: kind, Hash: ref.Hash, Size: ref.Size})
}

// An upload may take long, but never stands still.
const (
	uploadStill = 20 * time.Second
	uploadLimit = 10 * time.Minute
)

// arriving is the body of a request as it arrives.
func arriving(c *fiber.Ctx) io.Reader {
	stream := c.Context().RequestBodyStream()
	if stream == nil {
		return bytes.NewReader(c.BodyRaw())
	}
	conn, end := c.Context().Conn(), time.Now().Add(uploadLimit)
	return readerFunc(func(p []byte) (int, error) {
		if conn != nil {
			until := time.Now().Add(uploadStill)
			if until.After(end) {
				until = end
			}
			if err := conn.SetReadDeadline(until); err != nil {
				return 0, err
			}
		}
		return stream.Read(p)
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// large refuses a body that is too large for a form, after it took some more of
// it, so that the browser reads the answer. One of unknown length is read.
func (h *handlers) large(c *fiber.Ctx) error {
	stream := c.Context().RequestBodyStream()
	if stream == nil {
		return nil
	}
	switch n := c.Request().Header.ContentLength(); {
	case n > maxBody:
	case n >= 0:
		return nil
	default:
		body, err := io.ReadAll(io.LimitReader(stream, maxBody+1))
		if err != nil {
			return fiber.ErrBadRequest
		}
		if len(body) <= maxBody {
			c.Request().SetBody(body)
			return nil
		}
	}
	_, _ = io.CopyN(io.Discard, stream, 1<<20)
	c.Context().SetConnectionClose()
	return fiber.ErrRequestEntityTooLarge
}
