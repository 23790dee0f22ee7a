package data_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"carnet/data"
	"carnet/data/datatest"
)

// emails lists the addresses of all the pages that a filter lets through,
// without their domain; favorites have a star.
func emails(t *testing.T, s *data.Store, client data.ID, f data.ContactFilter) []string {
	t.Helper()
	var out []string
	for {
		page := must(s.Contacts(t.Context(), client, f))(t)
		for _, c := range page.Contacts {
			local, _ := data.SplitAddress(c.Email)
			if c.Favorite {
				local += "*"
			}
			out = append(out, local)
		}
		if page.Next == "" {
			return out
		}
		f.After = page.Next
	}
}

func TestContactOrder(t *testing.T) {
	// Behaviour 4: favorites come first, then by name; who has none stands under
	// the address. The filter reads name, role and address.
	t.Parallel()
	s := datatest.Open(t)
	c := datatest.Client(t, s, "X")
	for _, x := range []data.Contact{
		{Email: "4@x.fr", FirstName: "Zoé"},
		{Email: "2@x.fr", FirstName: "Zoé", Favorite: true},
		{Email: "3@x.fr", FirstName: "Élise", LastName: "Durand", Role: "Directrice des achats"},
		{Email: "1@x.fr", FirstName: "Éric", Favorite: true, Departed: true},
		{Email: "bureau@y.org"},
	} {
		x.Client = c.ID
		must(s.CreateContact(t.Context(), "", x, false))(t)
	}
	for want, f := range map[string]data.ContactFilter{
		"1* 2* bureau 3 4": {},
		"2* bureau 3 4":    {Active: true},
		"2* 4":             {Query: "zoe"},
		"2* 3":             {Query: "@X.fr", Without: []string{"1@x.fr", "4@x.fr"}},
		"3":                {Query: "dur achat"},
		"bureau":           {Query: "y.org"},
		"":                 {Query: "zoe elise"},
		"1* 3":             {Query: "é"},
		"1* bureau":        {Without: []string{"2@x.fr", "3@x.fr", "4@x.fr"}},
	} {
		for _, limit := range []int{0, 1, 2} {
			f.Limit = limit
			if got := strings.Join(emails(t, s, c.ID, f), " "); got != want {
				t.Errorf("%+v shows %q, want %q", f, got, want)
			}
		}
	}
}

func TestContactPages(t *testing.T) {
	// Pages of 300 contacts are complete, whatever is left out and though more
	// must be looked at than a transaction takes.
	t.Parallel()
	s := datatest.Open(t)
	c := datatest.Client(t, s, "X")
	var all, without []string
	for i := range 300 {
		x := data.Contact{Client: c.ID, Email: fmt.Sprintf("c%03d@x.fr", i), LastName: fmt.Sprint("Nom ", i),
			Favorite: i < 5, Departed: 100 <= i && i < 230}
		must(s.CreateContact(t.Context(), "", x, false))(t)
		local := fmt.Sprintf("c%03d", i)
		if x.Favorite {
			local += "*"
		}
		all = append(all, local)
		if i < data.MaxRecipients {
			without = append(without, x.Email)
		}
	}
	for name, c := range map[string]struct {
		filter data.ContactFilter
		want   []string
	}{
		"all":         {data.ContactFilter{}, all},
		"by seven":    {data.ContactFilter{Limit: 7}, all},
		"a search":    {data.ContactFilter{Query: "nom c", Limit: 50}, all},
		"the others":  {data.ContactFilter{Without: without, Active: true}, all[230:]},
		"and a query": {data.ContactFilter{Query: "nom", Without: without, Active: true, Limit: 40}, all[230:]},
	} {
		if got := emails(t, s, must(s.Clients(t.Context(), data.ClientFilter{}))(t).Clients[0].ID, c.filter); !slices.Equal(got, c.want) {
			t.Errorf("%s: %d contacts, want %d; from %q", name, len(got), len(c.want), got[:min(3, len(got))])
		}
	}
	if tally := must(s.Contacts(t.Context(), c.ID, data.ContactFilter{Limit: 4}))(t).Tally; tally.Contacts != 300 || tally.Favorites != 5 {
		t.Errorf("the counts are %+v", tally)
	}
}

func TestSearchTruncated(t *testing.T) {
	// A search whose words are all too common says that it does not show all,
	// shows none twice, none that does not match, and never fails.
	t.Parallel()
	s := datatest.Open(t)
	c := datatest.Client(t, s, "X")
	const n = data.MaxHits + 50
	_, errs := together(n, func(i int) (data.Contact, error) {
		x := data.Contact{Client: c.ID, Email: fmt.Sprintf("c%04d@x.fr", i), FirstName: "Alex", LastName: "Boyer"}
		if i%4 > 0 {
			x.LastName = "Alba"
		}
		return s.CreateContact(t.Context(), "", x, false)
	})
	ok(t, errors.Join(errs...))
	page := must(s.Contacts(t.Context(), c.ID, data.ContactFilter{Query: "al"}))(t)
	if !page.Truncated || len(page.Contacts) != data.PageSize || page.Next == "" {
		t.Errorf("%d contacts, truncated: %t", len(page.Contacts), page.Truncated)
	}
	page = must(s.Contacts(t.Context(), c.ID, data.ContactFilter{Query: "al boy"}))(t)
	if page.Truncated || len(page.Contacts) != data.PageSize {
		t.Errorf("with a rarer word %d contacts, truncated: %t", len(page.Contacts), page.Truncated)
	}
	got := emails(t, s, c.ID, data.ContactFilter{Query: "c x.f boy"})
	slices.Sort(got)
	if len(got) != (n+3)/4 || len(slices.Compact(got)) != len(got) {
		t.Errorf("%d contacts, want %d", len(got), (n+3)/4)
	}
}
