package mail

import (
	"context"
	"log/slog"
	"sync/atomic"

	"carnet/data"
)

// Outgoing is what becomes of mails.
type Outgoing int

const (
	Nowhere  Outgoing = iota // there is no server: mails are held in the outbox
	Captured                 // a demo: mails end here
	Leaving                  // mails leave by SMTP
)

// Route is how mails leave.
type Route struct {
	Outgoing    Outgoing
	Server      Server       // if Leaving
	From        data.Mailbox // the sender of every mail; its name may be empty
	ReplyTo     data.Mailbox // where answers go; without an address, to the author
	Connections int          // 0: DefaultConnections
	PerMinute   int          // 0: as many as can be
	FixedServer bool         // by the command line, whatever the page says; as are:
	FixedFrom   bool         // the address of the sender
	FixedName   bool         // its name
	Locked      bool         // the password cannot be read with this key, and so nothing leaves
}

// Post has mails leave by the route that is set: by the command line where it
// says so, or else in the page. When the route changes, what is in hand is finished first.
type Post struct {
	store *data.Store
	log   *slog.Logger
	fixed Route

	route   atomic.Pointer[Route]
	worker  atomic.Pointer[Worker] // nil while nothing leaves
	changed chan struct{}
}

// NewPost returns the post of a store. fixed is what the command line sets, nil
// for nothing: a server that mails leave by, a sender, or that they are
// captured. The page says the rest.
func NewPost(ctx context.Context, store *data.Store, log *slog.Logger, fixed *Route) (*Post, error) {
	p := &Post{store: store, log: log, changed: make(chan struct{}, 1)}
	if fixed != nil {
		p.fixed = *fixed
	}
	return p, p.Reload(ctx)
}

// Route returns how mails leave now.
func (p *Post) Route() Route { return *p.route.Load() }

// Paused returns why the queue waits, or nil.
func (p *Post) Paused() *PauseError {
	if w := p.worker.Load(); w != nil {
		return w.Paused()
	}
	return nil
}

// Reload reads the route anew, after it was changed in the page.
func (p *Post) Reload(ctx context.Context) error {
	kept, err := p.store.Relay(ctx)
	if err != nil {
		return err
	}
	p.route.Store(p.routeOf(kept))
	select {
	case p.changed <- struct{}{}:
	default: // it is about to be read
	}
	return nil
}

// routeOf is the route that the command line and the page set.
func (p *Post) routeOf(kept data.Relay) *Route {
	if p.fixed.Outgoing == Captured {
		return &p.fixed
	}
	r := &Route{From: kept.From, ReplyTo: kept.ReplyTo, Connections: kept.Connections, PerMinute: kept.PerMinute}
	if from := p.fixed.From; from.Address != "" {
		r.From.Address, r.FixedFrom = from.Address, true
		if from.Name != "" {
			r.From.Name, r.FixedName = from.Name, true
		}
	}
	switch {
	case p.fixed.Outgoing == Leaving:
		r.Outgoing, r.Server, r.FixedServer = Leaving, p.fixed.Server, true
		return r
	case kept.Host == "":
		return r
	}
	password, err := p.store.RelayPassword(kept)
	if err != nil {
		p.log.Error("the password of the mail server cannot be read", "cause", err)
		r.Locked = true
		return r
	}
	r.Outgoing, r.Server = Leaving, ServerOf(kept, password)
	return r
}

// ServerOf is the server that the page set.
func ServerOf(kept data.Relay, password string) Server {
	security := map[data.Security]Security{data.StartTLS: StartTLS, data.TLS: TLS, data.Clear: Clear}
	return Server{Host: kept.Host, Port: kept.Port, Security: security[kept.Security], User: kept.User, Password: password}
}

// Run works until ctx ends, and returns once what is in hand is finished with.
func (p *Post) Run(ctx context.Context) {
	for ctx.Err() == nil {
		work, stop := context.WithCancel(ctx)
		done := make(chan struct{})
		w := p.newWorker()
		p.worker.Store(w)
		go func() {
			defer close(done)
			if w != nil {
				w.Run(work)
			}
		}()
		select {
		case <-ctx.Done():
		case <-p.changed:
		}
		stop()
		<-done
	}
}

// newWorker returns what sends mails by the route of now; nil if nothing leaves.
func (p *Post) newWorker() *Worker {
	r := p.Route()
	w := &Worker{Store: p.store, Log: p.log, Connections: r.Connections, PerMinute: r.PerMinute}
	switch r.Outgoing {
	case Captured:
		w.Transport, w.Server = &Capture{}, "demo"
	case Leaving:
		w.Transport, w.Server = NewSMTP(r.Server, Options{}), r.Server.Host
	default:
		return nil
	}
	return w
}
