package data

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"carnet/data/kv"
)

// What is told of a contact's data. After an erasure the ids are all that is left.
const (
	ContactExport Action = "contact.export"
	ContactErase  Action = "contact.erase"
)

// erasure is a contact on its way out of the book. It is kept until all is done,
// so that what a crash interrupts goes on with the next Sweep.
type erasure struct {
	Client    ID        `cbor:"1,keyasint"`
	Contact   ID        `cbor:"2,keyasint"`
	Records   []ID      `cbor:"3,keyasint"` // the contact, and those in the trash with its address
	Addresses []string  `cbor:"4,keyasint"` // keys of those it has and had
	Begun     time.Time `cbor:"5,keyasint"`
}

func erasureKey(client, contact ID) []byte { return key(tErasure, client, contact) }

// Erased stands for a recipient who was erased: the n-th of a message. No mail
// goes there (RFC 2606, section 2).
func Erased(n int) Mailbox {
	return Mailbox{Name: "Contact effacé", Address: fmt.Sprintf("efface-%d%s", n+1, erasedDomain)}
}

const erasedDomain = "@carnet.invalid"

// IsErased tells whether a mailbox stands for a recipient who was erased.
func (m Mailbox) IsErased() bool { return strings.HasSuffix(m.Address, erasedDomain) }

// EraseContact removes a contact for good, in the trash too, and takes it out of
// the mails and drafts of its client. What waits to leave for it is cancelled; in
// each mail it becomes a recipient without a name, and the mail as it left goes.
// A mail that was for it alone loses its words and files as well. What people
// typed elsewhere stays. ErrState, and nothing is changed, if a mail to it is
// being sent. It returns whether all is done: the rest is Sweep's, or the next
// call's, also when the context ends on the way.
func (s *Store) EraseContact(ctx context.Context, clientID, id ID) (done bool, err error) {
	e, err := s.beginErasure(ctx, clientID, id)
	if err != nil {
		return false, err
	}
	if done, err = s.erase(ctx, e); err != nil && ctx.Err() != nil {
		err = nil
	}
	return done, err
}

// beginErasure keeps what is to be erased, or returns what is being erased.
func (s *Store) beginErasure(ctx context.Context, clientID, id ID) (erasure, error) {
	e, err := view(ctx, s, func(r kv.Reader) (erasure, error) { return get[erasure](r, erasureKey(clientID, id)) })
	if err != ErrNotFound {
		return e, err
	}
	x, err := s.AnyContact(ctx, clientID, id)
	if err != nil {
		return e, err
	}
	if e, err = s.tracesOf(ctx, x); err != nil {
		return e, err
	}
	if err := s.sendingTo(ctx, e); err != nil {
		return e, err
	}
	e.Begun = s.now()
	done := event(ctx)
	return e, s.kv.Update(ctx, func(w kv.Writer) error {
		now, err := get[Contact](w, contactKey(clientID, id))
		if err != nil {
			return err
		}
		if now.Email != x.Email {
			return ErrStale
		}
		return firstErr(put(w, erasureKey(clientID, id), e), done.write(w, ContactErase, clientID, id, ""))
	})
}

// AnyContact returns a contact of a client, in the trash too.
func (s *Store) AnyContact(ctx context.Context, clientID, id ID) (Contact, error) {
	return view(ctx, s, func(r kv.Reader) (Contact, error) {
		if _, err := client(r, clientID); err != nil {
			return Contact{}, err
		}
		return get[Contact](r, contactKey(clientID, id))
	})
}

// tracesOf returns the addresses that a contact has and had at its client, but
// for those that are somebody else's now, and its twins in the trash.
func (s *Store) tracesOf(ctx context.Context, x Contact) (erasure, error) {
	e := erasure{Client: x.Client, Contact: x.ID, Records: []ID{x.ID}}
	a, err := AddressKey(x.Email)
	if err != nil {
		return e, err
	}
	e.Addresses = []string{a}
	if err := s.walk(ctx, key(tContact, x.Client), kv.MaxPage, func(_ kv.Reader, k kv.Entry) error {
		other, err := decode[Contact](k.Value)
		if err == nil && !slices.Contains(e.Records, other.ID) && !other.Deleted.IsZero() && SameAddress(other.Email, x.Email) {
			e.Records = append(e.Records, other.ID)
		}
		return err
	}); err != nil {
		return e, err
	}
	return e, s.walk(ctx, key(tFormer, x.Client), (kv.MaxReads-1)/3, func(r kv.Reader, k kv.Entry) error {
		if tableOf(k.Value) != tContact || !slices.Contains(e.Records, ID(last(k.Value))) {
			return nil
		}
		had := last(k.Key)
		c, err := get[Client](r, clientKey(x.Client))
		if err != nil || SameAddress(c.Email, had) && had != a {
			return err
		}
		holder, _, err := r.Lookup(addressKey(x.Client, had))
		if err != nil && notFound(err) != ErrNotFound {
			return err
		}
		if err != nil || slices.Contains(e.Records, ID(last(holder))) {
			if !slices.Contains(e.Addresses, had) {
				e.Addresses = append(e.Addresses, had)
			}
		}
		return nil
	})
}

