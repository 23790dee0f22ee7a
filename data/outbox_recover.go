package data

import (
	"context"
	"time"

	"carnet/data/kv"
)

// Recover gives up every claim: it is called at the start of the only process
// on the store, before its worker. What was being sent goes back to the queue;
// what was being confirmed becomes Unknown. It returns how many messages it
// found so.
func (s *Store) Recover(ctx context.Context) (int, error) {
	now, n := s.now(), 0
	var after ID
	for {
		dispatches, err := view(ctx, s, func(r kv.Reader) ([]waiting, error) { return waitingAfter(r, after) })
		if err != nil || len(dispatches) == 0 {
			return n, err
		}
		for _, d := range dispatches {
			after = d.message
			if d.Token == "" {
				continue
			}
			if err := s.kv.Update(ctx, func(w kv.Writer) error { return abandon(w, d.message, now) }); err != nil {
				return n, err
			}
			n++
		}
	}
}

// waiting is a message that is not done, with its dispatch.
type waiting struct {
	message ID
	dispatch
}

// waitingAfter returns a page of the messages that are not done.
func waitingAfter(r kv.Reader, after ID) ([]waiting, error) {
	scan := kv.Range{Prefix: key[string](tDispatch)}
	if after != "" {
		scan.After = dispatchKey(after)
	}
	entries, err := r.Scan(scan)
	if err != nil {
		return nil, err
	}
	out := make([]waiting, len(entries))
	for i, e := range entries {
		out[i].message = ID(last(e.Key))
		if out[i].dispatch, err = decode[dispatch](e.Value); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// abandon gives up the claim on a message whose worker is gone.
func abandon(w kv.Writer, id ID, now time.Time) error {
	m, err := get[Message](w, messageKey(id))
	if err != nil {
		return err
	}
	ds, err := deliveriesOf(w, id)
	if err != nil {
		return err
	}
	if _, err := setDeliveries(w, id, ds, abandoned(now)); err != nil {
		return err
	}
	if err := reschedule(w, id, ds); err != nil {
		return err
	}
	return count(w, m.Client, 0, 0)
}

// abandoned is what becomes of a delivery whose worker is gone.
func abandoned(now time.Time) func(*Delivery) bool {
	return func(d *Delivery) bool {
		switch d.State {
		case Sending:
			d.State, d.At, d.Next = Queued, now, now
		case Committing:
			d.State, d.At = Unknown, now
		default:
			return false
		}
		return true
	}
}
