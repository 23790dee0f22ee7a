package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"time"
)

// session is a connection ready for a message: greeted, secured, signed in.
type session struct {
	*wire
	ext    map[string]string // what EHLO announced: keyword in capitals → parameters
	said   []Said
	shield func() bool // from now on ctx no longer cuts; false: it already has
}

// Said is what the server answered at a step.
type Said struct {
	Step  Step
	Code  int    // as in Outcome
	Reply string // as in Outcome
}

// open connects and goes through all the steps before a message. A *PauseError
// asks for someone; other errors pass with time.
func (s *SMTP) open(ctx context.Context) (*session, error) {
	conn, err := s.connect(ctx)
	if err != nil {
		return nil, err
	}
	c := &session{wire: newWire(conn, s.options.Command)}
	c.shield = context.AfterFunc(ctx, func() { conn.Close() })
	if err := s.introduce(ctx, c); err != nil {
		c.shield()
		conn.Close()
		return c, err
	}
	return c, nil
}

func (s *SMTP) introduce(ctx context.Context, c *session) error {
	if s.server.Security == TLS {
		if err := s.encrypt(ctx, c); err != nil {
			return err
		}
	}
	r, err := c.reply(c.patience)
	if err := c.agreed(StepGreeting, r, err); err != nil {
		return err
	}
	if err := s.hello(c); err != nil {
		return err
	}
	if s.server.Security == StartTLS {
		if err := s.startTLS(ctx, c); err != nil {
			return err
		}
		if err := s.hello(c); err != nil {
			return err
		}
	}
	if s.server.User == "" {
		return nil
	}
	return s.authenticate(c)
}

// connect dials. A name that does not exist is for someone to correct; a name
// server or a network that is down is not.
func (s *SMTP) connect(ctx context.Context) (net.Conn, error) {
	if s.server.Host == "" {
		return nil, &PauseError{Step: StepResolve, Err: errors.New("no SMTP server is set")}
	}
	dialer := net.Dialer{Timeout: s.options.Connect}
	conn, err := dialer.DialContext(ctx, "tcp", s.server.addr())
	if err != nil {
		return nil, dialError(err)
	}
	tcp, ok := conn.RemoteAddr().(*net.TCPAddr)
	if s.server.Security == Clear && !(ok && tcp.IP.IsLoopback()) {
		conn.Close()
		return nil, &PauseError{Step: StepConnect, Err: errInsecure}
	}
	return conn, nil
}

func dialError(err error) error {
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		return &PauseError{Step: StepResolve, Err: err}
	}
	return err
}

// agreed sorts the answer at a step: nil, or 5xx is for someone to look at, and
// the rest passes with time.
func (c *session) agreed(step Step, r reply, err error) error {
	if err != nil {
		return err
	}
	c.said = append(c.said, Said{Step: step, Code: r.code, Reply: r.text()})
	switch {
	case r.code < 300:
		return nil
	case r.code < 400:
		return errReply
	case r.permanent():
		return &PauseError{Step: step, Code: r.code, Reply: r.text()}
	}
	return &replyError{r}
}

func (s *SMTP) hello(c *session) error {
	r, err := c.command("EHLO %s", s.options.Hello)
	if err := c.agreed(StepHello, r, err); err != nil {
		return err
	}
	c.ext = map[string]string{}
	for _, line := range r.lines[1:] {
		keyword, parameters, _ := strings.Cut(line, " ")
		c.ext[strings.ToUpper(keyword)] = parameters
	}
	return nil
}

func (c *session) offers(keyword string) bool {
	_, ok := c.ext[keyword]
	return ok
}

// startTLS never goes on in clear, and takes no byte that came before TLS: an
// attacker could have put it there (CVE-2011-0411).
func (s *SMTP) startTLS(ctx context.Context, c *session) error {
	if !c.offers("STARTTLS") {
		return &PauseError{Step: StepTLS, Err: errors.New("the server does not offer STARTTLS, which smtp:// requires")}
	}
	r, err := c.command("STARTTLS")
	if err := c.agreed(StepTLS, r, err); err != nil {
		return err
	}
	if c.r.Buffered() > 0 {
		return &PauseError{Step: StepTLS, Err: errors.New("the server sent data ahead of the TLS handshake")}
	}
	return s.encrypt(ctx, c)
}

// encrypt goes on over TLS, the certificate checked for the server's name.
func (s *SMTP) encrypt(ctx context.Context, c *session) error {
	conn := tls.Client(c.conn, &tls.Config{
		ServerName: s.server.Host,
		RootCAs:    s.options.RootCAs,
		MinVersion: tls.VersionTLS12,
	})
	if err := c.conn.SetDeadline(time.Now().Add(s.options.Connect)); err != nil {
		return err
	}
	if err := conn.HandshakeContext(ctx); err != nil {
		return tlsError(err)
	}
	c.use(conn)
	return nil
}

// tlsError tells a network that broke during a handshake, which passes, from a
// certificate, a version or a port that is wrong, which does not.
func tlsError(err error) error {
	op, ok := errors.AsType[*net.OpError](err)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || ok && (op.Op == "read" || op.Op == "write") {
		return err
	}
	return &PauseError{Step: StepTLS, Err: err}
}
