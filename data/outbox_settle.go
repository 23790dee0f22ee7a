package data

import (
	"context"
	"slices"
	"strconv"
	"time"

	"carnet/data/kv"
)

// Release sends what is Held, what Failed or what is Unknown of a message, as
// states says: "Envoyer maintenant", "Renvoyer aux échecs". Those already
// accepted are never sent to again. It returns how many will be sent; ErrState
// if there is none.
func (s *Store) Release(ctx context.Context, id ID, states ...State) (int, error) {
	return s.settle(ctx, id, Queued, states)
}

// Settle marks what is Unknown of a message as Accepted or Cancelled, or what
// is Held or Queued as Cancelled: a person decided. ErrState if there is none.
func (s *Store) Settle(ctx context.Context, id ID, to State, states ...State) (int, error) {
	return s.settle(ctx, id, to, states)
}

func (s *Store) settle(ctx context.Context, id ID, to State, states []State) (int, error) {
	now, done := s.now(), event(ctx)
	return update(ctx, s, func(w kv.Writer) (int, error) {
		m, err := message(w, id)
		if err != nil {
			return 0, err
		}
		switch d, err := get[dispatch](w, dispatchKey(id)); {
		case err != nil && err != ErrNotFound:
			return 0, err
		case d.Token != "":
			return 0, ErrState // it is being sent right now
		}
		if to == Queued && m.Sourceless() {
			return 0, ErrErased
		}
		ds, err := deliveriesOf(w, id)
		if err != nil {
			return 0, err
		}
		n, err := setDeliveries(w, id, ds, func(d *Delivery) bool {
			if d.State == Accepted || d.Mailbox.IsErased() || !slices.Contains(states, d.State) {
				return false
			}
			d.State, d.At, d.Next, d.Attempts, d.Since = to, now, now, 0, time.Time{}
			return true
		})
		if err != nil || n == 0 {
			return 0, firstErr(err, ErrState)
		}
		w.Notify(Outbox)
		if err := reschedule(w, id, ds); err != nil {
			return 0, err
		}
		return n, firstErr(count(w, m.Client, 0, 0), done.write(w, settled(to, states), m.Client, id, strconv.Itoa(n)))
	})
}

// settled is what a decision is told as.
func settled(to State, states []State) Action {
	switch {
	case to == Cancelled:
		return MessageCancel
	case to == Accepted:
		return MessageSettle
	case slices.Contains(states, Held):
		return MessageRelease
	}
	return MessageResend
}
