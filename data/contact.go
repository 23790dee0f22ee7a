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

// What is told of a contact.
const (
	ContactCreate  Action = "contact.create"
	ContactUpdate  Action = "contact.update" // the detail names the fields
	ContactStar    Action = "contact.star"
	ContactUnstar  Action = "contact.unstar"
	ContactMain    Action = "contact.main" // its address became the client's main one
	ContactDelete  Action = "contact.delete"
	ContactRestore Action = "contact.restore"
)

// changes names what an edit changed of old.
func (c Contact) changes(old Contact) (f fields) {
	f.add("email", c.Email != old.Email)
	f.add("civility", c.Civility != old.Civility)
	f.add("first_name", c.FirstName != old.FirstName)
	f.add("last_name", c.LastName != old.LastName)
	f.add("role", c.Role != old.Role)
	f.add("phone", c.Phone != old.Phone)
	f.add("mobile", c.Mobile != old.Mobile)
	f.add("notes", c.Notes != old.Notes)
	f.add("favorite", c.Favorite != old.Favorite)
	f.add("departed", c.Departed != old.Departed)
	return f
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
