package handlers

import (
	"io"
	"mime"
	"net"
	"time"

	"github.com/gofiber/fiber/v2"
)

// streamed answers with a file to be saved, which next makes a piece at a time
// as it is sent, until io.EOF. What it costs is the memory of a piece. An error
// ends the connection before the last chunk, so that the browser tells that the
// file is not whole.
func (h *handlers) streamed(c *fiber.Ctx, kind, name string, next func() ([]byte, error)) error {
	c.Set(fiber.HeaderContentType, kind)
	c.Set(fiber.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	c.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	route := c.Route().Path
	return c.SendStream(&stream{conn: c.Context().Conn(), next: func() ([]byte, error) {
		piece, err := next()
		if err != nil && err != io.EOF {
			h.Log.Error("failed", "route", route, "cause", err)
		}
		return piece, err
	}})
}

// stream is what next returns, one after the other.
type stream struct {
	conn net.Conn // nil: none
	next func() ([]byte, error)
	rest []byte
	err  error
}

// sendStill is how long a piece may take to be taken.
const sendStill = 20 * time.Second

func (s *stream) Read(p []byte) (int, error) {
	for len(s.rest) == 0 {
		if s.err != nil {
			return 0, s.err
		}
		s.rest, s.err = s.next()
	}
	if s.conn != nil { // a file may take long, but never stands still
		if err := s.conn.SetWriteDeadline(time.Now().Add(sendStill)); err != nil {
			return 0, err
		}
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}
