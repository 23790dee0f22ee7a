package data

import (
	"context"
	"time"

	"carnet/data/kv"
)

// dispatch is when a message is due, and who has claimed it.
type dispatch struct {
	Due   time.Time `cbor:"1,keyasint"`
	Token ID        `cbor:"2,keyasint"` // of the claim, or empty
	Until time.Time `cbor:"3,keyasint"` // when the claim ends
}

// schedule puts a message in the queue, in place of where it was.
func schedule(w kv.Writer, id ID, d dispatch) error {
	if err := unschedule(w, id); err != nil {
		return err
	}
	if err := w.Put(queueKey(d.Due, id), dispatchKey(id)); err != nil {
		return err
	}
	return put(w, dispatchKey(id), d)
}

func unschedule(w kv.Writer, id ID) error {
	old, err := get[dispatch](w, dispatchKey(id))
	if err == ErrNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	return deleteAll(w, [][]byte{queueKey(old.Due, id), dispatchKey(id)})
}

// reschedule puts a message back in the queue for what is still to be sent, or
// takes it out.
func reschedule(w kv.Writer, id ID, ds []Delivery) error {
	due, waits := earliest(ds)
	if !waits {
		return unschedule(w, id)
	}
	return schedule(w, id, dispatch{Due: due})
}

// Due returns the messages that are due and when the next one after now will
// be; zero if none waits. At most 100 are returned.
func (s *Store) Due(ctx context.Context) (due []ID, next time.Time, err error) {
	now := s.now()
	err = s.kv.View(ctx, func(r kv.Reader) error {
		due, next = nil, time.Time{}
		entries, err := r.Scan(kv.Range{Prefix: key[string](tQueue), Limit: 100})
		if err != nil {
			return err
		}
		for _, e := range entries {
			d, err := get[dispatch](r, e.Value)
			if err != nil {
				return err
			}
			if d.Due.After(now) {
				next = d.Due
				return nil
			}
			due = append(due, ID(last(e.Key)))
		}
		return nil
	})
	return due, next, err
}
