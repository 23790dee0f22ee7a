package data_test

import (
	"fmt"
	"strings"
	"testing"

	"carnet/data"
	"carnet/data/datatest"
)

func TestClientNumbers(t *testing.T) {
	// Behaviour 1 and 50: numbers are given in sequence, one set by hand is
	// unique and does not disturb the sequence, which skips it.
	t.Parallel()
	s := datatest.Open(t)
	create := func(number string) (data.Client, error) {
		return s.CreateClient(t.Context(), "", data.Client{Name: "X", Number: number})
	}
	want := func(asked, number string) data.Client {
		t.Helper()
		c, err := create(asked)
		if err != nil || c.Number != number {
			t.Fatalf("asked %q, got %q, %v, want %q", asked, c.Number, err, number)
		}
		return c
	}
	first := want("", "C-0001")
	want("C-0002", "C-0002")
	want("C-0003", "C-0003")
	want("C-9000", "C-9000")
	want("", "C-0004")
	_, err := create("C-0001")
	if p := problem(t, err, "number"); p.Problem != data.Duplicate || p.Other != first.ID {
		t.Errorf("the problem is %+v, want a duplicate of %s", p, first.ID)
	}
	want("", "C-0005")
	// Case and accents make no other number; it is kept as it was typed.
	hand := want("c-0006", "c-0006")
	_, err = create("C-0006")
	if p := problem(t, err, "number"); p.Problem != data.Duplicate || p.Other != hand.ID {
		t.Errorf("the problem is %+v, want a duplicate of %s", p, hand.ID)
	}
	_, err = create("Ç-0001")
	wantProblem(t, err, "number", data.Duplicate)
	hand, _, err = s.UpdateClient(t.Context(), hand.ID, hand.Version, false, func(c *data.Client) { c.Number = "C-0006" })
	if err != nil || hand.Number != "C-0006" {
		t.Errorf("of another case it is %q, %v", hand.Number, err)
	}
	want("c-0007", "c-0007")
	want("", "C-0008")

	// A number that was given up is free again; one in the trash is not.
	c, _, err := s.UpdateClient(t.Context(), first.ID, first.Version, false, func(c *data.Client) { c.Number = "A-1" })
	ok(t, err)
	ok(t, s.DeleteClient(t.Context(), want("C-0001", "C-0001").ID))
	_, err = create("C-0001")
	wantProblem(t, err, "number", data.Duplicate)
	// Emptied, it is the next of the sequence.
	c, _, err = s.UpdateClient(t.Context(), c.ID, c.Version, false, func(c *data.Client) { c.Number = "" })
	if err != nil || c.Number != "C-0009" {
		t.Errorf("the number is %q, %v", c.Number, err)
	}
}

func TestClientNumbersManyByHand(t *testing.T) {
	// The sequence passes over hundreds of numbers set by hand, as an import brings.
	t.Parallel()
	s := datatest.Open(t)
	for i := range 250 {
		must(s.CreateClient(t.Context(), "", data.Client{Name: "X", Number: fmt.Sprintf("C-%04d", i+1)}))(t)
	}
	if c := datatest.Client(t, s, "X"); c.Number != "C-0251" {
		t.Errorf("the number is %q", c.Number)
	}
}

func TestClientFields(t *testing.T) {
	// Behaviour 1: each field is tidied and checked, all problems are told at once.
	t.Parallel()
	s := datatest.Open(t)
	c, err := s.CreateClient(t.Context(), "", data.Client{
		Name: "  Mairie \u00a0 de\tNantes ", Email: " Contact@Société.fr ", SIRET: "356 000 000 00048",
		VAT: "fr 40 303 265 045", Website: "nantes.fr", Address: "1 rue\r\nNantes\n\n",
	})
	ok(t, err)
	got := []string{c.Name, c.Email, c.SIRET, c.VAT, c.Website, c.Address, string(c.Kind), c.Language}
	want := []string{"Mairie de Nantes", "Contact@Société.fr", "35600000000048", "FR40303265045",
		"https://nantes.fr", "1 rue\nNantes", "company", "fr"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %q, want %q", got, want)
	}
	_, err = s.CreateClient(t.Context(), "", data.Client{
		Email: "x@", SIRET: "123", VAT: "FR1", Website: "ftp://x.fr", Kind: "cat", Language: "de",
		Phone: "0\x001", Notes: strings.Repeat("n", 5001),
	})
	for field, want := range map[string]data.Problem{
		"name": data.Required, "email": data.Malformed, "siret": data.Malformed, "vat": data.Malformed,
		"website": data.Malformed, "kind": data.NotOffered, "language": data.NotOffered,
		"phone": data.Forbidden, "notes": data.TooLong,
	} {
		wantProblem(t, err, field, want)
	}
	_, err = s.CreateClient(t.Context(), "", data.Client{Name: strings.Repeat("é", 500)})
	if p := problem(t, err, "name"); p.Problem != data.TooLong || p.Max != 120 {
		t.Errorf("a name of 500 is %+v", p)
	}
	must(s.CreateClient(t.Context(), "", data.Client{Name: strings.Repeat("é ", 120)[:180]}))(t)
}

