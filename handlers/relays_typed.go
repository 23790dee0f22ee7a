package handlers

import (
	"crypto/rand"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"carnet/data"
)

// Bounds of typed.
const (
	typedTime = 15 * time.Minute
	maxTyped  = 64
)

// typed keeps the passwords that people typed in forms which came back to them
// before they were saved, since no page holds a password: the page has a handle
// in its place. They are in memory only, and given back to who typed them.
type typed struct {
	mu   sync.Mutex
	kept []typedPassword // in order of time
}

type typedPassword struct {
	handle, password string
	by               data.ID
	until            time.Time
}

// keep returns a handle that stands for a password, for a while.
func (x *typed) keep(now time.Time, by data.ID, password string) string {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.kept = slices.DeleteFunc(x.kept, func(p typedPassword) bool { return now.After(p.until) })
	if len(x.kept) == maxTyped {
		x.kept = slices.Delete(x.kept, 0, 1)
	}
	handle := rand.Text()
	x.kept = append(x.kept, typedPassword{handle, password, by, now.Add(typedTime)})
	return handle
}

// password returns what a person typed; false if it is not kept any more.
func (x *typed) password(now time.Time, by data.ID, handle string) (string, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, p := range x.kept {
		if p.handle == handle && p.by == by && !now.After(p.until) {
			return p.password, true
		}
	}
	return "", false
}

// forget drops a password that was saved.
func (x *typed) forget(handle string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.kept = slices.DeleteFunc(x.kept, func(p typedPassword) bool { return p.handle == handle })
}

// withoutPassword takes the passwords out of a form that is to be shown again,
// and leaves a handle of none: whoever posts it is asked for the password.
func withoutPassword(form string) string {
	var kept []string
	had := false
	for pair := range strings.SplitSeq(form, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if n, err := url.QueryUnescape(name); err == nil && (n == "password" || n == "current") && value != "" {
			had = true
			continue
		}
		kept = append(kept, pair)
	}
	if !had {
		return form
	}
	kept = slices.DeleteFunc(kept, func(pair string) bool { return strings.HasPrefix(pair, "typed=") })
	return strings.Join(append(kept, "typed=-"), "&")
}
