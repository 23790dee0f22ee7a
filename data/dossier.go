package data

import (
	"context"
	"slices"

	"carnet/data/kv"
)

// Dossier is what the book knows of a contact, but for its mails and drafts,
// which are read by pages.
type Dossier struct {
	Contact Contact // in the trash too
	Client  Client
	Former  []string // addresses that it had before, and nobody else of the client has now

	traces erasure
}

// DossierMessage is a mail that a contact was a recipient of, with its text and
// what became of it there.
type DossierMessage struct {
	Message
	Deliveries []Delivery // to this contact
	Number     int        // of the first of these among the recipients
}

// Dossier returns what the book knows of a contact, and tells that it was taken
// out. ErrNotFound as AnyContact.
func (s *Store) Dossier(ctx context.Context, clientID, id ID) (Dossier, error) {
	var d Dossier
	var err error
	if d.Contact, err = s.AnyContact(ctx, clientID, id); err != nil {
		return d, err
	}
	if d.Client, err = s.Client(ctx, clientID); err != nil {
		return d, err
	}
	if d.traces, err = s.tracesOf(ctx, d.Contact); err != nil {
		return d, err
	}
	d.Former = d.traces.Addresses[1:]
	done := event(ctx)
	return d, s.kv.Update(ctx, func(w kv.Writer) error { return done.write(w, ContactExport, clientID, id, "") })
}

// DossierMessages returns some of the mails to a contact, the newest first,
// behind one that was looked at; and the last one looked at, empty at the end.
func (s *Store) DossierMessages(ctx context.Context, d Dossier, after ID) ([]DossierMessage, ID, error) {
	found, next, err := s.mailsTo(ctx, d.traces, after)
	if err != nil {
		return nil, "", err
	}
	out := make([]DossierMessage, 0, len(found))
	for part := range slices.Chunk(found, kv.MaxReads/2) {
		read, err := view(ctx, s, func(r kv.Reader) ([]DossierMessage, error) {
			var read []DossierMessage
			for _, m := range part {
				one := DossierMessage{Message: m}
				text, err := r.Get(key(tText, m.ID))
				if err != nil {
					return nil, notFound(err)
				}
				one.Text = string(text)
				ds, err := deliveriesOf(r, m.ID)
				if err != nil {
					return nil, err
				}
				one.Number = slices.IndexFunc(ds, func(x Delivery) bool { return d.traces.has(x.Mailbox.Address) })
				one.Deliveries = slices.DeleteFunc(ds, func(x Delivery) bool { return !d.traces.has(x.Mailbox.Address) })
				read = append(read, one)
			}
			return read, nil
		})
		if err != nil {
			return nil, "", err
		}
		out = append(out, read...)
	}
	return out, next, nil
}

// DossierDrafts calls fn for each draft that is addressed to a contact and was
// not sent or thrown away, whoever writes it.
func (s *Store) DossierDrafts(ctx context.Context, d Dossier, fn func(Draft) error) error {
	return s.draftsTo(ctx, d.traces, func(found Draft) error {
		if found.Message != "" || !found.Deleted.IsZero() {
			return nil
		}
		return fn(found)
	})
}