func TestUpdateClientStale(t *testing.T) {
	// Behaviour 11: the second of two who edit is told, and gets what the first made.
	t.Parallel()
	clock := datatest.NewClock()
	s := datatest.Open(t, clock.Option())
	c := datatest.Client(t, s, "Ville")
	later := clock.Advance(1)
	first, _, err := s.UpdateClient(t.Context(), c.ID, c.Version, false, func(c *data.Client) {
		*c = data.Client{Name: "Ville de Lyon", Number: c.Number, ID: "x", Version: 40}
	})
	if err != nil || first.Version != c.Version+1 || first.ID != c.ID || !first.Updated.Equal(later) || !first.Created.Equal(c.Created) {
		t.Fatalf("the first made %+v, %v", first, err)
	}
	got, _, err := s.UpdateClient(t.Context(), c.ID, c.Version, false, func(c *data.Client) { c.Name = "Lyon" })
	wantError(t, err, data.ErrStale)
	if got != first {
		t.Errorf("the second got %+v, want %+v", got, first)
	}
	if now := must(s.Client(t.Context(), c.ID))(t); now != first {
		t.Errorf("the client is %+v", now)
	}
}

func TestUpdateClientMain(t *testing.T) {
	// Behaviour 9: the former main address is told, and kept as a favorite if
	// asked: a new contact, or the one that has it.
	t.Parallel()
	s := datatest.Open(t)
	c := must(s.CreateClient(t.Context(), "", data.Client{Name: "X", Email: "A@x.fr"}))(t)
	change := func(email string, keep bool, wantFormer string) {
		t.Helper()
		var former string
		var err error
		c, former, err = s.UpdateClient(t.Context(), c.ID, c.Version, keep, func(c *data.Client) { c.Email = email })
		if err != nil || former != wantFormer {
			t.Fatalf("to %q: former %q, %v, want %q", email, former, err, wantFormer)
		}
	}
	favorites := func(want ...string) {
		t.Helper()
		var got []string
		for _, x := range must(s.Contacts(t.Context(), c.ID, data.ContactFilter{}))(t).Contacts {
			got = append(got, fmt.Sprint(x.Email, x.Favorite))
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("the contacts are %q, want %q", got, want)
		}
	}
	change("a@X.fr", true, "") // the same address
	favorites()
	change("b@x.fr", false, "a@X.fr")
	favorites()
	datatest.Contact(t, s, c.ID, "b@x.fr", false)
	change("c@x.fr", true, "b@x.fr")
	favorites("b@x.frtrue")
	change("", true, "c@x.fr")
	favorites("b@x.frtrue", "c@x.frtrue")
	change("d@x.fr", true, "")
}

func TestDeleteClient(t *testing.T) {
	// Behaviour 7: a client in the trash is found nowhere, nor are its contacts;
	// restored, all of it is back as it was.
	t.Parallel()
	clock := datatest.NewClock()
	s := datatest.Open(t, clock.Option())
	c := must(s.CreateClient(t.Context(), "", data.Client{Name: "Écoles", Email: "main@x.fr"}))(t)
	x := datatest.Contact(t, s, c.ID, "jean@x.fr", true)
	found := func() int { return len(must(s.Clients(t.Context(), data.ClientFilter{Query: "ecol"}))(t).Clients) }
	if found() != 1 {
		t.Fatal("the client is not found at first")
	}
	ok(t, s.DeleteClient(t.Context(), c.ID))
	datatest.Check(t, s)
	_, err := s.Client(t.Context(), c.ID)
	wantError(t, err, data.ErrNotFound)
	_, err = s.Tally(t.Context(), c.ID)
	wantError(t, err, data.ErrNotFound)
	_, err = s.Contact(t.Context(), c.ID, x.ID)
	wantError(t, err, data.ErrNotFound)
	wantError(t, s.DeleteClient(t.Context(), c.ID), data.ErrNotFound)
	if n := len(must(s.Clients(t.Context(), data.ClientFilter{}))(t).Clients); found()+n != 0 {
		t.Errorf("it is still listed")
	}
	clock.Advance(1)
	for range 2 { // the second time there is nothing to do
		back := must(s.RestoreClient(t.Context(), c.ID))(t)
		if !back.Deleted.IsZero() || back.Name != c.Name || back.Number != c.Number {
			t.Errorf("it came back as %+v", back)
		}
	}
	if found() != 1 || must(s.Contact(t.Context(), c.ID, x.ID))(t) != x {
		t.Error("it did not come back whole")
	}
	_, err = s.RestoreClient(t.Context(), data.NewID())
	wantError(t, err, data.ErrNotFound)
}
