package data_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"carnet/data"
	"carnet/data/datatest"
	"carnet/data/kv/kvtest"

	"github.com/pquerna/otp/totp"
)

// secured opens a book with a key and a clock, and its user.
func secured(t *testing.T, options ...data.Option) (*data.Store, *datatest.Clock, data.User, string) {
	t.Helper()
	path, clock := filepath.Join(t.TempDir(), "carnet.db"), datatest.NewClock()
	options = append([]data.Option{clock.Option(), data.WithKey(func() (data.Key, error) { return data.Key{1}, nil })}, options...)
	s := datatest.On(t, kvtest.Twice(datatest.Engine(t, path)), options...)
	return s, clock, user(t, s), path
}

// withFactor turns the second factor of a user on, and returns its secret and the
// codes for paper.
func withFactor(t *testing.T, s *data.Store, clock *datatest.Clock, u data.User) (string, []string) {
	t.Helper()
	ok(t, s.BeginFactor(t.Context(), u.ID, password))
	secret := must(s.NewFactor(t.Context(), u.ID))(t)
	return secret, must(s.EnableFactor(t.Context(), u.ID, codeAt(t, secret, clock.Now()), ""))(t)
}

func codeAt(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	return must(totp.GenerateCode(secret, at))(t)
}

func TestFactor(t *testing.T) {
	// A second factor is on once a code shows that the app has its secret. A code
	// is good from the step before to the one after, and once: neither again, nor
	// one of a step before it.
	t.Parallel()
	s, clock, u, _ := secured(t)
	_, err := s.NewFactor(t.Context(), u.ID)
	wantError(t, err, data.ErrNotFound)
	wantProblem(t, s.BeginFactor(t.Context(), u.ID, "wrong"), "current", data.Wrong)
	ok(t, s.BeginFactor(t.Context(), u.ID, password))
	secret := must(s.NewFactor(t.Context(), u.ID))(t)
	wantError(t, s.UseCode(t.Context(), u.ID, codeAt(t, secret, clock.Now())), data.ErrCode) // it is not on yet
	_, err = s.EnableFactor(t.Context(), u.ID, "000000", "")
	wantError(t, err, data.ErrCode)
	codes := must(s.EnableFactor(t.Context(), u.ID, codeAt(t, secret, clock.Now()), ""))(t)
	if f := must(s.Factor(t.Context(), u.ID))(t); !f.On() || len(codes) != data.RecoveryCodes {
		t.Errorf("on %t, %d codes", f.On(), len(codes))
	}
	wantError(t, s.BeginFactor(t.Context(), u.ID, password), data.ErrState)
	wantError(t, s.UseCode(t.Context(), u.ID, codeAt(t, secret, clock.Now())), data.ErrCode) // it confirmed
	use := func(offset time.Duration, want error) {
		t.Helper()
		if err := s.UseCode(t.Context(), u.ID, codeAt(t, secret, clock.Now().Add(offset))); err != want {
			t.Errorf("a code of %v: %v, want %v", offset, err, want)
		}
	}
	clock.Advance(10 * time.Minute)
	use(-time.Minute, data.ErrCode)
	use(time.Minute, data.ErrCode)
	use(-30*time.Second, nil)
	use(0, nil)
	use(0, data.ErrCode)
	use(-30*time.Second, data.ErrCode)
	use(30*time.Second, nil)
	clock.Advance(30 * time.Second)
	use(0, data.ErrCode)
	clock.Advance(30 * time.Second)
	spaced := codeAt(t, secret, clock.Now())
	if err := s.UseCode(t.Context(), u.ID, " "+spaced[:3]+" "+spaced[3:]+" "); err != nil {
		t.Errorf("a code with spaces: %v", err)
	}
	for _, bad := range []string{"", "12345", "1234567", "abcdef", strings.Repeat("1", 100_000)} {
		wantError(t, s.UseCode(t.Context(), u.ID, bad), data.ErrCode)
	}
	wantProblem(t, s.DisableFactor(t.Context(), u.ID, ""), "current", data.Required)
	wantProblem(t, s.DisableFactor(t.Context(), u.ID, "wrong"), "current", data.Wrong)
	ok(t, s.DisableFactor(t.Context(), u.ID, password))
	if f := must(s.Factor(t.Context(), u.ID))(t); f.On() {
		t.Error("it is still on")
	}
	ok(t, s.BeginFactor(t.Context(), u.ID, password))
	late := must(s.NewFactor(t.Context(), u.ID))(t)
	clock.Advance(time.Hour + 1)
	_, err = s.EnableFactor(t.Context(), u.ID, codeAt(t, late, clock.Now()), "")
	wantError(t, err, data.ErrNotFound)
}

