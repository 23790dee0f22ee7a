package mail

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
)

// The capture takes all mails but those to the two addresses that show what a
// refusal and a delay look like, and commits as a server does.
func TestCapture(t *testing.T) {
	t.Parallel()
	e := three()
	e.To = []string{"a@example.org", "Bounce@example.com", "slow@example.com"}
	res, commits, err := send(t, &Capture{}, e)
	if err != nil || commits != 1 || !slices.Equal(states(res), []State{Accepted, Failed, Deferred}) {
		t.Errorf("%v, %v, %d commits", res, err, commits)
	}
	e.To = e.To[1:]
	if res, commits, err := send(t, &Capture{}, e); err != nil || commits != 0 || res.Outcomes[0].Code != 550 || res.Outcomes[1].Code != 451 {
		t.Errorf("%v, %v, %d commits", res, err, commits)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (&Capture{}).Send(ctx, e, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

// A greylisted mail is put off once and then taken; each mail is a new one.
func TestCaptureGreylists(t *testing.T) {
	t.Parallel()
	x, e := &Capture{}, three()
	e.To = []string{"slow@example.com"}
	try := func(body string) State {
		e.Body = []byte(body)
		res, _, err := send(t, x, e)
		if err != nil {
			t.Fatal(err)
		}
		return res.Outcomes[0].State
	}
	for i, want := range []struct {
		body string
		State
	}{{"one", Deferred}, {"two", Deferred}, {"one", Accepted}, {"two", Accepted}, {"one", Deferred}} {
		if got := try(want.body); got != want.State {
			t.Errorf("offer %d: %s is %s, want %s", i, want.body, got, want.State)
		}
	}
}

// The capture has nothing to send with: no dialer, no address, no connection is
// in it or can be put into it.
func TestCaptureHasNoDialer(t *testing.T) {
	t.Parallel()
	for f := range reflect.TypeFor[Capture]().Fields() {
		if f.IsExported() || f.Name != "mu" && f.Name != "delayed" {
			t.Errorf("it has %s %v", f.Name, f.Type)
		}
	}
}
