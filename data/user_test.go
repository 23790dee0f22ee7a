package data_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"carnet/data"
	"carnet/data/datatest"
)

const password = "correct horse battery"

// user sets the book up with one user.
func user(t *testing.T, s *data.Store) data.User {
	t.Helper()
	u := must(s.SetUp(t.Context(), data.Agency{Name: "Agence"}, data.User{Name: "Ana", Email: "Ana@x.fr"}, password))(t)
	return must(s.User(t.Context(), u.ID))(t)
}

func TestSetUpOnce(t *testing.T) {
	// Of many who make the first account at once one does, and the others are told.
	t.Parallel()
	s := datatest.Open(t)
	if !must(s.Empty(t.Context()))(t) || must(s.Agency(t.Context()))(t).Name != "" {
		t.Error("a new book is not empty")
	}
	_, err := s.FirstUser(t.Context())
	wantError(t, err, data.ErrNotFound)
	_, errs := together(3, func(int) (data.User, error) {
		return s.SetUp(t.Context(), data.Agency{Name: "Agence"}, data.User{Name: "Ana", Email: "ana@x.fr"}, password)
	})
	n := 0
	for _, err := range errs {
		switch {
		case err == nil:
			n++
		case !errors.Is(err, data.ErrBusy): // where passwords take their time
			wantError(t, err, data.ErrTaken)
		}
	}
	if n != 1 || must(s.Empty(t.Context()))(t) || must(s.Agency(t.Context()))(t).Name != "Agence" {
		t.Errorf("%d made it", n)
	}
}

func TestSetUpFields(t *testing.T) {
	// The first account wants an agency, a name, an address and a password that
	// is neither short nor endless; nothing is kept of one that is refused.
	t.Parallel()
	s := datatest.Open(t)
	_, err := s.SetUp(t.Context(), data.Agency{}, data.User{Language: "de"}, "")
	for field, want := range map[string]data.Problem{"agency": data.Required, "name": data.Required,
		"email": data.Required, "password": data.Required, "language": data.NotOffered} {
		wantProblem(t, err, field, want)
	}
	for password, want := range map[string]data.Problem{"elevenchars": data.TooShort, "onze\xffcaractères": data.Forbidden,
		strings.Repeat("é", 201): data.TooLong} {
		_, err := s.SetUp(t.Context(), data.Agency{Name: "A"}, data.User{Name: "A", Email: "a@x.fr"}, password)
		wantProblem(t, err, "password", want)
	}
	if !must(s.Empty(t.Context()))(t) {
		t.Error("something was kept")
	}
}

var phc = regexp.MustCompile(`^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`)

func TestAuthenticate(t *testing.T) {
	// Who signs in is known by the address, however spelled, and the password;
	// a wrong one and an unknown address get the same answer.
	t.Parallel()
	s := datatest.Open(t)
	u := user(t, s)
	if !phc.MatchString(u.Password) {
		t.Errorf("the hash is %q", u.Password)
	}
	if got, err := s.Authenticate(t.Context(), " ana@X.fr", password); got != u || err != nil {
		t.Errorf("got %+v, %v", got, err)
	}
	for email, password := range map[string]string{
		"ana@x.fr": password + " ", "bob@x.fr": password, "": "", "nonsense": password, "ANA@x.fr": strings.Repeat("x", 100_000),
	} {
		got, err := s.Authenticate(t.Context(), email, password)
		wantError(t, err, data.ErrCredentials)
		if got != (data.User{}) {
			t.Errorf("%q got %+v", email, got)
		}
	}
	if first := must(s.FirstUser(t.Context()))(t); first != u || first != must(s.User(t.Context(), u.ID))(t) {
		t.Errorf("the first user is %+v", first)
	}
}

func TestPrefer(t *testing.T) {
	// Behaviour 44: language and theme are kept, each alone, and nothing else changes.
	t.Parallel()
	s := datatest.Open(t)
	u := user(t, s)
	must(s.Prefer(t.Context(), u.ID, data.English, ""))(t)
	must(s.Prefer(t.Context(), u.ID, "", data.Dark))(t)
	u.Language, u.Theme = data.English, data.Dark
	if got := must(s.User(t.Context(), u.ID))(t); got != u {
		t.Errorf("got %+v, want %+v", got, u)
	}
	_, err := s.Prefer(t.Context(), data.NewID(), data.French, "")
	wantError(t, err, data.ErrNotFound)
}
