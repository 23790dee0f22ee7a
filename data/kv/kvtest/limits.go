package kvtest

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"carnet/data/kv"
)

// limited runs an update that goes over a limit and passes over the error: it
// is refused as a whole all the same.
func limited(t *testing.T, s kv.Store, fn func(kv.Writer) error) {
	t.Helper()
	err := s.Update(t.Context(), func(w kv.Writer) error {
		if err := w.Put([]byte("before"), nil); err != nil {
			return err
		}
		if err := fn(w); !errors.Is(err, kv.ErrLimit) {
			t.Errorf("the operation says %v, want ErrLimit", err)
		}
		return nil
	})
	wantError(t, err, kv.ErrLimit)
	view(t, s, func(r kv.Reader) error {
		_, err := r.Get([]byte("before"))
		wantError(t, err, kv.ErrNotFound)
		return nil
	})
}

// A key of MaxKey bytes is kept and found; one byte more is refused, and so is
// an empty key, to write and to read.
func testLimitKey(t *testing.T, s kv.Store) {
	longest := bytes.Repeat([]byte{'k'}, kv.MaxKey)
	put(t, s, string(longest), "v")
	wantAll(t, s, string(longest)+"=v")
	for _, key := range [][]byte{nil, {}, append(longest, 'k')} {
		limited(t, s, func(w kv.Writer) error { return w.Put(key, nil) })
		limited(t, s, func(w kv.Writer) error { return w.Delete(key) })
		limited(t, s, func(w kv.Writer) error { _, err := w.Get(key); return err })
		limited(t, s, func(w kv.Writer) error { _, _, err := w.Lookup(key); return err })
	}
}

// A value of MaxValue bytes is kept; one byte more is refused.
func testLimitValue(t *testing.T, s kv.Store) {
	largest := bytes.Repeat([]byte{'v'}, kv.MaxValue)
	put(t, s, "k", string(largest))
	wantAll(t, s, "k="+string(largest))
	limited(t, s, func(w kv.Writer) error { return w.Put([]byte("l"), append(largest, 'v')) })
}

// MaxReads reads are done, the next is refused, also in a view: Get counts one,
// Scan one, Lookup two.
func testLimitReads(t *testing.T, s kv.Store) {
	put(t, s, "i", "k", "k", "v")
	reads := map[int]func(kv.Reader) error{
		1: func(r kv.Reader) error { _, err := r.Get([]byte("k")); return err },
		2: func(r kv.Reader) error { _, _, err := r.Lookup([]byte("i")); return err },
		0: func(r kv.Reader) error { _, err := r.Scan(kv.Range{}); return err },
	}
	for cost, read := range reads {
		fill := func(r kv.Reader) error {
			for range kv.MaxReads / max(1, cost) {
				if err := read(r); err != nil {
					return err
				}
			}
			return nil
		}
		view(t, s, fill)
		update(t, s, func(w kv.Writer) error { return fill(w) })
		limited(t, s, func(w kv.Writer) error {
			if err := fill(w); err != nil {
				t.Errorf("within the limit: %v", err)
			}
			return read(w)
		})
		wantError(t, s.View(t.Context(), func(r kv.Reader) error { return errors.Join(fill(r), read(r)) }), kv.ErrLimit)
	}
}

// MaxWrites writes are done, the next is refused; Notify is none.
func testLimitWrites(t *testing.T, s kv.Store) {
	fill := func(w kv.Writer, n int) error {
		for i := range n {
			w.Notify("topic")
			key := fmt.Appendf(nil, "k%03d", i/2)
			if err := w.Put(key, nil); i%2 == 0 && err != nil {
				return err
			}
		}
		return nil
	}
	update(t, s, func(w kv.Writer) error { return fill(w, kv.MaxWrites) })
	limited(t, s, func(w kv.Writer) error {
		return errors.Join(fill(w, kv.MaxWrites-1), w.Delete([]byte("k000")))
	})
	if got := all(t, s); len(got) != kv.MaxWrites/2 {
		t.Errorf("%d keys are left", len(got))
	}
}

// A scan returns MaxPage entries at most, which is also its default, and the
// cursor goes on from there; more cannot be asked for, nor fewer than none.
func testLimitPage(t *testing.T, s kv.Store) {
	const total = kv.MaxPage + 10
	if _, err := s.Load(t.Context(), pairs(total)); err != nil {
		t.Fatal(err)
	}
	view(t, s, func(r kv.Reader) error {
		for _, limit := range []int{0, kv.MaxPage} {
			page, err := r.Scan(kv.Range{Limit: limit})
			if err != nil || len(page) != kv.MaxPage {
				t.Fatalf("limit %d: %d entries, %v", limit, len(page), err)
			}
			rest, err := r.Scan(kv.Range{Limit: limit, After: page[len(page)-1].Key})
			if err != nil || len(rest) != total-kv.MaxPage {
				t.Fatalf("limit %d: %d entries left, %v", limit, len(rest), err)
			}
		}
		return nil
	})
	for _, limit := range []int{-1, kv.MaxPage + 1} {
		limited(t, s, func(w kv.Writer) error { _, err := w.Scan(kv.Range{Limit: limit}); return err })
	}
}
