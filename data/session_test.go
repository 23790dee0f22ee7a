package data_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"carnet/data"
	"carnet/data/datatest"
	"carnet/data/kv/kvtest"
)

func TestSessionTokenIsNotKept(t *testing.T) {
	// The file holds neither a session's token nor a password.
	t.Parallel()
	path := filepath.Join(t.TempDir(), "carnet.db")
	s := datatest.On(t, kvtest.Twice(datatest.Engine(t, path)))
	u := user(t, s)
	const token = "canary-of-a-token-0123456789"
	ok(t, s.CreateSession(t.Context(), token, u.ID))
	ok(t, s.SaveSession(t.Context(), token, []byte(`{"a":"canary-of-a-value"}`)))
	file := must(os.ReadFile(path))(t)
	if !bytes.Contains(file, []byte("canary-of-a-value")) {
		t.Error("the file does not hold the values: it proves nothing")
	}
	for _, secret := range []string{token, password} {
		if bytes.Contains(file, []byte(secret)) {
			t.Errorf("the file holds %q", secret)
		}
	}
}

func TestSessionLife(t *testing.T) {
	// A session ends 14 days after it was last seen and 90 days after it began;
	// being seen is written every five minutes at most.
	t.Parallel()
	clock := datatest.NewClock()
	s := datatest.Open(t, clock.Option())
	u := user(t, s)
	begin := func(token string) {
		ok(t, s.CreateSession(t.Context(), token, u.ID))
		u.SignedIn = clock.Now().UTC()
	}
	seen := func(token string) time.Time {
		t.Helper()
		if _, got, err := s.Session(t.Context(), token); err != nil || got != u {
			t.Fatalf("the user is %+v, %v", got, err)
		}
		session, _, err := s.Session(t.Context(), token) // as it is kept now
		ok(t, err)
		return session.Seen
	}
	begin("token")
	start := clock.Now()
	clock.Advance(5 * time.Minute)
	if at := seen("token"); !at.Equal(start) {
		t.Errorf("seen at %v after five minutes", at)
	}
	if now, at := clock.Advance(1), seen("token"); !at.Equal(now) {
		t.Errorf("seen at %v, want %v", at, now)
	}
	begin("idle")
	for clock.Now().Sub(start) < data.SessionLife-data.SessionIdle {
		clock.Advance(data.SessionIdle)
		seen("token")
	}
	_, _, err := s.Session(t.Context(), "idle")
	wantError(t, err, data.ErrNotFound)
	clock.Advance(start.Add(data.SessionLife).Sub(clock.Now()))
	seen("token")
	clock.Advance(1)
	_, _, err = s.Session(t.Context(), "token")
	wantError(t, err, data.ErrNotFound)
}

func TestSessionEnds(t *testing.T) {
	// A session that was ended is not found, and ending it again is no error; one
	// of nobody does not begin.
	t.Parallel()
	s := datatest.Open(t)
	u := user(t, s)
	ok(t, s.CreateSession(t.Context(), "a", u.ID))
	ok(t, s.CreateSession(t.Context(), "b", u.ID))
	ok(t, s.SaveSession(t.Context(), "a", []byte("{}")))
	if session, _, err := s.Session(t.Context(), "a"); string(session.Values) != "{}" || err != nil {
		t.Errorf("the session is %+v, %v", session, err)
	}
	for range 2 {
		ok(t, s.DeleteSession(t.Context(), "a"))
	}
	_, _, err := s.Session(t.Context(), "a")
	wantError(t, err, data.ErrNotFound)
	wantError(t, s.SaveSession(t.Context(), "a", nil), data.ErrNotFound)
	_, _, err = s.Session(t.Context(), "b")
	ok(t, err)
	wantError(t, s.CreateSession(t.Context(), "c", data.NewID()), data.ErrNotFound)
}

func TestSessionIsNotRevived(t *testing.T) {
	// However signing out races with saving or being seen, the session
	// is gone afterwards.
	t.Parallel()
	clock := datatest.NewClock()
	s := datatest.Open(t, clock.Option())
	u := user(t, s)
	for range 200 {
		ok(t, s.CreateSession(t.Context(), "token", u.ID))
		clock.Advance(10 * time.Minute)
		_, errs := together(3, func(i int) (struct{}, error) {
			switch i {
			case 0:
				return struct{}{}, s.SaveSession(t.Context(), "token", []byte("{}"))
			case 1:
				_, _, err := s.Session(t.Context(), "token")
				return struct{}{}, err
			}
			return struct{}{}, s.DeleteSession(t.Context(), "token")
		})
		for _, err := range errs {
			if err != nil && !errors.Is(err, data.ErrNotFound) {
				t.Fatal(err)
			}
		}
		if _, _, err := s.Session(t.Context(), "token"); !errors.Is(err, data.ErrNotFound) {
			t.Fatalf("it is back: %v", err)
		}
	}
}

func TestSessionsOfOneUser(t *testing.T) {
	// A user has so many sessions at most, the one begun first giving way; all but
	// one can be ended at once, and another's stay.
	t.Parallel()
	clock := datatest.NewClock()
	s := datatest.Open(t, clock.Option())
	u := user(t, s)
	token := func(i int) string { return fmt.Sprint("token ", i) }
	for i := range data.MaxSessions + 2 {
		ok(t, s.CreateSession(t.Context(), token(i), u.ID))
		clock.Advance(time.Second)
	}
	lives := func(token string) bool { _, _, err := s.Session(t.Context(), token); return err == nil }
	if lives(token(0)) || lives(token(1)) || !lives(token(2)) {
		t.Error("the first two are not those that gave way")
	}
	ok(t, s.EndSessions(t.Context(), u.ID, token(9)))
	for i := range data.MaxSessions + 2 {
		if lives(token(i)) != (i == 9) {
			t.Errorf("session %d lives: %t", i, i != 9)
		}
	}
}
