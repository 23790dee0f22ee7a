package kvtest

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"testing"

	"carnet/data/kv"
)

func pairKey(i int) []byte { return fmt.Appendf(nil, "load/%06d", i) }

// pairs yields n ascending entries, in buffers that are used again.
func pairs(n int) iter.Seq2[[]byte, []byte] { return pairsFrom(0, n) }

func pairsFrom(from, to int) iter.Seq2[[]byte, []byte] {
	return func(yield func([]byte, []byte) bool) {
		var key, value []byte
		for i := from; i < to; i++ {
			key = fmt.Appendf(key[:0], "load/%06d", i)
			value = fmt.Append(value[:0], i)
			if !yield(key, value) {
				return
			}
		}
	}
}

// wantPairs checks that the entries 0 to n-1, and no other, are there.
func wantPairs(t *testing.T, s kv.Store, n int) {
	t.Helper()
	next := 0
	var after []byte
	for {
		var page []kv.Entry
		view(t, s, func(r kv.Reader) (err error) {
			page, err = r.Scan(kv.Range{After: after})
			return err
		})
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			if got, want := string(e.Key)+"="+string(e.Value), fmt.Sprintf("load/%06d=%d", next, next); got != want {
				t.Fatalf("entry %d is %q, want %q", next, got, want)
			}
			next++
		}
		after = bytes.Clone(page[len(page)-1].Key)
	}
	if next != n {
		t.Fatalf("%d entries are there, want %d", next, n)
	}
}

// A load of more than any transaction may write is all there, and its last key
// is returned; a load of nothing is none; loaded keys may be loaded again.
func testLoad(t *testing.T, s kv.Store) {
	const n = 45_000
	last, err := s.Load(t.Context(), pairs(n))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "last", last, pairKey(n-1))
	wantPairs(t, s, n)
	if last, err := s.Load(t.Context(), pairs(0)); len(last) > 0 || err != nil {
		t.Fatalf("a load of nothing: %q, %v", last, err)
	}
	if _, err := s.Load(t.Context(), pairsFrom(n-10, n)); err != nil {
		t.Fatal(err)
	}
	wantPairs(t, s, n)
}

// A key that does not ascend, even one that comes twice, is refused; what is
// durable is then all up to the key returned, from which the load goes on.
func testLoadUnsorted(t *testing.T, s kv.Store) {
	const n = 25_000
	last, err := s.Load(t.Context(), func(yield func([]byte, []byte) bool) {
		for key, value := range pairs(n) {
			if !yield(key, value) {
				return
			}
		}
		yield(pairKey(n-1), nil)
	})
	if err == nil {
		t.Fatal("an unsorted load is accepted")
	}
	done := after(t, last)
	wantPairs(t, s, done)
	if last, err = s.Load(t.Context(), pairsFrom(done, n)); err != nil {
		t.Fatal(err)
	}
	equal(t, "last", last, pairKey(n-1))
	wantPairs(t, s, n)
}

// after returns the number of the pair from which a load goes on.
func after(t *testing.T, last []byte) int {
	t.Helper()
	if len(last) == 0 {
		return 0
	}
	var i int
	if _, err := fmt.Sscanf(string(last), "load/%d", &i); err != nil {
		t.Fatal(err)
	}
	return i + 1
}

// The limits on keys and values hold in a load.
func testLoadLimits(t *testing.T, s kv.Store) {
	for _, e := range []kv.Entry{
		{Key: nil},
		{Key: bytes.Repeat([]byte{'z'}, kv.MaxKey+1)},
		{Key: []byte("z"), Value: make([]byte, kv.MaxValue+1)},
	} {
		_, err := s.Load(t.Context(), func(yield func([]byte, []byte) bool) { yield(e.Key, e.Value) })
		wantError(t, err, kv.ErrLimit)
	}
	wantAll(t, s)
}

// A load stops between two commits when its context ends, and says how far it came.
func testLoadCancelled(t *testing.T, s kv.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	last, err := s.Load(ctx, func(yield func([]byte, []byte) bool) {
		for i := 0; i < 200_000; i++ {
			if i == 30_000 {
				cancel()
			}
			if !yield(pairKey(i), fmt.Append(nil, i)) {
				return
			}
		}
	})
	wantError(t, err, context.Canceled)
	wantPairs(t, s, after(t, last))
}
