package kvtest

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"

	"carnet/data/kv"
)

var errWanted = errors.New("kvtest: wanted")

// Any bytes are kept as they are, an empty value too; what is absent or
// deleted is ErrNotFound, and to delete it again is no error.
func testBytes(t *testing.T, s kv.Store) {
	pairs := []string{"a", "1", "\x00", "zero", "\xff\xff", "high", "empty", "", "é\n", "\x00\xff"}
	put(t, s, pairs...)
	view(t, s, func(r kv.Reader) error {
		for i := 0; i < len(pairs); i += 2 {
			value, err := r.Get([]byte(pairs[i]))
			if err != nil || string(value) != pairs[i+1] {
				t.Errorf("Get(%q) = %q, %v; want %q", pairs[i], value, err, pairs[i+1])
			}
		}
		_, err := r.Get([]byte("b"))
		wantError(t, err, kv.ErrNotFound)
		return nil
	})
	for range 2 {
		update(t, s, func(w kv.Writer) error { return w.Delete([]byte("empty")) })
	}
	view(t, s, func(r kv.Reader) error {
		_, err := r.Get([]byte("empty"))
		wantError(t, err, kv.ErrNotFound)
		return nil
	})
}

// A transaction reads what it wrote and not what it deleted, the last one counts.
func testReadOwnWrites(t *testing.T, s kv.Store) {
	put(t, s, "old", "1", "gone", "1")
	update(t, s, func(w kv.Writer) error {
		if err := errors.Join(
			w.Put([]byte("old"), []byte("2")), w.Put([]byte("old"), []byte("3")),
			w.Delete([]byte("gone")),
			w.Put([]byte("back"), []byte("1")), w.Delete([]byte("back")), w.Put([]byte("back"), nil),
		); err != nil {
			return err
		}
		if value, err := w.Get([]byte("old")); err != nil || string(value) != "3" {
			t.Errorf("old = %q, %v", value, err)
		}
		_, err := w.Get([]byte("gone"))
		wantError(t, err, kv.ErrNotFound)
		if value, err := w.Get([]byte("back")); err != nil || len(value) != 0 {
			t.Errorf("back = %q, %v", value, err)
		}
		return nil
	})
	wantAll(t, s, "back=", "old=3")
}

// Lookup goes through an index, also one written a moment ago, and either end
// may be absent.
func testLookup(t *testing.T, s kv.Store) {
	put(t, s, "i/1", "r/1", "r/1", "one", "i/2", "r/2")
	look := func(r kv.Reader, index, key, value string, want error) {
		t.Helper()
		k, v, err := r.Lookup([]byte(index))
		if string(k) != key || string(v) != value || !errors.Is(err, want) {
			t.Errorf("Lookup(%s) = %q, %q, %v; want %q, %q, %v", index, k, v, err, key, value, want)
		}
	}
	view(t, s, func(r kv.Reader) error {
		look(r, "i/1", "r/1", "one", nil)
		look(r, "i/2", "", "", kv.ErrNotFound)
		look(r, "i/3", "", "", kv.ErrNotFound)
		return nil
	})
	update(t, s, func(w kv.Writer) error {
		err := errors.Join(w.Put([]byte("r/2"), []byte("two")), w.Put([]byte("i/3"), []byte("r/1")), w.Delete([]byte("i/1")))
		look(w, "i/1", "", "", kv.ErrNotFound)
		look(w, "i/2", "r/2", "two", nil)
		look(w, "i/3", "r/1", "one", nil)
		return err
	})
}

// What a transaction was given or returned may be changed by the caller, who
// changes nothing in the store nor in what else was returned.
func testOwned(t *testing.T, s kv.Store) {
	update(t, s, func(w kv.Writer) error {
		key, value := []byte("k"), []byte("value")
		err := w.Put(key, value)
		clear(key)
		clear(value)
		return errors.Join(err, w.Put([]byte("l"), []byte("other")))
	})
	spoil := func(r kv.Reader) error {
		value, err := r.Get([]byte("k"))
		if err != nil {
			return err
		}
		clear(value)
		found, err := r.Scan(kv.Range{})
		if err != nil || len(found) != 2 {
			return errors.Join(err, errWanted)
		}
		_ = append(found[0].Key, "xxxxxxxxxx"...)
		_ = append(found[0].Value, "xxxxxxxxxx"...)
		equal(t, "the entry after one that grew", append(found[1].Key, found[1].Value...), []byte("lother"))
		clear(found[0].Key)
		clear(found[0].Value)
		again, err := scan(r, kv.Range{})
		if want := []string{"k=value", "l=other"}; err == nil && !slices.Equal(again, want) {
			t.Errorf("within the transaction: %q", again)
		}
		return err
	}
	view(t, s, spoil)
	update(t, s, func(w kv.Writer) error { return errors.Join(w.Put([]byte("k"), []byte("value")), spoil(w)) })
	wantAll(t, s, "k=value", "l=other")
}

