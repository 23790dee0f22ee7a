package data_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"carnet/data"
	"carnet/data/datatest"
)

// names lists the names that a query finds, on all its pages.
func names(t *testing.T, s *data.Store, query string) []string {
	t.Helper()
	var out []string
	f := data.ClientFilter{Query: query}
	for {
		page := must(s.Clients(t.Context(), f))(t)
		for _, c := range page.Clients {
			out = append(out, c.Name)
		}
		if page.Next == "" {
			return out
		}
		f.After = page.Next
	}
}

func TestSearchClients(t *testing.T) {
	// A query finds the clients that have, for each of its words, a word that
	// begins with it: of the name, the number, the address or the town; accents,
	// case and punctuation do not count.
	t.Parallel()
	s := datatest.Open(t)
	for _, c := range []data.Client{
		{Name: "Écoles Saint-Exupéry", Email: "contact@saint-exupery.fr", Address: "2 quai\n69002 Lyon"},
		{Name: "Dupont & Fils", Number: "D-77"},
		{Name: "Œuvres de l’Été", Email: "marie.helene@société.fr"},
	} {
		must(s.CreateClient(t.Context(), "", c))(t)
	}
	for query, want := range map[string]string{
		"ecoles": "Écoles Saint-Exupéry", "ÉCO": "Écoles Saint-Exupéry", "exup": "Écoles Saint-Exupéry",
		"saint-ex": "Écoles Saint-Exupéry", "lyon": "Écoles Saint-Exupéry", "69002": "Écoles Saint-Exupéry",
		"exup eco": "Écoles Saint-Exupéry", "contact@saint": "Écoles Saint-Exupéry", "coles": "",
		"dupont & fils": "Dupont & Fils", "d-77": "Dupont & Fils", "fils dup": "Dupont & Fils", "dupont saint": "",
		"oeuv": "Œuvres de l’Été", "œuv": "Œuvres de l’Été", "l'ete": "Œuvres de l’Été", "@societe": "Œuvres de l’Été",
		"helene@": "Œuvres de l’Été", "&": "", "c-0": "Écoles Saint-Exupéry Œuvres de l’Été",
		"a b c d e f g": "", "\u0301": "", strings.Repeat("e", 2000): "",
	} {
		if got := strings.Join(names(t, s, query), " "); got != want {
			t.Errorf("%.40q finds %q, want %q", query, got, want)
		}
	}
	// What changed is found by what it is now.
	c := must(s.Clients(t.Context(), data.ClientFilter{Query: "dupont"}))(t).Clients[0]
	_, _, err := s.UpdateClient(t.Context(), c.ID, c.Version, false, func(c *data.Client) { c.Name, c.Number = "Durand", "E-1" })
	ok(t, err)
	for query, want := range map[string]int{"dup": 0, "d-77": 0, "dur": 1, "e-1": 1} {
		if got := names(t, s, query); len(got) != want {
			t.Errorf("after the change %q finds %q", query, got)
		}
	}
}

func TestClientOrder(t *testing.T) {
	// Clients stand in the French order of their names, numbers by value.
	t.Parallel()
	s := datatest.Open(t)
	want := []string{"Abbé", "cote", "Côte", "coté", "Côté 2", "Côté 10", "œuvre", "oz", "Zoé"}
	for i := range want {
		datatest.Client(t, s, want[(i*4+3)%len(want)])
	}
	got := names(t, s, "")
	fold := func(names []string) (out []string) { // the order of accents alone is not promised here
		for _, n := range names {
			out = append(out, data.Fold(n))
		}
		return out
	}
	if !slices.Equal(fold(got), fold(want)) {
		t.Errorf("the order is %q, want %q", got, want)
	}
}

func TestClientPages(t *testing.T) {
	// Pages of 120 clients, of all and of a search, are complete and have none twice.
	t.Parallel()
	s := datatest.Open(t)
	for i := range 120 {
		datatest.Client(t, s, fmt.Sprintf("Client %d", (i*7)%120))
	}
	for _, query := range []string{"", "cli", "c-0 client"} {
		got := names(t, s, query)
		for i, name := range got {
			if name != fmt.Sprintf("Client %d", i) {
				t.Fatalf("%q: the client %d is %q", query, i, name)
			}
		}
		if len(got) != 120 {
			t.Errorf("%q: %d clients", query, len(got))
		}
	}
}
