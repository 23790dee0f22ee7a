package data_test

import (
	"sync"
	"testing"

	"carnet/data"
	"carnet/data/datatest"
)

// together runs fn n times at once, and gives back what each returned.
func together[T any](n int, fn func(i int) (T, error)) ([]T, []error) {
	values, errs := make([]T, n), make([]error, n)
	var start, end sync.WaitGroup
	start.Add(1)
	for i := range n {
		end.Go(func() {
			start.Wait()
			values[i], errs[i] = fn(i)
		})
	}
	start.Done()
	end.Wait()
	return values, errs
}

func TestOnce(t *testing.T) {
	// Behaviour 21: a form that is posted many times, at once or later, has one
	// effect, and each time the same answer.
	t.Parallel()
	s := datatest.Open(t)
	c := datatest.Client(t, s, "X")
	request := data.NewID()
	made, errs := together(8, func(int) (data.Contact, error) {
		return s.CreateContact(t.Context(), request, data.Contact{Client: c.ID, Email: "jean@x.fr"}, false)
	})
	for i := range made {
		if errs[i] != nil || made[i].ID != made[0].ID {
			t.Errorf("%d: %s, %v", i, made[i].ID, errs[i])
		}
	}
	request = data.NewID()
	clients, errs := together(4, func(int) (data.Client, error) {
		return s.CreateClient(t.Context(), request, data.Client{Name: "Y"})
	})
	for i := range clients {
		if errs[i] != nil || clients[i] != clients[0] {
			t.Errorf("%d: %+v, %v", i, clients[i], errs[i])
		}
	}
	if n := len(must(s.Clients(t.Context(), data.ClientFilter{}))(t).Clients); n != 2 {
		t.Errorf("%d clients", n)
	}
	// Without a request each is new.
	datatest.Client(t, s, "Y")
	datatest.Client(t, s, "Y")
	if n := len(must(s.Clients(t.Context(), data.ClientFilter{}))(t).Clients); n != 4 {
		t.Errorf("%d clients", n)
	}
}

func TestOnceEach(t *testing.T) {
	// Forms of different things are different forms, whatever they say they are:
	// none takes what another made for its own.
	t.Parallel()
	s := datatest.Open(t)
	request := data.NewID()
	a := must(s.CreateClient(t.Context(), request, data.Client{Name: "A"}))(t)
	b := datatest.Client(t, s, "B")
	for range 2 {
		for _, c := range []data.Client{a, b} {
			x, err := s.CreateContact(t.Context(), request, data.Contact{Client: c.ID, Email: "jean@x.fr"}, false)
			if err != nil || x.Client != c.ID {
				t.Fatalf("the contact of %s is %+v, %v", c.Name, x, err)
			}
			id := must(s.Enqueue(t.Context(), request, data.Posting{Message: note(t, s, c.ID, "jean@x.fr"), Raw: [][]byte{[]byte("raw")}, Hold: true}))(t)
			if m, _, err := s.Message(t.Context(), id); m.Client != c.ID || err != nil {
				t.Errorf("the message to %s is %+v, %v", c.Name, m, err)
			}
		}
	}
	for _, c := range []data.Client{a, b} {
		if page := must(s.Messages(t.Context(), data.MessageFilter{Client: c.ID}))(t); len(page.Messages) != 1 {
			t.Errorf("%s has %d messages", c.Name, len(page.Messages))
		}
	}
}

func TestOnceForgetsErrors(t *testing.T) {
	// A form that was refused is tried again when it is posted again, corrected.
	t.Parallel()
	s := datatest.Open(t)
	c := datatest.Client(t, s, "X")
	datatest.Contact(t, s, c.ID, "jean@x.fr", false)
	request := data.NewID()
	post := func(email string) error {
		_, err := s.CreateContact(t.Context(), request, data.Contact{Client: c.ID, Email: email}, false)
		return err
	}
	wantProblem(t, post("jean@x.fr"), "email", data.Duplicate)
	ok(t, post("paul@x.fr"))
	ok(t, post("paul@x.fr"))
	if n := must(s.Tally(t.Context(), c.ID))(t).Contacts; n != 2 {
		t.Errorf("%d contacts", n)
	}
}
