// Package kvtest is what an engine of package kv has to pass, and the means to
// make one awkward: Twice runs every closure twice, Flaky fails an operation.
package kvtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"carnet/data/kv"
)

// Run runs the suite. open returns a new, empty store, which the suite closes
// unless open arranged for that.
func Run(t *testing.T, open func(t *testing.T) kv.Store) {
	for name, test := range map[string]func(*testing.T, kv.Store){
		"Bytes":             testBytes,
		"ReadOwnWrites":     testReadOwnWrites,
		"Lookup":            testLookup,
		"Owned":             testOwned,
		"RollbackOnError":   testRollbackOnError,
		"RollbackOnPanic":   testRollbackOnPanic,
		"RollbackOnGoexit":  testRollbackOnGoexit,
		"Cancelled":         testCancelled,
		"Ended":             testEnded,
		"Closed":            testClosed,
		"Order":             testOrder,
		"Prefix":            testPrefix,
		"Cursor":            testCursor,
		"ScanOwnWrites":     testScanOwnWrites,
		"ScanModel":         testScanModel,
		"ScanEmptied":       testScanEmptied,
		"Atomic":            testAtomic,
		"Snapshot":          testSnapshot,
		"LostUpdate":        testLostUpdate,
		"WriteSkew":         testWriteSkew,
		"Phantom":           testPhantom,
		"DeleteSkew":        testDeleteSkew,
		"Isolated":          testIsolated,
		"LimitKey":          testLimitKey,
		"LimitValue":        testLimitValue,
		"LimitReads":        testLimitReads,
		"LimitWrites":       testLimitWrites,
		"LimitPage":         testLimitPage,
		"Load":              testLoad,
		"LoadUnsorted":      testLoadUnsorted,
		"LoadLimits":        testLoadLimits,
		"LoadCancelled":     testLoadCancelled,
		"Notify":            testNotify,
		"NotifyOnlyCommits": testNotifyOnlyCommits,
		"NotifyMerged":      testNotifyMerged,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := open(t)
			t.Cleanup(func() { _ = store.Close() })
			test(t, store)
		})
	}
}

// patience is how long a test waits for what must come, hundreds of durable
// writes included: it bounds a hang, and measures nothing.
const patience = time.Minute

// put writes pairs of key and value.
func put(t *testing.T, s kv.Store, pairs ...string) {
	t.Helper()
	update(t, s, func(w kv.Writer) error {
		for i := 0; i < len(pairs); i += 2 {
			if err := w.Put([]byte(pairs[i]), []byte(pairs[i+1])); err != nil {
				return err
			}
		}
		return nil
	})
}

func update(t *testing.T, s kv.Store, fn func(kv.Writer) error) {
	t.Helper()
	if err := s.Update(t.Context(), fn); err != nil {
		t.Fatalf("Update: %v", err)
	}
}

func view(t *testing.T, s kv.Store, fn func(kv.Reader) error) {
	t.Helper()
	if err := s.View(t.Context(), fn); err != nil {
		t.Fatalf("View: %v", err)
	}
}

// all returns the whole store as "key=value" in order.
func all(t *testing.T, s kv.Store) []string {
	t.Helper()
	var got []string
	view(t, s, func(r kv.Reader) error {
		var err error
		got, err = scan(r, kv.Range{})
		return err
	})
	return got
}

func scan(r kv.Reader, span kv.Range) ([]string, error) {
	found, err := r.Scan(span)
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(found))
	for i, e := range found {
		texts[i] = fmt.Sprintf("%s=%s", e.Key, e.Value)
	}
	return texts, nil
}

func wantAll(t *testing.T, s kv.Store, want ...string) {
	t.Helper()
	if got := all(t, s); !slices.Equal(got, want) {
		t.Fatalf("the store has %q, want %q", got, want)
	}
}

func wantError(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error is %v, want %v", err, want)
	}
}

// count reads the number under key; absent is 0.
func count(r kv.Reader, key string) (int, error) {
	value, err := r.Get([]byte(key))
	if errors.Is(err, kv.ErrNotFound) {
		return 0, nil
	}
	return len(value), err
}

// setCount keeps n, in unary: a value of n bytes.
func setCount(w kv.Writer, key string, n int) error {
	return w.Put([]byte(key), bytes.Repeat([]byte{'|'}, n))
}

// retry runs an update until it is not refused for a conflict.
func retry(ctx context.Context, s kv.Store, fn func(kv.Writer) error) error {
	for {
		if err := s.Update(ctx, fn); !errors.Is(err, kv.ErrConflict) {
			return err
		}
	}
}
