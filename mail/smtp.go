package mail

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"regexp"
	"time"
)

// Options tune an SMTP transport. Zero values mean the defaults.
type Options struct {
	Hello   string         // the name given to the server; this host's, or localhost
	RootCAs *x509.CertPool // who may sign certificates; the system's
	Connect time.Duration  // for a connection, and for a TLS handshake; 30 s
	Command time.Duration  // for an answer, and for 32 KiB to leave; 2 min
	Final   time.Duration  // for the answer to the final dot; 5 min
	Idle    time.Duration  // that a connection waits for its next mail; 30 s
}

// SMTP is a Transport that keeps its connections for the next mails: as many
// as there were calls of Send at once. It is safe for concurrent use.
type SMTP struct {
	server      Server
	options     Options
	connections connections
}

// NewSMTP is a transport to server.
func NewSMTP(server Server, o Options) *SMTP {
	o.Connect = cmp.Or(o.Connect, 30*time.Second)
	o.Command = cmp.Or(o.Command, 2*time.Minute)
	o.Final = cmp.Or(o.Final, 5*time.Minute)
	o.Idle = cmp.Or(o.Idle, 30*time.Second)
	if o.Hello == "" {
		o.Hello, _ = os.Hostname()
	}
	if !domainName.MatchString(o.Hello) && !addressLiteral.MatchString(o.Hello) {
		o.Hello = "localhost"
	}
	return &SMTP{server: server, options: o}
}

// addressLiteral stands for a name where there is none (RFC 5321, section 4.1.3).
var addressLiteral = regexp.MustCompile(`^\[[0-9A-Za-z.:]+\]$`)

// Close is Transport's: it says QUIT on the connections that wait. Those that
// are in use, or opened later, are left when their mail is done.
func (s *SMTP) Close() { s.connections.close() }

// Send is Transport's. By hand, where a library would stop at the first refused
// recipient and could not tell a cut before the final dot from one after it.
func (s *SMTP) Send(ctx context.Context, e Envelope, committing func() error) (Result, error) {
	if c := s.connections.take(); c != nil {
		c.obey(ctx)
		res, err := s.offer(c, e, committing)
		// A server may close a connection between two mails, and nothing of this one was said.
		if err == nil || c.heard || ctx.Err() != nil {
			return told(ctx, res, err)
		}
	}
	c, err := s.open(ctx)
	if err != nil {
		return told(ctx, unsettled(e), err)
	}
	res, err := s.offer(c, e, committing)
	return told(ctx, res, err)
}

// offer hands e over on c, and keeps c for the next mail unless anything went
// wrong with it.
func (s *SMTP) offer(c *session, e Envelope, committing func() error) (Result, error) {
	c.said, c.heard = nil, false
	c.mails++
	res := unsettled(e)
	err := c.transact(e, &res, committing, s.options.Final)
	if !c.shield() || err != nil {
		c.conn.Close()
		return res, err
	}
	s.connections.keep(c, s.options.Idle)
	return res, nil
}

func unsettled(e Envelope) Result { return Result{Outcomes: make([]Outcome, len(e.To))} }

// told is what Send returns of a conversation that ended with err, or nil.
func told(ctx context.Context, res Result, err error) (Result, error) {
	if err == nil {
		return res, nil
	}
	if refused, ok := errors.AsType[*commitError](err); ok {
		return Result{}, refused.err
	}
	if ctx.Err() != nil {
		return Result{}, fmt.Errorf("mail: nothing was sent: %w", ctx.Err())
	}
	if pause, ok := errors.AsType[*PauseError](err); ok {
		return Result{}, pause
	}
	res.Cause = err
	res.settle(outcome(err))
	return res, nil
}

// commitError is committing's own, whatever it wraps.
type commitError struct{ err error }

func (e *commitError) Error() string { return e.err.Error() }

// outcome is that of every recipient when err stopped a message before its
// final dot.
func outcome(err error) Outcome {
	if refused, ok := errors.AsType[*replyError](err); ok {
		return decided(refused.reply)
	}
	return Outcome{State: Deferred, Reason: reason(err)}
}

// decided is what a reply to RCPT, DATA or the final dot means.
func decided(r reply) Outcome {
	o := Outcome{State: Deferred, Code: r.code, Reply: r.text()}
	switch {
	case r.code < 300:
		o.State = Accepted
	case r.permanent():
		o.State = Failed
	}
	return o
}

func reason(err error) Reason {
	if pause, ok := errors.AsType[*PauseError](err); ok {
		return pause.Reason
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return Unreachable
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return TimedOut
	}
	if errors.Is(err, errReply) {
		return BadReply
	}
	return Cut
}
