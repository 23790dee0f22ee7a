package handlers

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"carnet/data"

	"github.com/gofiber/fiber/v2"
)

func TestTries(t *testing.T) {
	// An account has ten tries from one network, then one after a minute, two,
	// four, up to fifteen; a success or an hour forgets them; a network has thirty
	// a minute in all, and others are not touched.
	t.Parallel()
	now, s := time.Now(), newTries()
	for i := range triesAccount {
		if !s.allow(now, "192.0.2.1", "a@x.example") {
			t.Fatalf("try %d was refused", i)
		}
	}
	for _, c := range []struct {
		ip, account string
		want        bool
	}{
		{"192.0.2.200", "a@x.example", false}, {"::ffff:192.0.2.7", "a@x.example", false},
		{"198.51.100.1", "a@x.example", true}, {"192.0.2.1", "b@x.example", true},
	} {
		if got := s.allow(now, c.ip, c.account); got != c.want {
			t.Errorf("%s for %s: %v", c.account, c.ip, got)
		}
	}
	for _, minutes := range []time.Duration{1, 2, 4, 8, 15, 15, 15} {
		if wait := s.wait(now, "192.0.2.1", "a@x.example"); wait != minutes*time.Minute {
			t.Errorf("the wait is %v, want %d minutes", wait, minutes)
		}
		now = now.Add(minutes*time.Minute - 1)
		for range 50 { // what is refused makes the wait no longer
			if s.allow(now, "192.0.2.1", "a@x.example") {
				t.Error("a try came too early")
			}
		}
		if now = now.Add(1); !s.allow(now, "192.0.2.1", "a@x.example") {
			t.Error("the real user is locked out")
		}
	}
	now = now.Add(triesForgot + 1)
	for i := range triesAccount {
		if !s.allow(now, "192.0.2.1", "a@x.example") {
			t.Errorf("an hour later try %d was refused", i)
		}
	}
	s = newTries()
	for i := range triesNetwork {
		if !s.allow(now, "2001:db8::"+string(rune('a'+i%6)), time.Duration(i).String()) {
			t.Fatalf("try %d of a network was refused", i)
		}
	}
	if s.allow(now, "2001:db8::1", "fresh") || !s.allow(now, "2001:db8:0:1::1", "fresh") {
		t.Error("a network is a /64, and has thirty tries")
	}
	if !s.allow(now.Add(triesWindow), "2001:db8::1", "fresh") {
		t.Error("a minute later the network may try again")
	}
	s = newTries()
	for range triesAccount {
		s.allow(now, "192.0.2.1", "a")
	}
	if s.forget("192.0.2.1", "a"); !s.allow(now, "192.0.2.1", "a") {
		t.Error("a success is to forget the tries")
	}
}

func TestCrowd(t *testing.T) {
	// From all networks together an account has fifty tries in a quarter of an
	// hour, then one every twenty seconds, and all again after it.
	t.Parallel()
	now, s := time.Now(), newTries()
	for i := range crowdTries {
		if wait := s.crowd(now, "a"); wait != 0 {
			t.Fatalf("try %d waits %v", i, wait)
		}
	}
	for i := range 10 {
		if wait := s.crowd(now, "a"); wait != 0 {
			t.Errorf("turn %d waits %v", i, wait)
		}
		if wait := s.crowd(now.Add(crowdTurn/2), "a"); wait != crowdTurn/2 {
			t.Errorf("between two turns one waits %v", wait)
		}
		now = now.Add(crowdTurn)
	}
	if wait := s.crowd(now, "b"); wait != 0 {
		t.Errorf("another account waits %v", wait)
	}
	now = now.Add(crowdWindow)
	for range 2 {
		if s.crowd(now, "a") != 0 {
			t.Error("after a quarter of an hour all is to be forgotten")
		}
	}
}

func TestFamiliarNetworkGetsIn(t *testing.T) {
	// While a whole net of strangers tries an account, who comes from a network
	// that it is not known from waits, and its user still comes in from where they
	// signed in before.
	t.Parallel()
	o := agency(t)
	u, err := o.store.FirstUser(bg)
	if err != nil {
		t.Fatal(err)
	}
	account, err := data.AddressKey(u.Email)
	if err != nil {
		t.Fatal(err)
	}
	for _, known := range []bool{false, true} {
		if known { // app.Test comes from 0.0.0.0
			if err := o.store.CreateSession(data.As(bg, data.Actor{Address: "0.0.0.0"}), "token", u.ID); err != nil {
				t.Fatal(err)
			}
		}
		h := &handlers{Config: Config{Store: o.store}, tries: newTries()}
		for range crowdTries + 1 {
			h.tries.crowd(time.Now(), account)
		}
		app := fiber.New()
		app.Get("/", func(c *fiber.Ctx) error {
			wait, err := h.tooMany(c, account)
			if (wait == 0) != known || err != nil {
				t.Errorf("known from there: %t: it waits %v, %v", known, wait, err)
			}
			return nil
		})
		if _, err := app.Test(httptest.NewRequest(http.MethodGet, "/", nil)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSteps(t *testing.T) {
	// A step of a sign-in lasts five minutes and five tries, and there are only so
	// many of them.
	t.Parallel()
	now, x := time.Now(), newSteps()
	a := x.begin(now, step{user: "a"})
	for i := range stepTries {
		if s, ok := x.try(now, a); !ok || s.user != "a" {
			t.Fatalf("try %d: %+v, %t", i, s, ok)
		}
	}
	if _, ok := x.try(now, a); ok {
		t.Error("a sixth try")
	}
	b := x.begin(now, step{})
	if _, ok := x.look(now.Add(stepTime), b); !ok {
		t.Error("it is over too soon")
	}
	if _, ok := x.look(now.Add(stepTime+1), b); ok {
		t.Error("it lasts longer than five minutes")
	}
	c := x.begin(now, step{})
	if _, ok := x.take(now, c); !ok {
		t.Error("it cannot be taken")
	}
	for _, handle := range []string{c, "", "x"} {
		if _, ok := x.take(now, handle); ok {
			t.Errorf("%q was taken again", handle)
		}
	}
	first := x.begin(now, step{})
	for i := range maxSteps {
		x.begin(now, step{name: fmt.Sprint(i)})
	}
	if _, ok := x.look(now, first); ok || x.kept.Len() != maxSteps {
		t.Errorf("%d are kept", x.kept.Len())
	}
}
