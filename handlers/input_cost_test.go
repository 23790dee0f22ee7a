package handlers

import (
	"net/http"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// These tests are not parallel: they count what the process allocates.

func memory() (m runtime.MemStats) {
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m
}

func TestCostOfAPaste(t *testing.T) {
	// What a paste costs grows with its size, not with its square: the largest
	// that a form takes holds 120,000 pieces.
	f := &draftField{name: "to"}
	d := &draft{fields: []*draftField{f}}
	before := memory()
	d.commit(f, strings.Repeat("a,b,", 60_000))
	after := memory()
	if got := (after.TotalAlloc - before.TotalAlloc) >> 20; got > 512 {
		t.Errorf("%d MiB were allocated", got)
	}
	if len(f.tokens) != 2 || !strings.HasSuffix(f.query, "a, b, ") || len(f.query) < 300_000 {
		t.Errorf("%d chips, and %d bytes stay typed", len(f.tokens), len(f.query))
	}
}

func TestLookUpsKeepLittle(t *testing.T) {
	// What is typed in a field of recipients is looked up, however long it is,
	// and only what is short is kept.
	o := atelier(t)
	b := o.compose(t, o.clientNamed(lambert))
	path := "/clients/" + string(o.clientNamed(lambert).ID) + "/recipients/to"
	look := func(q string) {
		b.receive(b.request(http.MethodPost, path, url.Values{"to_q": {q}}.Encode()))
		b.is(200)
	}
	look("lam")
	before := memory()
	for i := range 50 {
		look(strconv.Itoa(i) + strings.Repeat("a", 240<<10))
	}
	after := memory()
	if got := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) >> 20; got > 8 {
		t.Errorf("%d MiB are kept", got)
	}
}
