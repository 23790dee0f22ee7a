package data

import (
	"context"
	"strings"
	"time"

	"carnet/data/kv"
)

// Kind is what a client is.
type Kind string

const (
	Company        Kind = "company"
	Administration Kind = "administration"
	Person         Kind = "person"
)

// Client is one client of the agency. Name is the only required field; Email,
// the main address, is the first default recipient.
type Client struct {
	ID       ID     `cbor:"1,keyasint"`
	Number   string `cbor:"2,keyasint"` // "C-0011"; unique whatever its case, given when empty
	Name     string `cbor:"3,keyasint"`
	Email    string `cbor:"4,keyasint"`
	Kind     Kind   `cbor:"5,keyasint"`
	Phone    string `cbor:"6,keyasint"`
	Website  string `cbor:"7,keyasint"`
	Address  string `cbor:"8,keyasint"`  // postal, of several lines
	SIRET    string `cbor:"9,keyasint"`  // 14 digits
	VAT      string `cbor:"10,keyasint"` // without spaces, "FR40303265045"
	Language string `cbor:"11,keyasint"` // of the mails to this client: "fr" or "en"
	Notes    string `cbor:"12,keyasint"`

	Version uint64    `cbor:"13,keyasint"` // grows with each edit
	Created time.Time `cbor:"14,keyasint"`
	Updated time.Time `cbor:"15,keyasint"`
	Deleted time.Time `cbor:"16,keyasint"` // zero unless in the trash
}

// Tally is the count of a client's live contacts, and a version that grows
// with every change of the client or of a contact: what is drawn from them can
// be kept as long as it stands.
type Tally struct {
	Contacts  int    `cbor:"1,keyasint"`
	Favorites int    `cbor:"2,keyasint"`
	Version   uint64 `cbor:"3,keyasint"`
}

// Client returns a client.
func (s *Store) Client(ctx context.Context, id ID) (Client, error) {
	return view(ctx, s, func(r kv.Reader) (Client, error) { return client(r, id) })
}

// ClientOf returns the client that a message was written to, in the trash too.
func (s *Store) ClientOf(ctx context.Context, m Message) (Client, error) {
	return view(ctx, s, func(r kv.Reader) (Client, error) { return recall[Client](r, clientKey(m.Client)) })
}

func client(r kv.Reader, id ID) (Client, error) {
	c, err := recall[Client](r, clientKey(id))
	if err == nil && !c.Deleted.IsZero() {
		return Client{}, ErrNotFound
	}
	return c, err
}

// Tally returns the counts of a client's contacts.
func (s *Store) Tally(ctx context.Context, id ID) (Tally, error) {
	return view(ctx, s, func(r kv.Reader) (Tally, error) {
		if _, err := client(r, id); err != nil {
			return Tally{}, err
		}
		return get[Tally](r, tallyKey(id))
	})
}

// ClientSummary returns a client with the counts of its contacts, both of one
// moment: what is drawn from this client may be kept under that version.
func (s *Store) ClientSummary(ctx context.Context, id ID) (ClientSummary, error) {
	return view(ctx, s, func(r kv.Reader) (ClientSummary, error) {
		c, err := client(r, id)
		if err != nil {
			return ClientSummary{}, err
		}
		t, err := get[Tally](r, tallyKey(id))
		return ClientSummary{c, t}, err
	})
}

// What is told of a client.
const (
	ClientCreate  Action = "client.create"
	ClientUpdate  Action = "client.update" // the detail names the fields
	ClientDelete  Action = "client.delete"
	ClientRestore Action = "client.restore"
)

// changes names what an edit changed of old.
func (c Client) changes(old Client) (f fields) {
	f.add("name", c.Name != old.Name)
	f.add("number", c.Number != old.Number)
	f.add("email", c.Email != old.Email)
	f.add("kind", c.Kind != old.Kind)
	f.add("phone", c.Phone != old.Phone)
	f.add("website", c.Website != old.Website)
	f.add("address", c.Address != old.Address)
	f.add("siret", c.SIRET != old.SIRET)
	f.add("vat", c.VAT != old.VAT)
	f.add("language", c.Language != old.Language)
	f.add("notes", c.Notes != old.Notes)
	return f
}

// check tidies the fields and returns Invalid if one cannot be kept.
func (c *Client) check() error {
	var ch checker
	ch.line("name", &c.Name, 120)
	if c.Name == "" {
		ch.add("name", Required)
	}
	ch.line("number", &c.Number, 20)
	ch.line("phone", &c.Phone, 40)
	ch.line("website", &c.Website, 200)
	ch.lines("address", &c.Address, 500)
	ch.lines("notes", &c.Notes, 5000)
	ch.address("email", &c.Email, false)
	if c.Website != "" && !website(&c.Website) {
		ch.add("website", Malformed)
	}
	if c.SIRET = compact(c.SIRET); c.SIRET != "" && !validSIRET(c.SIRET) {
		ch.add("siret", Malformed)
	}
	if c.VAT = strings.ToUpper(compact(c.VAT)); c.VAT != "" && !validVAT(c.VAT) {
		ch.add("vat", Malformed)
	}
	choice(&ch, "kind", &c.Kind, Company, Administration, Person)
	choice(&ch, "language", &c.Language, "fr", "en")
	return ch.err()
}

// compact drops what people put between groups of digits.
func compact(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '.' || r == '-' || r == '\u00a0' || r == '\u202f' || r == '\t' {
			return -1
		}
		return r
	}, s)
}
