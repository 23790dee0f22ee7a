package data_test

import (
	"fmt"
	"slices"
	"testing"

	"carnet/data"
	"carnet/data/datatest"
)

func TestPagesWhileContactsChange(t *testing.T) {
	// Between two pages a contact of the first may be starred, renamed or deleted:
	// the second begins where the first ended, skips none and repeats none of the
	// others.
	t.Parallel()
	for _, query := range []string{"", "nom"} {
		s := datatest.Open(t)
		c := datatest.Client(t, s, "X")
		for i := range 12 {
			x := data.Contact{Client: c.ID, Email: fmt.Sprintf("c%d@x.fr", i), LastName: fmt.Sprint("Nom ", i), Favorite: i < 2}
			must(s.CreateContact(t.Context(), "", x, false))(t)
		}
		change := map[string]func(data.Contact) error{
			"starred": func(x data.Contact) error { _, _, err := s.Star(t.Context(), c.ID, x.ID, !x.Favorite); return err },
			"renamed": func(x data.Contact) error {
				_, err := s.UpdateContact(t.Context(), c.ID, x.ID, x.Version, func(c *data.Contact) { c.LastName = "Nom 99" })
				return err
			},
			"deleted": func(x data.Contact) error { _, err := s.DeleteContact(t.Context(), c.ID, x.ID); return err },
		}
		for _, name := range []string{"starred", "renamed", "deleted"} {
			f := data.ContactFilter{Query: query, Limit: 5}
			all := emails(t, s, c.ID, data.ContactFilter{Query: query})
			first := must(s.Contacts(t.Context(), c.ID, f))(t)
			moved := first.Contacts[4]
			ok(t, change[name](moved))
			f.After = first.Next
			rest := emails(t, s, c.ID, f)
			local, _ := data.SplitAddress(moved.Email)
			rest = slices.DeleteFunc(rest, func(e string) bool { return e == local })
			if !slices.Equal(rest, all[5:]) {
				t.Errorf("%q, %s: the rest is %q, want %q", query, name, rest, all[5:])
			}
		}
	}
}

func TestPagesWhileClientsChange(t *testing.T) {
	// The same holds for clients.
	t.Parallel()
	for _, query := range []string{"", "client"} {
		s := datatest.Open(t)
		for i := range data.PageSize + 10 {
			datatest.Client(t, s, fmt.Sprint("Client ", i))
		}
		for _, change := range []func(data.Client) error{
			func(c data.Client) error {
				_, _, err := s.UpdateClient(t.Context(), c.ID, c.Version, false, func(c *data.Client) { c.Name = "Aa client" })
				return err
			},
			func(c data.Client) error { return s.DeleteClient(t.Context(), c.ID) },
		} {
			f := data.ClientFilter{Query: query}
			first := must(s.Clients(t.Context(), f))(t)
			f.After = first.Next
			want := must(s.Clients(t.Context(), f))(t)
			ok(t, change(first.Clients[data.PageSize-1].Client))
			got := must(s.Clients(t.Context(), f))(t)
			if len(got.Clients) < 8 || !slices.EqualFunc(got.Clients, want.Clients, func(a, b data.ClientSummary) bool { return a.ID == b.ID }) {
				t.Errorf("%q: the second page has %d clients, and had %d", query, len(got.Clients), len(want.Clients))
			}
		}
	}
}

func TestCursorsOfNothing(t *testing.T) {
	// What is no cursor of the list is not found, with a query or without; one
	// of another client is only a place in the order.
	t.Parallel()
	s := datatest.Open(t)
	c, other := datatest.Client(t, s, "X"), datatest.Client(t, s, "Y")
	for i := range 3 {
		datatest.Contact(t, s, c.ID, fmt.Sprintf("c%d@x.fr", i), false)
		datatest.Contact(t, s, other.ID, fmt.Sprintf("c%d@x.fr", i), false)
	}
	good := must(s.Contacts(t.Context(), other.ID, data.ContactFilter{Limit: 2}))(t).Next
	for _, query := range []string{"", "c"} {
		for _, bad := range []data.Cursor{"x", data.Cursor(c.ID), good + "A", good[1:], good + "\n"} {
			_, err := s.Contacts(t.Context(), c.ID, data.ContactFilter{Query: query, After: bad})
			wantError(t, err, data.ErrNotFound)
			_, err = s.Clients(t.Context(), data.ClientFilter{Query: query, After: bad})
			wantError(t, err, data.ErrNotFound)
		}
		_, err := s.Clients(t.Context(), data.ClientFilter{Query: query, After: good})
		wantError(t, err, data.ErrNotFound)
		if page := must(s.Contacts(t.Context(), c.ID, data.ContactFilter{Query: query, After: good}))(t); len(page.Contacts) != 1 || page.Contacts[0].Client != c.ID {
			t.Errorf("%q: after another's cursor: %v", query, page.Contacts)
		}
	}
}
