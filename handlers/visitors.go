package handlers

import (
	"context"
	"crypto/sha256"
	"net/netip"
	"sync"
	"time"

	"carnet/data"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/valyala/fasthttp"
)

// Bounds of a public demo.
const (
	visitorsMost   = 200            // books at once
	visitorsHourly = 5              // that one address may begin in an hour
	visitorIdle    = 2 * time.Hour  // without a request, after which a book is erased
	visitorLife    = 24 * time.Hour // at most
)

// visitor is a person with a book of their own.
type visitor struct {
	serve fasthttp.RequestHandler // their own application's
	end   func()                  // stops it, and erases its book

	// Of visitors, under its lock:
	began, seen time.Time
	requests    int // under way
	gone        bool
}

// visitors are the people who have a book, by the SHA-256 of the token in their
// cookie. A book is closed when it is gone and no request uses it any more.
type visitors struct {
	now func() time.Time

	mu     sync.Mutex
	known  map[[sha256.Size]byte]*visitor
	books  int                        // those that are being opened or closed too
	begun  *lru.Cache[string, window] // by address
	closed bool
	ended  sync.WaitGroup // counts books
}

func newVisitors() *visitors {
	begun, err := lru.New[string, window](10_000)
	if err != nil {
		panic(err) // only a size below 1 is an error
	}
	return &visitors{now: time.Now, known: map[[sha256.Size]byte]*visitor{}, begun: begun}
}

// errVisitors: no book can be begun for a while.
type errVisitors struct {
	full bool          // for anybody; else only for who began many
	wait time.Duration // at most, until there may be one
}

func (errVisitors) Error() string { return "handlers: no more visitors now" }

// hold returns who has a token, nil if nobody does, and keeps their book open
// until release.
func (v *visitors) hold(token string) *visitor {
	v.mu.Lock()
	defer v.mu.Unlock()
	key, now := sha256.Sum256([]byte(token)), v.now()
	x := v.known[key]
	if x == nil {
		return nil
	}
	if x.over(now) {
		v.forget(key, x)
		return nil
	}
	x.seen = now
	x.requests++
	return x
}

// knows tells whether somebody has a token.
func (v *visitors) knows(token string) bool {
	x := v.hold(token)
	if x != nil {
		v.release(x)
	}
	return x != nil
}

// release says that a request is done with.
func (v *visitors) release(x *visitor) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if x.requests--; x.gone && x.requests == 0 {
		v.erase(x)
	}
}

// open begins a book for who comes from an address, in place of the one of a
// token if there is one, and returns its token. The error is begin's, or an
// errVisitors if there is no place, and then the old book stays.
func (v *visitors) open(address, old string, begin func() (*visitor, error)) (string, error) {
	if err := v.reserve(address, sha256.Sum256([]byte(old))); err != nil {
		return "", err
	}
	x, err := begin()
	v.mu.Lock()
	defer v.mu.Unlock()
	if err != nil {
		v.books--
		v.ended.Done()
		return "", err
	}
	token := newToken()
	x.began = v.now()
	x.seen = x.began
	v.known[sha256.Sum256([]byte(token))] = x
	if v.closed { // meanwhile
		v.forget(sha256.Sum256([]byte(token)), x)
	}
	return token, nil
}

// reserve takes a place for a book and forgets the one it replaces, which may
// take its place until its last request is done with.
func (v *visitors) reserve(address string, old [sha256.Size]byte) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	now := v.now()
	v.sweep(now)
	w, ok := v.begun.Get(oneAddress(address))
	if !ok || now.Sub(w.begun) >= time.Hour {
		w = window{begun: now}
	}
	replaced := v.known[old]
	switch {
	case v.closed:
		return errVisitors{full: true, wait: time.Minute}
	case w.count >= visitorsHourly:
		return errVisitors{wait: w.begun.Add(time.Hour).Sub(now)}
	case replaced == nil && v.books >= visitorsMost:
		return errVisitors{full: true, wait: v.next(now)}
	}
	if replaced != nil {
		v.forget(old, replaced)
	}
	w.count++
	v.begun.Add(oneAddress(address), w)
	v.books++
	v.ended.Add(1)
	return nil
}

// next is how long until the first book is erased, if nobody uses one until then.
func (v *visitors) next(now time.Time) time.Duration {
	first := visitorIdle
	for _, x := range v.known {
		first = min(first, x.seen.Add(visitorIdle).Sub(now), x.began.Add(visitorLife).Sub(now))
	}
	return max(first, time.Minute)
}

// leave erases the book of a token.
func (v *visitors) leave(token string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	key := sha256.Sum256([]byte(token))
	if x := v.known[key]; x != nil {
		v.forget(key, x)
	}
}

func (x *visitor) over(now time.Time) bool {
	return now.Sub(x.seen) >= visitorIdle || now.Sub(x.began) >= visitorLife
}

// sweep forgets those whose time is over. A request under way is finished first.
func (v *visitors) sweep(now time.Time) {
	for key, x := range v.known {
		if x.over(now) {
			v.forget(key, x)
		}
	}
}

func (v *visitors) forget(key [sha256.Size]byte, x *visitor) {
	delete(v.known, key)
	if x.gone = true; x.requests == 0 {
		v.erase(x)
	}
}

// erase ends a visitor, while nobody waits for it.
func (v *visitors) erase(x *visitor) {
	go func() {
		defer v.ended.Done()
		x.end()
		v.mu.Lock()
		defer v.mu.Unlock()
		v.books--
	}()
}

// run erases what is over, until ctx ends.
func (v *visitors) run(ctx context.Context) {
	minute := time.NewTicker(time.Minute)
	defer minute.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-minute.C:
			v.mu.Lock()
			v.sweep(v.now())
			v.mu.Unlock()
		}
	}
}

// close erases all books, and returns when the requests that use them are done
// with. No more is begun.
func (v *visitors) close() {
	v.mu.Lock()
	v.closed = true
	for key, x := range v.known {
		v.forget(key, x)
	}
	v.mu.Unlock()
	v.ended.Wait()
}

// oneAddress is what counts as one: an IPv4 address, an IPv6 /64.
func oneAddress(ip string) string {
	if a, err := netip.ParseAddr(ip); err == nil && a.Unmap().Is4() {
		return a.Unmap().String()
	}
	return data.Network(ip)
}
