package demo_test

import (
	"slices"
	"strings"
	"testing"

	"carnet/data"
)

func clients(t *testing.T, s *data.Store) []data.ClientSummary {
	t.Helper()
	page, err := s.Clients(t.Context(), data.ClientFilter{})
	if err != nil || page.Next != "" {
		t.Fatal(err, page.Next)
	}
	return page.Clients
}

func named(t *testing.T, s *data.Store, name string) data.ClientSummary {
	t.Helper()
	all := clients(t, s)
	i := slices.IndexFunc(all, func(c data.ClientSummary) bool { return c.Name == name })
	if i < 0 {
		t.Fatalf("no client %q", name)
	}
	return all[i]
}

func contacts(t *testing.T, s *data.Store, client data.ID) (all []data.Contact) {
	t.Helper()
	for after := data.Cursor(""); ; {
		page, err := s.Contacts(t.Context(), client, data.ContactFilter{After: after})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page.Contacts...)
		if after = page.Next; after == "" {
			return all
		}
	}
}

func TestCounts(t *testing.T) {
	// 12 clients: one of 200 contacts, one of none, 80 at the others; all
	// kinds, and one who is written to in English.
	t.Parallel()
	s, _ := open(t)
	kinds, languages, sizes, total := map[data.Kind]int{}, map[string]int{}, map[int]int{}, 0
	all := clients(t, s)
	for _, c := range all {
		n := len(contacts(t, s, c.ID))
		if n != c.Tally.Contacts {
			t.Errorf("%s: %d contacts, counted %d", c.Name, n, c.Tally.Contacts)
		}
		kinds[c.Kind]++
		languages[c.Language]++
		sizes[n]++
		total += n
	}
	if len(all) != 12 || total != 280 || sizes[200] != 1 || sizes[0] != 1 {
		t.Errorf("%d clients, %d contacts, so many clients by contacts: %v", len(all), total, sizes)
	}
	if kinds[data.Company] < 5 || kinds[data.Administration] != 2 || kinds[data.Person] != 1 || languages["en"] != 1 {
		t.Errorf("kinds %v, languages %v", kinds, languages)
	}
}

func TestMenuiserieLambert(t *testing.T) {
	// The client that tests and screenshots know by heart is exactly this.
	t.Parallel()
	s, _ := open(t)
	c := named(t, s, "Menuiserie Lambert")
	if got := []string{c.Number, c.Email, c.Phone, c.Address, string(c.Kind), c.Language}; !slices.Equal(got, []string{"C-0001",
		"contact@menuiserie-lambert.fr", "04 72 00 11 22", "14 rue des Ateliers\n69007 Lyon", "company", "fr"}) || c.SIRET == "" {
		t.Errorf("got %q, SIRET %q", got, c.SIRET)
	}
	var got []string
	for _, x := range contacts(t, s, c.ID) {
		star := "☆"
		if x.Favorite {
			star = "★"
		}
		got = append(got, strings.Join([]string{star, x.Name(), x.Role, x.Email, x.BestPhone()}, "|"))
	}
	want := []string{
		"★|Claire Morel|Comptable|claire.morel@menuiserie-lambert.fr|06 12 34 56 78",
		"★|Julien Lambert|Gérant|julien@menuiserie-lambert.fr|06 98 76 54 32",
		"☆|Aïcha Benali|Responsable achats|a.benali@menuiserie-lambert.fr|",
		"☆|||facturation@menuiserie-lambert.fr|",
		"☆|Louis Petit|Commercial|louis.petit@menuiserie-lambert.fr|",
		"☆|Marie-Hélène de la Fontaine-Saint-Georges|Expert-comptable|marie-helene.delafontaine@cabinet-expertise-comptable.fr|04 78 00 00 00",
		"☆|Thomas Girard|Chef d’atelier|thomas.girard@menuiserie-lambert.fr|06 55 44 33 22",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	var to []string
	defaults, err := s.Defaults(t.Context(), c.ID)
	for _, r := range defaults.To {
		to = append(to, r.Mailbox.Address)
	}
	if err != nil || len(defaults.Departed) > 0 || !slices.Equal(to, []string{c.Email, "claire.morel@menuiserie-lambert.fr", "julien@menuiserie-lambert.fr"}) {
		t.Errorf("written to by default: %q, not %v, %v", to, defaults.Departed, err)
	}
}

func TestOddities(t *testing.T) {
	// The book shows what is rare: no main address, a main address that is a
	// contact's, an address at two clients, an internationalised domain, who
	// left with a star, a contact in the trash, contacts without a name.
	t.Parallel()
	s, _ := open(t)
	var headless, doubled, shared, international, gone, nameless int
	for _, c := range clients(t, s) {
		headless += one(c.Email == "" && c.Tally.Favorites > 0)
		for _, x := range contacts(t, s, c.ID) {
			doubled += one(data.SameAddress(x.Email, c.Email))
			gone += one(x.Departed && x.Favorite)
			nameless += one(x.Name() == "")
			key, err := data.AddressKey(x.Email)
			if err != nil {
				t.Fatal(err)
			}
			international += one(strings.Contains(key, "@xn--"))
			also, err := s.Elsewhere(t.Context(), x.Email, c.ID)
			if err != nil {
				t.Fatal(err)
			}
			shared += len(also)
		}
	}
	if headless != 1 || doubled != 1 || shared != 2 || international != 8 || gone != 1 || nameless < 12 {
		t.Errorf("no main address %d, main and contact %d, at two clients %d, IDN %d, gone %d, nameless %d",
			headless, doubled, shared, international, gone, nameless)
	}
	bin, err := s.Trash(t.Context())
	if err != nil || len(bin) != 1 || bin[0].Contact == nil {
		t.Errorf("the trash is %+v, %v", bin, err)
	}
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
