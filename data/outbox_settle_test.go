package data_test

import (
	"strings"
	"testing"
	"time"

	"carnet/data"
)

func TestPartialFailure(t *testing.T) {
	// Behaviour 40: of three recipients one is accepted, one refused and one
	// tried again; the next attempt is to that one only, whatever a worker says.
	t.Parallel()
	o := newOutbox(t, "a@x.fr", "b@x.fr", "c@x.fr")
	c := o.claim()
	o.finish(c, map[int]data.Outcome{0: {State: data.Accepted}, 1: {State: data.Failed, Code: 550}, 2: {State: data.Queued, Code: 450}})
	o.want(data.Accepted, data.Failed, data.Queued)
	o.wantDue(time.Minute)
	o.clock.Advance(time.Minute)
	c = o.claim()
	o.want(data.Accepted, data.Failed, data.Sending)
	ok(t, o.Commit(t.Context(), c))
	o.want(data.Accepted, data.Failed, data.Committing)
	again := data.Outcome{State: data.Queued}
	o.finish(c, map[int]data.Outcome{0: again, 1: again, 2: {State: data.Accepted}, 9: again})
	o.want(data.Accepted, data.Failed, data.Accepted)
	o.wantDone()
	// "Renvoyer aux échecs" does just that, and nothing sends again what was accepted.
	_, err := o.Release(t.Context(), o.id, data.Accepted)
	wantError(t, err, data.ErrState)
	if n := must(o.Release(t.Context(), o.id, data.Failed, data.Accepted))(t); n != 1 {
		t.Errorf("%d are sent again", n)
	}
	o.want(data.Accepted, data.Queued, data.Accepted)
	if d := o.claim().Deliveries[1]; d.State != data.Sending || d.Attempts != 1 {
		t.Errorf("it is sent again as %+v", d)
	}
}

func TestHeld(t *testing.T) {
	// Behaviour 42: what is held waits for a person, who releases it or gives it up.
	t.Parallel()
	o := newOutbox(t, "a@x.fr")
	o.finish(o.claim(), outcome(data.Accepted))
	hold := func() {
		m := note(t, o.Store, must(o.Clients(t.Context(), data.ClientFilter{}))(t).Clients[0].ID, "a@x.fr", "b@x.fr")
		o.id = must(o.Enqueue(t.Context(), "", data.Posting{Message: m, Raw: [][]byte{[]byte("raw")}, Hold: true}))(t)
	}
	hold()
	o.want(data.Held, data.Held)
	o.wantDone()
	_, err := o.Claim(t.Context(), o.id, lease)
	wantError(t, err, data.ErrNotFound)
	if n := must(o.Release(t.Context(), o.id, data.Held))(t); n != 2 {
		t.Errorf("%d were released", n)
	}
	_, err = o.Release(t.Context(), o.id, data.Held)
	wantError(t, err, data.ErrState)
	o.wantDue(0)
	o.want(data.Queued, data.Queued)
	c := o.claim()
	_, err = o.Settle(t.Context(), o.id, data.Cancelled, data.Queued, data.Sending)
	wantError(t, err, data.ErrState)
	o.finish(c, map[int]data.Outcome{0: {State: data.Unknown}, 1: {State: data.Queued}})
	if n := must(o.Settle(t.Context(), o.id, data.Accepted, data.Unknown))(t); n != 1 {
		t.Errorf("%d were settled", n)
	}
	o.want(data.Accepted, data.Queued)
	must(o.Settle(t.Context(), o.id, data.Cancelled, data.Held, data.Queued))(t)
	o.want(data.Accepted, data.Cancelled)
	o.wantDone()
	hold()
	must(o.Settle(t.Context(), o.id, data.Cancelled, data.Held))(t)
	o.want(data.Cancelled, data.Cancelled)
	o.wantDone()
}

func TestSettleSome(t *testing.T) {
	// A message of which one is given up and another waits for its first attempt
	// is still due.
	t.Parallel()
	o := newOutbox(t, "a@x.fr", "b@x.fr")
	o.finish(o.claim(), map[int]data.Outcome{0: {State: data.Failed}, 1: {State: data.Unknown}})
	must(o.Release(t.Context(), o.id, data.Failed))(t)
	must(o.Settle(t.Context(), o.id, data.Accepted, data.Unknown))(t)
	o.want(data.Queued, data.Accepted)
	o.wantDue(0)
}

func TestWorst(t *testing.T) {
	// On one line a message shows what most wants a person's eye.
	t.Parallel()
	for states, want := range map[string]data.State{
		"accepted failed unknown": data.Failed, "unknown held queued": data.Unknown, "committing accepted": data.Sending,
		"queued cancelled": data.Queued, "accepted cancelled": data.Cancelled, "accepted": data.Accepted, "": data.Accepted,
	} {
		s := data.States{}
		for _, state := range strings.Fields(states) {
			s[data.State(state)]++
		}
		if got := s.Worst(); got != want {
			t.Errorf("%q shows %q, want %q", states, got, want)
		}
	}
}