func TestRecoveryCodes(t *testing.T) {
	// Each code on paper stands in for the app once; new ones take the place of
	// the old.
	t.Parallel()
	s, clock, u, _ := secured(t)
	_, err := s.MakeRecovery(t.Context(), u.ID, password)
	wantError(t, err, data.ErrState)
	_, codes := withFactor(t, s, clock, u)
	for i, code := range codes[:9] {
		if left := must(s.UseRecovery(t.Context(), u.ID, " "+strings.ToUpper(code)))(t); left != 9-i {
			t.Errorf("%d are left", left)
		}
		_, err := s.UseRecovery(t.Context(), u.ID, code)
		wantError(t, err, data.ErrCode)
	}
	for _, bad := range []string{"", "----", codes[9][:18], "000000"} {
		_, err := s.UseRecovery(t.Context(), u.ID, bad)
		wantError(t, err, data.ErrCode)
	}
	_, err = s.MakeRecovery(t.Context(), u.ID, "wrong")
	wantProblem(t, err, "current", data.Wrong)
	fresh := must(s.MakeRecovery(t.Context(), u.ID, password))(t)
	_, err = s.UseRecovery(t.Context(), u.ID, codes[9])
	wantError(t, err, data.ErrCode)
	must(s.UseRecovery(t.Context(), u.ID, fresh[0]))(t)
}

func TestFactorWithAnotherKey(t *testing.T) {
	// Without the key that its secret was kept with a code cannot be checked, and
	// that is told apart from a wrong one; a code on paper still is.
	t.Parallel()
	k := data.Key{1}
	s, clock, u, _ := secured(t, data.WithKey(func() (data.Key, error) { return k, nil }))
	secret, codes := withFactor(t, s, clock, u)
	k = data.Key{2}
	clock.Advance(time.Minute)
	wantError(t, s.UseCode(t.Context(), u.ID, codeAt(t, secret, clock.Now())), data.ErrKey)
	must(s.UseRecovery(t.Context(), u.ID, codes[0]))(t)
}

func TestSignInSecretsAreNotKept(t *testing.T) {
	// The file holds neither the secret of an app, nor a code on paper, nor the
	// token of a reset.
	t.Parallel()
	s, clock, u, path := secured(t)
	secret, codes := withFactor(t, s, clock, u)
	token := must(s.CreateReset(t.Context(), u.ID))(t)
	file := must(os.ReadFile(path))(t)
	if !bytes.Contains(file, []byte(u.Email)) {
		t.Error("the file does not hold the user: it proves nothing")
	}
	for _, canary := range append(codes, secret, token, strings.ReplaceAll(codes[0], "-", "")) {
		if bytes.Contains(bytes.ToLower(file), []byte(strings.ToLower(canary))) {
			t.Errorf("the file holds %q", canary)
		}
	}
}

