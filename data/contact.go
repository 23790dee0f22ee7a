package data

import (
	"context"
	"strings"
	"time"

	"carnet/data/kv"
)

// Civility is how a contact is addressed; empty says nothing.
type Civility string

const (
	Madam Civility = "madam"
	Sir   Civility = "sir"
)

// Contact is a person, or a desk, at a client. Email is the only required
// field, and unique within the client. A Favorite is a default recipient;
// one that Departed is none, and is not suggested.
type Contact struct {
	ID        ID       `cbor:"1,keyasint"`
	Client    ID       `cbor:"2,keyasint"`
	Email     string   `cbor:"3,keyasint"`
	Civility  Civility `cbor:"4,keyasint"`
	FirstName string   `cbor:"5,keyasint"`
	LastName  string   `cbor:"6,keyasint"`
	Role      string   `cbor:"7,keyasint"`
	Phone     string   `cbor:"8,keyasint"`
	Mobile    string   `cbor:"9,keyasint"`
	Notes     string   `cbor:"10,keyasint"`
	Favorite  bool     `cbor:"11,keyasint"`
	Departed  bool     `cbor:"12,keyasint"`

	Version uint64    `cbor:"13,keyasint"` // grows with each edit; a star is none
	Created time.Time `cbor:"14,keyasint"`
	Updated time.Time `cbor:"15,keyasint"` // of the last edit
	Deleted time.Time `cbor:"16,keyasint"` // zero unless in the trash
}

// Name returns first and last name; empty if there is neither.
func (c Contact) Name() string { return strings.TrimSpace(c.FirstName + " " + c.LastName) }

// Label returns the name, or the address of a contact without one.
func (c Contact) Label() string {
	if n := c.Name(); n != "" {
		return n
	}
	return c.Email
}

// BestPhone returns the mobile, else the phone, else nothing.
func (c Contact) BestPhone() string {
	if c.Mobile != "" {
		return c.Mobile
	}
	return c.Phone
}

// Mailbox returns the contact as a recipient.
func (c Contact) Mailbox() Mailbox { return Mailbox{Name: c.Name(), Address: c.Email} }

// Contact returns a contact of a client.
func (s *Store) Contact(ctx context.Context, clientID, id ID) (Contact, error) {
	return view(ctx, s, func(r kv.Reader) (Contact, error) { return contact(r, clientID, id) })
}

// BinnedContact returns a contact of a client that is in the trash.
func (s *Store) BinnedContact(ctx context.Context, clientID, id ID) (Contact, error) {
	return view(ctx, s, func(r kv.Reader) (Contact, error) {
		if _, err := client(r, clientID); err != nil {
			return Contact{}, err
		}
		c, err := get[Contact](r, contactKey(clientID, id))
		if err == nil && c.Deleted.IsZero() {
			return Contact{}, ErrNotFound
		}
		return c, err
	})
}

// contact reads a live contact of a live client.
func contact(r kv.Reader, clientID, id ID) (Contact, error) {
	if _, err := client(r, clientID); err != nil {
		return Contact{}, err
	}
	c, err := get[Contact](r, contactKey(clientID, id))
	if err == nil && !c.Deleted.IsZero() {
		return Contact{}, ErrNotFound
	}
	return c, err
}

// CreateContact adds a contact to its client and returns it. The same request
// twice returns what the first made. Invalid with Duplicate if a contact of
// the client has the address, with InTrash if one in the trash has it, unless
// fresh says to make another all the same.
func (s *Store) CreateContact(ctx context.Context, request ID, c Contact, fresh bool) (Contact, error) {
	now := s.now()
	c.ID, c.Version, c.Created, c.Updated, c.Deleted = NewID(), 1, now, now, time.Time{}
	if err := c.check(); err != nil {
		return c, err
	}
	id, err := updateOnce(ctx, s, request, func(w kv.Writer) (ID, error) {
		if _, err := client(w, c.Client); err != nil {
			return "", err
		}
		if err := freeAddress(w, c, fresh); err != nil {
			return "", err
		}
		return c.ID, insertContact(w, c)
	})
	if err != nil {
		return c, err
	}
	return s.Contact(ctx, c.Client, id)
}

// UpdateContact changes a contact as change says. version is the one the
// caller saw: if the contact moved on, the error is ErrStale and the contact
// returned is as it stands now. A star set meanwhile is no edit, and stays
// unless change sets it.
func (s *Store) UpdateContact(ctx context.Context, clientID, id ID, version uint64, change func(*Contact)) (Contact, error) {
	now := s.now()
	return update(ctx, s, func(w kv.Writer) (Contact, error) {
		old, err := contact(w, clientID, id)
		if err != nil {
			return old, err
		}
		if old.Version != version {
			return old, ErrStale
		}
		c := old
		change(&c)
		c.ID, c.Client, c.Created, c.Deleted = old.ID, old.Client, old.Created, old.Deleted
		c.Version, c.Updated = old.Version+1, now
		if err := c.check(); err != nil {
			return c, err
		}
		if err := freeAddress(w, c, true); err != nil {
			return c, err
		}
		if err := removeContact(w, old); err != nil {
			return c, err
		}
		return c, insertContact(w, c)
	})
}