// An error of the closure comes back as it is, and nothing is changed.
func testRollbackOnError(t *testing.T, s kv.Store) {
	put(t, s, "a", "1", "b", "1")
	err := s.Update(t.Context(), func(w kv.Writer) error {
		return errors.Join(w.Put([]byte("a"), []byte("2")), w.Delete([]byte("b")), w.Put([]byte("c"), nil), errWanted)
	})
	wantError(t, err, errWanted)
	wantError(t, s.View(t.Context(), func(kv.Reader) error { return errWanted }), errWanted)
	wantAll(t, s, "a=1", "b=1")
}

// A panic of the closure reaches its caller with its value, and nothing is
// changed; the store goes on.
func testRollbackOnPanic(t *testing.T, s kv.Store) {
	put(t, s, "a", "1")
	caught := func(fn func()) (p any) {
		defer func() { p = recover() }()
		fn()
		return nil
	}
	p := caught(func() {
		_ = s.Update(t.Context(), func(w kv.Writer) error {
			_ = w.Put([]byte("a"), []byte("2"))
			panic(errWanted)
		})
	})
	if p != errWanted {
		t.Errorf("Update panicked with %v", p)
	}
	if p := caught(func() { _ = s.View(t.Context(), func(kv.Reader) error { panic(errWanted) }) }); p != errWanted {
		t.Errorf("View panicked with %v", p)
	}
	wantAll(t, s, "a=1")
	put(t, s, "b", "1")
	wantAll(t, s, "a=1", "b=1")
}

// A closure that ends its goroutine, as t.Fatal does, changes nothing and
// leaves the store working.
func testRollbackOnGoexit(t *testing.T, s kv.Store) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = s.Update(context.WithoutCancel(t.Context()), func(w kv.Writer) error {
			_ = w.Put([]byte("a"), []byte("1"))
			runtime.Goexit()
			return nil
		})
	}()
	<-ended
	put(t, s, "b", "1")
	wantAll(t, s, "b=1")
}

// A context that has ended stops a transaction before its closure runs; one
// that ends within the closure no longer does.
func testCancelled(t *testing.T, s kv.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	err := s.Update(ctx, func(w kv.Writer) error {
		cancel()
		return w.Put([]byte("a"), []byte("1"))
	})
	if err == nil {
		wantAll(t, s, "a=1")
	} else { // an engine may run the closure again, and find the context ended
		wantError(t, err, context.Canceled)
		wantAll(t, s)
	}
	ran := false
	wantError(t, s.Update(ctx, func(w kv.Writer) error { ran = true; return w.Put([]byte("b"), nil) }), context.Canceled)
	wantError(t, s.View(ctx, func(kv.Reader) error { ran = true; return nil }), context.Canceled)
	if ran {
		t.Error("the closure ran")
	}
}

// A transaction that has ended refuses to be used.
func testEnded(t *testing.T, s kv.Store) {
	var r kv.Reader
	var w kv.Writer
	view(t, s, func(kept kv.Reader) error { r = kept; return nil })
	update(t, s, func(kept kv.Writer) error { w = kept; return kept.Put([]byte("a"), []byte("1")) })
	_, err := r.Get([]byte("a"))
	wantError(t, err, kv.ErrClosed)
	_, err = w.Scan(kv.Range{})
	wantError(t, err, kv.ErrClosed)
	wantError(t, w.Put([]byte("b"), nil), kv.ErrClosed)
	wantAll(t, s, "a=1")
}

// A store that is closed refuses everything with ErrClosed, and may be closed again.
func testClosed(t *testing.T, s kv.Store) {
	put(t, s, "a", "1")
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	wantError(t, s.View(t.Context(), func(kv.Reader) error { return nil }), kv.ErrClosed)
	wantError(t, s.Update(t.Context(), func(kv.Writer) error { return nil }), kv.ErrClosed)
	_, err := s.Load(t.Context(), pairs(3))
	wantError(t, err, kv.ErrClosed)
}

// equal keeps bytes honest in the tests of loads.
func equal(t *testing.T, what string, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) {
		t.Fatalf("%s is %q, want %q", what, got, want)
	}
}
