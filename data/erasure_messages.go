package data

import (
	"context"
	"slices"

	"carnet/data/kv"
)

// mailsTo looks at a page of the history of a client, behind a message or from
// the newest, and returns the messages that have one of the addresses among their
// recipients, and the last one looked at; empty when there is no more.
func (s *Store) mailsTo(ctx context.Context, e erasure, after ID) (found []Message, next ID, err error) {
	prefix := key(tHistory, e.Client)
	span := kv.Range{Prefix: prefix, Limit: kv.MaxReads - 1, Reverse: true}
	if after != "" {
		span.After = appendElement(slices.Clone(prefix), string(after))
	}
	err = s.kv.View(ctx, func(r kv.Reader) error {
		found, next = nil, ""
		entries, err := r.Scan(span)
		if err != nil {
			return err
		}
		for _, x := range entries {
			m, err := get[Message](r, messageKey(ID(last(x.Key))))
			if err != nil {
				return err
			}
			if slices.ContainsFunc(m.Recipients(), func(b Mailbox) bool { return e.has(b.Address) }) {
				found = append(found, m)
			}
			if next = m.ID; len(entries) < span.Limit {
				next = ""
			}
		}
		return nil
	})
	return found, next, err
}

// eachMailTo calls fn for each of these messages, between transactions.
func (s *Store) eachMailTo(ctx context.Context, e erasure, fn func(Message) error) error {
	for after, more := ID(""), true; more; {
		found, next, err := s.mailsTo(ctx, e, after)
		if err != nil {
			return err
		}
		for _, m := range found {
			if err := fn(m); err != nil {
				return err
			}
		}
		after, more = next, next != ""
	}
	return nil
}

// sendingTo returns ErrState if a mail to one of the addresses is being sent.
func (s *Store) sendingTo(ctx context.Context, e erasure) error {
	return s.eachMailTo(ctx, e, func(m Message) error {
		return s.kv.View(ctx, func(r kv.Reader) error {
			d, err := get[dispatch](r, dispatchKey(m.ID))
			if err == nil && d.Token != "" {
				err = ErrState
			} else if err == ErrNotFound {
				err = nil
			}
			return err
		})
	})
}

// eraseMessages takes the recipient out of all mails, and tells whether one that
// is being sent had to be left for later. One that was undone has no recipient
// that is shown, and goes first.
func (s *Store) eraseMessages(ctx context.Context, e erasure) (busy bool, err error) {
	if err := s.sweepUndone(ctx); err != nil {
		return false, err
	}
	now := s.now()
	err = s.eachMailTo(ctx, e, func(m Message) error {
		err := s.kv.Update(ctx, func(w kv.Writer) error { return e.eraseMessage(w, m.ID, now) })
		if err == ErrState {
			busy, err = true, nil
		}
		return err
	})
	return busy, err
}
