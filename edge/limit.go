package edge

import (
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"time"
)

// limit bounds the open connections of all its listeners together. One too many
// is told so, where it speaks plain http, and closed: it costs no goroutine.
type limit struct {
	all, each int
	trusted   []netip.Prefix
	log       *slog.Logger

	mu   sync.Mutex
	open int
	from map[netip.Addr]int
	said time.Time
}

func newLimit(cfg Config) *limit {
	return &limit{all: cfg.Connections, each: cfg.PerAddress, trusted: cfg.Trusted, log: cfg.Log, from: map[netip.Addr]int{}}
}

func (l *limit) on(listener net.Listener, clear bool) net.Listener {
	return &limited{listener, l, clear}
}

type limited struct {
	net.Listener
	limit *limit
	clear bool // the connections speak plain http
}

// policy is of answers that are a line of text: they load nothing, and nobody
// frames them.
const policy = "default-src 'none'; frame-ancestors 'none'"

// tooMany is the whole answer to a connection over the limit.
func tooMany() string {
	const text = "Trop de connexions : réessayez dans un instant.\nToo many connections: try again in a moment.\n"
	return "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n" +
		"Content-Security-Policy: " + policy + "\r\nCache-Control: no-store\r\nRetry-After: 10\r\nConnection: close\r\nContent-Length: " + strconv.Itoa(len(text)) + "\r\n\r\n" + text
}

// Accept returns the next connection that is within the limits.
func (l *limited) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		from, ok := l.limit.enter(c.RemoteAddr())
		if ok {
			return &counted{Conn: c, leave: sync.OnceFunc(func() { l.limit.leave(from) })}, nil
		}
		if l.clear { // it fits in an empty buffer of the kernel: nothing waits
			_ = c.SetWriteDeadline(time.Now().Add(time.Second))
			_, _ = io.WriteString(c, tooMany())
		}
		_ = c.Close()
	}
}

// counted is a connection that is counted until it is closed.
type counted struct {
	net.Conn
	leave func()
}

func (c *counted) Close() error {
	c.leave()
	return c.Conn.Close()
}

// enter counts a connection. It returns what it was counted under: nothing for
// a trusted proxy.
func (l *limit) enter(peer net.Addr) (from netip.Addr, ok bool) {
	from = l.key(peer)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open >= l.all || from.IsValid() && l.from[from] >= l.each {
		if now := time.Now(); now.Sub(l.said) > time.Minute {
			l.said = now
			l.log.Warn("too many connections", "open", l.open, "all", l.open >= l.all)
		}
		return from, false
	}
	l.open++
	if from.IsValid() {
		l.from[from]++
	}
	return from, true
}

func (l *limit) leave(from netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open--
	if !from.IsValid() {
		return
	}
	if l.from[from]--; l.from[from] == 0 {
		delete(l.from, from)
	}
}

// key is what connections are counted by: an IPv4 address, or the /64 of an
// IPv6 one, since who has one of these has them all.
func (l *limit) key(peer net.Addr) netip.Addr {
	tcp, ok := peer.(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	a := tcp.AddrPort().Addr().WithZone("").Unmap()
	for _, p := range l.trusted {
		if p.Contains(a) {
			return netip.Addr{}
		}
	}
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.Addr()
		}
	}
	return a
}
