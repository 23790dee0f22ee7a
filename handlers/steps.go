package handlers

import (
	"crypto/rand"
	"sync"
	"time"

	"carnet/data"

	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/gofiber/fiber/v2"
	lru "github.com/hashicorp/golang-lru/v2"
)

// Bounds of a step.
const (
	stepTime  = 5 * time.Minute
	stepTries = 5
	maxSteps  = 1000
)

// step is what a browser is in the middle of: it gave a password and owes a code,
// or it was given a challenge for a passkey. It gives access to nothing.
type step struct {
	user  data.ID // empty: whoever the passkey is of
	epoch uint64  // the user's then: once their sessions are ended, this is too
	until time.Time
	tries int

	ceremony *webauthn.SessionData // of a passkey; nil: a code is owed
	name     string                // of the passkey that is being made
}

// steps are in memory only, under a random handle that the browser has in a
// cookie. After a restart one begins again.
type steps struct {
	mu   sync.Mutex
	kept *lru.Cache[string, step]
}

func newSteps() *steps {
	kept, err := lru.New[string, step](maxSteps)
	if err != nil {
		panic(err) // only a size below 1 is an error
	}
	return &steps{kept: kept}
}

// begin keeps a step for a while, and returns its handle.
func (x *steps) begin(now time.Time, s step) string {
	x.mu.Lock()
	defer x.mu.Unlock()
	handle := rand.Text()
	s.until = now.Add(stepTime)
	x.kept.Add(handle, s)
	return handle
}

// look returns the step of a handle; false if there is none any more.
func (x *steps) look(now time.Time, handle string) (step, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.live(now, handle)
}

func (x *steps) live(now time.Time, handle string) (step, bool) {
	s, ok := x.kept.Get(handle)
	if ok && now.After(s.until) {
		x.kept.Remove(handle)
		ok = false
	}
	return s, ok
}

// try is look for a try, of which a step has so many.
func (x *steps) try(now time.Time, handle string) (step, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	s, ok := x.live(now, handle)
	if !ok {
		return s, false
	}
	if s.tries++; s.tries >= stepTries {
		x.kept.Remove(handle)
	} else {
		x.kept.Add(handle, s)
	}
	return s, true
}

// take is look for the last time.
func (x *steps) take(now time.Time, handle string) (step, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	s, ok := x.live(now, handle)
	x.kept.Remove(handle)
	return s, ok
}

// The cookies that hold the handle of a step: one who owes a code may use a
// passkey instead.
const (
	codeStep    = "step"
	passkeyStep = "passkey"
)

func (h *handlers) stepCookie(name string) string {
	if h.sessions.options.Secure {
		return "__Host-" + name
	}
	return name
}

func (h *handlers) beginStep(c *fiber.Ctx, name string, s step) {
	h.setStep(c, name, h.steps.begin(time.Now(), s), int(stepTime/time.Second))
}

// takeStep returns the step of a browser, which is over with it.
func (h *handlers) takeStep(c *fiber.Ctx, name string) (step, bool) {
	s, ok := h.steps.take(time.Now(), c.Cookies(h.stepCookie(name)))
	h.endStep(c, name)
	return s, ok
}

func (h *handlers) endStep(c *fiber.Ctx, name string) {
	if handle := c.Cookies(h.stepCookie(name)); handle != "" {
		h.steps.take(time.Now(), handle)
		h.setStep(c, name, "", -1)
	}
}

func (h *handlers) setStep(c *fiber.Ctx, name, handle string, seconds int) {
	c.Cookie(&fiber.Cookie{Name: h.stepCookie(name), Value: handle, Path: "/", MaxAge: seconds,
		HTTPOnly: true, SameSite: fiber.CookieSameSiteStrictMode, Secure: h.sessions.options.Secure})
}
