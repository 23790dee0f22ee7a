package handlers

import (
	"testing"
	"time"
)

func TestTyped(t *testing.T) {
	// A password is given back to who typed it, for a quarter of an hour, and of
	// many only the last are kept.
	t.Parallel()
	var x typed
	now := time.Unix(1e9, 0)
	handle := x.keep(now, "anne", "secret")
	if got, ok := x.password(now.Add(typedTime), "anne", handle); got != "secret" || !ok {
		t.Errorf("it is %q, %t", got, ok)
	}
	for name, ask := range map[string]func() (string, bool){
		"another person": func() (string, bool) { return x.password(now, "paul", handle) },
		"another handle": func() (string, bool) { return x.password(now, "anne", "x") },
		"too late":       func() (string, bool) { return x.password(now.Add(typedTime+1), "anne", handle) },
	} {
		if got, ok := ask(); got != "" || ok {
			t.Errorf("%s: it is %q, %t", name, got, ok)
		}
	}
	x.forget(handle)
	if _, ok := x.password(now, "anne", handle); ok {
		t.Error("it is kept after it was used")
	}
	first := x.keep(now, "anne", "secret")
	for range maxTyped {
		handle = x.keep(now, "anne", "secret")
	}
	if _, ok := x.password(now, "anne", first); ok || len(x.kept) != maxTyped {
		t.Errorf("%d are kept", len(x.kept))
	}
	if x.keep(now.Add(time.Hour), "anne", "secret"); len(x.kept) != 1 {
		t.Errorf("%d are kept an hour later", len(x.kept))
	}
}
