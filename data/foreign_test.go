package data_test

import (
	"testing"

	"carnet/data"
	"carnet/data/datatest"
)

func TestForeignIDs(t *testing.T) {
	// Behaviour 45: an id of another client, of the trash, or of nothing is not found.
	t.Parallel()
	s := datatest.Open(t)
	mine, other := datatest.Client(t, s, "X"), datatest.Client(t, s, "Y")
	x := datatest.Contact(t, s, mine.ID, "jean@x.fr", true)
	binned := datatest.Contact(t, s, mine.ID, "paul@x.fr", true)
	must(s.DeleteContact(t.Context(), mine.ID, binned.ID))(t)
	gone := datatest.Client(t, s, "Z")
	inGone := datatest.Contact(t, s, gone.ID, "jean@x.fr", true)
	binnedInGone := datatest.Contact(t, s, gone.ID, "paul@x.fr", true)
	must(s.DeleteContact(t.Context(), gone.ID, binnedInGone.ID))(t)
	ok(t, s.DeleteClient(t.Context(), gone.ID))
	for name, at := range map[string][2]data.ID{
		"of another": {other.ID, x.ID}, "in the trash": {mine.ID, binned.ID}, "of nothing": {mine.ID, data.NewID()},
		"of a client in the trash": {gone.ID, inGone.ID}, "of no client": {data.NewID(), x.ID}, "empty": {mine.ID, ""},
	} {
		client, id := at[0], at[1]
		_, err := s.Contact(t.Context(), client, id)
		wantError(t, err, data.ErrNotFound)
		_, err = s.UpdateContact(t.Context(), client, id, 1, func(c *data.Contact) { c.LastName = "?" })
		wantError(t, err, data.ErrNotFound)
		_, _, err = s.Star(t.Context(), client, id, false)
		wantError(t, err, data.ErrNotFound)
		_, err = s.DeleteContact(t.Context(), client, id)
		wantError(t, err, data.ErrNotFound)
		_, err = s.MakeMain(t.Context(), client, id)
		wantError(t, err, data.ErrNotFound)
		if t.Failed() {
			t.Fatalf("with an id %s", name)
		}
	}
	for name, at := range map[string][2]data.ID{
		"of another": {other.ID, binned.ID}, "of a client in the trash": {gone.ID, binnedInGone.ID}, "of nothing": {mine.ID, data.NewID()},
	} {
		_, err := s.BinnedContact(t.Context(), at[0], at[1])
		wantError(t, err, data.ErrNotFound)
		_, err = s.RestoreContact(t.Context(), at[0], at[1])
		wantError(t, err, data.ErrNotFound)
		if t.Failed() {
			t.Fatalf("with an id %s", name)
		}
	}
	for _, client := range []data.ID{gone.ID, data.NewID(), ""} {
		_, err := s.Contacts(t.Context(), client, data.ContactFilter{})
		wantError(t, err, data.ErrNotFound)
		_, err = s.Defaults(t.Context(), client)
		wantError(t, err, data.ErrNotFound)
		_, err = s.Recipients(t.Context(), client, []data.Mailbox{{Address: "jean@x.fr"}})
		wantError(t, err, data.ErrNotFound)
		_, _, err = s.Nearest(t.Context(), client, "jean@x.fr")
		wantError(t, err, data.ErrNotFound)
		_, err = s.Messages(t.Context(), data.MessageFilter{Client: client})
		if client != "" { // which is the agency
			wantError(t, err, data.ErrNotFound)
		}
		_, _, err = s.UpdateClient(t.Context(), client, 1, false, func(*data.Client) {})
		wantError(t, err, data.ErrNotFound)
		_, err = s.CreateContact(t.Context(), "", data.Contact{Client: client, Email: "a@x.fr"}, false)
		wantError(t, err, data.ErrNotFound)
	}
}
