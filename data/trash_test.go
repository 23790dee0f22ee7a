package data_test

import (
	"fmt"
	"testing"
	"time"

	"carnet/data"
	"carnet/data/datatest"
)

func TestTrash(t *testing.T) {
	// The trash shows what was deleted last first; the contacts of a client that
	// is in it come back with it, and are not shown.
	t.Parallel()
	clock := datatest.NewClock()
	s := datatest.Open(t, clock.Option())
	x, y := datatest.Client(t, s, "X"), datatest.Client(t, s, "Y")
	a, b := datatest.Contact(t, s, x.ID, "a@x.fr", true), datatest.Contact(t, s, y.ID, "b@x.fr", true)
	want := func(want ...string) {
		t.Helper()
		got := []string{}
		for _, b := range must(s.Trash(t.Context()))(t) {
			name := b.Client.Name
			if b.Contact != nil {
				name += " " + b.Contact.Email
			}
			got = append(got, name)
			if b.Deleted.IsZero() || b.Deleted.After(clock.Now()) {
				t.Errorf("%s was deleted at %v", name, b.Deleted)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("the trash shows %q, want %q", got, want)
		}
	}
	want()
	must(s.DeleteContact(t.Context(), x.ID, a.ID))(t)
	clock.Advance(time.Second)
	must(s.DeleteContact(t.Context(), y.ID, b.ID))(t)
	want("Y b@x.fr", "X a@x.fr")
	clock.Advance(time.Second)
	ok(t, s.DeleteClient(t.Context(), x.ID))
	want("X", "Y b@x.fr")
	must(s.RestoreContact(t.Context(), y.ID, b.ID))(t)
	must(s.RestoreClient(t.Context(), x.ID))(t)
	want("X a@x.fr")
	must(s.RestoreContact(t.Context(), x.ID, a.ID))(t)
	want()
	must(s.DeleteContact(t.Context(), y.ID, b.ID))(t)
	clock.Advance(time.Second)
	for i := range 45 {
		c := datatest.Contact(t, s, x.ID, fmt.Sprintf("c%d@x.fr", i), false)
		must(s.DeleteContact(t.Context(), x.ID, c.ID))(t)
	}
	if n := len(must(s.Trash(t.Context()))(t)); n != 40 {
		t.Errorf("of 46 it shows %d", n)
	}
	// Those that are not shown hide no older one.
	ok(t, s.DeleteClient(t.Context(), x.ID))
	want("X", "Y b@x.fr")
}

func TestSweep(t *testing.T) {
	// What expired is forgotten, however much of it there is, and nothing else: a
	// form after two days, a session when it has ended.
	t.Parallel()
	clock := datatest.NewClock()
	s := datatest.Open(t, clock.Option())
	u := user(t, s)
	post := func(request data.ID) data.ID {
		return must(s.CreateClient(t.Context(), request, data.Client{Name: "X"}))(t).ID
	}
	var made, requests []data.ID
	for i := range 130 {
		requests = append(requests, data.NewID())
		made = append(made, post(requests[i]))
	}
	for i := range data.MaxSessions {
		ok(t, s.CreateSession(t.Context(), fmt.Sprint(i), u.ID))
	}
	clock.Advance(48*time.Hour - 1)
	ok(t, s.Sweep(t.Context()))
	late := data.NewID()
	lateMade := post(late)
	for i, request := range requests {
		if post(request) != made[i] {
			t.Fatalf("the form %d was forgotten too soon", i)
		}
	}
	clock.Advance(1)
	ok(t, s.Sweep(t.Context()))
	if post(late) != lateMade {
		t.Error("a young form was forgotten")
	}
	for i, request := range requests[100:] {
		if post(request) == made[100+i] {
			t.Fatalf("the form %d is still known", 100+i)
		}
	}
	_, _, err := s.Session(t.Context(), "7") // seen now
	ok(t, err)
	clock.Advance(data.SessionIdle - time.Hour)
	ok(t, s.Sweep(t.Context()))
	datatest.Check(t, s)
	for i := range data.MaxSessions {
		if _, _, err := s.Session(t.Context(), fmt.Sprint(i)); (err == nil) != (i == 7) {
			t.Fatalf("the session %d: %v", i, err)
		}
	}
}
