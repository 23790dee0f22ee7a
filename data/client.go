package data

import (
	"context"
	"fmt"
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
	Number   string `cbor:"2,keyasint"` // "C-0011"; unique, given when empty
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

// CreateClient adds a client and returns it with its id and number. The same
// request twice returns what the first made. Invalid if a field is.
func (s *Store) CreateClient(ctx context.Context, request ID, c Client) (Client, error) {
	now := s.now()
	c.ID, c.Version, c.Created, c.Updated, c.Deleted = NewID(), 1, now, now, time.Time{}
	if err := c.check(); err != nil {
		return c, err
	}
	id, err := updateOnce(ctx, s, request, func(w kv.Writer) (ID, error) {
		c := c
		return c.ID, insertClient(w, &c)
	})
	if err != nil {
		return c, err
	}
	return s.Client(ctx, id)
}

func insertClient(w kv.Writer, c *Client) error {
	if err := claimNumber(w, c); err != nil {
		return err
	}
	if err := put(w, tallyKey(c.ID), Tally{Version: 1}); err != nil {
		return err
	}
	if err := put(w, clientKey(c.ID), c); err != nil {
		return err
	}
	return indexClient(w, *c)
}

// UpdateClient changes a client as change says. version is the one the caller
// saw: if the client moved on, the error is ErrStale and the client returned
// is as it stands now. former is the main address that another took the place
// of, or empty; keep makes it a favorite contact.
func (s *Store) UpdateClient(ctx context.Context, id ID, version uint64, keep bool, change func(*Client)) (c Client, former string, err error) {
	now, fresh := s.now(), NewID()
	c, err = update(ctx, s, func(w kv.Writer) (Client, error) {
		former = ""
		old, err := client(w, id)
		if err != nil {
			return old, err
		}
		if old.Version != version {
			return old, ErrStale
		}
		c := old
		change(&c)
		c.ID, c.Created, c.Deleted, c.Version, c.Updated = old.ID, old.Created, old.Deleted, old.Version+1, now
		if err := c.check(); err != nil {
			return c, err
		}
		if err := replaceClient(w, old, &c); err != nil || old.Email == "" || SameAddress(old.Email, c.Email) {
			return c, err
		}
		former = old.Email
		if !keep {
			return c, nil
		}
		return c, keepAsFavorite(w, id, fresh, former, now)
	})
	return c, former, err
}

// replaceClient writes a changed client and its indexes; it may give it a number.
func replaceClient(w kv.Writer, old Client, c *Client) error {
	if c.Number != old.Number {
		if err := w.Delete(key(tNumber, old.Number)); err != nil {
			return err
		}
		if err := claimNumber(w, c); err != nil {
			return err
		}
	}
	if err := deleteAll(w, clientIndex(old)); err != nil {
		return err
	}
	if err := put(w, clientKey(c.ID), c); err != nil {
		return err
	}
	if err := indexClient(w, *c); err != nil {
		return err
	}
	return count(w, c.ID, 0, 0)
}

// DeleteClient moves a client to the trash with its contacts; its number stays
// taken. RestoreClient brings it back.
func (s *Store) DeleteClient(ctx context.Context, id ID) error {
	now := s.now()
	return s.kv.Update(ctx, func(w kv.Writer) error {
		c, err := client(w, id)
		if err != nil {
			return err
		}
		if err := deleteAll(w, clientIndex(c)); err != nil {
			return err
		}
		c.Deleted, c.Version = now, c.Version+1
		if err := w.Put(trashKey(now, id), clientKey(id)); err != nil {
			return err
		}
		return put(w, clientKey(id), c)
	})
}

// RestoreClient takes a client out of the trash; one that is not there is left
// as it is.
func (s *Store) RestoreClient(ctx context.Context, id ID) (Client, error) {
	return update(ctx, s, func(w kv.Writer) (Client, error) {
		c, err := get[Client](w, clientKey(id))
		if err != nil || c.Deleted.IsZero() {
			return c, err
		}
		if err := w.Delete(trashKey(c.Deleted, id)); err != nil {
			return c, err
		}
		c.Deleted, c.Version = time.Time{}, c.Version+1
		if err := put(w, clientKey(id), c); err != nil {
			return c, err
		}
		if err := indexClient(w, c); err != nil {
			return c, err
		}
		return c, count(w, id, 0, 0)
	})
}

// claimNumber gives a client its number: the next of the sequence that is free
// when it has none, else the one it asks for, if it is free.
func claimNumber(w kv.Writer, c *Client) error {
	if c.Number != "" {
		holder, _, err := w.Lookup(key(tNumber, c.Number))
		if err == nil {
			return Invalid{{Field: "number", Problem: Duplicate, Other: ID(last(holder))}}
		}
		if notFound(err) != ErrNotFound {
			return err
		}
		return w.Put(key(tNumber, c.Number), clientKey(c.ID))
	}
	given, err := get[uint64](w, key(tSeq, tNumber))
	if err != nil && err != ErrNotFound {
		return err
	}
	next, err := freeNumber(w, given+1)
	if err != nil {
		return err
	}
	if err := put(w, key(tSeq, tNumber), next); err != nil {
		return err
	}
	c.Number = number(next)
	return w.Put(key(tNumber, c.Number), clientKey(c.ID))
}

func number(n uint64) string { return fmt.Sprintf("C-%04d", n) }

// freeNumber returns the first number of the sequence, from n, that no client
// has. It passes over a page of those set by hand at each read.
func freeNumber(r kv.Reader, n uint64) (uint64, error) {
	for {
		taken, err := r.Scan(kv.Range{Prefix: key[string](tNumber), After: begin(tNumber, number(n)), Limit: 100})
		if err != nil {
			return 0, err
		}
		first := n
		for _, e := range taken {
			if last(e.Key) != number(n) {
				break
			}
			n++
		}
		if n == first {
			return n, nil
		}
	}
}

// clientIndex returns the keys under which a client is found, but its number.
func clientIndex(c Client) [][]byte {
	keys := [][]byte{key(tByName, sortKey(c.Name), string(c.ID))}
	if k, err := AddressKey(c.Email); err == nil {
		keys = append(keys, key(tHolder, k, string(c.ID), "m"))
	}
	for _, w := range words(c.Name, c.Number, c.Email, c.Address) {
		keys = append(keys, key(tWord, w, string(c.ID)))
	}
	return keys
}

func indexClient(w kv.Writer, c Client) error {
	order := []byte(sortKey(c.Name))
	for _, k := range clientIndex(c) {
		value := clientKey(c.ID)
		if elements(k)[0] == tWord {
			value = order
		}
		if err := w.Put(k, value); err != nil {
			return err
		}
	}
	return nil
}

// count moves the counts of a client and gives its file a new version.
func count(w kv.Writer, id ID, contacts, favorites int) error {
	t, err := get[Tally](w, tallyKey(id))
	if err != nil {
		return err
	}
	t.Contacts += contacts
	t.Favorites += favorites
	t.Version++
	return put(w, tallyKey(id), t)
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
