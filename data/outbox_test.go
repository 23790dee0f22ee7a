package data_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"carnet/data"
	"carnet/data/datatest"
)

const lease = 10 * time.Minute

// outbox is a book with a clock, a client and one message in the outbox.
type outbox struct {
	*testing.T
	*data.Store
	clock *datatest.Clock
	id    data.ID
}

func newOutbox(t *testing.T, to ...string) *outbox {
	t.Helper()
	clock := datatest.NewClock()
	s := datatest.Open(t, clock.Option())
	return &outbox{t, s, clock, send(t, s, datatest.Client(t, s, "X").ID, to...)}
}

func (o *outbox) claim() data.Claim {
	o.Helper()
	return must(o.Store.Claim(o.Context(), o.id, lease))(o)
}

func (o *outbox) finish(c data.Claim, outcomes map[int]data.Outcome) {
	o.Helper()
	ok(o, o.Store.Finish(o.Context(), c, "smtp.x.fr", outcomes, true, 0))
}

func (o *outbox) deliveries() []data.Delivery {
	o.Helper()
	_, ds, err := o.Message(o.Context(), o.id)
	ok(o, err)
	return ds
}

// want fails the test unless the deliveries are in these states, and all is
// consistent.
func (o *outbox) want(states ...data.State) {
	o.Helper()
	var got []data.State
	for _, d := range o.deliveries() {
		got = append(got, d.State)
	}
	if fmt.Sprint(got) != fmt.Sprint(states) {
		o.Errorf("the deliveries are %v, want %v", got, states)
	}
	datatest.Check(o, o.Store)
}

// wantDue fails the test unless the message is due after a time, and not before.
func (o *outbox) wantDue(after time.Duration) {
	o.Helper()
	due, next, err := o.Due(o.Context())
	ok(o, err)
	if after == 0 {
		if len(due) != 1 || due[0] != o.id {
			o.Errorf("due are %v", due)
		}
		return
	}
	if want := o.clock.Now().Add(after); len(due) != 0 || !next.Equal(want) {
		o.Errorf("due are %v, and next at %v, want %v", due, next, want)
	}
	_, err = o.Claim(o.Context(), o.id, lease)
	wantError(o, err, data.ErrNotFound)
}

// wantDone fails the test if anything waits.
func (o *outbox) wantDone() {
	o.Helper()
	if due, next, err := o.Due(o.Context()); len(due) > 0 || !next.IsZero() || err != nil {
		o.Errorf("due are %v, and next at %v, %v", due, next, err)
	}
}

func outcome(s data.State) map[int]data.Outcome { return map[int]data.Outcome{0: {State: s}} }

func TestSent(t *testing.T) {
	// A message is claimed by one, sent, and kept with the words of the server.
	t.Parallel()
	o := newOutbox(t, "a@x.fr")
	wake, stop := o.Watch(data.Outbox)
	defer stop()
	o.wantDue(0)
	c := o.claim()
	if string(c.Raw) != "raw" || c.Message.ID != o.id || c.Message.Subject != "Bonjour" || len(c.Deliveries) != 1 ||
		c.Deliveries[0].State != data.Sending || c.Deliveries[0].Attempts != 1 {
		t.Errorf("the claim is %+v", c)
	}
	o.want(data.Sending)
	o.wantDue(lease)
	ok(t, o.Commit(t.Context(), c))
	o.want(data.Committing)
	o.finish(c, map[int]data.Outcome{0: {State: data.Accepted, Code: 250, Reply: "ok"}})
	o.want(data.Accepted)
	d := o.deliveries()[0]
	if d.Code != 250 || d.Reply != "ok" || d.Server != "smtp.x.fr" || !d.At.Equal(o.clock.Now()) || !d.Final() {
		t.Errorf("the delivery is %+v", d)
	}
	o.wantDone()
	send(t, o.Store, c.Message.Client, "b@x.fr")
	<-wake
}

func TestClaimIsFenced(t *testing.T) {
	// Who lost a claim can neither commit nor finish, whoever has it now.
	t.Parallel()
	o := newOutbox(t, "a@x.fr")
	lost := o.claim()
	refused := func() {
		t.Helper()
		before := o.deliveries()
		wantError(t, o.Commit(t.Context(), lost), data.ErrState)
		wantError(t, o.Finish(t.Context(), lost, "", outcome(data.Accepted), true, 0), data.ErrState)
		wantError(t, o.Commit(t.Context(), data.Claim{Message: lost.Message}), data.ErrState)
		if after := o.deliveries(); fmt.Sprint(after) != fmt.Sprint(before) {
			t.Errorf("a lost claim changed %v to %v", before, after)
		}
	}
	o.clock.Advance(lease)
	mine := o.claim() // it was sending: it is sent again
	if mine.Deliveries[0].Attempts != 2 {
		t.Errorf("the attempts are %d", mine.Deliveries[0].Attempts)
	}
	refused()
	ok(t, o.Commit(t.Context(), mine))
	refused()
	o.finish(mine, outcome(data.Queued))
	refused()
	o.clock.Advance(time.Hour)
	o.finish(o.claim(), outcome(data.Accepted))
	refused()
	o.wantDone()
	wantError(t, o.Commit(t.Context(), data.Claim{}), data.ErrState)
}

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

func TestBackoff(t *testing.T) {
	// A refusal for now is tried again after 1, 5, 15 and 30 minutes, 1, 2 and 4
	// hours, then every 6, within a tenth, until 48 hours after it was written.
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

func TestPauseBurnsNoAttempt(t *testing.T) {
	// While nothing can be sent at all a message waits, however long, and its
	// attempts are not counted.
	t.Parallel()
	o := newOutbox(t, "a@x.fr")
	for range 3 {
		ok(t, o.Finish(t.Context(), o.claim(), "", outcome(data.Queued), false, 0))
		if d := o.deliveries()[0]; d.Attempts != 0 {
			t.Errorf("it counted: %+v", d)
		}
		o.wantDue(time.Minute)
		o.clock.Advance(30 * time.Hour)
	}
	o.want(data.Queued)
}

func TestHeld(t *testing.T) {
	// Behaviour 42: what is held waits for a person, who releases it or gives it up.
	t.Parallel()
	o := newOutbox(t, "a@x.fr")
	o.finish(o.claim(), outcome(data.Accepted))
	hold := func() {
		m := note(t, o.Store, must(o.Clients(t.Context(), data.ClientFilter{}))(t).Clients[0].ID, "a@x.fr", "b@x.fr")
		o.id = must(o.Enqueue(t.Context(), "", m, []byte("raw"), true))(t)
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

func TestClaimOnce(t *testing.T) {
	// Of many who claim a message at once one has it.
	t.Parallel()
	o := newOutbox(t, "a@x.fr")
	_, errs := together(8, func(int) (data.Claim, error) { return o.Claim(t.Context(), o.id, lease) })
	n := 0
	for _, err := range errs {
		if err == nil {
			n++
		} else {
			wantError(t, err, data.ErrNotFound)
		}
	}
	if n != 1 {
		t.Errorf("%d have it", n)
	}
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
