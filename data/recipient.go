package data

import (
	"context"
	"slices"

	"carnet/data/kv"
)

// MaxRecipients is how many recipients a message may have, To, Cc and Bcc
// together.
const MaxRecipients = 100

// Recipient is what the book knows of an address, seen from one client.
type Recipient struct {
	Mailbox Mailbox
	Main    bool     // it is the client's main address
	Contact *Contact // the client's contact that has it, or nil
	Binned  *Contact // the client's contact in the trash that has it, or nil; nil if Contact is not
	Now     Mailbox  // of whoever had it and has another one now, if nobody else has it; or empty
}

// Known tells whether the address is the client's already.
func (r Recipient) Known() bool { return r.Main || r.Contact != nil }

// Recipients returns what the book knows of some addresses, in their order. A
// name that the caller gives wins over the contact's. Malformed addresses are
// unknown.
func (s *Store) Recipients(ctx context.Context, clientID ID, boxes []Mailbox) ([]Recipient, error) {
	out := make([]Recipient, 0, len(boxes))
	for part := range slices.Chunk(boxes, kv.MaxReads/6-1) {
		found, err := view(ctx, s, func(r kv.Reader) ([]Recipient, error) {
			c, err := client(r, clientID)
			if err != nil {
				return nil, err
			}
			var found []Recipient
			for _, b := range part {
				k, err := recipient(r, c, b)
				if err != nil {
					return nil, err
				}
				found = append(found, k)
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

// recipient makes at most six reads: three lookups.
func recipient(r kv.Reader, c Client, box Mailbox) (Recipient, error) {
	out := Recipient{Mailbox: box}
	a, err := AddressKey(box.Address)
	if err != nil {
		return out, nil
	}
	out.Main = SameAddress(c.Email, box.Address)
	switch found, err := lookup[Contact](r, addressKey(c.ID, a)); err {
	case nil:
		out.Contact = &found
		if box.Name == "" {
			out.Mailbox.Name = found.Name()
		}
		return out, nil
	case ErrNotFound:
	default:
		return out, err
	}
	switch found, err := lookup[Contact](r, binnedKey(c.ID, a)); err {
	case nil:
		out.Binned = &found
	case ErrNotFound:
	default:
		return out, err
	}
	if out.Main && box.Name == "" {
		out.Mailbox.Name = c.Name
	}
	if !out.Main && out.Binned == nil {
		out.Now, err = movedTo(r, c, a)
	}
	return out, err
}

// Elsewhere returns the other clients that hold an address, as their main one
// or as a contact's, five at most.
func (s *Store) Elsewhere(ctx context.Context, address string, except ID) ([]Client, error) {
	a, err := AddressKey(address)
	if err != nil {
		return nil, nil
	}
	return view(ctx, s, func(r kv.Reader) ([]Client, error) {
		entries, err := r.Scan(kv.Range{Prefix: key(tHolder, a), Limit: kv.MaxReads - 1})
		if err != nil {
			return nil, err
		}
		var out []Client
		for _, e := range entries {
			id := ID(elements(e.Key)[2])
			if id == except || slices.ContainsFunc(out, func(c Client) bool { return c.ID == id }) {
				continue
			}
			c, err := client(r, id)
			if err == ErrNotFound {
				continue
			}
			if err != nil || len(out) == 5 {
				return out, err
			}
			out = append(out, c)
		}
		return out, nil
	})
}

// Nearest returns the known address of a client that an unknown one may be a
// slip of: one or two edits away. Absent when none is near, when the nearest
// departed, or when the client has more than MaxHits contacts before it in the
// order of addresses.
func (s *Store) Nearest(ctx context.Context, clientID ID, address string) (Mailbox, bool, error) {
	a, err := AddressKey(address)
	if err != nil {
		return Mailbox{}, false, nil
	}
	var near Mailbox
	err = s.kv.View(ctx, func(r kv.Reader) error {
		near = Mailbox{}
		c, err := client(r, clientID)
		if err != nil {
			return err
		}
		best := 3
		if m, err := AddressKey(c.Email); err == nil {
			if d := AddressDistance(a, m, 2); d < best {
				best, near = d, Mailbox{Name: c.Name, Address: c.Email}
			}
		}
		entries, err := r.Scan(kv.Range{Prefix: key(tAddress, clientID), Limit: MaxHits})
		if err != nil {
			return err
		}
		var nearest []byte
		for _, e := range entries {
			if d := AddressDistance(a, last(e.Key), 2); d < best {
				best, nearest = d, e.Value
			}
		}
		if nearest == nil {
			return nil
		}
		f, err := get[Contact](r, nearest)
		if err == nil && !f.Departed {
			near = f.Mailbox()
		}
		return err
	})
	return near, near.Address != "", err
}
