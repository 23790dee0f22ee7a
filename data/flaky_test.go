package data_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"carnet/data"
	"carnet/data/datatest"
	"carnet/data/kv"
	"carnet/data/kv/bolt"
	"carnet/data/kv/kvtest"
)

// dump returns all that an engine keeps, if it is less than a page.
func dump(t *testing.T, engine *bolt.Store) []string {
	t.Helper()
	var out []string
	ok(t, engine.View(t.Context(), func(r kv.Reader) error {
		entries, err := r.Scan(kv.Range{})
		for _, e := range entries {
			out = append(out, fmt.Sprintf("%q %x", e.Key, e.Value))
		}
		return err
	}))
	return out
}

// flakyStep is a change, made on a store of which any one operation fails.
type flakyStep struct {
	name   string
	series bool // it goes on after a commit, and may then fail though it is done
	do     func(*data.Store) error
}

func TestFlaky(t *testing.T) {
	// Whichever operation of the engine fails, a change is made or it is not: the
	// book is consistent, and as it was before when the change says that it failed.
	t.Parallel()
	engine := datatest.Engine(t, filepath.Join(t.TempDir(), "carnet.db"))
	clock := datatest.NewClock()
	sound := datatest.On(t, engine, clock.Option())
	for _, step := range flakySteps(t, sound, clock) {
		before, failed := dump(t, engine), 0
		for n := 1; ; n++ {
			flaky, err := data.Open(t.Context(), kvtest.Flaky(engine, n), clock.Option())
			if errors.Is(err, kvtest.ErrInjected) {
				continue
			}
			ok(t, err)
			err = step.do(flaky)
			after := dump(t, engine)
			datatest.Check(t, sound)
			changed := !slices.Equal(before, after)
			if err == nil {
				if !changed || failed < 3 {
					t.Errorf("%s says that it is done after %d failures; changed: %t", step.name, failed, changed)
				}
				break
			}
			failed++
			if !errors.Is(err, kvtest.ErrInjected) || changed && !step.series {
				t.Fatalf("%s: at operation %d it says %v; changed: %t", step.name, n, err, changed)
			}
		}
	}
}

func flakySteps(t *testing.T, sound *data.Store, clock *datatest.Clock) []flakyStep {
	ctx := t.Context()
	c := must(sound.CreateClient(ctx, "", data.Client{Name: "X", Email: "main@x.fr"}))(t)
	a := datatest.Contact(t, sound, c.ID, "a@x.fr", false)
	b := datatest.Contact(t, sound, c.ID, "b@x.fr", true)
	m := note(t, sound, c.ID, "a@x.fr", "b@x.fr")
	request, request2, user := data.NewID(), data.NewID(), data.User{}
	token := ""
	var claim data.Claim
	take := func(s *data.Store) error {
		got, err := s.Claim(ctx, m.ID, lease)
		if err == nil {
			claim = got
		}
		return err
	}
	return []flakyStep{
		{"CreateClient", true, func(s *data.Store) error {
			_, err := s.CreateClient(ctx, request, data.Client{Name: "Y"})
			return err
		}},
		{"UpdateClient", false, func(s *data.Store) error {
			_, _, err := s.UpdateClient(ctx, c.ID, c.Version, true, func(c *data.Client) { c.Email, c.Name, c.Number = "new@x.fr", "Z", "N-1" })
			return err
		}},
		{"CreateContact", true, func(s *data.Store) error {
			_, err := s.CreateContact(ctx, request2, data.Contact{Client: c.ID, Email: "c@x.fr"}, false)
			return err
		}},
		{"UpdateContact", false, func(s *data.Store) error {
			_, err := s.UpdateContact(ctx, c.ID, a.ID, a.Version, func(c *data.Contact) { c.Email, c.LastName = "A2@x.fr", "Zola" })
			return err
		}},
		{"Star", false, func(s *data.Store) error { _, _, err := s.Star(ctx, c.ID, a.ID, true); return err }},
		{"DeleteContact", false, func(s *data.Store) error { _, err := s.DeleteContact(ctx, c.ID, b.ID); return err }},
		{"RestoreContact", false, func(s *data.Store) error { _, err := s.RestoreContact(ctx, c.ID, b.ID); return err }},
		{"MakeMain", false, func(s *data.Store) error { _, err := s.MakeMain(ctx, c.ID, b.ID); return err }},
		{"DeleteClient", false, func(s *data.Store) error { return s.DeleteClient(ctx, c.ID) }},
		{"RestoreClient", false, func(s *data.Store) error { _, err := s.RestoreClient(ctx, c.ID); return err }},
		{"Enqueue", false, func(s *data.Store) error {
			_, err := s.Enqueue(ctx, m.ID, data.Posting{Message: m, Raw: [][]byte{[]byte("raw")}, Hold: true})
			return err
		}},
		{"Release", false, func(s *data.Store) error { _, err := s.Release(ctx, m.ID, data.Held); return err }},
		{"Claim", false, take},
		{"Commit", false, func(s *data.Store) error { return s.Commit(ctx, claim) }},
		{"Finish", false, func(s *data.Store) error {
			return s.Finish(ctx, claim, "", map[int]data.Outcome{0: {State: data.Unknown}, 1: {State: data.Failed}}, true, 0)
		}},
		{"Settle", false, func(s *data.Store) error { _, err := s.Settle(ctx, m.ID, data.Accepted, data.Unknown); return err }},
		{"Release again", false, func(s *data.Store) error { _, err := s.Release(ctx, m.ID, data.Failed); return err }},
		{"Claim again", false, take},
		{"Recover", true, func(s *data.Store) error { _, err := s.Recover(ctx); return err }},
		{"SetUp", false, func(s *data.Store) error {
			u, err := s.SetUp(ctx, data.Agency{Name: "A"}, data.User{Name: "Ana", Email: "ana@x.fr"}, password)
			user = u
			return err
		}},
		{"Prefer", false, func(s *data.Store) error { _, err := s.Prefer(ctx, user.ID, data.English, ""); return err }},
		{"CreateSession", false, func(s *data.Store) error { return s.CreateSession(ctx, "token", user.ID) }},
		{"SaveSession", false, func(s *data.Store) error { return s.SaveSession(ctx, "token", []byte("{}")) }},
		{"Session", false, func(s *data.Store) error { clock.Advance(lease); _, _, err := s.Session(ctx, "token"); return err }},
		{"DeleteSession", false, func(s *data.Store) error { return s.DeleteSession(ctx, "token") }},
		{"AddPasskey", false, func(s *data.Store) error {
			return s.AddPasskey(ctx, data.Passkey{ID: []byte("id"), User: user.ID, Name: "Phone"})
		}},
		{"UsePasskey", false, func(s *data.Store) error { return s.UsePasskey(ctx, []byte("id"), 0, false) }},
		{"DropDevices", false, func(s *data.Store) error { return s.DropDevices(ctx, user.ID) }},
		{"CreateReset", false, func(s *data.Store) (err error) { token, err = s.CreateReset(ctx, user.ID); return err }},
		{"Reset", false, func(s *data.Store) error { _, err := s.Reset(ctx, token, password+" two"); return err }},
		{"Sweep", true, func(s *data.Store) error { clock.Advance(data.SessionLife); return s.Sweep(ctx) }},
	}
}
