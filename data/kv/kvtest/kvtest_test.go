package kvtest_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"carnet/data/kv"
	"carnet/data/kv/bolt"
	"carnet/data/kv/kvtest"
)

func open(t *testing.T) kv.Store {
	t.Helper()
	s, err := bolt.Open(filepath.Join(t.TempDir(), "carnet.db"), bolt.Options{NoCheck: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// Twice shows a closure that remembers its first run, and changes nothing twice.
func TestTwice(t *testing.T) {
	t.Parallel()
	s := kvtest.Twice(open(t))
	runs := 0
	err := s.Update(t.Context(), func(w kv.Writer) error {
		runs++
		_, err := w.Get([]byte("k"))
		if !errors.Is(err, kv.ErrNotFound) {
			t.Errorf("run %d finds what an earlier one wrote: %v", runs, err)
		}
		return w.Put([]byte("k"), fmt.Append(nil, runs))
	})
	if err != nil || runs != 2 {
		t.Fatalf("%d runs, %v", runs, err)
	}
	err = s.View(t.Context(), func(r kv.Reader) error {
		value, err := r.Get([]byte("k"))
		if string(value) != "2" {
			t.Errorf("the run that counts is %q", value)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Twice refuses a transaction within an Update, which would wait for ever, and
// only there.
func TestTwiceNested(t *testing.T) {
	t.Parallel()
	s := kvtest.Twice(open(t))
	nested := map[string]func() error{
		"View":   func() error { return s.View(t.Context(), func(kv.Reader) error { return nil }) },
		"Update": func() error { return s.Update(t.Context(), func(kv.Writer) error { return nil }) },
	}
	for name, inner := range nested {
		func() {
			defer func() {
				if p := fmt.Sprint(recover()); !strings.Contains(p, name+" within an Update") {
					t.Errorf("%s: %s", name, p)
				}
			}()
			_ = s.Update(t.Context(), func(kv.Writer) error { return inner() })
		}()
		if err := inner(); err != nil {
			t.Errorf("%s afterwards: %v", name, err)
		}
	}
}

// Flaky fails each operation in turn, once, and a failure changes nothing.
func TestFlaky(t *testing.T) {
	t.Parallel()
	s := open(t)
	const operations = 6
	for n := 1; ; n++ {
		f := kvtest.Flaky(s, n)
		err := f.Update(t.Context(), func(w kv.Writer) error {
			if _, err := w.Get([]byte("absent")); !errors.Is(err, kv.ErrNotFound) {
				return err
			}
			if _, _, err := w.Lookup([]byte("absent")); !errors.Is(err, kv.ErrNotFound) {
				return err
			}
			if found, err := w.Scan(kv.Range{}); err != nil || len(found) > 0 {
				return errors.Join(err, fmt.Errorf("%d entries", len(found)))
			}
			if err := w.Put([]byte("k"), nil); err != nil {
				return err
			}
			return w.Delete([]byte("other"))
		})
		if err == nil {
			if n != operations+1 {
				t.Errorf("%d operations failed, want %d", n-1, operations)
			}
			return
		}
		if err.Error() != kvtest.ErrInjected.Error() && !errors.Is(err, kvtest.ErrInjected) {
			t.Fatalf("operation %d: %v", n, err)
		}
		if n > operations {
			t.Fatal("it fails more than there are operations")
		}
	}
}
