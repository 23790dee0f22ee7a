package data_test

import (
	"slices"
	"testing"
	"time"

	"carnet/data"
	"carnet/data/datatest"
)

// joins makes an account with a role.
func joins(t *testing.T, s *data.Store, email string, role data.Role) data.User {
	t.Helper()
	_, token, err := s.Invite(t.Context(), data.Invitation{Email: email, Role: role})
	ok(t, err)
	return must(s.Join(t.Context(), token, data.User{Name: email}, password))(t)
}

// did returns the actions of the journal on a record, in their order.
func did(t *testing.T, s *data.Store, record data.ID) (out []data.Action) {
	t.Helper()
	for _, e := range journaled(t, s) {
		if e.Record == record {
			out = append(out, e.Action)
		}
	}
	return out
}

func TestRoleEndsSessions(t *testing.T) {
	// A change of role ends the sessions of its user from the next request on, and
	// is in the journal; the role that one has already changes nothing.
	t.Parallel()
	s := datatest.Open(t)
	ana := user(t, s)
	bob := joins(t, s, "bob@x.fr", data.Reader)
	ok(t, s.CreateSession(t.Context(), "bob", bob.ID))
	must(s.SetRole(t.Context(), bob.ID, data.Reader))(t)
	_, _, err := s.Session(t.Context(), "bob")
	ok(t, err)
	ctx := data.As(t.Context(), data.Actor{User: ana.ID, Address: "192.0.2.1"})
	if u := must(s.SetRole(ctx, bob.ID, data.Member))(t); u.Role != data.Member {
		t.Errorf("the role is %q", u.Role)
	}
	_, _, err = s.Session(t.Context(), "bob")
	wantError(t, err, data.ErrNotFound)
	_, err = s.SetRole(ctx, bob.ID, "owner")
	wantProblem(t, err, "user_role", data.NotOffered)
	_, err = s.SetRole(ctx, data.NewID(), data.Member)
	wantError(t, err, data.ErrNotFound)
	all := journaled(t, s)
	if e := all[len(all)-1]; e.Action != data.UserRole || e.User != ana.ID || e.Record != bob.ID || e.Detail != "member" {
		t.Errorf("the journal ends with %+v", e)
	}
}

func TestDisabled(t *testing.T) {
	// Who is disabled is out with the next request, and gets the answer of a wrong
	// password; who is enabled again signs in, and the old sessions stay over.
	t.Parallel()
	clock := datatest.NewClock()
	s := datatest.Open(t, clock.Option())
	user(t, s)
	bob := joins(t, s, "bob@x.fr", data.Member)
	if !bob.SignedIn.IsZero() {
		t.Errorf("signed in at %v", bob.SignedIn)
	}
	ok(t, s.CreateSession(t.Context(), "old", bob.ID))
	if at := must(s.User(t.Context(), bob.ID))(t).SignedIn; !at.Equal(clock.Now()) {
		t.Errorf("signed in at %v", at)
	}
	clock.Advance(time.Hour)
	for range 2 {
		if u := must(s.SetEnabled(t.Context(), bob.ID, false))(t); u.Enabled() || !u.Disabled.Equal(clock.Now()) {
			t.Errorf("disabled since %v", u.Disabled)
		}
	}
	_, _, err := s.Session(t.Context(), "old")
	wantError(t, err, data.ErrNotFound)
	_, err = s.Authenticate(t.Context(), "bob@x.fr", password)
	wantError(t, err, data.ErrCredentials)
	wantError(t, s.CreateSession(t.Context(), "new", bob.ID), data.ErrNotFound)
	_, err = s.CreateReset(t.Context(), bob.ID)
	wantError(t, err, data.ErrNotFound)
	must(s.SetEnabled(t.Context(), bob.ID, true))(t)
	must(s.Authenticate(t.Context(), "bob@x.fr", password))(t)
	_, _, err = s.Session(t.Context(), "old")
	wantError(t, err, data.ErrNotFound)
	want := []data.Action{data.UserJoin, data.SessionCreate, data.UserDisable, data.SessionRefuse, data.UserEnable}
	if got := did(t, s, bob.ID); !slices.Equal(got, want) {
		t.Errorf("the journal has %v", got)
	}
}

func TestLastAdministrator(t *testing.T) {
	// The last administrator who is not disabled can be neither disabled nor
	// demoted, also if another is disabled; nothing is written then.
	t.Parallel()
	s := datatest.Open(t)
	ana := user(t, s)
	bob := joins(t, s, "bob@x.fr", data.Administrator)
	joins(t, s, "cleo@x.fr", data.Member)
	must(s.SetEnabled(t.Context(), bob.ID, false))(t)
	before := len(journaled(t, s))
	_, err := s.SetRole(t.Context(), ana.ID, data.Member)
	wantError(t, err, data.ErrLastAdministrator)
	_, err = s.SetEnabled(t.Context(), ana.ID, false)
	wantError(t, err, data.ErrLastAdministrator)
	must(s.SetRole(t.Context(), bob.ID, data.Reader))(t) // is none any more
	if got := must(s.User(t.Context(), ana.ID))(t); got.Role != data.Administrator || !got.Enabled() || len(journaled(t, s)) != before+1 {
		t.Errorf("ana is %+v", got)
	}
}

func TestAdministratorsDemoteEachOther(t *testing.T) {
	// However many administrators demote and disable each other at once, one is
	// left.
	t.Parallel()
	s := datatest.Open(t)
	all := []data.User{user(t, s), joins(t, s, "bob@x.fr", data.Administrator), joins(t, s, "cleo@x.fr", data.Administrator)}
	for range 30 {
		_, errs := together(len(all), func(i int) (data.User, error) {
			if i == 2 {
				return s.SetEnabled(t.Context(), all[i].ID, false)
			}
			return s.SetRole(t.Context(), all[i].ID, data.Member)
		})
		refused := 0
		for _, err := range errs {
			if err != nil {
				wantError(t, err, data.ErrLastAdministrator)
				refused++
			}
		}
		left := 0
		for _, u := range must(s.Users(t.Context()))(t) {
			if u.Administers() && u.Enabled() {
				left++
			}
		}
		if refused != 1 || left != 1 {
			t.Fatalf("%d refused, %d left", refused, left)
		}
		for _, u := range all {
			must(s.SetEnabled(t.Context(), u.ID, true))(t)
			must(s.SetRole(t.Context(), u.ID, data.Administrator))(t)
		}
	}
}

func TestUserAt(t *testing.T) {
	// A user is found by the address, however it is spelled.
	t.Parallel()
	s := datatest.Open(t)
	ana := user(t, s)
	if got := must(s.UserAt(t.Context(), " ana@X.FR"))(t); got != ana {
		t.Errorf("got %+v", got)
	}
	for _, email := range []string{"", "nonsense", "bob@x.fr"} {
		_, err := s.UserAt(t.Context(), email)
		wantError(t, err, data.ErrNotFound)
	}
}

func journaled(t *testing.T, s *data.Store) []data.Event {
	t.Helper()
	return must(data.Journaled(t.Context(), s))(t)
}
