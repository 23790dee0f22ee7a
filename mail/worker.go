package mail

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"carnet/data"
)

// Worker hands over what is due in the outbox, one message at a time.
type Worker struct {
	Store     *data.Store
	Transport Transport
	Server    string // what the outcomes name as the server
	Log       *slog.Logger

	paused atomic.Pointer[PauseError]
}

const (
	lease    = time.Hour // longer than any conversation takes
	idle     = time.Minute
	pauseFor = time.Minute // before a paused queue is tried again
)

// Paused returns why the queue waits, or nil.
func (w *Worker) Paused() *PauseError { return w.paused.Load() }

// Run works until ctx ends, and returns once the message in hand is finished
// with. There is one Run for a store.
func (w *Worker) Run(ctx context.Context) {
	wake, stop := w.Store.Watch(data.Outbox)
	defer stop()
	for ctx.Err() == nil {
		wait := w.round(ctx)
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// round delivers all that is due and returns how long to wait for more.
func (w *Worker) round(ctx context.Context) time.Duration {
	for ctx.Err() == nil {
		due, next, err := w.Store.Due(ctx)
		if err != nil {
			w.Log.Error("outbox", "cause", err)
			return idle
		}
		if len(due) == 0 {
			if next.IsZero() {
				return idle
			}
			return min(max(time.Until(next), time.Millisecond), idle)
		}
		for _, id := range due {
			if ctx.Err() != nil {
				return 0
			}
			if !w.deliver(ctx, id) {
				return pauseFor
			}
		}
	}
	return 0
}

// deliver sends one message and keeps what became of it. It returns false when
// the queue is to wait.
func (w *Worker) deliver(ctx context.Context, id data.ID) bool {
	claim, err := w.Store.Claim(ctx, id, lease)
	if errors.Is(err, data.ErrNotFound) {
		return true
	}
	if err != nil {
		w.Log.Error("outbox: claim", "message", id, "cause", err)
		return false
	}
	// What has begun is finished, though the program is asked to stop.
	keep := context.WithoutCancel(ctx)
	envelope, numbers := envelope(claim)
	result, err := w.Transport.Send(ctx, envelope, func() error { return w.Store.Commit(keep, claim) })
	outcomes := make(map[int]data.Outcome, len(numbers))
	for i, n := range numbers {
		outcomes[n] = data.Outcome{State: data.Queued}
		if err == nil {
			outcomes[n] = kept(result.Outcomes[i])
		}
	}
	if err := w.Store.Finish(keep, claim, w.Server, outcomes, err == nil, rand.Float64()*2-1); err != nil {
		w.Log.Error("outbox: finish", "message", id, "cause", err)
		return false
	}
	var pause *PauseError
	errors.As(err, &pause)
	w.paused.Store(pause)
	if err != nil {
		w.Log.Error("outbox: nothing left", "message", id, "cause", err)
		return false
	}
	w.Log.Info("outbox: sent", "message", id, "recipients", len(numbers), "cause", result.Cause)
	return true
}

// envelope returns what the server is told of a claim, and which of its
// deliveries each recipient is.
func envelope(c data.Claim) (Envelope, []int) {
	e := Envelope{From: c.Message.From.Address, Body: c.Raw}
	var numbers []int
	for i, d := range c.Deliveries {
		if d.State == data.Sending {
			e.To = append(e.To, d.Mailbox.Address)
			numbers = append(numbers, i)
		}
	}
	return e, numbers
}

// kept is an outcome as the book keeps it.
func kept(o Outcome) data.Outcome {
	states := map[State]data.State{Accepted: data.Accepted, Failed: data.Failed, Deferred: data.Queued, Unknown: data.Unknown}
	return data.Outcome{State: states[o.State], Code: o.Code, Reply: o.Reply, Reason: string(o.Reason)}
}
