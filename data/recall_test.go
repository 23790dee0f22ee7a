package data_test

import (
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"carnet/data"
	"carnet/data/datatest"
)

func TestRecallIsNeverStale(t *testing.T) {
	// A session, its user and a client are read as they were last written, by
	// whoever reads after the change: while others read them all the time.
	t.Parallel()
	s := datatest.Open(t)
	u, c := user(t, s), datatest.Client(t, s, "X")
	ok(t, s.CreateSession(t.Context(), "token", u.ID))
	var written atomic.Int64
	read := func() error {
		least := written.Load()
		session, _, err := s.Session(t.Context(), "token")
		client, err2 := s.ClientSummary(t.Context(), c.ID)
		for _, got := range []string{string(session.Values), client.Notes} {
			if n, _ := strconv.ParseInt(got, 10, 64); n < least {
				return fmt.Errorf("read %q after %d, %w", got, least, errors.Join(err, err2))
			}
		}
		return errors.Join(err, err2)
	}
	stop := besides(t, read)
	defer stop()
	for n := range int64(30) {
		value := strconv.FormatInt(n, 10)
		ok(t, s.SaveSession(t.Context(), "token", []byte(value)))
		c, _, err := s.UpdateClient(t.Context(), c.ID, uint64(n+1), false, func(c *data.Client) { c.Notes = value })
		ok(t, err)
		if now := must(s.ClientSummary(t.Context(), c.ID))(t); now.Notes != value || now.Version != c.Version {
			t.Fatalf("the client is %+v, want %+v", now.Client, c)
		}
		written.Store(n)
		chosen := must(s.Prefer(t.Context(), u.ID, []data.Language{data.French, data.English}[n%2], ""))(t)
		if _, got, err := s.Session(t.Context(), "token"); err != nil || got != chosen {
			t.Fatalf("the user is %+v, %v, want %+v", got, err, chosen)
		}
	}
}

func TestRevokedSessionNeverPasses(t *testing.T) {
	// A session that was ended opens nothing from the very next read on, however
	// often it was read before, and while it is read.
	t.Parallel()
	s := datatest.Open(t)
	u := user(t, s)
	var ended atomic.Int64
	stop := besides(t, func() error {
		n := ended.Load()
		if _, _, err := s.Session(t.Context(), fmt.Sprint("token ", n)); n > 0 && !errors.Is(err, data.ErrNotFound) {
			return fmt.Errorf("session %d, which was ended, gave %w", n, err)
		}
		return nil
	})
	defer stop()
	for n := range int64(30) {
		token := fmt.Sprint("token ", n+1)
		ok(t, s.CreateSession(t.Context(), token, u.ID))
		for range 3 {
			if _, _, err := s.Session(t.Context(), token); err != nil {
				t.Fatal(err)
			}
		}
		ok(t, s.DeleteSession(t.Context(), token))
		if _, _, err := s.Session(t.Context(), token); !errors.Is(err, data.ErrNotFound) {
			t.Fatalf("session %d gave %v after its end", n+1, err)
		}
		ended.Store(n + 1)
	}
}

// besides calls read from four goroutines until stop, and fails the test for
// the first error of each.
func besides(t *testing.T, read func() error) (stop func()) {
	var over atomic.Bool
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for !over.Load() {
				if err := read(); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	return func() {
		over.Store(true)
		all.Wait()
	}
}
