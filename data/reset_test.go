package data_test

import (
	"testing"
	"time"

	"carnet/data"
)

func TestReset(t *testing.T) {
	// A token sets a new password once, within an hour, and the last one only; all
	// sessions end, and the second factor stays.
	t.Parallel()
	s, clock, u, _ := secured(t)
	withFactor(t, s, clock, u)
	const next = "another horse battery"
	old := must(s.CreateReset(t.Context(), u.ID))(t)
	token := must(s.CreateReset(t.Context(), u.ID))(t)
	_, err := s.ResetUser(t.Context(), old)
	wantError(t, err, data.ErrNotFound)
	if got := must(s.ResetUser(t.Context(), token))(t); got.ID != u.ID {
		t.Errorf("it is for %s", got.ID)
	}
	_, err = s.Reset(t.Context(), token, "motdepasse2026")
	wantProblem(t, err, "password", data.Common)
	ok(t, s.CreateSession(t.Context(), "session", u.ID))
	must(s.Reset(t.Context(), token, next))(t)
	_, _, err = s.Session(t.Context(), "session")
	wantError(t, err, data.ErrNotFound)
	_, err = s.Reset(t.Context(), token, next+" again")
	wantError(t, err, data.ErrNotFound)
	_, err = s.Authenticate(t.Context(), u.Email, password)
	wantError(t, err, data.ErrCredentials)
	must(s.Authenticate(t.Context(), u.Email, next))(t)
	if !must(s.Factor(t.Context(), u.ID))(t).On() {
		t.Error("the second factor is off")
	}
	token = must(s.CreateReset(t.Context(), u.ID))(t)
	clock.Advance(data.ResetLife)
	must(s.ResetUser(t.Context(), token))(t)
	clock.Advance(1)
	_, err = s.Reset(t.Context(), token, next+" late")
	wantError(t, err, data.ErrNotFound)
	ok(t, s.Sweep(t.Context()))
	_, err = s.CreateReset(t.Context(), data.NewID())
	wantError(t, err, data.ErrNotFound)
	for _, none := range []string{"", "x", old} {
		_, err := s.ResetUser(t.Context(), none)
		wantError(t, err, data.ErrNotFound)
	}
}

func TestChangePassword(t *testing.T) {
	// A password is changed by who knows it; the other sessions and a pending
	// reset end with it, and the new one is not easy to guess.
	t.Parallel()
	s, _, u, _ := secured(t)
	const next = "another horse battery"
	for _, token := range []string{"mine", "other"} {
		ok(t, s.CreateSession(t.Context(), token, u.ID))
	}
	token := must(s.CreateReset(t.Context(), u.ID))(t)
	change := func(current, password string) error {
		_, err := s.ChangePassword(t.Context(), u.ID, current, password, "mine")
		return err
	}
	wantProblem(t, change("wrong", next), "current", data.Wrong)
	wantProblem(t, change("", next), "current", data.Required)
	wantProblem(t, change(password, "short"), "password", data.TooShort)
	wantProblem(t, change(password, "azertyuiop2026"), "password", data.Common)
	if _, _, err := s.Session(t.Context(), "other"); err != nil {
		t.Errorf("what was refused ended a session: %v", err)
	}
	ok(t, change(password, next))
	must(s.Authenticate(t.Context(), u.Email, next))(t)
	if _, _, err := s.Session(t.Context(), "mine"); err != nil {
		t.Errorf("the own session: %v", err)
	}
	_, _, err := s.Session(t.Context(), "other")
	wantError(t, err, data.ErrNotFound)
	_, err = s.ResetUser(t.Context(), token)
	wantError(t, err, data.ErrNotFound)
}

