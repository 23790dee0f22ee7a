package handlers

import (
	"bytes"

	"github.com/gofiber/fiber/v2"
)

// strict refuses what fasthttp takes and net/http does not, since whatever
// stands in front may part or read it otherwise: a version that is neither 1.0
// nor 1.1, a host or an address with characters that neither has, a header whose
// name has a space, and the coding "identity", which fasthttp reads as no body.
// The connection is closed then. A whole URL as the target becomes the path in
// it (RFC 9112, 3.2.2), so that its host gets into no page.
func (h *handlers) strict(c *fiber.Ctx) error {
	r := &c.Request().Header
	err := fiber.ErrBadRequest
	target := r.RequestURI()
	switch {
	case string(r.Protocol()) != "HTTP/1.1" && string(r.Protocol()) != "HTTP/1.0":
		err = fiber.ErrHTTPVersionNotSupported
	case !soundHost(r.Host()), !soundHost(c.Request().Host()), !soundTarget(target), !soundLines(r.RawHeaders()):
	default:
		if target[0] != '/' && target[0] != '*' {
			r.SetRequestURIBytes(c.Request().URI().RequestURI())
		}
		return c.Next()
	}
	c.Context().SetConnectionClose()
	return err
}

func soundHost(host []byte) bool {
	for _, b := range host {
		if !isAlnum(b) && bytes.IndexByte([]byte(".-_:[]"), b) < 0 {
			return false
		}
	}
	return true
}

// soundTarget tells whether the percents of a path are followed by two digits,
// and whether it has no fragment, which browsers keep to themselves.
func soundTarget(target []byte) bool {
	path, _, _ := bytes.Cut(target, []byte("?"))
	for i, b := range path {
		if b == '%' && (i+2 >= len(path) || !isHex(path[i+1]) || !isHex(path[i+2])) {
			return false
		}
	}
	return bytes.IndexByte(target, '#') < 0
}

func isHex(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b|0x20 && b|0x20 <= 'f'
}

// soundLines looks at the lines of a header as they came.
func soundLines(raw []byte) bool {
	for line := range bytes.Lines(raw) {
		name, value, found := bytes.Cut(line, []byte(":"))
		if !found {
			continue // the empty line at the end
		}
		if bytes.IndexByte(name, ' ') >= 0 ||
			bytes.EqualFold(name, []byte("Transfer-Encoding")) && !bytes.EqualFold(bytes.TrimSpace(value), []byte("chunked")) {
			return false
		}
	}
	return true
}
