package mail

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"carnet/data"
)

// idle is how long a worker waits at most before it looks again.
const idle = time.Minute

// desk hands messages out to be delivered, and takes back how each went. It
// belongs to the goroutine of one Run.
type desk struct {
	*Worker
	due    []data.ID // not handed out yet
	inHand map[data.ID]bool
	talks  chan struct{} // has room for those that may talk to the server
	back   chan order
	brake  brake
	bucket bucket
}

// ahead is how many messages are in hand for each that may talk to the server:
// while one does, others are claimed, or what became of them is written down.
const ahead = 3

// errPaused is of a message that had no chance to talk to the server.
var errPaused = errors.New("mail: sending was paused meanwhile")

// order is a message that is handed out to be delivered.
type order struct {
	id      data.ID
	turn    int             // of the brake when it was handed out
	pulled  <-chan struct{} // closed when the brake is pulled after that
	talking bool            // it has a place in talks
	err     error           // how it ended, see deliver
}

func newDesk(w *Worker) *desk {
	return &desk{
		Worker: w,
		inHand: map[data.ID]bool{},
		talks:  make(chan struct{}, min(cmp.Or(w.Connections, DefaultConnections), data.MaxConnections)),
		back:   make(chan order),
		brake:  newBrake(),
		bucket: bucket{perMinute: w.PerMinute},
	}
}

// handOut hands out all that may leave now, and returns how long to wait for
// more unless something happens.
func (d *desk) handOut(ctx context.Context) time.Duration {
	for {
		now := time.Now()
		if wait := d.brake.wait(now); wait > 0 {
			return wait
		}
		if len(d.inHand) >= d.most() {
			return idle
		}
		if wait := d.look(ctx); len(d.due) == 0 {
			return wait
		}
		if wait := d.bucket.take(now); wait > 0 {
			return wait
		}
		id := d.due[0]
		d.due, d.inHand[id] = d.due[1:], true
		o := order{id: id, turn: d.brake.turn, pulled: d.brake.pulled}
		go func() {
			o.err = d.deliver(ctx, &o)
			d.back <- o
		}()
	}
}

// deliver sends one message and keeps what became of it. An error says that
// nothing left, or that it could not be kept what did. ErrNotFound and ErrState
// say that another has the message.
func (d *desk) deliver(ctx context.Context, o *order) error {
	claim, err := d.Store.Claim(ctx, o.id, lease)
	if err != nil {
		return err
	}
	// What has begun is finished, though the program is asked to stop.
	keep := context.WithoutCancel(ctx)
	numbers := sending(claim)
	result, err := d.talk(ctx, o, claim, numbers)
	if err != nil && !o.talking {
		return cmp.Or(d.Store.Unclaim(keep, claim), err)
	}
	outcomes := make(map[int]data.Outcome, len(numbers))
	for i, n := range numbers {
		outcomes[n] = data.Outcome{State: data.Queued}
		if err == nil {
			outcomes[n] = kept(result.Outcomes[i])
		}
	}
	if err := d.Store.Finish(keep, claim, d.Server, outcomes, err == nil, rand.Float64()*2-1); err != nil {
		return err
	}
	if err != nil {
		return err
	}
	d.Log.Info("outbox: sent", "message", o.id, "recipients", len(numbers), "cause", result.Cause)
	return nil
}

// talk sends when there is a place among those that talk to the server, unless
// the brake is pulled before. If nothing leaves it keeps its place until it is
// taken back: what holds it up would hold up the next one.
func (d *desk) talk(ctx context.Context, o *order, claim data.Claim, numbers []int) (Result, error) {
	select {
	case d.talks <- struct{}{}:
		o.talking = true
	case <-o.pulled:
		return Result{}, errPaused
	case <-ctx.Done():
		return Result{}, ctx.Err()
	}
	select {
	case <-o.pulled: // just as there was a place
		d.leave(o)
		return Result{}, errPaused
	default:
	}
	result, err := d.send(ctx, claim, numbers)
	if err == nil {
		d.leave(o)
	}
	return result, err
}

// send reads a mail, which may be large, and sends it.
func (d *desk) send(ctx context.Context, claim data.Claim, numbers []int) (Result, error) {
	e := Envelope{From: claim.Message.From.Address}
	for _, n := range numbers {
		e.To = append(e.To, claim.Deliveries[n].Mailbox.Address)
	}
	var err error
	if e.Body, err = d.Store.Raw(ctx, claim.Message.ID, numbers[0]); errors.Is(err, data.ErrUnreadable) {
		d.Log.Error("outbox: a mail cannot be read", "message", claim.Message.ID, "cause", err)
		result := unsettled(e)
		result.settle(Outcome{State: Failed, Reason: Unreadable})
		return result, nil
	}
	if err != nil {
		return Result{}, err
	}
	return d.Transport.Send(ctx, e, func() error { return d.Store.Commit(context.WithoutCancel(ctx), claim) })
}

// leave gives up the place of o among those that talk, if it has one.
func (d *desk) leave(o *order) {
	if o.talking {
		o.talking = false
		<-d.talks
	}
}

// most is how many messages may be in hand: one, after a pause, to try.
func (d *desk) most() int {
	if d.brake.pause > 0 {
		return 1
	}
	return ahead * cap(d.talks)
}

// look asks the store what is due, if all that was due is handed out, and
// returns how long until there will be more.
func (d *desk) look(ctx context.Context) time.Duration {
	if len(d.due) > 0 {
		return 0
	}
	due, next, err := d.Store.Due(ctx)
	if err != nil {
		d.Log.Error("outbox", "cause", err)
		return idle
	}
	d.due = slices.DeleteFunc(due, func(id data.ID) bool { return d.inHand[id] })
	if next.IsZero() {
		return idle
	}
	return min(max(time.Until(next), time.Millisecond), idle)
}

// takeBack learns from a message that is done with. What was handed out before
// the last pause began or ended says nothing new.
func (d *desk) takeBack(o order) {
	defer d.leave(&o)
	delete(d.inHand, o.id)
	switch {
	case o.err == nil:
	case errors.Is(o.err, data.ErrNotFound): // cancelled, or another has it
		return
	case errors.Is(o.err, data.ErrState):
		d.Log.Warn("outbox: the claim was lost", "message", o.id)
		return
	case errors.Is(o.err, context.Canceled), errors.Is(o.err, errPaused): // nothing was tried
		return
	default:
		d.Log.Error("outbox: nothing left", "message", o.id, "cause", o.err)
	}
	if o.turn != d.brake.turn {
		return
	}
	pause, _ := errors.AsType[*PauseError](o.err)
	d.paused.Store(pause)
	switch {
	case o.err != nil:
		d.brake.pull(time.Now())
	case d.brake.pause > 0:
		d.brake.release()
	}
}
