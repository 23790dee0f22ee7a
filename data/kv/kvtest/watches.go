package kvtest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"carnet/data/kv"
)

func receive(t *testing.T, ch <-chan struct{}) {
	t.Helper()
	select {
	case <-ch:
	case <-time.After(patience):
		t.Fatal("no signal came")
	}
}

func silent(t *testing.T, ch <-chan struct{}) {
	t.Helper()
	select {
	case <-ch:
		t.Fatal("a signal came")
	default:
	}
}

func notify(t *testing.T, s kv.Store, topic string) {
	t.Helper()
	update(t, s, func(w kv.Writer) error {
		w.Notify(topic)
		return w.Put([]byte("k"), nil)
	})
}

// Each who watches a topic is told of it, and not of another, until they stop;
// a transaction that writes nothing may notify.
func testNotify(t *testing.T, s kv.Store) {
	one, stopOne := s.Watch("a")
	two, stopTwo := s.Watch("a")
	other, stopOther := s.Watch("b")
	defer stopTwo()
	defer stopOther()
	update(t, s, func(w kv.Writer) error { w.Notify("a"); return nil })
	receive(t, one)
	receive(t, two)
	silent(t, other)
	stopOne()
	stopOne()
	notify(t, s, "a")
	receive(t, two)
	silent(t, one)
}

// A transaction that did not commit notifies nobody.
func testNotifyOnlyCommits(t *testing.T, s kv.Store) {
	failed, stopFailed := s.Watch("failed")
	good, stopGood := s.Watch("good")
	defer stopFailed()
	defer stopGood()
	wantError(t, s.Update(t.Context(), func(w kv.Writer) error { w.Notify("failed"); return errWanted }), errWanted)
	func() {
		defer func() { _ = recover() }()
		_ = s.Update(t.Context(), func(w kv.Writer) error { w.Notify("failed"); panic(errWanted) })
	}()
	wantError(t, s.Update(t.Context(), func(w kv.Writer) error {
		w.Notify("failed")
		return w.Put(nil, nil)
	}), kv.ErrLimit)
	notify(t, s, "good")
	receive(t, good) // whatever the failed ones had sent would be here too
	silent(t, failed)
}

// Signals that nobody took in time become one, and the last is never lost:
// who reads the store after each signal ends up having seen the last commit.
func testNotifyMerged(t *testing.T, s kv.Store) {
	const writers, each = 8, 25
	signal, stop := s.Watch("n")
	defer stop()
	seen := make(chan error, 1)
	go func() {
		deadline := time.After(patience)
		for {
			select {
			case <-signal:
			case <-deadline:
				seen <- errors.New("the signal of the last commit was lost")
				return
			}
			var n int
			if err := s.View(t.Context(), func(r kv.Reader) (err error) { n, err = count(r, "n"); return err }); err != nil {
				seen <- err
				return
			}
			if n == writers*each {
				seen <- nil
				return
			}
		}
	}()
	together(t, writers, func(int) error {
		for range each {
			if err := retry(t.Context(), s, func(w kv.Writer) error {
				n, err := count(w, "n")
				w.Notify("n")
				return errors.Join(err, setCount(w, "n", n+1))
			}); err != nil {
				return fmt.Errorf("adding: %w", err)
			}
		}
		return nil
	})
	if err := <-seen; err != nil {
		t.Fatal(err)
	}
}
