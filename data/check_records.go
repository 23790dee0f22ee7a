package data

import (
	"context"
	"errors"

	"carnet/data/kv"
)

// each calls fn for the records of a table, and reports those that do not
// decode, or that stand under another key than own gives.
func each[T any](ctx context.Context, a *audit, table string, own func(T) []byte, fn func(kv.Reader, T) error) error {
	return a.walk(ctx, key[string](table), func(r kv.Reader, e kv.Entry) error {
		v, err := decode[T](e.Value)
		if err != nil {
			a.report("does not decode: %s", nameOf(e.Key))
			return nil
		}
		if own != nil && string(own(v)) != string(e.Key) {
			a.report("under another's key: %s", nameOf(e.Key))
			return nil
		}
		return fn(r, v)
	})
}

// readable reports a record that does not decode. It passes over one that is
// absent, which is missed elsewhere, and returns any other error.
func (a *audit) readable(k []byte, err error) error {
	switch {
	case errors.Is(err, kv.ErrCorrupt):
		a.report("does not decode: %s", nameOf(k))
	case err != ErrNotFound:
		return err
	}
	return nil
}

func (a *audit) clients(ctx context.Context) error {
	return each(ctx, a, tClient, func(c Client) []byte { return clientKey(c.ID) }, func(r kv.Reader, c Client) error {
		own := clientKey(c.ID)
		a.claim(tallyKey(c.ID), nil)
		a.claim(numberKey(c.Number), own)
		t, err := get[Tally](r, tallyKey(c.ID))
		if err := a.readable(tallyKey(c.ID), err); err != nil {
			return err
		}
		a.counts[c.ID] = t
		if !c.Deleted.IsZero() {
			a.claim(trashKey(c.Deleted, c.ID), own)
			return nil
		}
		for _, k := range clientIndex(c) {
			value := own
			if tableOf(k) == tWord {
				value = []byte(sortKey(c.Name))
			}
			a.claim(k, value)
		}
		return nil
	})
}

func (a *audit) contacts(ctx context.Context) error {
	if err := each(ctx, a, tContact, func(c Contact) []byte { return contactKey(c.Client, c.ID) }, a.contact); err != nil {
		return err
	}
	for id, left := range a.counts {
		if left.Contacts != 0 || left.Favorites != 0 {
			a.report("tally %s: %d contacts and %d favorites too many", id, left.Contacts, left.Favorites)
		}
	}
	return nil
}

func (a *audit) contact(_ kv.Reader, c Contact) error {
	own := contactKey(c.Client, c.ID)
	t, ok := a.counts[c.Client]
	if !ok {
		a.report("of no client: %s", nameOf(own))
	}
	if !c.Deleted.IsZero() {
		address, _ := AddressKey(c.Email)
		a.claim(trashKey(c.Deleted, c.ID), own)
		a.mayClaim(binnedKey(c.Client, address), own) // another may have been binned after it
		return nil
	}
	for _, k := range placeKeys(c) {
		a.claim(k, own)
	}
	for _, k := range wordKeys(c) {
		a.claim(k, []byte(sortKey(c.Label())))
	}
	t.Contacts--
	t.Favorites -= one(c.Favorite)
	a.counts[c.Client] = t
	return nil
}

// formers reports what is told of an address that nobody had.
func (a *audit) formers(ctx context.Context) error {
	return a.walk(ctx, key[string](tFormer), func(r kv.Reader, e kv.Entry) error {
		_, _, err := r.Lookup(e.Key)
		if notFound(err) == ErrNotFound {
			a.report("stray: %s", nameOf(e.Key))
			return nil
		}
		return err
	})
}

func (a *audit) users(ctx context.Context) error {
	return each(ctx, a, tUser, func(u User) []byte { return userKey(u.ID) }, func(_ kv.Reader, u User) error {
		address, _ := AddressKey(u.Email)
		a.claim(key(tUserEmail, address), userKey(u.ID))
		return nil
	})
}

func (a *audit) invitations(ctx context.Context) error {
	return each(ctx, a, tInvitation, func(i Invitation) []byte { return invitationKey(i.ID) }, func(_ kv.Reader, i Invitation) error {
		for _, k := range i.index() {
			a.claim(k, invitationKey(i.ID))
		}
		return nil
	})
}

func (a *audit) sessions(ctx context.Context) error {
	return a.walk(ctx, key[string](tSession), func(r kv.Reader, e kv.Entry) error {
		x, err := decode[Session](e.Value)
		if err != nil {
			a.report("does not decode: a session")
			return nil
		}
		a.claim(key(tSessions, string(x.User), last(e.Key)), nil)
		known, err := exists(r, userKey(x.User))
		if err == nil && !known {
			a.report("session of no user: %s", x.User)
		}
		return err
	})
}

func (a *audit) messages(ctx context.Context) error {
	return each(ctx, a, tMessage, func(m Message) []byte { return messageKey(m.ID) }, a.message)
}

