package data_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"carnet/data"
	"carnet/data/datatest"
	"carnet/data/kv"
)

// between is an engine on which something happens before the second View.
type between struct {
	kv.Store
	views  int
	happen func()
}

func (b *between) View(ctx context.Context, fn func(kv.Reader) error) error {
	if b.views++; b.views == 2 {
		b.happen()
	}
	return b.Store.View(ctx, fn)
}

func TestSearchWhileDeleting(t *testing.T) {
	// What goes to the trash while a search is under way, after it was found and
	// before it is read, is not shown.
	t.Parallel()
	engine := datatest.Engine(t, filepath.Join(t.TempDir(), "carnet.db"))
	s := datatest.On(t, engine)
	c, gone := datatest.Client(t, s, "Mairie"), datatest.Client(t, s, "Mairie annexe")
	var contacts []data.Contact
	for i := range 3 {
		contacts = append(contacts, must(s.CreateContact(t.Context(), "",
			data.Contact{Client: c.ID, Email: fmt.Sprintf("c%d@x.fr", i+1), Departed: i < 2}, false))(t))
	}
	while := func(happen func() error) *data.Store {
		b := &between{Store: engine, happen: func() { ok(t, happen()) }}
		searched := must(data.Open(t.Context(), b))(t)
		b.views = 0
		return searched
	}
	searched := while(func() error { return s.DeleteClient(t.Context(), gone.ID) })
	if page := must(searched.Clients(t.Context(), data.ClientFilter{Query: "mairie"}))(t); len(page.Clients) != 1 || page.Clients[0].ID != c.ID {
		t.Errorf("the search shows %v", page.Clients)
	}
	searched = while(func() error { _, err := s.DeleteContact(t.Context(), c.ID, contacts[2].ID); return err })
	if page := must(searched.Contacts(t.Context(), c.ID, data.ContactFilter{Query: "x.fr", Active: true, Limit: 1}))(t); len(page.Contacts) != 0 {
		t.Errorf("the search shows %v", page.Contacts)
	}
	if _, err := s.BinnedContact(t.Context(), c.ID, contacts[2].ID); err != nil {
		t.Errorf("the contact was to be deleted: %v", err)
	}
}
