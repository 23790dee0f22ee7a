package demo_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"carnet/data"
	"carnet/data/demo"
	"carnet/data/kv/bolt"
	"carnet/data/kv/kvtest"
)

func TestMain(m *testing.M) {
	bolt.CheckMain()
	os.Exit(m.Run())
}

// render stands for package mail, which data does not know.
func render(m data.Message) ([]byte, error) {
	return fmt.Appendf(nil, "Message-ID: <%s>\r\nSubject: %s\r\n\r\n%s\r\n", m.MessageID, m.Subject, m.Text), nil
}

func open(t *testing.T) (*data.Store, data.User) {
	t.Helper()
	s, u, err := demo.Open(t.Context(), filepath.Join(t.TempDir(), "carnet.db"), render)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, u
}

func TestOpen(t *testing.T) {
	// The demo's user signs in with the documented password, in French, to an
	// agency of a year's standing whose clock is right.
	t.Parallel()
	s, made := open(t)
	u, err := s.Authenticate(t.Context(), demo.Email, demo.Password)
	if err != nil || u.ID != made.ID || u.Name != "Camille Roussel" || u.Language != data.French {
		t.Errorf("signed in as %+v, %v; made %+v", u, err, made)
	}
	if time.Since(u.Created) < 365*24*time.Hour {
		t.Errorf("the user is of %v", u.Created)
	}
	if a, err := s.Agency(t.Context()); err != nil || a.Name != demo.Sender.Name {
		t.Errorf("the agency is %+v, %v", a, err)
	}
	c, err := s.CreateClient(t.Context(), "", data.Client{Name: "Nouveau"})
	if err != nil || time.Since(c.Created) > time.Minute || c.Number != "C-0013" {
		t.Errorf("a new client is %+v, %v", c, err)
	}
}

func TestOpenRefusesABookInUse(t *testing.T) {
	// A book that has an account is refused and left as it was.
	t.Parallel()
	path := filepath.Join(t.TempDir(), "carnet.db")
	engine, err := bolt.Open(path, bolt.Options{Grow: 1 << 16})
	if err != nil {
		t.Fatal(err)
	}
	s, err := data.Open(t.Context(), engine)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.SetUp(t.Context(), data.Agency{Name: "La vraie"}, data.User{Name: "Vraie", Email: "v@vraie.example"}, "un vrai mot de passe")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := demo.Fill(t.Context(), engine, render); !errors.Is(err, data.ErrTaken) {
		t.Errorf("filled a book in use: %v", err)
	}
	if page, err := s.Clients(t.Context(), data.ClientFilter{}); err != nil || len(page.Clients) > 0 {
		t.Errorf("%d clients, %v", len(page.Clients), err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := demo.Open(t.Context(), path, render); !errors.Is(err, data.ErrTaken) {
		t.Errorf("opened a book in use: %v", err)
	}
	if again, err := bolt.Open(path, bolt.Options{}); err != nil {
		t.Errorf("the file was not let go of: %v", err)
	} else if err := again.Close(); err != nil {
		t.Error(err)
	}
}

func TestFillTwiceOver(t *testing.T) {
	// The book is the same on an engine that runs every closure twice.
	t.Parallel()
	engine, err := bolt.Open(filepath.Join(t.TempDir(), "carnet.db"), bolt.Options{Grow: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	twice := kvtest.Twice(engine)
	if _, err := demo.Fill(t.Context(), twice, render); err != nil {
		t.Fatal(err)
	}
	s, err := data.Open(t.Context(), twice)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	got, want := outline(t, s), outlineOf(t)
	if got != want {
		t.Errorf("twice over:\n%s\nonce:\n%s", got, want)
	}
}

func outlineOf(t *testing.T) string {
	t.Helper()
	s, _ := open(t)
	return outline(t, s)
}

// outline is the content of a book without its ids and dates.
func outline(t *testing.T, s *data.Store) (out string) {
	t.Helper()
	for _, c := range clients(t, s) {
		out += fmt.Sprintln(c.Number, c.Name, c.Tally.Contacts, c.Tally.Favorites)
		for _, x := range contacts(t, s, c.ID) {
			out += fmt.Sprintln("  ", x.Mailbox(), x.Role, x.BestPhone(), x.Favorite, x.Departed)
		}
	}
	for _, m := range messages(t, s, "") {
		out += fmt.Sprintln(m.ClientName, m.Subject, m.Recipients(), m.States)
	}
	return out
}

func TestRenderFails(t *testing.T) {
	// An error of rendering stops the filling and comes through.
	t.Parallel()
	fault := errors.New("no ink")
	broken := func(data.Message) ([]byte, error) { return nil, fault }
	if _, _, err := demo.Open(t.Context(), filepath.Join(t.TempDir(), "carnet.db"), broken); !errors.Is(err, fault) {
		t.Errorf("got %v", err)
	}
}

func TestCancelled(t *testing.T) {
	// A cancelled context stops the filling.
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	stop := func(m data.Message) ([]byte, error) { cancel(); return render(m) }
	if _, _, err := demo.Open(ctx, filepath.Join(t.TempDir(), "carnet.db"), stop); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func BenchmarkOpen(b *testing.B) {
	for b.Loop() {
		s, _, err := demo.Open(b.Context(), filepath.Join(b.TempDir(), "carnet.db"), render)
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