func (a *audit) templates(ctx context.Context) error {
	return each(ctx, a, tTemplate, func(t Template) []byte { return templateKey(t.ID) }, func(kv.Reader, Template) error { return nil })
}

func (a *audit) annexes(ctx context.Context) error {
	return each(ctx, a, tAnnex, func(x Annex) []byte { return annexKey(x.ID) }, func(_ kv.Reader, x Annex) error {
		for _, k := range blobKeys(x.ID, []Attachment{x.File}) {
			a.claim(k, nil)
		}
		return nil
	})
}

func (a *audit) drafts(ctx context.Context) error {
	own := func(d Draft) []byte { return draftKey(d.Author, d.Client, d.ID) }
	return each(ctx, a, tDraft, own, func(r kv.Reader, d Draft) error {
		for i := range d.Parts {
			a.claim(partKey(tDraftBody, d.ID, i), nil)
		}
		if _, ok := a.counts[d.Client]; !ok {
			a.report("of no client: draft %s", d.ID)
		}
		err := d.read(r)
		if d.Message == "" {
			for _, k := range blobKeys(d.ID, d.Attachments) {
				a.claim(k, nil)
			}
		}
		return a.readable(partKey(tDraftBody, d.ID, 0), err)
	})
}

func (a *audit) events(ctx context.Context) error {
	return each(ctx, a, tEvent, func(e Event) []byte { return eventKey(e.ID) }, func(_ kv.Reader, e Event) error {
		for _, k := range e.keys()[1:] {
			a.claim(k, eventKey(e.ID))
		}
		return nil
	})
}

func (a *audit) erasures(ctx context.Context) error {
	return each(ctx, a, tErasure, func(e erasure) []byte { return erasureKey(e.Client, e.Contact) }, func(kv.Reader, erasure) error { return nil })
}

func (a *audit) message(r kv.Reader, m Message) error {
	a.claim(key(tText, m.ID), nil)
	for i := range m.Parts {
		a.claim(partKey(tRaw, m.ID, i), nil)
	}
	if m.Blob != "" {
		a.claim(key(tBlob, m.Blob, string(m.ID)), nil)
	} else if a.raw[m.ID] != m.Size {
		a.report("message %s: %d bytes to send instead of %d", m.ID, a.raw[m.ID], m.Size)
	}
	if _, ok := a.counts[m.Client]; !ok {
		a.report("of no client: message %s", m.ID)
	}
	ds, err := deliveriesOf(r, m.ID)
	if err := a.readable(key(tDelivery, m.ID), err); err != nil {
		return err
	}
	boxes := m.Recipients()
	for i := range boxes {
		if m.Undone { // removing it may have begun
			a.mayClaim(deliveryKey(m.ID, i), nil)
			continue
		}
		a.claim(deliveryKey(m.ID, i), nil)
		if i < len(ds) && ds[i].Mailbox != boxes[i] {
			a.report("message %s: delivery %d is to another", m.ID, i)
		}
	}
	if !m.Undone {
		for _, k := range blobKeys(m.Draft, m.Attachments) {
			a.claim(k, nil)
		}
	}
	if m.Erased && m.Size > 0 {
		a.claim(key(tSource, m.ID), messageKey(m.ID))
	}
	if m.Undone {
		a.claim(key(tUndone, m.ID), messageKey(m.ID))
		return nil
	}
	text, err := r.Get(key(tText, m.ID))
	if err := a.readable(key(tText, m.ID), notFound(err)); err != nil {
		return err
	}
	m.Text = string(text)
	a.claim(historyKey(m), historyText(m))
	a.claim(key(tAuthored, m.Author, m.ID), messageKey(m.ID))
	a.claim(stateKey(statesOf(ds).Worst().group(), m.ID), messageKey(m.ID))
	d, err := get[dispatch](r, dispatchKey(m.ID))
	waits := err == nil
	if waits {
		a.claim(dispatchKey(m.ID), nil)
		a.claim(queueKey(d.Due, m.ID), dispatchKey(m.ID))
	}
	a.dispatch(m, d, waits, statesOf(ds))
	return a.readable(dispatchKey(m.ID), err)
}

// dispatch holds the outbox against the deliveries: what is to be sent waits
// in it, and what is being sent is claimed.
func (a *audit) dispatch(m Message, d dispatch, waits bool, states States) {
	busy := states[Sending] + states[Committing]
	switch {
	case waits != (busy+states[Queued] > 0):
		a.report("message %s: in the outbox is %t", m.ID, waits)
	case d.Token == "" && busy > 0:
		a.report("message %s: being sent by nobody", m.ID)
	case d.Token != "" && busy == 0:
		a.report("message %s: claimed, with nothing to send", m.ID)
	case d.Token != "" && !d.Until.Equal(d.Due):
		a.report("message %s: its claim ends at another time", m.ID)
	}
}
