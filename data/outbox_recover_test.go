package data_test

import (
	"testing"
	"time"

	"carnet/data"
)

func TestLeaseRunsOut(t *testing.T) {
	// Behaviour 40: what was being confirmed when its worker was lost is unknown,
	// and never sent again by itself; what was not is sent again.
	t.Parallel()
	o := newOutbox(t, "a@x.fr", "b@x.fr")
	c := o.claim()
	ok(t, o.Commit(t.Context(), c))
	o.finish(c, map[int]data.Outcome{1: {State: data.Queued}}) // of the other nothing was said
	o.want(data.Unknown, data.Queued)
	o.clock.Advance(time.Minute)
	ok(t, o.Commit(t.Context(), o.claim()))
	o.clock.Advance(lease)
	o.wantDue(0)
	_, err := o.Claim(t.Context(), o.id, lease)
	wantError(t, err, data.ErrNotFound)
	o.want(data.Unknown, data.Unknown)
	o.wantDone()
	wantError(t, o.Commit(t.Context(), c), data.ErrState)
}

func TestRecover(t *testing.T) {
	// After a stop of any kind nothing is claimed: what was being confirmed is
	// unknown, the rest goes on, and what waited or is done stays as it is.
	t.Parallel()
	o := newOutbox(t, "a@x.fr")
	client := o.claim().Message.Client
	sending := o.id
	var ids []data.ID
	for range 3 {
		ids = append(ids, send(t, o.Store, client, "a@x.fr"))
	}
	o.id = ids[0]
	lost := o.claim()
	ok(t, o.Commit(t.Context(), lost))
	o.id = ids[1]
	o.finish(o.claim(), outcome(data.Accepted))
	before := must(o.Tally(t.Context(), client))(t)
	for _, want := range []int{2, 0} {
		if n := must(o.Recover(t.Context()))(t); n != want {
			t.Errorf("%d were found, want %d", n, want)
		}
	}
	if after := must(o.Tally(t.Context(), client))(t); after.Version == before.Version {
		t.Error("what is drawn of the client could stay as it was")
	}
	for id, want := range map[data.ID]data.State{sending: data.Queued, ids[0]: data.Unknown, ids[1]: data.Accepted, ids[2]: data.Queued} {
		o.id = id
		o.want(want)
	}
	wantError(t, o.Commit(t.Context(), lost), data.ErrState)
	o.id = sending
	o.claim()
}

func TestBackoff(t *testing.T) {
	// A refusal for now is tried again after 1, 5, 15 and 30 minutes, 1, 2 and 4
	// hours, then every 6, within a tenth, until 48 hours after the first attempt.
	t.Parallel()
	for _, jitter := range []float64{-1, 0, 1} {
		o := newOutbox(t, "a@x.fr")
		begin := o.clock.Now().Truncate(time.Second)
		for attempt := 1; ; attempt++ {
			wait := 6 * time.Hour
			if attempt <= 7 {
				wait = []time.Duration{1, 5, 15, 30, 60, 120, 240}[attempt-1] * time.Minute
			}
			ok(t, o.Finish(t.Context(), o.claim(), "", outcome(data.Queued), true, jitter))
			if d := o.deliveries()[0]; d.State == data.Failed {
				if past := o.clock.Now().Sub(begin); past <= 48*time.Hour || past > 55*time.Hour || d.Attempts != attempt {
					t.Errorf("it gave up after %v, %+v", past, d)
				}
				break
			}
			wait += time.Duration(float64(wait/10) * jitter)
			o.wantDue(wait)
			o.clock.Advance(wait)
		}
		o.want(data.Failed)
		o.wantDone()
	}
}

func TestBackoffAnew(t *testing.T) {
	// The 48 hours begin anew when a person sends again what failed, and do not
	// run while nothing can be sent at all; a worker that was lost counts.
	t.Parallel()
	o := newOutbox(t, "a@x.fr")
	o.clock.Advance(50 * time.Hour)
	ok(t, o.Finish(t.Context(), o.claim(), "", outcome(data.Queued), false, 0))
	o.clock.Advance(50 * time.Hour)
	for range 2 {
		o.claim() // which is lost
		must(o.Recover(t.Context()))(t)
		o.finish(o.claim(), outcome(data.Queued))
		o.wantDue(5 * time.Minute)
		o.clock.Advance(47 * time.Hour)
		o.finish(o.claim(), outcome(data.Queued))
		o.wantDue(15 * time.Minute)
		o.clock.Advance(2 * time.Hour)
		o.finish(o.claim(), outcome(data.Queued))
		o.want(data.Failed)
		o.clock.Advance(50 * time.Hour)
		must(o.Release(t.Context(), o.id, data.Failed))(t)
		o.wantDue(0)
	}
}

func TestPauseBurnsNoAttempt(t *testing.T) {
	// While nothing can be sent at all a message waits, however long, its attempts
	// are not counted, and it is due as soon as something can be sent.
	t.Parallel()
	o := newOutbox(t, "a@x.fr")
	for range 3 {
		ok(t, o.Finish(t.Context(), o.claim(), "", outcome(data.Queued), false, 0))
		if d := o.deliveries()[0]; d.Attempts != 0 {
			t.Errorf("it counted: %+v", d)
		}
		o.wantDue(0)
		o.clock.Advance(30 * time.Hour)
	}
	o.want(data.Queued)
}
