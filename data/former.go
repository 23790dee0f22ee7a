package data

import (
	"context"
	"slices"

	"carnet/data/kv"
)

// leaveAddress notes who had an address until now: the contact or the client
// under a key. Who has it next, and leaves it too, takes the place.
func leaveAddress(w kv.Writer, clientID ID, email string, holder []byte) error {
	a, err := AddressKey(email)
	if err != nil { // nobody can be written to there
		return nil
	}
	return w.Put(formerKey(clientID, a), holder)
}

// movedTo returns the mailbox of whoever had an address at a client, and has
// another one now; an empty one if nobody did, or who did departed or is in the
// trash. It makes two reads.
func movedTo(r kv.Reader, c Client, a string) (Mailbox, error) {
	holder, record, err := r.Lookup(formerKey(c.ID, a))
	if err != nil {
		if notFound(err) == ErrNotFound {
			err = nil
		}
		return Mailbox{}, err
	}
	now := c.mailbox()
	if tableOf(holder) == tContact {
		x, err := decode[Contact](record)
		if err != nil || x.Departed || !x.Deleted.IsZero() {
			return Mailbox{}, err
		}
		now = x.Mailbox()
	}
	if k, err := AddressKey(now.Address); err != nil || k == a {
		return Mailbox{}, nil
	}
	return now, nil
}

// mailbox is the main address under the client's name.
func (c Client) mailbox() Mailbox { return Mailbox{Name: c.Name, Address: c.Email} }

// DraftChange is a recipient of a draft who is not any more what was chosen.
// The draft keeps the recipient as it was.
type DraftChange struct {
	Chosen  Mailbox
	Contact Contact // who it was; none if Main
	Main    bool    // it was the main address, which is another one now, or none
	Gone    bool    // the contact is in the trash
	Now     Mailbox // what the contact, or the client, has now; without an address if none
}

// Moved tells whether there is another address now.
func (c DraftChange) Moved() bool {
	return c.Now.Address != "" && !SameAddress(c.Chosen.Address, c.Now.Address)
}

// DraftChanges returns what became of those that a draft is addressed to:
// contacts in the trash, departed, or with another address, and the main
// address that is another one.
func (s *Store) DraftChanges(ctx context.Context, d Draft) ([]DraftChange, error) {
	var out []DraftChange
	var chosen []DraftRecipient
	for _, f := range []DraftField{d.To, d.Cc, d.Bcc} {
		for _, x := range f.Recipients {
			if x.Contact != "" || x.Main {
				chosen = append(chosen, x)
			}
		}
	}
	for part := range slices.Chunk(chosen, kv.MaxReads-1) {
		found, err := view(ctx, s, func(r kv.Reader) ([]DraftChange, error) {
			c, err := client(r, d.Client)
			if err != nil {
				return nil, err
			}
			var found []DraftChange
			for _, x := range part {
				change, changed, err := x.change(r, c)
				if err != nil {
					return nil, err
				}
				if changed {
					found = append(found, change)
				}
			}
			return found, nil
		})
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// change tells what became of a recipient, and whether that is anything. It
// makes one read.
func (x DraftRecipient) change(r kv.Reader, c Client) (DraftChange, bool, error) {
	var change DraftChange
	if tokens := SplitMailboxes(x.Text); len(tokens) == 1 {
		change.Chosen = tokens[0].Mailbox
	}
	if x.Contact != "" {
		var err error
		if change.Contact, err = get[Contact](r, contactKey(c.ID, x.Contact)); err != nil {
			return change, false, err
		}
		change.Gone, change.Now = !change.Contact.Deleted.IsZero(), change.Contact.Mailbox()
		if change.Gone || change.Contact.Departed || change.Moved() {
			return change, true, nil
		}
	}
	change.Main, change.Now = true, c.mailbox()
	return change, x.Main && !SameAddress(change.Chosen.Address, c.Email), nil
}
