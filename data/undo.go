package data

import (
	"context"
	"slices"

	"carnet/data/kv"
)

// freshDraft gives a draft that was sent already, and is sent again from a page
// left open, a life of its own: the one that was sent stays as it was then. It
// does nothing for a form that was done. ErrState if another page sent it, unless
// force says to send it all the same.
func (s *Store) freshDraft(ctx context.Context, request ID, d *Draft, force bool) error {
	now, fresh := s.now(), NewID()
	sent, err := view(ctx, s, func(r kv.Reader) (bool, error) {
		if request != "" {
			if done, err := exists(r, onceKey(tMessage, d.Client, request)); done || err != nil {
				return false, err
			}
		}
		old, err := get[Draft](r, draftKey(d.Author, d.Client, d.ID))
		if err == ErrNotFound {
			return false, nil
		}
		if old.Message != "" && !force && !d.follows(old) {
			err = ErrState
		}
		return old.Message != "", err
	})
	if err != nil || !sent {
		return err
	}
	_, err = update(ctx, s, func(w kv.Writer) (Draft, error) {
		old, err := get[Draft](w, draftKey(d.Author, d.Client, d.ID))
		if err == nil {
			err = old.read(w)
		}
		if err != nil {
			return old, err
		}
		copied := *d
		copied.ID, copied.Message, copied.Attachments = fresh, "", old.Attachments
		if err := holdBlobs(w, fresh, copied.Attachments); err != nil {
			return copied, err
		}
		return putDraft(w, copied, Draft{}, now)
	})
	d.ID = fresh
	return err
}

// closeDraft makes a draft what it was sent as: it is listed no more, and comes
// back if the sending is undone. The message has its attachments, and holds
// their blobs under the draft's id. ErrState if it was sent already; ErrStale if
// it has other attachments, or if another page saved it since, unless force
// takes it over.
func closeDraft(w kv.Writer, d Draft, m Message, force bool) error {
	old, err := get[Draft](w, draftKey(d.Author, d.Client, d.ID))
	if err == ErrNotFound {
		old, err = Draft{Page: d.Page, Created: m.Created}, nil
	} else if err == nil {
		err = old.read(w)
	}
	switch {
	case err != nil:
		return err
	case old.Message != "":
		return ErrState
	case !force && !d.follows(old):
		return ErrStale
	case !slices.Equal(old.Attachments, m.Attachments):
		return ErrStale
	}
	d.Message = m.ID
	_, err = replaceDraft(w, d, old, m.Created)
	return err
}

// Undo takes a message of a user back before any of it left, and returns the
// draft as it was. ErrState if something left or may have, or if it is too late
// to have the draft; ErrNotFound if it is somebody else's.
func (s *Store) Undo(ctx context.Context, author, id ID) (Draft, error) {
	done := event(ctx)
	return update(ctx, s, func(w kv.Writer) (Draft, error) {
		m, err := message(w, id)
		if err != nil || m.Author != author {
			return Draft{}, firstErr(err, ErrNotFound)
		}
		ds, err := deliveriesOf(w, id)
		if err != nil {
			return Draft{}, err
		}
		if left, err := hasLeft(w, id, ds); err != nil || left {
			return Draft{}, firstErr(err, ErrState)
		}
		d, err := get[Draft](w, draftKey(author, m.Client, m.Draft))
		if err == ErrNotFound || err == nil && d.Message != id {
			return Draft{}, ErrState
		}
		if err != nil {
			return Draft{}, err
		}
		if err := forget(w, m, ds); err != nil {
			return Draft{}, err
		}
		d.Message = ""
		if err := put(w, draftKey(author, m.Client, d.ID), d); err != nil {
			return Draft{}, err
		}
		return d, firstErr(d.read(w), count(w, m.Client, 0, 0), done.write(w, MessageUndo, m.Client, id, ""))
	})
}

// hasLeft tells whether a server may have heard of a message.
func hasLeft(r kv.Reader, id ID, ds []Delivery) (bool, error) {
	d, err := get[dispatch](r, dispatchKey(id))
	if err != nil && err != ErrNotFound {
		return false, err
	}
	for _, x := range ds {
		if x.State != Queued && x.State != Held || x.Attempts > 0 {
			return true, nil
		}
	}
	return d.Token != "", nil
}

// forget takes a message out of everything that finds it. What is left of it
// goes with the next Sweep.
func forget(w kv.Writer, m Message, ds []Delivery) error {
	if err := unschedule(w, m.ID); err != nil {
		return err
	}
	gone := [][]byte{historyKey(m), key(tAuthored, m.Author, m.ID), stateKey(statesOf(ds).Worst().group(), m.ID)}
	if m.Request != "" { // the same form may be sent again
		gone = append(gone, onceKey(tMessage, m.Client, m.Request))
	}
	if err := deleteAll(w, gone); err != nil {
		return err
	}
	m.Undone = true
	if err := w.Put(key(tUndone, m.ID), messageKey(m.ID)); err != nil {
		return err
	}
	return put(w, messageKey(m.ID), m)
}

// sweepUndone removes what undone messages left.
func (s *Store) sweepUndone(ctx context.Context) error {
	for {
		more, err := update(ctx, s, func(w kv.Writer) (bool, error) {
			undone, err := w.Scan(kv.Range{Prefix: key[string](tUndone), Limit: 1})
			if err != nil || len(undone) == 0 {
				return false, err
			}
			return true, removeUndone(w, undone[0])
		})
		if err != nil || !more {
			return err
		}
	}
}

// removeUndone removes the deliveries of a message, or the rest when they are
// gone: both at once may be more than a transaction writes.
func removeUndone(w kv.Writer, e kv.Entry) error {
	m, err := get[Message](w, e.Value)
	if err != nil {
		return err
	}
	deliveries, err := w.Scan(kv.Range{Prefix: key(tDelivery, m.ID)})
	if err != nil {
		return err
	}
	for _, d := range deliveries {
		if err := w.Delete(d.Key); err != nil {
			return err
		}
	}
	if len(deliveries) > 0 {
		return nil
	}
	if _, err := putParts(w, tRaw, m.ID, nil, m.Parts); err != nil {
		return err
	}
	gone := [][]byte{key(tText, m.ID), messageKey(m.ID), e.Key}
	if m.Blob != "" {
		gone = append(gone, key(tBlob, m.Blob, string(m.ID)))
	}
	return deleteAll(w, gone)
}