func TestReseal(t *testing.T) {
	// What was kept with the key before opens, and after a Reseal it opens with
	// the key of now alone; sessions go on.
	t.Parallel()
	k := data.Key{1}
	s, clock, u, _ := secured(t, data.WithKey(func() (data.Key, error) { return k, nil }), data.WithFormerKey(data.Key{1}))
	secret, _ := withFactor(t, s, clock, u)
	x := set(t, s, 0, "of the server")
	ok(t, s.CreateSession(t.Context(), "token", u.ID))
	k = data.Key{2}
	clock.Advance(time.Minute)
	ok(t, s.UseCode(t.Context(), u.ID, codeAt(t, secret, clock.Now())))
	if got := must(s.RelayPassword(x))(t); got != "of the server" {
		t.Errorf("the password is %q", got)
	}
	if n := must(s.Reseal(t.Context()))(t); n != 2 {
		t.Errorf("%d secrets were kept anew, want 2", n)
	}
	if n := must(s.Reseal(t.Context()))(t); n != 0 {
		t.Errorf("%d secrets were kept anew again", n)
	}
	if _, _, err := s.Session(t.Context(), "token"); err != nil {
		t.Errorf("the session: %v", err)
	}
	clock.Advance(time.Minute)
	code := codeAt(t, secret, clock.Now())
	ok(t, s.UseCode(t.Context(), u.ID, code))
	k = data.Key{1} // the key of now is gone, the one before opens nothing any more
	_, err := s.RelayPassword(must(s.Relay(t.Context()))(t))
	wantError(t, err, data.ErrKey)
}

func TestDropDevices(t *testing.T) {
	// Who lost a device is left with their password alone, and without a session;
	// another's factor and passkeys stay.
	t.Parallel()
	s, clock, u, _ := secured(t)
	_, token, err := s.Invite(data.As(t.Context(), data.Actor{User: u.ID}), data.Invitation{Email: "omar@x.fr", Role: data.Administrator})
	ok(t, err)
	other := must(s.Join(t.Context(), token, data.User{Name: "Omar"}, password))(t)
	for _, x := range []data.User{u, other} {
		withFactor(t, s, clock, x)
		for _, id := range []string{"one of ", "two of "} {
			ok(t, s.AddPasskey(t.Context(), data.Passkey{ID: []byte(id + string(x.ID)), User: x.ID, Name: "Phone", Key: []byte("key")}))
		}
		ok(t, s.CreateSession(t.Context(), "token of "+string(x.ID), x.ID))
	}
	wantProblem(t, s.Confirm(t.Context(), other.ID, "wrong"), "current", data.Wrong)
	ok(t, s.Confirm(t.Context(), other.ID, password))
	ok(t, s.DropDevices(data.As(t.Context(), data.Actor{User: other.ID}), u.ID))
	for _, x := range []struct {
		user     data.User
		factor   bool
		passkeys int
		session  error
	}{{u, false, 0, data.ErrNotFound}, {other, true, 2, nil}} {
		f, keys := must(s.Factor(t.Context(), x.user.ID))(t), must(s.Passkeys(t.Context(), x.user.ID))(t)
		_, _, err := s.Session(t.Context(), "token of "+string(x.user.ID))
		if f.On() != x.factor || len(keys) != x.passkeys || !errors.Is(err, x.session) {
			t.Errorf("%s: factor %v, %d passkeys, session %v", x.user.Name, f.On(), len(keys), err)
		}
	}
	_, _, err = s.Passkey(t.Context(), []byte("one of "+string(u.ID)))
	wantError(t, err, data.ErrNotFound)
	must(s.Authenticate(t.Context(), u.Email, password))(t)
	var told []data.Action
	for _, e := range must(s.Events(t.Context(), data.EventFilter{User: other.ID}))(t).Events {
		if e.Record == u.ID {
			told = append(told, e.Action)
		}
	}
	if len(told) != 3 || !slices.Contains(told, data.FactorDisable) || !slices.Contains(told, data.PasskeyDelete) || !slices.Contains(told, data.SessionDelete) {
		t.Errorf("the journal tells %v", told)
	}
	ok(t, s.DropDevices(t.Context(), u.ID)) // of nothing
	wantError(t, s.DropDevices(t.Context(), data.NewID()), data.ErrNotFound)
}
