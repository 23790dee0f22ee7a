package kvtest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"carnet/data/kv"
)

// wantScan compares the keys of a scan, given with spaces between.
func wantScan(t *testing.T, r kv.Reader, span kv.Range, want string) {
	t.Helper()
	found, err := r.Scan(span)
	if err != nil {
		t.Fatalf("Scan(%+v): %v", span, err)
	}
	keys := make([]string, len(found))
	for i, e := range found {
		keys[i] = string(e.Key)
	}
	if got := strings.Join(keys, " "); got != want {
		t.Errorf("Scan(prefix %q, after %q, limit %d, reverse %t) = %q, want %q",
			span.Prefix, span.After, span.Limit, span.Reverse, got, want)
	}
}

func putKeys(t *testing.T, s kv.Store, keys ...string) {
	t.Helper()
	for _, key := range keys {
		put(t, s, key, "")
	}
}

// Keys are in the order of their bytes, unsigned; a prefix comes before what it begins.
func testOrder(t *testing.T, s kv.Store) {
	putKeys(t, s, "b", "\xff", "a\x00", "\x7f", "a", "\x80", "\x00", "B", "aa")
	view(t, s, func(r kv.Reader) error {
		wantScan(t, r, kv.Range{}, "\x00 B a a\x00 aa b \x7f \x80 \xff")
		wantScan(t, r, kv.Range{Reverse: true}, "\xff \x80 \x7f b aa a\x00 a B \x00")
		wantScan(t, r, kv.Range{Limit: 2}, "\x00 B")
		wantScan(t, r, kv.Range{Limit: 2, Reverse: true}, "\xff \x80")
		return nil
	})
}

// A prefix covers the keys that begin with it, itself included, and no other,
// also when it ends in 0xff.
func testPrefix(t *testing.T, s kv.Store) {
	view(t, s, func(r kv.Reader) error {
		wantScan(t, r, kv.Range{}, "")
		wantScan(t, r, kv.Range{Reverse: true}, "")
		return nil
	})
	putKeys(t, s, "a", "a\xfe", "a\xff", "a\xff\xff", "a\xff\xff1", "b", "\xfe", "\xff", "\xff\xff", "\xff\xff\xff")
	for prefix, want := range map[string][]string{
		"":              {"a", "a\xfe", "a\xff", "a\xff\xff", "a\xff\xff1", "b", "\xfe", "\xff", "\xff\xff", "\xff\xff\xff"},
		"a":             {"a", "a\xfe", "a\xff", "a\xff\xff", "a\xff\xff1"},
		"a\xff":         {"a\xff", "a\xff\xff", "a\xff\xff1"},
		"a\xff\xff":     {"a\xff\xff", "a\xff\xff1"},
		"a\xff\xff\xff": nil,
		"\xff":          {"\xff", "\xff\xff", "\xff\xff\xff"},
		"\xff\xff":      {"\xff\xff", "\xff\xff\xff"},
		"A":             nil,
		"c":             nil,
	} {
		view(t, s, func(r kv.Reader) error {
			wantScan(t, r, kv.Range{Prefix: []byte(prefix)}, strings.Join(want, " "))
			back := slices.Clone(want)
			slices.Reverse(back)
			wantScan(t, r, kv.Range{Prefix: []byte(prefix), Reverse: true}, strings.Join(back, " "))
			return nil
		})
	}
}

// After leaves out its own key and all on the near side of it, whether or not
// it is a key or has the prefix; nil and empty are no bound.
func testCursor(t *testing.T, s kv.Store) {
	putKeys(t, s, "a", "p1", "p2", "p3", "q")
	view(t, s, func(r kv.Reader) error {
		for _, c := range []struct{ after, forward, reverse string }{
			{"p1", "p2 p3", ""},
			{"p2", "p3", "p1"},
			{"p3", "", "p2 p1"},
			{"p2x", "p3", "p2 p1"},
			{"p", "p1 p2 p3", ""},
			{"a", "p1 p2 p3", ""},
			{"z", "", "p3 p2 p1"},
			{"q", "", "p3 p2 p1"},
			{"\xff\xff", "", "p3 p2 p1"},
			{"", "p1 p2 p3", "p3 p2 p1"},
		} {
			wantScan(t, r, kv.Range{Prefix: []byte("p"), After: []byte(c.after)}, c.forward)
			wantScan(t, r, kv.Range{Prefix: []byte("p"), After: []byte(c.after), Reverse: true}, c.reverse)
		}
		wantScan(t, r, kv.Range{After: []byte("p2")}, "p3 q")
		wantScan(t, r, kv.Range{After: []byte("p2"), Reverse: true}, "p1 a")
		wantScan(t, r, kv.Range{After: []byte("a"), Limit: 1}, "p1")
		return nil
	})
}

