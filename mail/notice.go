package mail

import (
	"context"
	"errors"
	"fmt"
)

// ErrNowhere: there is no server, or this is a demo: nothing leaves.
var ErrNowhere = errors.New("mail: nothing leaves")

// Notice sends a mail of the program's own, at once and past the outbox: what it
// holds, such as a link that lets in once, is kept nowhere. m needs From, one To,
// Subject, Text and ID. ErrNowhere if nothing leaves by the route of now; any
// other error if the server did not accept it, and it is not tried again.
func (p *Post) Notice(ctx context.Context, m Message) error {
	r := p.Route()
	if r.Outgoing != Leaving {
		return ErrNowhere
	}
	raw, err := Render(m)
	if err != nil {
		return err
	}
	transport := NewSMTP(r.Server, Options{})
	defer transport.Close()
	result, err := transport.Send(ctx, Envelope{From: m.From.Address, To: []string{m.To[0].Address}, Body: raw}, func() error { return nil })
	if err != nil {
		return err
	}
	if o := result.Outcomes[0]; o.State != Accepted {
		return fmt.Errorf("mail: a notice was not accepted: %d %s", o.Code, o.Reason)
	}
	return nil
}