func TestSessionList(t *testing.T) {
	// The sessions of a user are listed, the last seen first, with browser and
	// address; one of them can be ended by its name, by them only.
	t.Parallel()
	s, clock, u, _ := secured(t)
	from := func(agent, address, token string) {
		ok(t, s.CreateSession(data.As(t.Context(), data.Actor{Agent: agent, Address: address}), token, u.ID))
		clock.Advance(time.Minute)
	}
	from("Firefox", "192.0.2.7", "a")
	from("Chrome", "2001:db8::1", "b")
	list := must(s.Sessions(t.Context(), u.ID))(t)
	if len(list) != 2 || list[0].Agent != "Chrome" || list[1].Address != "192.0.2.7" || list[1].Name != data.SessionName("a") {
		t.Errorf("the list is %+v", list)
	}
	wantError(t, s.EndSession(t.Context(), data.NewID(), list[1].Name), data.ErrNotFound)
	ok(t, s.EndSession(t.Context(), u.ID, list[1].Name))
	wantError(t, s.EndSession(t.Context(), u.ID, list[1].Name), data.ErrNotFound)
	_, _, err := s.Session(t.Context(), "a")
	wantError(t, err, data.ErrNotFound)
	for address, want := range map[string]bool{"192.0.2.200": true, "192.0.3.7": false, "2001:db8::ffff:1": true, "2001:db8:1::1": false, "::ffff:192.0.2.9": true} {
		if got := must(s.Familiar(t.Context(), "ANA@x.fr", address))(t); got != want {
			t.Errorf("%s is familiar: %t", address, got)
		}
	}
	if must(s.Familiar(t.Context(), "bob@x.fr", "192.0.2.7"))(t) || must(s.Familiar(t.Context(), "nonsense", ""))(t) {
		t.Error("somebody unknown is familiar")
	}
	ok(t, s.EndSessions(t.Context(), u.ID, ""))
	if list := must(s.Sessions(t.Context(), u.ID))(t); len(list) != 0 {
		t.Errorf("after the end of all: %+v", list)
	}
}

func TestPasskeys(t *testing.T) {
	// A user has several passkeys, with names; one signs in as long as it counts
	// up, and is removed by its owner with their password.
	t.Parallel()
	s, clock, u, _ := secured(t)
	add := func(id, name string) error {
		clock.Advance(time.Second)
		return s.AddPasskey(t.Context(), data.Passkey{ID: []byte(id), User: u.ID, Name: name, Key: []byte("key")})
	}
	ok(t, add("one\x00\x01", " Mon  téléphone "))
	ok(t, add("two", "Clé"))
	wantError(t, add("two", "Encore"), data.ErrState)
	wantProblem(t, add("three", " "), "name", data.Required)
	ok(t, s.UsePasskey(t.Context(), []byte("two"), 0, false)) // one that does not count
	ok(t, s.UsePasskey(t.Context(), []byte("two"), 0, true))
	ok(t, s.UsePasskey(t.Context(), []byte("one\x00\x01"), 7, false))
	wantError(t, s.UsePasskey(t.Context(), []byte("one\x00\x01"), 7, false), data.ErrReplayed)
	wantError(t, s.UsePasskey(t.Context(), []byte("one\x00\x01"), 0, false), data.ErrReplayed)
	list := must(s.Passkeys(t.Context(), u.ID))(t)
	if len(list) != 2 || list[0].Name != "Mon téléphone" || list[0].Count != 7 || !list[1].Copied || list[1].Used != clock.Now() {
		t.Errorf("the list is %+v", list)
	}
	if p, owner, err := s.Passkey(t.Context(), []byte("two")); p.Name != "Clé" || owner != u || err != nil {
		t.Errorf("%+v of %+v, %v", p, owner, err)
	}
	wantProblem(t, s.DeletePasskey(t.Context(), u.ID, list[0].Handle(), "wrong"), "current", data.Wrong)
	wantError(t, s.DeletePasskey(t.Context(), data.NewID(), list[0].Handle(), password), data.ErrNotFound)
	wantError(t, s.DeletePasskey(t.Context(), u.ID, "?", password), data.ErrNotFound)
	ok(t, s.DeletePasskey(t.Context(), u.ID, list[0].Handle(), password))
	_, _, err := s.Passkey(t.Context(), []byte("one\x00\x01"))
	wantError(t, err, data.ErrNotFound)
	for i := range data.MaxPasskeys {
		err = add("more"+string(rune('a'+i)), "x")
	}
	wantError(t, err, data.ErrState)
}
