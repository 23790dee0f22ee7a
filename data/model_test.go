package data_test

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"carnet/data"
	"carnet/data/datatest"
)

func TestModel(t *testing.T) {
	// Whatever is done to the contacts of a client, they are those of a plain list
	// to which the same was done: in their order, their counts and in every search.
	// The book that comes of it is consistent.
	t.Parallel()
	clock := datatest.NewClock()
	s := datatest.Open(t, clock.Option())
	rapid.Check(t, func(r *rapid.T) {
		clock.Advance(1)
		m := &model{t: t, s: s, client: datatest.Client(t, s, "X").ID}
		r.Repeat(map[string]func(*rapid.T){
			"create": m.create, "update": m.update, "star": m.star, "delete": m.remove, "restore": m.restore,
			"main": m.makeMain, "search": m.search, "": m.check,
		})
	})
}

// model is the contacts of a client as a plain list.
type model struct {
	t        *testing.T
	s        *data.Store
	client   data.ID
	main     string          // the client's main address
	contacts []*data.Contact // those with a time in Deleted are in the trash
}

var (
	modelEmails = rapid.SampledFrom([]string{"a@x.fr", "A@X.fr", "b@x.fr", "c@y.org", "d.e@y.org"})
	modelNames  = rapid.SampledFrom([]string{"", "Zoé", "zola", "Élise", "Elan", "b", "Marie-Zoé"})
)

// pick returns a contact of the model, in the trash or not.
func (m *model) pick(r *rapid.T) *data.Contact {
	if len(m.contacts) == 0 {
		r.Skip("no contact")
	}
	return m.contacts[rapid.IntRange(0, len(m.contacts)-1).Draw(r, "which")]
}

func (m *model) live() (out []*data.Contact) {
	for _, c := range m.contacts {
		if c.Deleted.IsZero() {
			out = append(out, c)
		}
	}
	return out
}

// holds returns the live contact that has an address, but one.
func (m *model) holds(email string, but *data.Contact) *data.Contact {
	for _, c := range m.live() {
		if c != but && data.SameAddress(c.Email, email) {
			return c
		}
	}
	return nil
}

// agree fails unless an operation did what the model says it does.
func agree(r *rapid.T, err, want error) bool {
	var invalid data.Invalid
	switch {
	case want == nil && err == nil:
		return true
	case errors.As(want, &invalid) && errors.As(err, &invalid), want != nil && errors.Is(err, want):
		return false
	}
	r.Fatalf("the error is %v, want %v", err, want)
	return false
}

// taken is what there is to say of an address.
func (m *model) taken(email string, but *data.Contact) error {
	if m.holds(email, but) != nil {
		return data.Invalid{}
	}
	return nil
}

func (m *model) create(r *rapid.T) {
	c := data.Contact{Client: m.client, Email: modelEmails.Draw(r, "email"), LastName: modelNames.Draw(r, "name"), Favorite: rapid.Bool().Draw(r, "star")}
	want := m.taken(c.Email, nil)
	c, err := m.s.CreateContact(m.t.Context(), "", c, true)
	if agree(r, err, want) {
		m.contacts = append(m.contacts, &c)
	}
}

func (m *model) update(r *rapid.T) {
	c := m.pick(r)
	email, name := modelEmails.Draw(r, "email"), modelNames.Draw(r, "name")
	version := c.Version - uint64(rapid.IntRange(0, 1).Draw(r, "stale"))
	var want error
	switch {
	case !c.Deleted.IsZero():
		want = data.ErrNotFound
	case version != c.Version:
		want = data.ErrStale
	default:
		want = m.taken(email, c)
	}
	got, err := m.s.UpdateContact(m.t.Context(), m.client, c.ID, version, func(c *data.Contact) { c.Email, c.LastName = email, name })
	if agree(r, err, want) {
		c.Email, c.LastName, c.Version, c.Updated = email, name, c.Version+1, got.Updated
	}
}

