package data

import (
	"context"
	"slices"
	"time"

	"carnet/data/kv"
)

// eraseMessage takes the recipient out of one message. ErrState if it is being
// sent.
func (e erasure) eraseMessage(w kv.Writer, id ID, now time.Time) error {
	m, err := message(w, id)
	if err != nil {
		return err
	}
	switch d, err := get[dispatch](w, dispatchKey(id)); {
	case err != nil && err != ErrNotFound:
		return err
	case d.Token != "":
		return ErrState
	}
	text, err := w.Get(key(tText, id))
	if err != nil {
		return notFound(err)
	}
	ds, err := deliveriesOf(w, id)
	if err != nil {
		return err
	}
	m.Text = string(text)
	if _, err := setDeliveries(w, id, ds, e.eraseDelivery(now)); err != nil {
		return err
	}
	if err := reschedule(w, id, ds); err != nil {
		return err
	}
	e.eraseRecipients(&m, ds)
	if m.Erased = true; !slices.ContainsFunc(m.Recipients(), func(b Mailbox) bool { return !b.IsErased() }) {
		if err := dropBlobs(w, m.Draft, m.Attachments); err != nil {
			return err
		}
		m.Subject, m.Text, m.Attachments = "", "", nil
	}
	if mayLeave(ds) { // the mail itself goes when it does not wait any more
		err = w.Put(key(tSource, id), messageKey(id))
	} else {
		err = dropSource(w, &m)
	}
	return firstErr(err, w.Put(key(tText, id), []byte(m.Text)), w.Put(historyKey(m), historyText(m)),
		put(w, messageKey(id), m), count(w, m.Client, 0, 0))
}

// eraseDelivery cancels what waits for the recipient, puts another in its place,
// and drops what servers said of it.
func (e erasure) eraseDelivery(now time.Time) func(*Delivery) bool {
	i := -1
	return func(d *Delivery) bool {
		i++
		quoted := e.in(d.Reply)
		if quoted {
			d.Reply = ""
		}
		if !e.has(d.Mailbox.Address) {
			return quoted
		}
		d.Mailbox, d.Reply = Erased(i), ""
		if d.State == Queued || d.State == Held {
			d.State, d.At, d.Next = Cancelled, now, time.Time{}
		}
		return true
	}
}

// eraseRecipients makes the recipients of a message those of its deliveries.
func (e erasure) eraseRecipients(m *Message, ds []Delivery) {
	i := 0
	for _, boxes := range []*[]Mailbox{&m.To, &m.Cc, &m.Bcc} {
		*boxes = slices.Clone(*boxes)
		for j := range *boxes {
			(*boxes)[j] = ds[i].Mailbox
			i++
		}
	}
}

// mayLeave tells whether a mail may still leave for one of its recipients.
func mayLeave(ds []Delivery) bool {
	return slices.ContainsFunc(ds, func(d Delivery) bool { return d.State.Waits() || d.State == Held })
}

// dropSource forgets a mail as it left.
func dropSource(w kv.Writer, m *Message) error {
	if _, err := putParts(w, tRaw, m.ID, nil, m.Parts); err != nil {
		return err
	}
	if m.Blob != "" {
		if err := w.Delete(key(tBlob, m.Blob, string(m.ID))); err != nil {
			return err
		}
	}
	m.Parts, m.Size, m.Sizes, m.Shared, m.Blob = 0, 0, nil, 0, ""
	return nil
}

// sweepSources forgets the mails with an erased recipient that had to leave for
// others first.
func (s *Store) sweepSources(ctx context.Context) error {
	var waiting []ID
	if err := s.walk(ctx, key[string](tSource), kv.MaxPage, func(_ kv.Reader, x kv.Entry) error {
		waiting = append(waiting, ID(last(x.Key)))
		return nil
	}); err != nil {
		return err
	}
	for _, id := range waiting {
		if err := s.kv.Update(ctx, func(w kv.Writer) error {
			m, err := message(w, id)
			if err != nil {
				return err
			}
			ds, err := deliveriesOf(w, id)
			if err != nil || mayLeave(ds) {
				return err
			}
			return firstErr(dropSource(w, &m), put(w, messageKey(id), m), w.Delete(key(tSource, id)))
		}); err != nil {
			return err
		}
	}
	return nil
}
