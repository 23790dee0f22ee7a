package mail

import (
	"errors"
	"os"
	"slices"
	"sync"
	"time"
)

// mailsEach is how many mails a connection carries: many servers allow 100.
const mailsEach = 100

// connections are those that wait for their next mail.
type connections struct {
	mu     sync.Mutex
	idle   []*session // the one used last is the last
	closed bool
}

// keep holds c for the next mail, for a while. If the server speaks or hangs
// up meanwhile, c is closed at once.
func (k *connections) keep(c *session, wait time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed || c.broken || c.mails >= mailsEach || c.conn.SetReadDeadline(time.Now().Add(wait)) != nil {
		go c.quit()
		return
	}
	c.quiet = make(chan bool, 1)
	k.idle = append(k.idle, c)
	go func() {
		_, err := c.r.Peek(1)
		quiet := errors.Is(err, os.ErrDeadlineExceeded)
		c.quiet <- quiet
		if k.forget(c) {
			c.broken = !quiet
			c.quit()
		}
	}()
}

// take returns a connection on which nothing was heard since it was kept, or
// nil. It does not wait: the server may still have closed it a moment ago.
func (k *connections) take() *session {
	for {
		c := k.last()
		if c == nil || c.wake() {
			return c
		}
		c.conn.Close()
	}
}

func (k *connections) last() *session {
	k.mu.Lock()
	defer k.mu.Unlock()
	n := len(k.idle) - 1
	if n < 0 {
		return nil
	}
	c := k.idle[n]
	k.idle = k.idle[:n]
	return c
}

// wake ends the wait of a connection that is no longer among the idle ones,
// and tells whether the server left it as it was.
func (c *session) wake() bool {
	if c.conn.SetReadDeadline(time.Unix(1, 0)) != nil {
		return false
	}
	return <-c.quiet
}

// forget takes c from the idle ones; false if somebody else did.
func (k *connections) forget(c *session) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	i := slices.Index(k.idle, c)
	if i >= 0 {
		k.idle = slices.Delete(k.idle, i, i+1)
	}
	return i >= 0
}

// close takes leave of the idle connections, and lets none wait any more.
func (k *connections) close() {
	k.mu.Lock()
	idle := k.idle
	k.idle, k.closed = nil, true
	k.mu.Unlock()
	var all sync.WaitGroup
	for _, c := range idle {
		all.Go(func() {
			c.broken = !c.wake()
			c.quit()
		})
	}
	all.Wait()
}
