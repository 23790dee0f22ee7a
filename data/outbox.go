package data

import (
	"context"
	"time"

	"carnet/data/kv"
)

// Outbox is the topic of Watch that tells of messages to send.
const Outbox = "outbox"

// Claim is the right to deliver one message until a time. Token fences it: a
// claim that was lost to another can change nothing any more.
type Claim struct {
	Message    Message
	Deliveries []Delivery // all of the message's; those to send are Sending
	Token      ID
}

// Outcome is what became of one delivery of a claim.
type Outcome struct {
	State  State // Accepted, Failed, Unknown, or Queued to try again
	Code   int
	Reply  string
	Reason string
}

// Claim takes a message that is due, for as long as lease, and marks what is
// to be sent as Sending: of a message that is one mail for each, the first that
// is due. ErrNotFound if it is not due, or another has it.
func (s *Store) Claim(ctx context.Context, id ID, lease time.Duration) (Claim, error) {
	now, token := s.now(), NewID()
	c, err := update(ctx, s, func(w kv.Writer) (Claim, error) {
		d, err := get[dispatch](w, dispatchKey(id))
		if err != nil || d.Due.After(now) {
			return Claim{}, firstErr(err, ErrNotFound)
		}
		m, err := message(w, id)
		if err != nil {
			return Claim{}, err
		}
		ds, err := deliveriesOf(w, id)
		if err != nil {
			return Claim{}, err
		}
		lost, n := abandoned(now), 0
		if _, err := setDeliveries(w, id, ds, func(x *Delivery) bool {
			changed := d.Token != "" && lost(x) // the one who had it is gone: its lease ran out
			if x.State != Queued || x.Next.After(now) || m.Each && n > 0 {
				return changed
			}
			x.State, x.At, x.Attempts = Sending, now, x.Attempts+1
			n++
			return true
		}); err != nil {
			return Claim{}, err
		}
		if n == 0 { // what was lost is kept, and there is nothing to claim
			return Claim{}, firstErr(reschedule(w, id, ds), count(w, m.Client, 0, 0))
		}
		// While it is claimed it stands in the queue at the end of its lease.
		until := now.Add(lease)
		return Claim{m, ds, token}, schedule(w, id, dispatch{Due: until, Token: token, Until: until})
	})
	if err == nil && c.Token == "" {
		err = ErrNotFound
	}
	return c, err
}

// Unclaim gives up a claim that was not used: what it had waits where it stood.
// ErrState if the claim was lost, or committed.
func (s *Store) Unclaim(ctx context.Context, c Claim) error {
	now := s.now()
	return s.kv.Update(ctx, func(w kv.Writer) error {
		ds, err := claimed(w, c)
		if err != nil {
			return err
		}
		n, err := setDeliveries(w, c.Message.ID, ds, func(d *Delivery) bool {
			sending := d.State == Sending
			if sending {
				d.State, d.At, d.Attempts = Queued, now, d.Attempts-1
			}
			return sending
		})
		if err != nil || n == 0 {
			return firstErr(err, ErrState)
		}
		if err := reschedule(w, c.Message.ID, ds); err != nil {
			return err
		}
		return count(w, c.Message.Client, 0, 0)
	})
}

// Commit makes it durable that the server may accept the mail at any moment:
// it is called just before the final dot. ErrState if the claim was lost; then
// the dot is not sent.
func (s *Store) Commit(ctx context.Context, c Claim) error {
	now := s.now()
	return s.kv.Update(ctx, func(w kv.Writer) error {
		ds, err := claimed(w, c)
		if err != nil {
			return err
		}
		_, err = setDeliveries(w, c.Message.ID, ds, func(d *Delivery) bool {
			sending := d.State == Sending
			if sending {
				d.State, d.At = Committing, now
			}
			return sending
		})
		return err
	})
}

// Finish keeps the outcomes of a claim, by the number of the recipient, and
// gives it up. What is to be tried again is queued for its next attempt;
// jitter, from -1 to 1, spreads them. burn tells whether this counted as an
// attempt. Recipients without an outcome are as those of a claim that ran out,
// and those that the claim did not have stay as they are. ErrState if the claim
// was lost.
func (s *Store) Finish(ctx context.Context, c Claim, server string, outcomes map[int]Outcome, burn bool, jitter float64) error {
	now := s.now()
	return s.kv.Update(ctx, func(w kv.Writer) error {
		ds, err := claimed(w, c)
		if err != nil {
			return err
		}
		i, lost := -1, abandoned(now)
		if _, err := setDeliveries(w, c.Message.ID, ds, func(d *Delivery) bool {
			i++
			o, ok := outcomes[i]
			if !ok || d.State != Sending && d.State != Committing {
				return lost(d)
			}
			d.finish(o, server, now, burn, jitter)
			return true
		}); err != nil {
			return err
		}
		if err := reschedule(w, c.Message.ID, ds); err != nil {
			return err
		}
		return count(w, c.Message.Client, 0, 0)
	})
}

func (d *Delivery) finish(o Outcome, server string, now time.Time, burn bool, jitter float64) {
	d.State, d.At, d.Code, d.Reply, d.Reason, d.Server = o.State, now, o.Code, o.Reply, o.Reason, server
	d.Next = time.Time{}
	if o.State != Queued {
		return
	}
	switch {
	case !burn: // behind all that is due: how long to wait is for the worker to know
		d.Attempts--
		d.Next = now
		return
	case d.Since.IsZero():
		d.Since = now
	case now.Sub(d.Since) > giveUp:
		d.State = Failed
		return
	}
	d.Next = nextAttempt(now, d.Attempts, jitter)
}

// claimed returns the deliveries of a claim that still holds.
func claimed(r kv.Reader, c Claim) ([]Delivery, error) {
	d, err := get[dispatch](r, dispatchKey(c.Message.ID))
	if err != nil && err != ErrNotFound {
		return nil, err
	}
	if err == ErrNotFound || d.Token == "" || d.Token != c.Token {
		return nil, ErrState
	}
	return deliveriesOf(r, c.Message.ID)
}
