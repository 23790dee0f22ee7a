package data_test

import (
	"strings"
	"testing"
	"time"

	"carnet/data"
	"carnet/data/datatest"
)

// draftTo is a draft of a user to a client, with recipients in its first field.
func draftTo(u data.User, c data.Client, to ...string) data.Draft {
	d := data.Draft{ID: data.NewID(), Client: c.ID, Author: u.ID, Page: data.NewID(), Subject: "Devis"}
	d.Text = "Bonjour,"
	for _, t := range to {
		d.To.Recipients = append(d.To.Recipients, data.DraftRecipient{Text: t})
	}
	return d
}

func TestDraftComesBack(t *testing.T) {
	// A draft comes back exactly as it was typed, what is no address and what is
	// too long to be sent included; saving what did not change writes nothing.
	t.Parallel()
	s := datatest.Open(t)
	u, c := user(t, s), datatest.Client(t, s, "Lambert")
	d := draftTo(u, c, "Claire <claire@x.fr>", "pas une adresse")
	d.To.Typed, d.Cc.Shown = "paul@", true
	d.Ignored, d.Asked = []string{"a@x.fr"}, []string{"b@x.fr"}
	d.Text = strings.Repeat("é", 60000)
	saved := must(s.SaveDraft(t.Context(), d, false))(t)
	got := must(s.Draft(t.Context(), u.ID, c.ID, d.ID))(t)
	if got.Subject != d.Subject || got.Text != d.Text || got.To.Typed != "paul@" || !got.Cc.Shown ||
		len(got.To.Recipients) != 2 || got.To.Recipients[1].Text != "pas une adresse" || got.Ignored[0] != "a@x.fr" || got.Asked[0] != "b@x.fr" {
		t.Errorf("the draft came back as %+v", got.Subject)
	}
	if again := must(s.SaveDraft(t.Context(), d, false))(t); again.Version != saved.Version {
		t.Errorf("saving the same again is version %d after %d", again.Version, saved.Version)
	}
	d.Text = "Court"
	ok(t, errOf(s.SaveDraft(t.Context(), d, false)))
	if got := must(s.Draft(t.Context(), u.ID, c.ID, d.ID))(t); got.Text != "Court" || got.Version != saved.Version+1 {
		t.Errorf("the shorter draft came back as %q, version %d", got.Text, got.Version)
	}
	d.Text = strings.Repeat("x", 500_000)
	wantProblem(t, errOf(s.SaveDraft(t.Context(), d, false)), "text", data.TooLong)
}

func errOf[T any](_ T, err error) error { return err }

func TestDraftOfTwoPages(t *testing.T) {
	// Two pages on one draft: the one that saves second is told, sees how it
	// stands, and may take it over; then the other is told.
	t.Parallel()
	s := datatest.Open(t)
	u, c := user(t, s), datatest.Client(t, s, "Lambert")
	first := must(s.SaveDraft(t.Context(), draftTo(u, c), false))(t)
	a, b := first, first
	a.Page, b.Page = data.NewID(), data.NewID()
	a.Text, b.Text = "de A", "de B"
	ok(t, errOf(s.SaveDraft(t.Context(), a, false)))
	a.Text = "encore de A" // the page keeps the version it began with
	ok(t, errOf(s.SaveDraft(t.Context(), a, false)))
	stands, err := s.SaveDraft(t.Context(), b, false)
	wantError(t, err, data.ErrStale)
	if stands.Text != "encore de A" {
		t.Errorf("the draft stands as %q", stands.Text)
	}
	ok(t, errOf(s.SaveDraft(t.Context(), b, true)))
	wantError(t, errOf(s.SaveDraft(t.Context(), a, false)), data.ErrStale)
	if got := must(s.Draft(t.Context(), u.ID, c.ID, first.ID))(t); got.Text != "de B" {
		t.Errorf("the draft is %q", got.Text)
	}
}

