package handlers

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"carnet/data"
)

// caller is somebody who asks for every route.
type caller struct {
	name string
	role data.Role // empty: not signed in, whatever cookie there is
	from header    // in place of what a browser says of where a request comes from
	own  bool      // it says that it comes from here
	open func(*testing.T, office) *browser
}

// callers are all that a route may meet.
var callers = []caller{
	{name: "signed out", own: true, open: func(t *testing.T, o office) *browser { return o.browser(t) }},
	{name: "reader", role: data.Reader, own: true},
	{name: "member", role: data.Member, own: true},
	{name: "administrator", role: data.Administrator, own: true},
	{name: "disabled, with an old session", own: true, open: func(t *testing.T, o office) *browser {
		u := o.person(t, data.Administrator)
		b := o.browserOf(t, u)
		if _, err := o.store.SetEnabled(bg, u.ID, false); err != nil {
			t.Fatal(err)
		}
		return b
	}},
	{name: "session of before", own: true, open: func(t *testing.T, o office) *browser {
		past, err := data.Open(bg, o.engine, data.WithClock(func() time.Time { return time.Now().Add(-data.SessionIdle - time.Minute) }))
		if err != nil {
			t.Fatal(err)
		}
		old := o
		old.store = past
		return old.browserOf(t, o.person(t, data.Administrator))
	}},
	{name: "neither Origin nor Sec-Fetch-Site", role: data.Administrator},
	{name: "foreign origin", role: data.Administrator, from: header{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"}},
}

// may tells whether a role is among those that a route is for.
func may(role data.Role, w who) bool {
	switch w {
	case administrators:
		return role == data.Administrator
	case writers:
		return role == data.Administrator || role == data.Member
	}
	return role != ""
}

// wants is what a route answers a caller, and whether that may change something.
func (x caller) wants(v visit) (status int, changes bool) {
	post := strings.HasPrefix(v.route, http.MethodPost)
	switch {
	case post && !x.own:
		return http.StatusForbidden, false
	case v.who == everyone && x.role == "" && v.route == "GET /session/new":
		return http.StatusOK, false
	case v.who == everyone || may(x.role, v.who):
		return v.want, post
	case x.role != "":
		return http.StatusForbidden, false
	case post:
		return http.StatusUnauthorized, false
	}
	return http.StatusSeeOther, false
}

func TestRoutesOfEveryRole(t *testing.T) {
	// Each route answers each kind of caller as it is to: who may not is told so,
	// or asked to sign in, and nothing is written then, nor by any GET.
	t.Parallel()
	var mu sync.Mutex
	table := map[string]map[int]int{}
	t.Run("callers", func(t *testing.T) {
		for _, x := range callers {
			t.Run(x.name, func(t *testing.T) {
				t.Parallel()
				counts := walkAs(t, x)
				mu.Lock()
				defer mu.Unlock()
				table[x.name] = counts
			})
		}
	})
	total := 0
	for _, x := range callers {
		var line []string
		for _, status := range slices.Sorted(maps.Keys(table[x.name])) {
			line = append(line, fmt.Sprintf("%d × %d", table[x.name][status], status))
			total += table[x.name][status]
		}
		t.Logf("%-34s %s", x.name, strings.Join(line, ", "))
	}
	if t.Logf("%d routes × %d callers = %d requests", len(every), len(callers), total); total != len(every)*len(callers) {
		t.Error("some were not asked")
	}
}

// walkAs asks for every route as a caller, and counts the answers by status.
func walkAs(t *testing.T, x caller) map[int]int {
	o := agency(t)
	to, counts := o.addresses(t), map[int]int{}
	u, err := o.store.FirstUser(bg) // who has the draft and the mails
	if err != nil {
		t.Fatal(err)
	}
	o.person(t, data.Administrator) // so that the first need not be one
	if x.role != "" {
		if u, err = o.store.SetRole(bg, u.ID, x.role); err != nil {
			t.Fatal(err)
		}
	}
	kept := 0
	for _, v := range every { // in this order: what is deleted is restored
		var b *browser
		if x.open != nil {
			b = x.open(t, o)
		} else {
			b = o.browserOf(t, u) // each time, since messages for the next page are written
		}
		method, route, _ := strings.Cut(v.route, " ")
		if strings.Contains(route, ":session") { // it gave way to those begun meanwhile
			if err := o.store.CreateSession(bg, "another", u.ID); err != nil && x.role != "" {
				t.Fatal(err)
			}
		}
		r := b.request(method, to.Replace(route), v.form)
		if !x.own {
			r.Header.Del("Origin")
			r.Header.Del("Sec-Fetch-Site")
			x.from.set(r)
		}
		want, changes := x.wants(v)
		before := o.engine.writes.Load()
		b.receive(r)
		if b.StatusCode != want {
			t.Errorf("%s: status %d, want %d\n%.300s", v.route, b.StatusCode, want, b.body)
		}
		if x.role == "" && want == http.StatusSeeOther && v.who != everyone && !strings.HasPrefix(b.Header.Get("Location"), "/session/new") {
			t.Errorf("%s leads to %q", v.route, b.Header.Get("Location"))
		}
		if n := o.engine.writes.Load() - before; !changes && n != 0 {
			t.Errorf("%s wrote %d times", v.route, n)
		} else if n > 0 {
			kept++
		}
		counts[b.StatusCode]++
	}
	if may(x.role, writers) && x.own && kept < 10 {
		t.Errorf("%d changed something: it proves nothing", kept)
	}
	return counts
}
