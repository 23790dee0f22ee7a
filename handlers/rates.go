package handlers

import (
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

// rates bounds how much of something each may do in a while. What is counted is
// a name of the caller's own, such as "send "+the user's id; each name has a
// window of its own, which begins with its first use. They live in memory: a
// restart forgets them. When there are more names than fit, the one that was
// used longest ago is forgotten.
type rates struct {
	mu   sync.Mutex
	seen *lru.Cache[string, spent]
}

type spent struct {
	until time.Time
	count int
}

// rate is a bound: so many in a while.
type rate struct {
	most int
	in   time.Duration
}

func newRates() *rates {
	seen, err := lru.New[string, spent](10_000)
	if err != nil {
		panic(err) // only a size below 1 is an error
	}
	return &rates{seen: seen}
}

// take counts n under a name. Over the bound nothing is counted, and wait is how
// long to wait until the window ends. A window takes one use of any size, so
// that what is allowed at all is possible.
func (r *rates) take(now time.Time, name string, n int, bound rate) (wait time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, ok := r.seen.Get(name)
	if !ok || !now.Before(s.until) {
		s = spent{until: now.Add(bound.in)}
	}
	if s.count > 0 && s.count+n > bound.most {
		return s.until.Sub(now)
	}
	s.count += n
	r.seen.Add(name, s)
	return 0
}

// give takes back what was counted, for what was not done after all.
func (r *rates) give(now time.Time, name string, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s, ok := r.seen.Get(name); ok && now.Before(s.until) {
		s.count = max(0, s.count-n)
		r.seen.Add(name, s)
	}
}