func TestDraftsOfAUser(t *testing.T) {
	// Behaviour 48: drafts are each person's; the newest is first, and one that
	// was thrown away comes back for two days.
	t.Parallel()
	clock := datatest.NewClock()
	s := datatest.Open(t, clock.Option())
	u, c := user(t, s), datatest.Client(t, s, "Lambert")
	other := datatest.Client(t, s, "Autre")
	one := must(s.SaveDraft(t.Context(), draftTo(u, c), false))(t)
	two := must(s.SaveDraft(t.Context(), draftTo(u, c), false))(t)
	list := func() (ids []data.ID) {
		for _, d := range must(s.Drafts(t.Context(), u.ID, c.ID, ""))(t).Drafts {
			ids = append(ids, d.ID)
		}
		return ids
	}
	if got := list(); len(got) != 2 || got[0] != two.ID || got[1] != one.ID {
		t.Errorf("the drafts are %v", got)
	}
	for name, err := range map[string]error{
		"somebody else's":              errOf(s.Draft(t.Context(), data.NewID(), c.ID, one.ID)),
		"another client":               errOf(s.Draft(t.Context(), u.ID, other.ID, one.ID)),
		"thrown away by somebody else": s.DeleteDraft(t.Context(), data.NewID(), c.ID, one.ID),
	} {
		t.Run(name, func(t *testing.T) { wantError(t, err, data.ErrNotFound) })
	}
	ok(t, s.DeleteDraft(t.Context(), u.ID, c.ID, one.ID))
	wantError(t, errOf(s.Draft(t.Context(), u.ID, c.ID, one.ID)), data.ErrNotFound)
	if got := list(); len(got) != 1 {
		t.Errorf("after one was thrown away the drafts are %v", got)
	}
	ok(t, s.RestoreDraft(t.Context(), u.ID, c.ID, one.ID))
	if got := list(); len(got) != 2 {
		t.Errorf("after it was restored the drafts are %v", got)
	}
	ok(t, s.DeleteDraft(t.Context(), u.ID, c.ID, one.ID))
	clock.Advance(49 * time.Hour)
	ok(t, s.Sweep(t.Context()))
	wantError(t, s.RestoreDraft(t.Context(), u.ID, c.ID, one.ID), data.ErrNotFound)
	ok(t, errOf(s.Draft(t.Context(), u.ID, c.ID, two.ID)))
}

func TestDraftChanges(t *testing.T) {
	// A draft keeps whom it was addressed to, and tells what became of them: in
	// the trash, departed, with another address.
	t.Parallel()
	s := datatest.Open(t)
	u, c := user(t, s), datatest.Client(t, s, "Lambert")
	contact := func(email string) data.Contact { return datatest.Contact(t, s, c.ID, email, false) }
	gone, left, moved := contact("parti@x.fr"), contact("ailleurs@x.fr"), contact("ancienne@x.fr")
	contact("la@x.fr")
	d := draftTo(u, c, "parti@x.fr", "ailleurs@x.fr", "ancienne@x.fr", "la@x.fr", "inconnue@x.fr", "rien")
	ok(t, errOf(s.SaveDraft(t.Context(), d, false)))
	ok(t, errOf(s.DeleteContact(t.Context(), c.ID, gone.ID)))
	ok(t, errOf(s.UpdateContact(t.Context(), c.ID, left.ID, left.Version, func(x *data.Contact) { x.Departed = true })))
	ok(t, errOf(s.UpdateContact(t.Context(), c.ID, moved.ID, moved.Version, func(x *data.Contact) { x.Email = "nouvelle@x.fr" })))
	d.Text = "saved again from the same form"
	ok(t, errOf(s.SaveDraft(t.Context(), d, false)))
	changes := must(s.DraftChanges(t.Context(), must(s.Draft(t.Context(), u.ID, c.ID, d.ID))(t)))(t)
	if len(changes) != 3 || !changes[0].Gone || !changes[1].Contact.Departed || changes[1].Moved() ||
		!changes[2].Moved() || changes[2].Chosen.Address != "ancienne@x.fr" || changes[2].Now.Address != "nouvelle@x.fr" {
		t.Errorf("the changes are %+v", changes)
	}
}

