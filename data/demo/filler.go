package demo

import (
	"context"
	"errors"
	"sync"
	"time"

	"carnet/data"
)

// filler fills one book.
type filler struct {
	store   *data.Store
	render  Render
	user    data.User
	clients map[string]data.Client // by name
	start   time.Time              // the real now
	now     time.Time              // what the store takes for now; it stands still while goroutines write
}

// daysAgo returns nine in the morning of a day in the past.
func (f *filler) daysAgo(days int) time.Time { return onDay(days, "09:00")(f.start) }

// then returns a context in which the user acts at the store's now.
func (f *filler) then(ctx context.Context) context.Context {
	return data.As(ctx, data.Actor{User: f.user.ID, Address: "192.0.2.24", At: f.now}) // RFC 5737
}

// add adds a client with its contacts.
func (f *filler) add(ctx context.Context, c file) error {
	f.now = f.daysAgo(c.days)
	made, err := f.store.CreateClient(f.then(ctx), "", c.Client)
	if err != nil {
		return err
	}
	f.clients[made.Name] = made
	if _, err := f.contacts(f.then(ctx), made.ID, c.contacts); err != nil {
		return err
	}
	binned, err := f.contacts(f.then(ctx), made.ID, c.binned)
	if err != nil {
		return err
	}
	f.now = f.daysAgo(5)
	for _, b := range binned {
		if _, err := f.store.DeleteContact(f.then(ctx), made.ID, b.ID); err != nil {
			return err
		}
	}
	return nil
}

// contacts adds contacts to a client, all at once, so that they share a few
// commits instead of waiting for the disk 200 times.
func (f *filler) contacts(ctx context.Context, client data.ID, contacts []data.Contact) ([]data.Contact, error) {
	made, errs := make([]data.Contact, len(contacts)), make([]error, len(contacts))
	var all sync.WaitGroup
	for i, c := range contacts {
		c.Client = client
		all.Go(func() { made[i], errs[i] = f.store.CreateContact(ctx, "", c, false) })
	}
	all.Wait()
	return made, errors.Join(errs...)
}

// send puts a letter in the outbox when it was written, and delivers it as the
// worker would have until now.
func (f *filler) send(ctx context.Context, l letter) error {
	f.now = l.when(f.start)
	m, err := f.store.Compose(data.Message{Client: f.clients[l.client].ID, Lang: f.clients[l.client].Language, Author: f.user.ID, From: Sender, ReplyTo: f.user.Mailbox(),
		To: boxes(l.to), Cc: boxes(l.cc), Subject: l.subject, Text: l.text})
	if err != nil {
		return err
	}
	m.MessageID = string(m.ID) + "@" + domain
	raw, err := f.render(m)
	if err != nil {
		return err
	}
	if _, err := f.store.Enqueue(f.then(ctx), "", data.Posting{Message: m, Raw: [][]byte{raw}}); err != nil {
		return err
	}
	for !f.now.After(f.start) {
		if err := f.attempt(ctx, m, l.replies); err != nil {
			return err
		}
		_, next, err := f.store.Due(ctx)
		if err != nil || next.IsZero() {
			return err
		}
		f.now = next // of this message, or still to come
	}
	return nil
}

// attempt delivers a message once. Whoever has no reply accepts it.
func (f *filler) attempt(ctx context.Context, m data.Message, replies map[string]data.Outcome) error {
	claim, err := f.store.Claim(ctx, m.ID, time.Minute)
	if err != nil {
		return err
	}
	if err := f.store.Commit(ctx, claim); err != nil {
		return err
	}
	outcomes := map[int]data.Outcome{}
	for i, box := range m.Recipients() {
		o, said := replies[box.Address]
		if !said {
			o = accepted
		}
		outcomes[i] = o
	}
	return f.store.Finish(ctx, claim, server, outcomes, true, 0)
}

// boxes reads recipients as one types them.
func boxes(text string) []data.Mailbox {
	var out []data.Mailbox
	for _, t := range data.SplitMailboxes(text) {
		out = append(out, t.Mailbox) // Compose refuses what is no address
	}
	return out
}
