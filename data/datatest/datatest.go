// Package datatest opens books for tests: on a real file, with every change
// made twice, and checked at the end.
package datatest

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"carnet/data"
	"carnet/data/kv"
	"carnet/data/kv/bolt"
	"carnet/data/kv/kvtest"
)

// Open returns an empty book on a temporary file. Its closures of updates run
// twice, the first time for nothing. When the test ends the book is checked,
// which fails the test, and closed.
func Open(t testing.TB, options ...data.Option) *data.Store {
	t.Helper()
	return On(t, kvtest.Twice(Engine(t, filepath.Join(t.TempDir(), "carnet.db"))), options...)
}

// On is Open on an engine that the caller made.
func On(t testing.TB, engine kv.Store, options ...data.Option) *data.Store {
	t.Helper()
	s, err := data.Open(t.Context(), engine, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		Check(t, s)
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// Engine returns the engine that ships, on a file that is small for a test. It
// is closed when the test ends, if nobody did before.
func Engine(t testing.TB, path string) *bolt.Store {
	t.Helper()
	engine, err := bolt.Open(path, bolt.Options{Grow: 64 << 10})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	return engine
}

// Check fails a test for each contradiction of a book.
func Check(t testing.TB, s *data.Store) {
	t.Helper()
	problems, err := s.Check(context.WithoutCancel(t.Context()))
	if err != nil {
		t.Errorf("check: %v", err)
	}
	for _, p := range problems {
		t.Errorf("check: %s", p)
	}
}

// Clock is a clock that stands still until it is moved. It begins on
// 2026-03-02 at 09:00 UTC, and some odd nanoseconds.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock.
func NewClock() *Clock {
	return &Clock{now: time.Date(2026, 3, 2, 9, 0, 0, 123_999_999, time.UTC)}
}

// Option gives the clock to a book.
func (c *Clock) Option() data.Option { return data.WithClock(c.Now) }

// Now returns the time of the clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock, and returns its time.
func (c *Clock) Advance(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return c.now
}

// Client adds a client with a name and nothing else.
func Client(t testing.TB, s *data.Store, name string) data.Client {
	t.Helper()
	c, err := s.CreateClient(t.Context(), "", data.Client{Name: name})
	if err != nil {
		t.Fatalf("client %q: %v", name, err)
	}
	return c
}

// Contact adds a contact with an address, starred or not.
func Contact(t testing.TB, s *data.Store, client data.ID, email string, favorite bool) data.Contact {
	t.Helper()
	c, err := s.CreateContact(t.Context(), "", data.Contact{Client: client, Email: email, Favorite: favorite}, true)
	if err != nil {
		t.Fatalf("contact %q: %v", email, err)
	}
	return c
}
