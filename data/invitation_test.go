package data_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"carnet/data"
	"carnet/data/datatest"
	"carnet/data/kv/kvtest"
)

func TestInvitation(t *testing.T) {
	// Who has the link chooses a name and a password, and gets an account with the
	// address and the role of the invitation; the link is of no use after it. The
	// journal tells who invited and who joined.
	t.Parallel()
	clock := datatest.NewClock()
	s := datatest.Open(t, clock.Option())
	ana := user(t, s)
	ctx := data.As(t.Context(), data.Actor{User: ana.ID})
	i, token, err := s.Invite(ctx, data.Invitation{Email: " Bob@x.fr", Name: "Bob", Role: data.Reader})
	ok(t, err)
	if len(token) != 64 || i.By != ana.ID || !i.Expires.Equal(clock.Now().Add(7*24*time.Hour)) {
		t.Errorf("%q for %+v", token, i)
	}
	if got := must(s.Invitation(t.Context(), token))(t); got != i {
		t.Errorf("got %+v, want %+v", got, i)
	}
	for field, u := range map[string]data.User{"name": {}, "language": {Name: "Bob", Language: "de"}} {
		_, err := s.Join(t.Context(), token, u, password)
		wantProblem(t, err, field, map[string]data.Problem{"name": data.Required, "language": data.NotOffered}[field])
	}
	_, err = s.Join(t.Context(), token, data.User{Name: "Bob"}, "elevenchars")
	wantProblem(t, err, "password", data.TooShort)
	bob := must(s.Join(t.Context(), token, data.User{Name: "Bob B.", Language: data.English, Role: data.Administrator, Email: "else@x.fr"}, password))(t)
	if bob.Email != "Bob@x.fr" || bob.Role != data.Reader || bob.Name != "Bob B." || bob.Language != data.English || bob.Writes() {
		t.Errorf("joined as %+v", bob)
	}
	if got := must(s.Authenticate(t.Context(), "bob@x.fr", password))(t); got != bob {
		t.Errorf("signs in as %+v", got)
	}
	_, err = s.Join(t.Context(), token, data.User{Name: "Eve"}, password)
	wantError(t, err, data.ErrNotFound)
	_, err = s.Invitation(t.Context(), token)
	wantError(t, err, data.ErrNotFound)
	if left := must(s.Invitations(t.Context()))(t); len(left) != 0 {
		t.Errorf("still invited: %+v", left)
	}
	all := journaled(t, s)[1:] // after the first account
	if len(all) != 2 || all[0].Action != data.UserInvite || all[0].User != ana.ID || all[0].Record != i.ID || all[0].Detail != "reader" ||
		all[1].Action != data.UserJoin || all[1].User != bob.ID || all[1].Record != bob.ID {
		t.Errorf("the journal has %+v", all)
	}
}

func TestInvitationIsUsedOnce(t *testing.T) {
	// Of many who use a link at once one gets the account.
	t.Parallel()
	s := datatest.Open(t)
	user(t, s)
	_, token, err := s.Invite(t.Context(), data.Invitation{Email: "bob@x.fr", Role: data.Member})
	ok(t, err)
	_, errs := together(3, func(int) (data.User, error) {
		return s.Join(t.Context(), token, data.User{Name: "Bob"}, password)
	})
	n := 0
	for _, err := range errs {
		switch {
		case err == nil:
			n++
		case !errors.Is(err, data.ErrBusy): // where passwords take their time
			wantError(t, err, data.ErrNotFound)
		}
	}
	if all := must(s.Users(t.Context()))(t); n != 1 || len(all) != 2 {
		t.Errorf("%d joined, and there are %d", n, len(all))
	}
}