func TestDraftToTheMainAddress(t *testing.T) {
	// A draft that was addressed to the main address tells when that is another
	// one now, also if the former one was kept as a contact, and when it is gone.
	t.Parallel()
	for name, keep := range map[string]bool{"left": false, "kept": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := datatest.Open(t)
			u := user(t, s)
			c := must(s.CreateClient(t.Context(), "", data.Client{Name: "Lambert", Email: "main@x.fr", Kind: data.Company, Language: "fr"}))(t)
			d := draftTo(u, c, "main@x.fr")
			ok(t, errOf(s.SaveDraft(t.Context(), d, false)))
			changes := func() []data.DraftChange {
				d.Text += "."
				ok(t, errOf(s.SaveDraft(t.Context(), d, false)))
				return must(s.DraftChanges(t.Context(), must(s.Draft(t.Context(), u.ID, c.ID, d.ID))(t)))(t)
			}
			if got := changes(); len(got) != 0 {
				t.Errorf("before it changed: %+v", got)
			}
			become := func(email string) {
				var err error
				c, _, err = s.UpdateClient(t.Context(), c.ID, c.Version, keep, func(c *data.Client) { c.Email = email })
				ok(t, err)
			}
			become("nouveau@x.fr")
			if got := changes(); len(got) != 1 || !got[0].Main || !got[0].Moved() || got[0].Chosen.Address != "main@x.fr" || got[0].Now.Address != "nouveau@x.fr" {
				t.Errorf("the changes are %+v", got)
			}
			keep = false
			become("")
			if got := changes(); len(got) != 1 || !got[0].Main || got[0].Moved() {
				t.Errorf("without any the changes are %+v", got)
			}
			become("main@x.fr")
			if got := changes(); len(got) != 0 {
				t.Errorf("back again: %+v", got)
			}
		})
	}
}

func TestDraftPages(t *testing.T) {
	// Every draft is on a page, once; those behind the first are counted, and
	// those sent or thrown away are not.
	t.Parallel()
	s := datatest.Open(t)
	u, c := user(t, s), datatest.Client(t, s, "Lambert")
	want := map[data.ID]bool{}
	for i := range 50 {
		d := must(s.SaveDraft(t.Context(), draftTo(u, c), false))(t)
		if i%10 == 0 {
			ok(t, s.DeleteDraft(t.Context(), u.ID, c.ID, d.ID))
			continue
		}
		want[d.ID] = true
	}
	var sizes []int
	for after, more := data.ID(""), true; more; {
		p := must(s.Drafts(t.Context(), u.ID, c.ID, after))(t)
		if p.Beyond || len(p.Drafts)+p.Left != len(want) {
			t.Errorf("%d and %d behind, of %d", len(p.Drafts), p.Left, len(want))
		}
		for _, d := range p.Drafts {
			delete(want, d.ID)
		}
		sizes = append(sizes, len(p.Drafts))
		after, more = p.Next, p.Next != ""
	}
	if len(want) != 0 || len(sizes) != 3 {
		t.Errorf("pages of %v, and %d on none", sizes, len(want))
	}
	_, err := s.Drafts(t.Context(), u.ID, data.NewID(), "")
	wantError(t, err, data.ErrNotFound)
}

func TestDraftOfAnother(t *testing.T) {
	// Who names another's draft gets nothing, and changes nothing of it.
	t.Parallel()
	s := datatest.Open(t)
	u, c := user(t, s), datatest.Client(t, s, "Lambert")
	d := draftTo(u, c, "claire@x.fr")
	must(s.SaveDraft(t.Context(), d, false))(t)
	theirs := d
	theirs.Author, theirs.Text = joins(t, s, "bob@x.fr", data.Member).ID, "Écrasé"
	elsewhere := d
	elsewhere.Client = datatest.Client(t, s, "Bréval").ID
	for _, x := range []data.Draft{theirs, elsewhere} {
		wantError(t, errOf(s.SaveDraft(t.Context(), x, true)), data.ErrNotFound)
	}
	if got := must(s.Draft(t.Context(), u.ID, c.ID, d.ID))(t); got.Text != "Bonjour," {
		t.Errorf("the draft is %q", got.Text)
	}
}