// Star makes a contact a favorite, or no longer one. It touches nothing else,
// and setting what is set already changes nothing. It returns the contact, and
// the counts that its client has with it.
func (s *Store) Star(ctx context.Context, clientID, id ID, favorite bool) (c Contact, t Tally, err error) {
	c, err = update(ctx, s, func(w kv.Writer) (Contact, error) {
		c, err := star(w, clientID, id, favorite)
		if err == nil {
			t, err = get[Tally](w, tallyKey(clientID))
		}
		return c, err
	})
	return c, t, err
}

func star(w kv.Writer, clientID, id ID, favorite bool) (Contact, error) {
	c, err := contact(w, clientID, id)
	if err != nil || c.Favorite == favorite {
		return c, err
	}
	if err := w.Delete(orderKey(c)); err != nil {
		return c, err
	}
	c.Favorite = favorite
	if err := w.Put(orderKey(c), contactKey(clientID, id)); err != nil {
		return c, err
	}
	if err := put(w, contactKey(clientID, id), c); err != nil {
		return c, err
	}
	return c, count(w, clientID, 0, one(favorite)-one(!favorite))
}

// DeleteContact moves a contact to the trash, star and all.
func (s *Store) DeleteContact(ctx context.Context, clientID, id ID) (Contact, error) {
	now := s.now()
	return update(ctx, s, func(w kv.Writer) (Contact, error) {
		c, err := contact(w, clientID, id)
		if err != nil {
			return c, err
		}
		if err := removeContact(w, c); err != nil {
			return c, err
		}
		c.Deleted = now
		if err := bin(w, c); err != nil {
			return c, err
		}
		return c, put(w, contactKey(clientID, id), c)
	})
}

// RestoreContact takes a contact out of the trash with its star; one that is
// not there is left as it is. Invalid with Duplicate if its address was given
// to another contact meanwhile.
func (s *Store) RestoreContact(ctx context.Context, clientID, id ID) (Contact, error) {
	return update(ctx, s, func(w kv.Writer) (Contact, error) {
		if _, err := client(w, clientID); err != nil {
			return Contact{}, err
		}
		c, err := get[Contact](w, contactKey(clientID, id))
		if err != nil || c.Deleted.IsZero() {
			return c, err
		}
		if err := freeAddress(w, c, true); err != nil {
			return c, err
		}
		if err := unbin(w, c); err != nil {
			return c, err
		}
		c.Deleted = time.Time{}
		return c, insertContact(w, c)
	})
}

// MakeMain makes the address of a contact the main address of its client. The
// address that was main stays as a favorite contact, so that nobody who was
// written to by default is forgotten. It returns the former main address.
func (s *Store) MakeMain(ctx context.Context, clientID, id ID) (former string, err error) {
	now, fresh := s.now(), NewID()
	return update(ctx, s, func(w kv.Writer) (string, error) {
		c, err := contact(w, clientID, id)
		if err != nil {
			return "", err
		}
		old, err := client(w, clientID)
		if err != nil || SameAddress(old.Email, c.Email) {
			return "", err
		}
		changed := old
		changed.Email, changed.Version, changed.Updated = c.Email, old.Version+1, now
		if err := replaceClient(w, old, &changed); err != nil {
			return "", err
		}
		return old.Email, keepAsFavorite(w, clientID, fresh, old.Email, now)
	})
}

// keepAsFavorite stars the contact that has an address, or adds one with
// nothing else. An empty address is nobody's.
func keepAsFavorite(w kv.Writer, clientID, id ID, email string, now time.Time) error {
	c := Contact{ID: id, Client: clientID, Email: email, Favorite: true, Version: 1, Created: now, Updated: now}
	if email == "" {
		return nil
	}
	err := freeAddress(w, c, true)
	if invalid, ok := err.(Invalid); ok && invalid[0].Problem == Duplicate {
		_, err := star(w, clientID, invalid[0].Other, true)
		return err
	}
	if err != nil {
		return err
	}
	return insertContact(w, c)
}

// check tidies the fields and returns Invalid if one cannot be kept.
func (c *Contact) check() error {
	var ch checker
	ch.address("email", &c.Email, true)
	ch.line("first_name", &c.FirstName, 80)
	ch.line("last_name", &c.LastName, 80)
	ch.line("role", &c.Role, 120)
	ch.line("phone", &c.Phone, 40)
	ch.line("mobile", &c.Mobile, 40)
	ch.lines("notes", &c.Notes, 5000)
	choice(&ch, "civility", &c.Civility, "", Madam, Sir)
	return ch.err()
}
