package handlers

import (
	"net/http"
	"strings"
	"testing"
)

func TestParametersHaveOneSource(t *testing.T) {
	// A field of a form is what was posted: one of its name in the address neither
	// wins over it nor stands in for it, and the first of two counts (ASVS V15.3.7).
	t.Parallel()
	o := agency(t)
	for _, c := range []struct{ query, body, want string }{
		{"?email=query%40x.example", "email=body%40x.example&password=x", `value="body@x.example"`},
		{"?email=query%40x.example", "password=x", `value=""`},
		{"", "email=first%40x.example&password=x&email=second%40x.example", `value="first@x.example"`},
	} {
		a := o.ask(t, http.MethodPost, "/session/new"+c.query, c.body)
		if a.StatusCode != 422 || !strings.Contains(a.body, c.want) || strings.Contains(a.body, `value="query@`) {
			t.Errorf("%s with %s: status %d\n%s", c.query, c.body, a.StatusCode, a.body)
		}
	}
	b := o.member(t)
	b.receive(b.request(http.MethodPost, "/preferences?next=%2Fsettings&theme=light", "theme=dark&next=%2Ftrash"))
	if to := b.Header.Get("Location"); to != "/trash" || b.cookie("theme") != "dark" {
		t.Errorf("leads to %q in %q", to, b.cookie("theme"))
	}
}
