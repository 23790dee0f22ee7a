package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"carnet/data/kv"
	"carnet/data/kv/kvtest"
)

func TestMain(m *testing.M) {
	CheckMain()
	writeMain()
	os.Exit(m.Run())
}

// small is for tests: a file of a few pages.
var small = Options{Grow: 64 << 10}

func openTest(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(path, small)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func newPath(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "carnet.db")
}

func put(s kv.Store, key, value string) error {
	return s.Update(context.Background(), func(w kv.Writer) error { return w.Put([]byte(key), []byte(value)) })
}

func get(s kv.Store, key string) (value string, err error) {
	err = s.View(context.Background(), func(r kv.Reader) error {
		got, err := r.Get([]byte(key))
		value = string(got)
		return err
	})
	return value, err
}

// book makes a file of n records, r/0000 and so on, cleanly closed.
func book(t *testing.T, n int) (path string) {
	t.Helper()
	path = newPath(t)
	s := openTest(t, path)
	_, err := s.Load(t.Context(), func(yield func([]byte, []byte) bool) {
		for i := range n {
			if !yield(fmt.Appendf(nil, "r/%04d", i), fmt.Appendf(nil, "value of record %04d, long enough", i)) {
				return
			}
		}
	})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// The engine keeps the contract.
func TestContract(t *testing.T) {
	t.Parallel()
	kvtest.Run(t, func(t *testing.T) kv.Store { return openTest(t, newPath(t)) })
}

// The engine keeps the contract when every closure runs twice.
func TestContractTwice(t *testing.T) {
	t.Parallel()
	kvtest.Run(t, func(t *testing.T) kv.Store { return kvtest.Twice(openTest(t, newPath(t))) })
}

// What was acknowledged is there when the file is opened again, which only its
// owner may read; nothing else is left in the folder.
func TestReopen(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	for i := range 5 {
		s := openTest(t, path)
		for n := range i {
			if value, err := get(s, fmt.Sprint(n)); value != "kept" || err != nil {
				t.Fatalf("opened %d times: key %d is %q, %v", i, n, value, err)
			}
		}
		if err := errors.Join(put(s, fmt.Sprint(i), "kept"), s.Close()); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if files, err := os.ReadDir(filepath.Dir(path)); len(files) != 1 || err != nil {
		t.Errorf("the folder has %v, %v", files, err)
	}
}

// A copy made while others write opens, is sound, and holds one moment: all of
// each change, or nothing.
func TestWriteTo(t *testing.T) {
	t.Parallel()
	s := openTest(t, newPath(t))
	stop, stopped := make(chan struct{}), make(chan error)
	go func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				stopped <- nil
				return
			default:
			}
			if err := s.Update(context.Background(), func(w kv.Writer) error {
				return errors.Join(w.Put([]byte("a"), fmt.Append(nil, i)), w.Put([]byte("b"), fmt.Append(nil, i)),
					w.Put(fmt.Appendf(nil, "n/%d", i%500), bytes.Repeat([]byte{'x'}, i%3000)))
			}); err != nil {
				stopped <- err
				return
			}
		}
	}()
	for range 3 {
		var copied bytes.Buffer
		if n, err := s.WriteTo(&copied); err != nil || n != int64(copied.Len()) {
			t.Fatal(n, err)
		}
		path := newPath(t)
		if err := os.WriteFile(path, copied.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		c := openTest(t, path)
		a, errA := get(c, "a")
		b, errB := get(c, "b")
		if a != b || !errors.Is(errA, errB) && errA != errB {
			t.Errorf("the copy has a = %q, b = %q", a, b)
		}
	}
	close(stop)
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
}