// walk calls fn for the entries of a prefix, so many in a transaction. fn may be
// called again for the same ones.
func (s *Store) walk(ctx context.Context, prefix []byte, page int, fn func(kv.Reader, kv.Entry) error) error {
	var after []byte
	for {
		var n int
		var end []byte
		if err := s.kv.View(ctx, func(r kv.Reader) error {
			entries, err := r.Scan(kv.Range{Prefix: prefix, After: after, Limit: page})
			if err != nil {
				return err
			}
			n = len(entries)
			for _, e := range entries {
				end = slices.Clone(e.Key)
				if err := fn(r, e); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
		if n < page {
			return nil
		}
		after = end
	}
}

// has tells whether an address is one of those to be erased.
func (e erasure) has(address string) bool {
	a, err := AddressKey(address)
	return err == nil && slices.Contains(e.Addresses, a)
}

// in tells whether a text quotes one of the addresses.
func (e erasure) in(text string) bool {
	folded := lowerCase(text)
	return slices.ContainsFunc(e.Addresses, func(a string) bool { return strings.Contains(folded, a) })
}

// erase does all that is left of an erasure, and tells whether that was all. Each
// step may be done again.
func (s *Store) erase(ctx context.Context, e erasure) (bool, error) {
	for _, step := range []func(context.Context, erasure) error{s.eraseMain, s.eraseFormers, s.eraseRecords, s.eraseDrafts} {
		if err := step(ctx, e); err != nil {
			return false, err
		}
	}
	busy, err := s.eraseMessages(ctx, e)
	if err != nil || busy {
		return false, err
	}
	return true, s.kv.Update(ctx, func(w kv.Writer) error { return w.Delete(erasureKey(e.Client, e.Contact)) })
}

// eraseMain takes the address off the client, if it is its main one.
func (s *Store) eraseMain(ctx context.Context, e erasure) error {
	now := s.now()
	return s.kv.Update(ctx, func(w kv.Writer) error {
		old, err := get[Client](w, clientKey(e.Client))
		if err != nil || !e.has(old.Email) {
			return err
		}
		c := old
		c.Email, c.Version, c.Updated = "", old.Version+1, now
		if !old.Deleted.IsZero() {
			return put(w, clientKey(c.ID), c)
		}
		if err := replaceClient(w, old, &c); err != nil {
			return err
		}
		a, _ := AddressKey(old.Email)
		return w.Delete(formerKey(c.ID, a))
	})
}

// eraseFormers forgets that the addresses were anybody's, and that the contact
// had others.
func (s *Store) eraseFormers(ctx context.Context, e erasure) error {
	return s.sweepOf(ctx, key(tFormer, e.Client), 1, func(_ kv.Reader, k kv.Entry) ([][]byte, error) {
		gone := tableOf(k.Value) == tContact && slices.Contains(e.Records, ID(last(k.Value)))
		if !gone && !slices.Contains(e.Addresses, last(k.Key)) {
			return nil, nil
		}
		return [][]byte{k.Key}, nil
	})
}

// eraseRecords removes the contact and its twins.
func (s *Store) eraseRecords(ctx context.Context, e erasure) error {
	for _, id := range e.Records {
		if err := s.kv.Update(ctx, func(w kv.Writer) error {
			c, err := get[Contact](w, contactKey(e.Client, id))
			if err == ErrNotFound {
				return nil
			}
			if err != nil {
				return err
			}
			if c.Deleted.IsZero() {
				err = removeContact(w, c)
			} else {
				err = unbin(w, c)
			}
			return firstErr(err, w.Delete(contactKey(e.Client, id)))
		}); err != nil {
			return err
		}
	}
	return nil
}

// sweepErasures goes on with what was interrupted, or had to wait.
func (s *Store) sweepErasures(ctx context.Context) error {
	var all []erasure
	if err := s.walk(ctx, key[string](tErasure), kv.MaxPage, func(_ kv.Reader, x kv.Entry) error {
		e, err := decode[erasure](x.Value)
		all = append(all, e)
		return err
	}); err != nil {
		return err
	}
	for _, e := range all {
		if _, err := s.erase(ctx, e); err != nil {
			return err
		}
	}
	return s.sweepSources(ctx)
}

// Erasures returns how many contacts are being erased, 1,000 at most.
func (s *Store) Erasures(ctx context.Context) (int, error) {
	return view(ctx, s, func(r kv.Reader) (int, error) {
		entries, err := r.Scan(kv.Range{Prefix: key[string](tErasure)})
		return len(entries), err
	})
}