func (m *model) star(r *rapid.T) {
	c, on := m.pick(r), rapid.Bool().Draw(r, "on")
	_, _, err := m.s.Star(m.t.Context(), m.client, c.ID, on)
	if agree(r, err, m.absent(c)) {
		c.Favorite = on
	}
}

// absent is what there is to say of a contact in the trash.
func (m *model) absent(c *data.Contact) error {
	if c.Deleted.IsZero() {
		return nil
	}
	return data.ErrNotFound
}

func (m *model) remove(r *rapid.T) {
	c := m.pick(r)
	got, err := m.s.DeleteContact(m.t.Context(), m.client, c.ID)
	if agree(r, err, m.absent(c)) {
		c.Deleted = got.Deleted
	}
}

func (m *model) restore(r *rapid.T) {
	c := m.pick(r)
	var want error
	if !c.Deleted.IsZero() {
		want = m.taken(c.Email, nil)
	}
	got, err := m.s.RestoreContact(m.t.Context(), m.client, c.ID)
	if agree(r, err, want) {
		c.Deleted = got.Deleted
	}
}

func (m *model) makeMain(r *rapid.T) {
	c := m.pick(r)
	old := m.main
	former, err := m.s.MakeMain(m.t.Context(), m.client, c.ID)
	if !agree(r, err, m.absent(c)) || data.SameAddress(old, c.Email) {
		return
	}
	if former != old {
		r.Fatalf("the former main address is %q, want %q", former, old)
	}
	m.main = c.Email
	if held := m.holds(old, nil); held != nil {
		held.Favorite = true
	} else if old != "" {
		to, err := m.s.Recipients(m.t.Context(), m.client, []data.Mailbox{{Address: old}})
		if err != nil || to[0].Contact == nil {
			r.Fatalf("%q is not kept: %v", old, err)
		}
		m.contacts = append(m.contacts, to[0].Contact)
	}
}

func (m *model) search(r *rapid.T) {
	query := rapid.SampledFrom([]string{"z", "zo", "ZOÉ", "el", "x", "y.org", "@x", "e y", "marie zoe", "b", "&"}).Draw(r, "query")
	m.compare(r, query, func(c *data.Contact) bool {
		text := " " + strings.NewReplacer("-", " ", "@", " ", ".", " ").Replace(data.Fold(c.LastName+" "+c.Email))
		for _, w := range strings.Fields(strings.NewReplacer("@", " ", ".", " ", "&", " ").Replace(data.Fold(query))) {
			if !strings.Contains(text, " "+w) {
				return false
			}
		}
		return query != "&"
	})
}

func (m *model) check(r *rapid.T) {
	m.compare(r, "", func(*data.Contact) bool { return true })
	tally, err := m.s.Tally(m.t.Context(), m.client)
	favorites := 0
	for _, c := range m.live() {
		if c.Favorite {
			favorites++
		}
	}
	if tally.Contacts != len(m.live()) || tally.Favorites != favorites || err != nil {
		r.Fatalf("the counts are %+v, %v, want %d and %d", tally, err, len(m.live()), favorites)
	}
}

// compare fails unless a query finds the contacts that pass, in their order.
func (m *model) compare(r *rapid.T, query string, passes func(*data.Contact) bool) {
	var want []data.Contact
	for _, c := range m.live() {
		if passes(c) {
			want = append(want, *c)
		}
	}
	page, err := m.s.Contacts(m.t.Context(), m.client, data.ContactFilter{Query: query})
	got := page.Contacts
	sorted := slices.IsSortedFunc(got, func(a, b data.Contact) int {
		return cmp.Or(rank(a)-rank(b), strings.Compare(data.Fold(a.Label()), data.Fold(b.Label())))
	})
	byID := func(a, b data.Contact) int { return cmp.Compare(a.ID, b.ID) }
	slices.SortFunc(got, byID)
	slices.SortFunc(want, byID)
	if err != nil || !sorted || !slices.Equal(got, want) {
		r.Fatalf("%q finds, sorted: %t, %+v, %v, want %+v", query, sorted, got, err, want)
	}
}

func rank(c data.Contact) int {
	if c.Favorite {
		return 0
	}
	return 1
}
