package kvtest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"carnet/data/kv"
)

// together runs fn in n goroutines at once and fails the test for their errors.
func together(t *testing.T, n int, fn func(i int) error) {
	t.Helper()
	errs := make([]error, n)
	var start, end sync.WaitGroup
	start.Add(1)
	for i := range n {
		end.Go(func() {
			start.Wait()
			errs[i] = fn(i)
		})
	}
	start.Done()
	end.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// A reader sees all of a change or nothing of it.
func testAtomic(t *testing.T, s kv.Store) {
	together(t, 6, func(i int) error {
		for n := range 40 {
			if i < 2 {
				if err := retry(t.Context(), s, func(w kv.Writer) error {
					return errors.Join(setCount(w, "a", 10*i+n), setCount(w, "b", 10*i+n))
				}); err != nil {
					return err
				}
				continue
			}
			if err := s.View(t.Context(), func(r kv.Reader) error {
				a, errA := count(r, "a")
				b, errB := count(r, "b")
				if a != b {
					return fmt.Errorf("a = %d and b = %d in one view", a, b)
				}
				return errors.Join(errA, errB)
			}); err != nil {
				return err
			}
		}
		return nil
	})
}

// A view does not see what is committed while it runs; the next one does.
func testSnapshot(t *testing.T, s kv.Store) {
	put(t, s, "a", "1", "b", "1")
	view(t, s, func(r kv.Reader) error {
		before, err := scan(r, kv.Range{})
		if err != nil {
			return err
		}
		done := make(chan error)
		go func() {
			done <- s.Update(t.Context(), func(w kv.Writer) error {
				return errors.Join(w.Put([]byte("a"), []byte("2")), w.Delete([]byte("b")), w.Put([]byte("c"), nil))
			})
		}()
		if err := <-done; err != nil {
			return err
		}
		after, err := scan(r, kv.Range{})
		if fmt.Sprint(before) != fmt.Sprint(after) {
			t.Errorf("the view changed from %q to %q", before, after)
		}
		return err
	})
	wantAll(t, s, "a=2", "c=")
}

// Of many that add one to a number, none is lost.
func testLostUpdate(t *testing.T, s kv.Store) {
	const writers, each = 16, 20
	together(t, writers, func(int) error {
		for range each {
			if err := retry(t.Context(), s, func(w kv.Writer) error {
				n, err := count(w, "n")
				return errors.Join(err, setCount(w, "n", n+1))
			}); err != nil {
				return err
			}
		}
		return nil
	})
	view(t, s, func(r kv.Reader) error {
		n, err := count(r, "n")
		if n != writers*each {
			t.Errorf("%d of %d additions are left", n, writers*each)
		}
		return err
	})
}

// Two that each read both keys and clear one, if the other is set, cannot both.
func testWriteSkew(t *testing.T, s kv.Store) {
	for range 30 {
		put(t, s, "x", "1", "y", "1")
		together(t, 2, func(i int) error {
			mine, other := "x", "y"
			if i == 1 {
				mine, other = other, mine
			}
			return retry(t.Context(), s, func(w kv.Writer) error {
				n, err := count(w, other)
				if n == 0 || err != nil {
					return err
				}
				return setCount(w, mine, 0)
			})
		})
		view(t, s, func(r kv.Reader) error {
			x, errX := count(r, "x")
			y, errY := count(r, "y")
			if x+y != 1 {
				t.Fatalf("x = %d and y = %d", x, y)
			}
			return errors.Join(errX, errY)
		})
	}
}

// Of many that add a key if a range is empty, one does: a range that was read
// is protected, and not only the keys found in it.
func testPhantom(t *testing.T, s kv.Store) {
	for round := range 20 {
		prefix := fmt.Appendf(nil, "p%02d/", round)
		together(t, 6, func(i int) error {
			return retry(t.Context(), s, func(w kv.Writer) error {
				found, err := w.Scan(kv.Range{Prefix: prefix, Limit: 1})
				if len(found) > 0 || err != nil {
					return err
				}
				return w.Put(fmt.Appendf(nil, "%s%d", prefix, i), nil)
			})
		})
		view(t, s, func(r kv.Reader) error {
			found, err := r.Scan(kv.Range{Prefix: prefix})
			if len(found) != 1 {
				t.Fatalf("%d keys were added", len(found))
			}
			return err
		})
	}
}

// One that adds a child if its parent is there, and one that deletes the parent
// with its children, leave no child without a parent.
func testDeleteSkew(t *testing.T, s kv.Store) {
	for range 30 {
		put(t, s, "parent", "1", "child/0", "")
		together(t, 4, func(i int) error {
			return retry(t.Context(), s, func(w kv.Writer) error {
				if i > 0 {
					if _, err := w.Get([]byte("parent")); errors.Is(err, kv.ErrNotFound) {
						return nil
					}
					return w.Put(fmt.Appendf(nil, "child/%d", i), nil)
				}
				found, err := w.Scan(kv.Range{Prefix: []byte("child/")})
				for _, e := range found {
					err = errors.Join(err, w.Delete(e.Key))
				}
				return errors.Join(err, w.Delete([]byte("parent")))
			})
		})
		wantAll(t, s)
	}
}

// Closures that fail or panic, among many at the same time, take nothing from
// the others and leave nothing of themselves.
func testIsolated(t *testing.T, s kv.Store) {
	const writers, each = 24, 10
	together(t, writers, func(i int) error {
		for n := range each {
			err := func() (err error) {
				defer func() {
					if p := recover(); p != nil && i%3 == 2 {
						err = p.(error)
					}
				}()
				return retry(t.Context(), s, func(w kv.Writer) error {
					err := w.Put(fmt.Appendf(nil, "%d/%02d/%02d", i%3, i, n), nil)
					switch i % 3 {
					case 1:
						return errWanted
					case 2:
						panic(errWanted)
					}
					return err
				})
			}()
			if failed := errors.Is(err, errWanted); failed != (i%3 != 0) {
				return fmt.Errorf("writer %d: %w", i, err)
			}
		}
		return nil
	})
	if got := all(t, s); len(got) != writers/3*each || got[len(got)-1] >= "1" {
		t.Errorf("%d keys are left, up to %q", len(got), got[len(got)-1])
	}
}