// A scan sees the writes of its own transaction: what was added, replaced and
// deleted, at the ends of the range too.
func testScanOwnWrites(t *testing.T, s kv.Store) {
	put(t, s, "b", "old", "d", "old", "f", "old")
	update(t, s, func(w kv.Writer) error {
		for _, key := range []string{"a", "c", "d", "g"} {
			if err := w.Put([]byte(key), []byte("new")); err != nil {
				return err
			}
		}
		for _, key := range []string{"b", "f", "h"} {
			if err := w.Delete([]byte(key)); err != nil {
				return err
			}
		}
		got, err := scan(w, kv.Range{})
		if want := []string{"a=new", "c=new", "d=new", "g=new"}; err == nil && !slices.Equal(got, want) {
			t.Errorf("scan = %q, want %q", got, want)
		}
		wantScan(t, w, kv.Range{Reverse: true, Limit: 3}, "g d c")
		wantScan(t, w, kv.Range{After: []byte("b"), Limit: 1}, "c")
		wantScan(t, w, kv.Range{After: []byte("f"), Reverse: true}, "d c a")
		wantScan(t, w, kv.Range{Prefix: []byte("f")}, "")
		return err
	})
	wantAll(t, s, "a=new", "c=new", "d=new", "g=new")
}

// Whatever was written, by this transaction or before, each scan returns what
// a sorted list would.
func testScanModel(t *testing.T, s kv.Store) {
	random := rand.New(rand.NewPCG(1, 2))
	word := func() []byte {
		b := make([]byte, 1+random.IntN(3))
		for i := range b {
			b[i] = "\x00ab\xff"[random.IntN(4)]
		}
		return b
	}
	committed := map[string]string{}
	for round := range 60 {
		type step struct {
			key, value []byte // a nil value deletes
			span       kv.Range
		}
		steps := make([]step, 20)
		for i := range steps {
			steps[i].key = word()
			if random.IntN(3) > 0 {
				steps[i].value = fmt.Append(nil, round, ".", i)
			}
			steps[i].span = kv.Range{Prefix: word()[random.IntN(2):], Limit: random.IntN(8), Reverse: random.IntN(2) == 0}
			if random.IntN(2) == 0 {
				steps[i].span.After = word()
			}
		}
		var model map[string]string
		update(t, s, func(w kv.Writer) error {
			model = make(map[string]string)
			for k, v := range committed {
				model[k] = v
			}
			for _, st := range steps {
				if st.value == nil {
					delete(model, string(st.key))
					if err := w.Delete(st.key); err != nil {
						return err
					}
				} else {
					model[string(st.key)] = string(st.value)
					if err := w.Put(st.key, st.value); err != nil {
						return err
					}
				}
				got, err := scan(w, st.span)
				if err != nil {
					return err
				}
				if want := modelScan(model, st.span); !slices.Equal(got, want) {
					t.Fatalf("Scan(%+v) = %q, want %q", st.span, got, want)
				}
			}
			return nil
		})
		committed = model
	}
	wantAll(t, s, modelScan(committed, kv.Range{})...)
}

// modelScan is the definition of Scan, in the least clever way.
func modelScan(model map[string]string, span kv.Range) []string {
	var keys []string
	for key := range model {
		beyond := len(span.After) == 0 || bytes.Compare([]byte(key), span.After) > 0
		if span.Reverse {
			beyond = len(span.After) == 0 || bytes.Compare([]byte(key), span.After) < 0
		}
		if strings.HasPrefix(key, string(span.Prefix)) && beyond {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	if span.Reverse {
		slices.Reverse(keys)
	}
	if span.Limit > 0 {
		keys = keys[:min(span.Limit, len(keys))]
	}
	for i, key := range keys {
		keys[i] = key + "=" + model[key]
	}
	return keys
}

// Scans in both directions get past large stretches that were deleted, by this
// transaction or in steps before it.
func testScanEmptied(t *testing.T, s kv.Store) {
	const steps, each = 8, 100
	key := func(step, i int) []byte { return fmt.Appendf(nil, "k%d/%03d", step, i) }
	putKeys(t, s, "a", "z")
	for step := range steps {
		update(t, s, func(w kv.Writer) error {
			for i := range each {
				if err := w.Put(key(step, i), bytes.Repeat([]byte{'v'}, 900)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for step := range steps {
		update(t, s, func(w kv.Writer) error {
			for i := range each {
				if err := w.Delete(key(step, i)); err != nil {
					return err
				}
			}
			wantScan(t, w, kv.Range{Prefix: fmt.Appendf(nil, "k%d", step), Reverse: true}, "")
			if step == steps-1 {
				wantScan(t, w, kv.Range{}, "a z")
				wantScan(t, w, kv.Range{Reverse: true}, "z a")
			}
			return nil
		})
	}
	view(t, s, func(r kv.Reader) error {
		wantScan(t, r, kv.Range{}, "a z")
		wantScan(t, r, kv.Range{Reverse: true}, "z a")
		return nil
	})
}
