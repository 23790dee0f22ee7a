package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"sync"
	"testing"

	"carnet/data"
)

const killWriters = 8

// killWriter is a person who adds contacts and sets a star, and notes what was
// answered. Nobody else touches what is theirs.
type killWriter struct {
	star    data.ID
	favored bool     // the last state that was acknowledged
	asked   bool     // the last state that was asked for
	created []string // addresses of the contacts acknowledged
	n       int
}

// write goes on until the program is gone, and says each acknowledged write.
func (w *killWriter) write(v *visitor, b book, number int, acknowledged chan<- struct{}) error {
	contacts := "/clients/" + string(b.client) + "/contacts/"
	for {
		w.n++
		email := fmt.Sprintf("p%d-%d@lambert.example", number, w.n)
		path, form := contacts+"new", url.Values{"request": {string(data.NewID())}, "email": {email}}
		if w.n%2 == 0 {
			w.asked = !w.favored
			path, form = contacts+string(w.star)+"/favorite", url.Values{"favorite": {map[bool]string{true: "1", false: "0"}[w.asked]}}
		}
		got, err := v.post(path, form)
		if got.status == 0 {
			return nil // killed before it answered
		}
		if got.status != http.StatusSeeOther {
			return fmt.Errorf("%s: %d, %v", path, got.status, err)
		}
		if w.n%2 == 0 {
			w.favored = w.asked
		} else {
			w.created = append(w.created, email)
		}
		acknowledged <- struct{}{}
	}
}

// A kill -9 in the middle of writes loses none that was acknowledged, over and
// over on one file. CARNET_KILL_ROUNDS sets how often, for a long run.
func TestKill(t *testing.T) {
	t.Parallel()
	rounds := 3
	if s := os.Getenv("CARNET_KILL_ROUNDS"); s != "" {
		var err error
		if rounds, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	writers := make([]killWriter, killWriters)
	b := newBook(t, func(s *data.Store, client data.ID) error {
		for i := range writers {
			c, err := s.CreateContact(t.Context(), "", data.Contact{Client: client, Email: fmt.Sprintf("star%d@lambert.example", i)}, true)
			if err != nil {
				return err
			}
			writers[i].star = c.ID
		}
		return nil
	})
	total := 0
	for round := range rounds {
		total += killRound(t, b, writers, 80+round%7*29)
		if err := b.open(t, func(s *data.Store) error { return wantKept(t, s, b.client, writers) }); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
	}
	t.Logf("%d kills, %d acknowledged writes, none lost", rounds, total)
}

// killRound starts the program, lets all write, and kills it after so many
// writes were acknowledged. It returns how many were in the end.
func killRound(t *testing.T, b book, writers []killWriter, after int) (n int) {
	t.Helper()
	p := start(t, "-db", b.path)
	acknowledged := make(chan struct{})
	var all sync.WaitGroup
	for i := range writers {
		all.Go(func() {
			if err := writers[i].write(p.visit(b.token), b, i, acknowledged); err != nil {
				t.Error(err)
			}
		})
	}
	go func() {
		all.Wait()
		close(acknowledged)
	}()
	for range acknowledged {
		if n++; n == after {
			_ = p.cmd.Process.Kill()
		}
	}
	p.kill() // if it was not, because all gave up
	if n < after {
		t.Fatalf("%d writes of %d", n, after)
	}
	return n
}

// wantKept checks that a book holds what was acknowledged, and that its counts
// agree with what it holds.
func wantKept(t *testing.T, s *data.Store, client data.ID, writers []killWriter) error {
	contacts, favorites := map[string]data.Contact{}, 0
	var tally data.Tally
	for after := data.Cursor(""); ; {
		page, err := s.Contacts(t.Context(), client, data.ContactFilter{After: after})
		if err != nil {
			return err
		}
		tally = page.Tally
		for _, c := range page.Contacts {
			contacts[c.Email] = c
			if c.Favorite {
				favorites++
			}
		}
		if after = page.Next; after == "" {
			break
		}
	}
	if tally.Contacts != len(contacts) || tally.Favorites != favorites {
		return fmt.Errorf("it counts %d contacts and %d favorites, and has %d and %d", tally.Contacts, tally.Favorites, len(contacts), favorites)
	}
	var errs []error
	for i := range writers {
		w := &writers[i]
		for _, email := range w.created {
			if _, ok := contacts[email]; !ok {
				errs = append(errs, fmt.Errorf("%s was acknowledged and is lost", email))
			}
		}
		star := contacts[fmt.Sprintf("star%d@lambert.example", i)]
		if star.ID != w.star || star.Favorite != w.favored && star.Favorite != w.asked {
			errs = append(errs, fmt.Errorf("the star of %s is %v, acknowledged as %v", star.Email, star.Favorite, w.favored))
		}
		w.favored, w.asked = star.Favorite, star.Favorite
	}
	return errors.Join(errs...)
}
