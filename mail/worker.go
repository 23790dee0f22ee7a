package mail

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"carnet/data"
)

// Worker hands over what is due in the outbox, several messages at once.
type Worker struct {
	Store       *data.Store
	Transport   Transport
	Server      string // what the outcomes name as the server
	Connections int    // that talk to the server at once, 1 to data.MaxConnections; 0: DefaultConnections
	PerMinute   int    // messages; 0: as many as can be
	Log         *slog.Logger

	paused atomic.Pointer[PauseError]
}

// DefaultConnections is for a Worker that is not told how many.
const DefaultConnections = data.DefaultConnections

// lease is longer than a conversation takes, unless a server is slow at each of
// many recipients; a claim that runs out meanwhile is fenced off at its commit.
const lease = time.Hour

// Paused returns why the queue waits, or nil.
func (w *Worker) Paused() *PauseError { return w.paused.Load() }

// Run works until ctx ends, and returns once the messages in hand are finished
// with and the transport is closed. Two on one store share the work: a message
// is claimed by one.
func (w *Worker) Run(ctx context.Context) {
	news, stop := w.Store.Watch(data.Outbox)
	defer stop()
	d := newDesk(w)
	for ctx.Err() == nil {
		timer := time.NewTimer(d.handOut(ctx))
		select {
		case <-ctx.Done():
		case <-news:
		case <-timer.C:
		case back := <-d.back:
			d.takeBack(back)
		}
		timer.Stop()
	}
	for len(d.inHand) > 0 {
		d.takeBack(<-d.back)
	}
	w.Transport.Close()
}

// sending returns which of the deliveries of a claim are to be sent.
func sending(c data.Claim) (numbers []int) {
	for i, d := range c.Deliveries {
		if d.State == data.Sending {
			numbers = append(numbers, i)
		}
	}
	return numbers
}

// kept is an outcome as the book keeps it.
func kept(o Outcome) data.Outcome {
	states := map[State]data.State{Accepted: data.Accepted, Failed: data.Failed, Deferred: data.Queued, Unknown: data.Unknown}
	return data.Outcome{State: states[o.State], Code: o.Code, Reply: o.Reply, Reason: string(o.Reason)}
}
