package mail

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"
)

// The bounds of a reply. RFC 5321, section 4.5.3.1.5, allows 512 bytes a line.
const (
	maxReplyLine  = 4 << 10
	maxReplyLines = 100
	maxReplyBytes = 64 << 10
)

var errReply = errors.New("mail: the server's reply is not SMTP or is too long")

// reply is a server's answer: its code, 200 to 599, and its lines of text.
type reply struct {
	code  int
	lines []string
}

func (r reply) text() string    { return clean(strings.Join(r.lines, " ")) }
func (r reply) permanent() bool { return r.code >= 500 }

// replyError is a reply of 400 or more that ends the conversation.
type replyError struct{ reply }

func (e *replyError) Error() string {
	return fmt.Sprintf("mail: the server said %d %s", e.code, e.text())
}

// wire carries commands and replies. Every wait has a limit, and the memory
// that a server can make it take is bounded.
type wire struct {
	conn     net.Conn
	r        *bufio.Reader
	w        *bufio.Writer
	patience time.Duration // for a reply, and for 32 KiB to leave
	broken   bool          // an exchange failed: there is no one to say QUIT to
}

func newWire(conn net.Conn, patience time.Duration) *wire {
	c := &wire{patience: patience}
	c.use(conn)
	return c
}

// use goes on over conn, with nothing left of what was read before.
func (c *wire) use(conn net.Conn) {
	c.conn = conn
	c.r = bufio.NewReaderSize(conn, maxReplyLine)
	c.w = bufio.NewWriterSize(progress{c}, 32<<10)
}

// progress gives each write the wire's patience, so that a large message may
// take long but never stands still.
type progress struct{ c *wire }

func (p progress) Write(b []byte) (int, error) {
	if err := p.c.conn.SetWriteDeadline(time.Now().Add(p.c.patience)); err != nil {
		return 0, err
	}
	return p.c.conn.Write(b)
}

// command sends one line and reads its reply.
func (c *wire) command(format string, args ...any) (reply, error) {
	line := fmt.Sprintf(format, args...)
	if strings.ContainsAny(line, "\r\n\x00") {
		return reply{}, fmt.Errorf("%w: a command of two lines", ErrHeader)
	}
	return c.exchange(line+"\r\n", c.patience)
}

// exchange sends text and reads a reply within limit.
func (c *wire) exchange(text string, limit time.Duration) (reply, error) {
	c.w.WriteString(text) // its error stays in c.w until Flush
	if err := c.w.Flush(); err != nil {
		c.broken = true
		return reply{}, err
	}
	return c.reply(limit)
}

// reply reads a whole reply within limit (RFC 5321, section 4.2.1).
func (c *wire) reply(limit time.Duration) (reply, error) {
	r, err := c.readReply(limit)
	c.broken = c.broken || err != nil
	return r, err
}

func (c *wire) readReply(limit time.Duration) (reply, error) {
	if err := c.conn.SetReadDeadline(time.Now().Add(limit)); err != nil {
		return reply{}, err
	}
	var r reply
	size := 0
	for len(r.lines) < maxReplyLines {
		raw, err := c.r.ReadSlice('\n')
		size += len(raw)
		if errors.Is(err, bufio.ErrBufferFull) || size > maxReplyBytes {
			return reply{}, errReply
		}
		if err != nil {
			return reply{}, err
		}
		code, more, text, ok := parseReplyLine(strings.TrimRight(string(raw), "\r\n"))
		if !ok || r.code != 0 && code != r.code {
			return reply{}, errReply
		}
		r.code, r.lines = code, append(r.lines, text)
		if !more {
			return r, nil
		}
	}
	return reply{}, errReply
}

// parseReplyLine reads "250-text", "250 text" or "250".
func parseReplyLine(line string) (code int, more bool, text string, ok bool) {
	if len(line) < 3 {
		return 0, false, "", false
	}
	for _, digit := range []byte(line[:3]) {
		if digit < '0' || digit > '9' {
			return 0, false, "", false
		}
		code = code*10 + int(digit-'0')
	}
	ok = code >= 200 && code < 600 && (len(line) == 3 || line[3] == ' ' || line[3] == '-')
	return code, len(line) > 3 && line[3] == '-', line[min(4, len(line)):], ok
}

// interrupted looks, without waiting, whether the server has spoken or hung up
// while a message was being sent. A reply is returned as a *replyError.
func (c *wire) interrupted() error {
	if err := c.conn.SetReadDeadline(time.Now().Add(time.Millisecond)); err != nil {
		return err
	}
	_, err := c.r.Peek(1)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	if err != nil {
		return err
	}
	r, err := c.reply(c.patience)
	switch {
	case err != nil:
		return err
	case r.code < 400: // nothing was asked yet
		return errReply
	}
	return &replyError{r}
}

// quit takes leave if there is someone to take leave of. Nothing depends on it.
func (c *wire) quit() {
	if !c.broken {
		c.exchange("QUIT\r\n", min(c.patience, 5*time.Second))
	}
	c.conn.Close()
}

// stuff writes body as the lines of DATA, without the final dot: CR, LF and
// CRLF all end a line, so that no server sees another end than ours, and a
// dot that begins a line is doubled (RFC 5321, section 4.5.2). An error of w
// stays in it until Flush.
func stuff(w *bufio.Writer, body []byte) {
	var prev byte = '\n'
	for _, b := range body {
		if prev == '\r' && b == '\n' {
			prev = b
			continue
		}
		if b == '.' && (prev == '\n' || prev == '\r') {
			w.WriteByte('.')
		}
		if b == '\n' || b == '\r' {
			w.WriteString("\r\n")
		} else {
			w.WriteByte(b)
		}
		prev = b
	}
	if prev != '\n' && prev != '\r' {
		w.WriteString("\r\n")
	}
}
