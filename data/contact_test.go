package data_test

import (
	"testing"

	"carnet/data"
	"carnet/data/datatest"
)

func TestContactAddressIsUnique(t *testing.T) {
	// Behaviour 8 and 12: a client has one contact for each address, however it
	// is spelled; another client may have it too.
	t.Parallel()
	s := datatest.Open(t)
	c, other := datatest.Client(t, s, "X"), datatest.Client(t, s, "Y")
	create := func(client data.ID, email string) error {
		_, err := s.CreateContact(t.Context(), "", data.Contact{Client: client, Email: email}, false)
		return err
	}
	first := datatest.Contact(t, s, c.ID, "Jean@société.fr", false)
	for _, email := range []string{"Jean@société.fr", "jean@SOCIÉTÉ.FR", "jean@xn--socit-esab.fr", "je\u200ban@société.fr "} {
		if p := problem(t, create(c.ID, email), "email"); p.Problem != data.Duplicate || p.Other != first.ID {
			t.Errorf("%q: %+v", email, p)
		}
	}
	ok(t, create(c.ID, "jean+news@société.fr"))
	ok(t, create(other.ID, "jean@société.fr"))

	second := datatest.Contact(t, s, c.ID, "paul@x.fr", false)
	_, err := s.UpdateContact(t.Context(), c.ID, second.ID, second.Version, func(c *data.Contact) { c.Email = "JEAN@société.fr" })
	wantProblem(t, err, "email", data.Duplicate)
	_, err = s.UpdateContact(t.Context(), c.ID, second.ID, second.Version, func(c *data.Contact) { c.Email = "PAUL@x.fr" })
	ok(t, err)
	// The address that a contact gave up is free.
	_, err = s.UpdateContact(t.Context(), c.ID, first.ID, first.Version, func(c *data.Contact) { c.Email = "j@x.fr" })
	ok(t, err)
	ok(t, create(c.ID, "jean@société.fr"))
	wantProblem(t, create(c.ID, ""), "email", data.Required)
	wantProblem(t, create(c.ID, "jean"), "email", data.Malformed)
	wantError(t, create(data.NewID(), "jean@x.fr"), data.ErrNotFound)
}

func TestContactTrash(t *testing.T) {
	// Behaviour 7 and 50: a contact goes to the trash with its star, and comes
	// back with it; who types its address is offered it, or makes another.
	t.Parallel()
	s := datatest.Open(t)
	c := datatest.Client(t, s, "X")
	x := datatest.Contact(t, s, c.ID, "jean@x.fr", true)
	_, err := s.BinnedContact(t.Context(), c.ID, x.ID)
	wantError(t, err, data.ErrNotFound)
	must(s.DeleteContact(t.Context(), c.ID, x.ID))(t)
	datatest.Check(t, s)
	_, err = s.Contact(t.Context(), c.ID, x.ID)
	wantError(t, err, data.ErrNotFound)
	if b := must(s.BinnedContact(t.Context(), c.ID, x.ID))(t); !b.Favorite || b.Deleted.IsZero() {
		t.Errorf("in the trash it is %+v", b)
	}
	again := data.Contact{Client: c.ID, Email: "JEAN@x.fr"}
	_, err = s.CreateContact(t.Context(), "", again, false)
	if p := problem(t, err, "email"); p.Problem != data.InTrash || p.Other != x.ID {
		t.Errorf("the offer is %+v", p)
	}
	for range 2 {
		if back := must(s.RestoreContact(t.Context(), c.ID, x.ID))(t); back != x {
			t.Errorf("it came back as %+v, want %+v", back, x)
		}
	}
	if tally := must(s.Tally(t.Context(), c.ID))(t); tally.Contacts != 1 || tally.Favorites != 1 {
		t.Errorf("the counts are %+v", tally)
	}
	// Its address was taken meanwhile.
	must(s.DeleteContact(t.Context(), c.ID, x.ID))(t)
	taker := must(s.CreateContact(t.Context(), "", again, true))(t)
	_, err = s.RestoreContact(t.Context(), c.ID, x.ID)
	if p := problem(t, err, "email"); p.Problem != data.Duplicate || p.Other != taker.ID {
		t.Errorf("restoring says %+v", p)
	}
	// Of two in the trash with one address, the last is offered; either can be restored.
	must(s.DeleteContact(t.Context(), c.ID, taker.ID))(t)
	_, err = s.CreateContact(t.Context(), "", again, false)
	if p := problem(t, err, "email"); p.Problem != data.InTrash || p.Other != taker.ID {
		t.Errorf("the second offer is %+v", p)
	}
	must(s.RestoreContact(t.Context(), c.ID, x.ID))(t)
	must(s.UpdateContact(t.Context(), c.ID, x.ID, x.Version, func(c *data.Contact) { c.Email = "new@x.fr" }))(t)
	_, err = s.CreateContact(t.Context(), "", again, false)
	if p := problem(t, err, "email"); p.Problem != data.InTrash || p.Other != taker.ID {
		t.Errorf("with the first restored the offer is %+v", p)
	}
}

