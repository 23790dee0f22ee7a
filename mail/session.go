package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"sync"
)

// session is a connection ready for a message: greeted, secured, signed in.
type session struct {
	*wire
	ext    map[string]string // what EHLO announced: keyword in capitals → parameters
	said   []Said            // since it was opened, or taken for the message in hand
	mails  int               // that were offered on it
	begun  bool              // a transaction is open: RSET comes before the next
	heard  bool              // the server has answered to this message
	quiet  chan bool         // while it waits for a mail, see keep
	shield func() bool       // from now on ctx no longer cuts; false: it already has
}

// open connects and goes through all the steps before a message. A *PauseError
// asks for someone; other errors pass with time. The session is never nil, and
// its said tells how far it came.
func (s *SMTP) open(ctx context.Context) (*session, error) {
	c := &session{}
	conn, err := s.connect(ctx, c)
	if err != nil {
		return c, err
	}
	c.wire = newWire(conn, s.options.Command)
	c.obey(ctx)
	if err := s.introduce(ctx, c); err != nil {
		c.shield()
		conn.Close()
		return c, err
	}
	return c, nil
}

// obey lets ctx cut the connection, until shield.
func (c *session) obey(ctx context.Context) {
	socket := c.conn
	if secured, ok := socket.(*tls.Conn); ok {
		socket = secured.NetConn() // cut at once, without TLS's goodbye
	}
	c.shield = sync.OnceValue(context.AfterFunc(ctx, func() { socket.Close() }))
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
func (s *SMTP) connect(ctx context.Context, c *session) (net.Conn, error) {
	if s.server.Host == "" {
		return nil, c.stopped(StepResolve, &PauseError{Step: StepResolve, Reason: NoServer, Err: errors.New("no SMTP server is set")})
	}
	dialer := net.Dialer{Timeout: s.options.Connect}
	conn, err := dialer.DialContext(ctx, "tcp", s.server.addr())
	if err != nil {
		return nil, c.stopped(dialError(err))
	}
	c.said = append(c.said, Said{Step: StepConnect, Details: []string{conn.RemoteAddr().String()}})
	tcp, ok := conn.RemoteAddr().(*net.TCPAddr)
	if s.server.Security == Clear && !(ok && tcp.IP.IsLoopback()) {
		conn.Close()
		return nil, c.stopped(StepConnect, &PauseError{Step: StepConnect, Reason: InClear, Err: errInsecure})
	}
	return conn, nil
}

func dialError(err error) (Step, error) {
	dns, ok := errors.AsType[*net.DNSError](err)
	switch {
	case !ok:
		return StepConnect, err
	case dns.IsNotFound:
		err = &PauseError{Step: StepResolve, Reason: NameNotFound, Err: err}
	}
	return StepResolve, err
}

// agreed sorts the answer at a step: nil, or 5xx is for someone to look at, and
// the rest passes with time.
func (c *session) agreed(step Step, r reply, err error, details ...string) error {
	if err != nil {
		return c.stopped(step, err)
	}
	c.said = append(c.said, Said{Step: step, Code: r.code, Reply: r.text(), Details: details})
	switch {
	case r.code < 300:
		return nil
	case r.code < 400:
		return c.stopped(step, errReply)
	case r.permanent():
		return &PauseError{Step: step, Code: r.code, Reply: r.text()}
	}
	return &replyError{r}
}

func (s *SMTP) hello(c *session) error {
	r, err := c.command("EHLO %s", s.options.Hello)
	extensions := make([]string, max(len(r.lines)-1, 0))
	for i := range extensions {
		extensions[i] = clean(r.lines[i+1])
	}
	if err := c.agreed(StepHello, r, err, extensions...); err != nil {
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
