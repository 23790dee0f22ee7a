package handlers

import (
	"sync"
	"time"

	"carnet/data"

	lru "github.com/hashicorp/golang-lru/v2"
)

// tries slows down who guesses. From one network an account has ten tries, then
// one after a minute, after two, four, eight, and after fifteen from then on,
// until nobody tried for an hour; a network has thirty a minute in all. From all
// networks together an account has fifty in a quarter of an hour, then one every
// twenty seconds, but for the networks that its user is known from: nobody is
// locked out for good, and a stranger cannot lock anybody out.
type tries struct {
	mu   sync.Mutex
	seen *lru.Cache[string, window]
}

// window is what was counted since it began; nothing more is taken until then.
type window struct {
	begun, last, until time.Time
	count              int
}

const (
	triesWindow  = time.Minute
	triesAccount = 10
	triesNetwork = 30
	triesForgot  = time.Hour // without a try
	triesWait    = time.Minute
	triesMost    = 15 * time.Minute

	crowdWindow = 15 * time.Minute
	crowdTries  = 50
	crowdTurn   = 20 * time.Second
)

func newTries() *tries {
	seen, err := lru.New[string, window](10_000)
	if err != nil {
		panic(err) // only a size below 1 is an error
	}
	return &tries{seen: seen}
}

// allow counts a try and tells whether it may be made; one that may not is not
// counted.
func (t *tries) allow(now time.Time, ip, account string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := data.Network(ip)
	if t.blocked(now, n, account) > 0 || !t.count(now, n, triesNetwork, triesWindow) {
		return false
	}
	k := n + " " + account
	w, _ := t.seen.Get(k)
	if now.Sub(w.last) > triesForgot {
		w = window{}
	}
	w.last = now
	if w.count++; w.count >= triesAccount {
		w.until = now.Add(min(triesWait<<min(w.count-triesAccount, 10), triesMost))
	}
	t.seen.Add(k, w)
	return true
}

// wait returns how long to wait for the next try; 0 if it may be made now.
func (t *tries) wait(now time.Time, ip, account string) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.blocked(now, data.Network(ip), account)
}

func (t *tries) blocked(now time.Time, network, account string) time.Duration {
	pair, _ := t.seen.Get(network + " " + account)
	all, _ := t.seen.Get(network)
	return max(pair.until.Sub(now), all.until.Sub(now), 0)
}

// crowd counts a try of an account from anywhere, and tells how long a network
// that its user is not known from has to wait; 0 if its turn is now.
func (t *tries) crowd(now time.Time, account string) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	k := "all of " + account
	if t.count(now, k, crowdTries, crowdWindow) {
		return 0
	}
	turn, _ := t.seen.Get("turn of " + account)
	if left := turn.until.Sub(now); left > 0 {
		return left
	}
	t.seen.Add("turn of "+account, window{until: now.Add(crowdTurn)})
	return 0
}

// forget clears the count of an account after a success.
func (t *tries) forget(ip, account string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seen.Remove(data.Network(ip) + " " + account)
}

// few counts what is done with a key, and tells whether it is no more than a
// number of times in a while.
func (t *tries) few(now time.Time, key string, most int, while time.Duration) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.count(now, key, most, while)
}

func (t *tries) count(now time.Time, key string, most int, while time.Duration) bool {
	w, ok := t.seen.Get(key)
	if !ok || now.Sub(w.begun) >= while {
		w = window{begun: now}
	}
	if w.count++; w.count > most {
		w.until = w.begun.Add(while)
	}
	t.seen.Add(key, w)
	return w.count <= most
}
