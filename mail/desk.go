package mail

import (
	"cmp"
	"context"
	"errors"
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
	back   chan back
	brake  brake
	bucket bucket
}

// back is a message that is done with for now.
type back struct {
	id   data.ID
	err  error
	turn int // of the brake when it was handed out
}

func newDesk(w *Worker) *desk {
	return &desk{Worker: w, inHand: map[data.ID]bool{}, back: make(chan back), bucket: bucket{perMinute: w.PerMinute}}
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
		turn := d.brake.turn
		go func() { d.back <- back{id, d.deliver(ctx, id), turn} }()
	}
}

// most is how many messages may be in hand: one, after a pause, to try.
func (d *desk) most() int {
	if d.brake.pause > 0 {
		return 1
	}
	return min(cmp.Or(d.Connections, DefaultConnections), MaxConnections)
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
func (d *desk) takeBack(b back) {
	delete(d.inHand, b.id)
	switch {
	case b.err == nil:
	case errors.Is(b.err, data.ErrNotFound): // cancelled, or another has it
		return
	case errors.Is(b.err, data.ErrState):
		d.Log.Warn("outbox: the claim was lost", "message", b.id)
		return
	case errors.Is(b.err, context.Canceled): // the program stops
		return
	default:
		d.Log.Error("outbox: nothing left", "message", b.id, "cause", b.err)
	}
	if b.turn != d.brake.turn {
		return
	}
	pause, _ := errors.AsType[*PauseError](b.err)
	d.paused.Store(pause)
	switch {
	case b.err != nil:
		d.brake.pull(time.Now())
	case d.brake.pause > 0:
		d.brake.release()
	}
}
