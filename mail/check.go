package mail

import (
	"context"
	"errors"
	"net"
	"time"
)

// Said is what was learnt at a step of the conversation.
type Said struct {
	Step    Step
	Code    int      // as in Outcome; 0 where the server says nothing
	Reply   string   // as in Outcome
	Details []string // resolve: the addresses; connect: the one reached; hello: the extensions; auth: the mechanism
	TLS     *Secured // at StepTLS, once the server has shown its certificate
	Reason  Reason   // why it stopped here, unless the server's Reply says it
}

// Secured is how TLS protects a connection, and who the server says it is.
type Secured struct {
	Version, Cipher string   // empty if the certificate was refused
	Subject, Issuer string   // as RFC 2253 writes them
	Names           []string // the names and addresses that the certificate is for
	Expires         time.Time
}

// Check goes through every step up to the message, a MAIL from an address
// included unless from is empty, and sends none. It returns what was said at
// each; with an error, the last is where it stopped, and its Reason or its
// Code and Reply say why. Nothing that it returns holds the password.
func (s *SMTP) Check(ctx context.Context, from string) ([]Said, error) {
	resolved, err := s.resolve(ctx)
	if err != nil {
		return overdue(ctx, resolved), err
	}
	c, err := s.open(ctx)
	said := append(resolved, c.said...)
	if err != nil {
		return overdue(ctx, said), err
	}
	defer c.conn.Close()
	defer c.shield()
	if from != "" {
		c.said = nil
		err = c.trySender(from)
		said = append(said, c.said...)
	}
	if err != nil {
		return overdue(ctx, said), err
	}
	c.quit()
	return said, nil
}

// resolve looks up the server's name. Dialling does so again.
func (s *SMTP) resolve(ctx context.Context) ([]Said, error) {
	var c session
	if s.server.Host == "" {
		_, err := s.connect(ctx, &c)
		return c.said, err
	}
	addresses, err := net.DefaultResolver.LookupHost(ctx, s.server.Host)
	if err != nil {
		err = c.stopped(dialError(err))
		return c.said, err
	}
	return []Said{{Step: StepResolve, Details: addresses}}, nil
}

// trySender says MAIL as a message from that address would, and takes it back.
func (c *session) trySender(from string) error {
	var none Result
	mail, err := c.plan(Envelope{From: from}, &none)
	if err != nil {
		return c.stopped(StepSender, err)
	}
	if err := c.sender(mail, &none); err != nil {
		return err
	}
	return c.reset()
}

// overdue says that ctx ran out where that is what cut the conversation.
func overdue(ctx context.Context, said []Said) []Said {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) && len(said) > 0 {
		said[len(said)-1].Reason = TimedOut
	}
	return said
}

// at is what was said at a step, if it is the last one, or else something new.
func (c *session) at(step Step) *Said {
	if n := len(c.said); n == 0 || c.said[n-1].Step != step {
		c.said = append(c.said, Said{Step: step})
	}
	return &c.said[len(c.said)-1]
}

// stopped notes where and why the conversation ends, and returns err.
func (c *session) stopped(step Step, err error) error {
	c.at(step).Reason = reason(err)
	return err
}
