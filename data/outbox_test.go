package data_test

import (
	"fmt"
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
	if c.Message.ID != o.id || c.Message.Subject != "Bonjour" || len(c.Deliveries) != 1 ||
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
	if d.Code != 250 || d.Reply != "ok" || d.Server != "smtp.x.fr" || !d.At.Equal(o.clock.Now()) {
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

func TestUnclaim(t *testing.T) {
	// A claim that was not used leaves all as it was; one that was lost, or that
	// got as far as its commit, is not given up so.
	t.Parallel()
	o := newOutbox(t, "a@x.fr", "b@x.fr")
	o.finish(o.claim(), map[int]data.Outcome{0: {State: data.Accepted}, 1: {State: data.Queued}})
	o.clock.Advance(2 * time.Minute)
	before := o.deliveries()
	c := o.claim()
	ok(t, o.Unclaim(t.Context(), c))
	after := o.deliveries()
	after[1].At = before[1].At
	if fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("%+v, want %+v", after, before)
	}
	o.want(data.Accepted, data.Queued)
	o.wantDue(0)
	wantError(t, o.Unclaim(t.Context(), c), data.ErrState)
	wantError(t, o.Commit(t.Context(), c), data.ErrState)
	c = o.claim()
	ok(t, o.Commit(t.Context(), c))
	wantError(t, o.Unclaim(t.Context(), c), data.ErrState)
	o.want(data.Accepted, data.Committing)
}
