package edge

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"
)

// plain is the http side of a server that speaks https: it leads browsers there
// and answers the certificate authority (HTTP-01, RFC 8555, 8.3).
type plain struct {
	listener net.Listener
	server   *http.Server
}

func (e *Edge) openPlain() (*plain, error) {
	listener, err := net.Listen("tcp", e.HTTPAddr)
	if err != nil {
		return nil, err
	}
	var h http.Handler = http.HandlerFunc(e.redirect)
	if e.manager != nil {
		h = bare(e.manager.HTTPHandler(h))
	}
	return &plain{e.limit.on(listener, true), &http.Server{Handler: h, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second,
		IdleTimeout: 10 * time.Second, MaxHeaderBytes: 8 << 10, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}}, nil
}

// bare takes the port from the host, which the manager compares as it is.
func bare(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name, _, err := net.SplitHostPort(r.Host); err == nil {
			r.Host = name
		}
		h.ServeHTTP(w, r)
	})
}

// redirect leads to the same path of the public URL, and under no other name
// than its own: 308 keeps the method of a form.
func (e *Edge) redirect(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Security-Policy", policy)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Connection", "close")
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if !strings.EqualFold(strings.Trim(host, "[]"), e.public.Hostname()) {
		http.Error(w, "Carnet does not answer under this name.", http.StatusMisdirectedRequest)
		return
	}
	w.Header().Set("Location", "https://"+e.public.Host+r.URL.RequestURI())
	w.WriteHeader(http.StatusPermanentRedirect)
}

// run answers until ctx ends.
func (p *plain) run(ctx context.Context, log *slog.Logger) {
	stop := context.AfterFunc(ctx, func() { _ = p.server.Close() })
	defer stop()
	if err := p.server.Serve(p.listener); !errors.Is(err, http.ErrServerClosed) {
		log.Error("plain http", "cause", err)
	}
}