func TestStar(t *testing.T) {
	// Behaviour 6 and 11: a star is set or removed by saying so; setting it twice
	// changes nothing, it is no edit, and it never takes another's edit back.
	t.Parallel()
	clock := datatest.NewClock()
	s := datatest.Open(t, clock.Option())
	c := datatest.Client(t, s, "X")
	x := datatest.Contact(t, s, c.ID, "jean@x.fr", false)
	star := func(on bool) data.Contact {
		t.Helper()
		starred, counts, err := s.Star(t.Context(), c.ID, x.ID, on)
		if now := must(s.Tally(t.Context(), c.ID))(t); err != nil || counts != now {
			t.Fatalf("the counts are %+v, and %+v are returned, %v", now, counts, err)
		}
		return starred
	}
	before := must(s.Tally(t.Context(), c.ID))(t)
	clock.Advance(1)
	starred := x
	starred.Favorite = true
	if got := star(true); got != starred {
		t.Errorf("starred it is %+v, want %+v", got, starred)
	}
	set := must(s.Tally(t.Context(), c.ID))(t)
	if set.Favorites != 1 || set.Contacts != 1 || set.Version == before.Version {
		t.Errorf("the counts are %+v after %+v", set, before)
	}
	star(true)
	if again := must(s.Tally(t.Context(), c.ID))(t); again != set {
		t.Errorf("a second time moved the counts to %+v", again)
	}
	// Who edits what they saw before the star keeps the star.
	edited, err := s.UpdateContact(t.Context(), c.ID, x.ID, x.Version, func(c *data.Contact) { c.LastName = "Durand" })
	if err != nil || !edited.Favorite {
		t.Errorf("edited it is %+v, %v", edited, err)
	}
	if got := star(false); got.LastName != "Durand" || got.Favorite || got.Version != edited.Version {
		t.Errorf("without its star it is %+v", got)
	}
}

func TestUpdateContactStale(t *testing.T) {
	// Behaviour 11: the second of two who edit is told, and gets what the first made.
	t.Parallel()
	s := datatest.Open(t)
	c := datatest.Client(t, s, "X")
	x := datatest.Contact(t, s, c.ID, "jean@x.fr", true)
	first := must(s.UpdateContact(t.Context(), c.ID, x.ID, x.Version, func(c *data.Contact) {
		c.FirstName, c.Client, c.ID, c.Version = " Jean ", "other", "x", 12
	}))(t)
	if first.FirstName != "Jean" || first.Client != c.ID || first.ID != x.ID || first.Version != x.Version+1 {
		t.Errorf("the first made %+v", first)
	}
	got, err := s.UpdateContact(t.Context(), c.ID, x.ID, x.Version, func(c *data.Contact) { c.FirstName = "Paul" })
	wantError(t, err, data.ErrStale)
	if got != must(s.Contact(t.Context(), c.ID, x.ID))(t) || got.FirstName != "Jean" {
		t.Errorf("the second got %+v", got)
	}
}

func TestMakeMain(t *testing.T) {
	// Behaviour 9: a contact's address becomes the main one, and the former main
	// address a favorite, whether a contact has it or not.
	t.Parallel()
	s := datatest.Open(t)
	c := must(s.CreateClient(t.Context(), "", data.Client{Name: "X", Email: "a@x.fr"}))(t)
	b := datatest.Contact(t, s, c.ID, "b@x.fr", false)
	swap := func(x data.Contact, want string) {
		t.Helper()
		if former, err := s.MakeMain(t.Context(), c.ID, x.ID); former != want || err != nil {
			t.Fatalf("the former is %q, %v, want %q", former, err, want)
		}
	}
	swap(b, "a@x.fr")
	swap(b, "")
	now := must(s.Client(t.Context(), c.ID))(t)
	page := must(s.Contacts(t.Context(), c.ID, data.ContactFilter{}))(t)
	if now.Email != "b@x.fr" || now.Version != c.Version+1 || len(page.Contacts) != 2 ||
		page.Contacts[0].Email != "a@x.fr" || !page.Contacts[0].Favorite || page.Contacts[1] != b {
		t.Fatalf("the client is %+v with %+v", now, page.Contacts)
	}
	swap(page.Contacts[0], "b@x.fr")
	if got := must(s.Contact(t.Context(), c.ID, b.ID))(t); !got.Favorite {
		t.Error("who was written to by default is forgotten")
	}
	if tally := must(s.Tally(t.Context(), c.ID))(t); tally.Contacts != 2 || tally.Favorites != 2 {
		t.Errorf("the counts are %+v", tally)
	}
}
