package handlers

import (
	"net/netip"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

// tries slows down who guesses passwords: ten a minute for an account from one
// network, and thirty for a network in all. Nobody is locked out for good, and
// a stranger cannot lock out an account for the others.
type tries struct {
	mu   sync.Mutex
	seen *lru.Cache[string, window]
}

type window struct {
	begun time.Time
	count int
}

const (
	triesWindow  = time.Minute
	triesAccount = 10
	triesNetwork = 30
)

func newTries() *tries {
	seen, err := lru.New[string, window](10_000)
	if err != nil {
		panic(err) // only a size below 1 is an error
	}
	return &tries{seen: seen}
}

// allow counts a try and tells whether it may be made.
func (t *tries) allow(now time.Time, ip, account string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := network(ip)
	return t.count(now, n, triesNetwork) && t.count(now, n+" "+account, triesAccount)
}

// forget clears the count of an account after a success.
func (t *tries) forget(ip, account string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seen.Remove(network(ip) + " " + account)
}

func (t *tries) count(now time.Time, key string, limit int) bool {
	w, ok := t.seen.Get(key)
	if !ok || now.Sub(w.begun) > triesWindow {
		w = window{begun: now}
	}
	w.count++
	t.seen.Add(key, w)
	return w.count <= limit
}

// network returns the /24 or /64 of an address.
func network(ip string) string {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return ip
	}
	bits := 64
	if a = a.Unmap(); a.Is4() {
		bits = 24
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return ip
	}
	return p.String()
}