func TestInvitationEnds(t *testing.T) {
	// A link opens nothing once it is seven days old, revoked, made again, or
	// another invitation went to the address; unknown ones never do.
	t.Parallel()
	clock := datatest.NewClock()
	s := datatest.Open(t, clock.Option())
	user(t, s)
	shut := func(what, token string) {
		t.Helper()
		if _, err := s.Invitation(t.Context(), token); !errors.Is(err, data.ErrNotFound) {
			t.Errorf("%s opens: %v", what, err)
		}
		_, err := s.Join(t.Context(), token, data.User{Name: "Bob"}, password)
		wantError(t, err, data.ErrNotFound)
	}
	invite := func(email string) (data.Invitation, string) {
		i, token, err := s.Invite(t.Context(), data.Invitation{Email: email, Role: data.Member})
		ok(t, err)
		return i, token
	}
	first, old := invite("bob@x.fr")
	_, token := invite("BOB@x.fr ")
	shut("the first of two", old)
	if all := must(s.Invitations(t.Context()))(t); len(all) != 1 || all[0].ID == first.ID || all[0].Void {
		t.Errorf("invited are %+v", all)
	}
	clock.Advance(7*24*time.Hour - 1)
	must(s.Invitation(t.Context(), token))(t)
	clock.Advance(1)
	shut("an old one", token)
	again := must(s.Invitations(t.Context()))(t)[0]
	if !again.Void {
		t.Error("an old one is not told as such")
	}
	again, fresh, err := s.RenewInvitation(t.Context(), again.ID)
	ok(t, err)
	must(s.Invitation(t.Context(), fresh))(t)
	shut("the one made again", token)
	must(s.RevokeInvitation(t.Context(), again.ID))(t)
	shut("a revoked one", fresh)
	shut("an unknown one", strings.Repeat("A", 43))
	shut("nothing", "")
	_, err = s.RevokeInvitation(t.Context(), again.ID)
	wantError(t, err, data.ErrNotFound)
	_, _, err = s.RenewInvitation(t.Context(), again.ID)
	wantError(t, err, data.ErrNotFound)
	if got := did(t, s, again.ID); len(got) != 3 || got[2] != data.InvitationRevoke {
		t.Errorf("the journal has %v", got)
	}
	invite("cleo@x.fr")
	ok(t, s.Sweep(t.Context()))
	if len(must(s.Invitations(t.Context()))(t)) != 1 {
		t.Error("one was swept away while it could be accepted")
	}
	clock.Advance(37 * 24 * time.Hour)
	ok(t, s.Sweep(t.Context()))
	if left := must(s.Invitations(t.Context()))(t); len(left) != 0 {
		t.Errorf("left: %+v", left)
	}
}

func TestInvitationOfWhoAdministersNoMore(t *testing.T) {
	// An invitation ends with the rights of who made it: nobody keeps a way back
	// in. One of the program's own does not.
	t.Parallel()
	s := datatest.Open(t)
	user(t, s)
	bob := joins(t, s, "bob@x.fr", data.Administrator)
	_, token, err := s.Invite(data.As(t.Context(), data.Actor{User: bob.ID}), data.Invitation{Email: "bis@x.fr", Role: data.Administrator})
	ok(t, err)
	_, own, err := s.Invite(t.Context(), data.Invitation{Email: "ter@x.fr", Role: data.Member})
	ok(t, err)
	must(s.SetRole(t.Context(), bob.ID, data.Member))(t)
	_, err = s.Join(t.Context(), token, data.User{Name: "Bob"}, password)
	wantError(t, err, data.ErrNotFound)
	must(s.Join(t.Context(), own, data.User{Name: "Ter"}, password))(t)
	if all := must(s.Invitations(t.Context()))(t); len(all) != 1 || !all[0].Void {
		t.Errorf("invited are %+v", all)
	}
}

func TestInvitationFields(t *testing.T) {
	// An invitation wants an address without an account and one of the roles,
	// which nobody has by default.
	t.Parallel()
	s := datatest.Open(t)
	ana := user(t, s)
	_, _, err := s.Invite(t.Context(), data.Invitation{Email: "nonsense", Language: "de"})
	for field, want := range map[string]data.Problem{"email": data.Malformed, "user_role": data.NotOffered, "language": data.NotOffered} {
		wantProblem(t, err, field, want)
	}
	_, _, err = s.Invite(t.Context(), data.Invitation{Email: "ANA@x.fr", Role: data.Member})
	wantProblem(t, err, "email", data.HasAccount)
	var invalid data.Invalid
	if errors.As(err, &invalid); invalid[0].Other != ana.ID {
		t.Errorf("whose: %+v", invalid)
	}
	if len(must(s.Invitations(t.Context()))(t)) != 0 || len(journaled(t, s)) != 1 {
		t.Error("something was kept")
	}
	for range data.MaxInvitations {
		_, _, err := s.Invite(t.Context(), data.Invitation{Email: strings.ToLower(string(data.NewID())) + "@x.fr", Role: data.Member})
		ok(t, err)
	}
	_, _, err = s.Invite(t.Context(), data.Invitation{Email: "one@x.fr", Role: data.Member})
	wantProblem(t, err, "email", data.TooMany)
}

func TestTokensOfLinksAreNotKept(t *testing.T) {
	// The file holds the token of no invitation and of no reset, only what
	// tells them; a new reset takes the place of the old one.
	t.Parallel()
	path := filepath.Join(t.TempDir(), "carnet.db")
	s := datatest.On(t, kvtest.Twice(datatest.Engine(t, path)))
	ana := user(t, s)
	i, invited, err := s.Invite(t.Context(), data.Invitation{Email: "bob@x.fr", Role: data.Member})
	ok(t, err)
	first := must(s.CreateReset(t.Context(), ana.ID))(t)
	second := must(s.CreateReset(t.Context(), ana.ID))(t)
	file := must(os.ReadFile(path))(t)
	if !bytes.Contains(file, []byte(i.Hash)) {
		t.Error("the file does not hold the invitation: it proves nothing")
	}
	for _, token := range []string{invited, first, second} {
		if len(token) != 64 || bytes.Contains(file, []byte(token)) {
			t.Errorf("the file holds %q", token)
		}
	}
	if first == second {
		t.Error("the same twice")
	}
}
