package bolt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	bbolt "go.etcd.io/bbolt"

	"carnet/data/kv"
)

var errWanted = errors.New("wanted")

// queued waits until n updates queue, or for a minute where one of them is lost.
func queued(s *Store, n int) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for end := time.After(time.Minute); len(s.queue) < n; {
		select {
		case <-tick.C:
		case <-end:
			return
		}
	}
}

// while runs n updates that all queue while one commit is under way. It returns
// how many commits came after that one, and the errors of the n.
func while(s *Store, n int, fn func(i int, w kv.Writer) error) (commits int, errs []error) {
	commit, begun := s.commit, make(chan struct{})
	s.commit = func(tx *bbolt.Tx) error {
		if commits++; commits == 1 {
			close(begun)
			queued(s, n)
		}
		return commit(tx)
	}
	errs = make([]error, n)
	var wg sync.WaitGroup
	wg.Go(func() { _ = put(s, "first", "v") })
	<-begun
	for i := range n {
		wg.Go(func() {
			errs[i] = s.Update(context.Background(), func(w kv.Writer) error { return fn(i, w) })
		})
	}
	wg.Wait()
	return commits - 1, errs
}

// Those who write while a commit is under way share the next one, and each
// one's watchers are told.
func TestGroup(t *testing.T) {
	t.Parallel()
	const n = 64
	s := openTest(t, newPath(t))
	var signals [n]<-chan struct{}
	for i := range n {
		signals[i], _ = s.Watch(fmt.Sprint(i))
	}
	commits, errs := while(s, n, func(i int, w kv.Writer) error {
		w.Notify(fmt.Sprint(i))
		return w.Put(fmt.Append(nil, i), []byte("v"))
	})
	if err := errors.Join(errs...); err != nil || commits != 1 {
		t.Errorf("%d commits for %d writers, %v", commits, n, err)
	}
	for i := range n {
		if _, err := get(s, fmt.Sprint(i)); err != nil {
			t.Errorf("key %d: %v", i, err)
		}
		select {
		case <-signals[i]:
		default:
			t.Errorf("the watcher of %d was not told", i)
		}
	}
}

// A group ends when it has many writes: a commit stays short.
func TestGroupBounded(t *testing.T) {
	t.Parallel()
	const n = 40
	s := openTest(t, newPath(t))
	commits, errs := while(s, n, func(i int, w kv.Writer) error {
		for k := range kv.MaxWrites {
			if err := w.Put(fmt.Appendf(nil, "%d/%d", i, k), nil); err != nil {
				return err
			}
		}
		return nil
	})
	if want := (n*kv.MaxWrites + maxGroupWrites - 1) / maxGroupWrites; errors.Join(errs...) != nil || commits > want || commits < 2 {
		t.Errorf("%d commits, want %d at most; %v", commits, want, errors.Join(errs...))
	}
}

// Within a group each closure sees what those before it wrote, and nothing of
// those that failed, panicked or went over a limit.
func TestGroupIsolated(t *testing.T) {
	t.Parallel()
	const n = 60
	s := openTest(t, newPath(t))
	if err := put(s, "n", ""); err != nil {
		t.Fatal(err)
	}
	commits, errs := while(s, n, func(i int, w kv.Writer) error {
		value, err := w.Get([]byte("n"))
		if err != nil {
			return err
		}
		if err := w.Put([]byte("n"), append(value, '|')); err != nil {
			return err
		}
		switch i % 4 {
		case 1:
			return errWanted
		case 2:
			_ = w.Put(nil, nil) // and passes over the error
		case 3:
			_, err := w.Scan(kv.Range{Prefix: []byte("n"), Reverse: true})
			return errors.Join(err, w.Delete([]byte("first")), errWanted)
		}
		return nil
	})
	for i, err := range errs {
		if want := []error{nil, errWanted, kv.ErrLimit, errWanted}[i%4]; !errors.Is(err, want) {
			t.Errorf("closure %d: %v, want %v", i, err, want)
		}
	}
	value, err := get(s, "n")
	if len(value) != n/4 || err != nil || commits != 1 {
		t.Errorf("%d of %d additions are left after %d commits, %v", len(value), n/4, commits, err)
	}
	if _, err := get(s, "first"); err != nil {
		t.Errorf("first: %v", err)
	}
}

// A caller whose context ends while it queues is answered then, not after the
// commit under way, and its closure does not run.
func TestCancelledInQueue(t *testing.T) {
	t.Parallel()
	s := openTest(t, newPath(t))
	begun, goOn := make(chan struct{}), make(chan struct{})
	s.commit = func(tx *bbolt.Tx) error {
		close(begun)
		<-goOn
		return tx.Commit()
	}
	first := make(chan error)
	go func() { first <- put(s, "first", "v") }()
	<-begun
	ctx, cancel := context.WithCancel(t.Context())
	second := make(chan error)
	go func() {
		second <- s.Update(ctx, func(kv.Writer) error { t.Error("the closure ran"); return nil })
	}()
	queued(s, 1)
	cancel()
	if err := <-second; !errors.Is(err, context.Canceled) {
		t.Errorf("the caller is told %v", err)
	}
	close(goOn)
	if err := errors.Join(<-first, s.Close()); err != nil {
		t.Error(err)
	}
}

// A commit that fails saved nothing for anyone in it; a full disk is named.
// The next commit is as good as any.
func TestCommitFails(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ failure, want error }{
		{syscall.EIO, syscall.EIO},
		{&os.PathError{Op: "write", Err: syscall.ENOSPC}, kv.ErrFull},
	} {
		s := openTest(t, newPath(t))
		if err := put(s, "k", "old"); err != nil {
			t.Fatal(err)
		}
		commit := s.commit
		s.commit = func(tx *bbolt.Tx) error { return errors.Join(c.failure, tx.Rollback()) }
		_, errs := while(s, 10, func(i int, w kv.Writer) error { return w.Put([]byte("k"), fmt.Append(nil, i)) })
		for _, err := range errs {
			if !errors.Is(err, c.want) || errors.Is(err, kv.ErrUnknown) {
				t.Errorf("a failed commit says %v, want %v", err, c.want)
			}
		}
		if value, err := get(s, "k"); value != "old" || err != nil {
			t.Errorf("after a failed commit: %q, %v", value, err)
		}
		wantBroken(t, s, nil)
		s.commit = commit
		if err := errors.Join(put(s, "k", "new"), s.Close()); err != nil {
			t.Errorf("the next commit: %v", err)
		}
	}
}

// When only the last sync failed nobody knows the outcome: the caller is told
// so, and the program once; nothing more is written, reads go on, and the file
// counts as unclean.
func TestCommitUnknown(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := openTest(t, path)
	s.commit = func(tx *bbolt.Tx) error { return errors.Join(tx.Commit(), syscall.EIO) }
	for range 2 {
		if err := put(s, "k", "v"); !errors.Is(err, kv.ErrUnknown) {
			t.Errorf("Update says %v", err)
		}
		s.commit = (*bbolt.Tx).Commit
	}
	wantBroken(t, s, kv.ErrUnknown)
	if _, err := get(s, "k"); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil || isClean(t, path) {
		t.Errorf("closed as if all were well, %v", err)
	}
}

// wantBroken fails the test unless the program was told once, and of this.
func wantBroken(t *testing.T, s *Store, want error) {
	t.Helper()
	for _, want := range []error{want, nil} {
		var err error
		select {
		case err = <-s.Broken():
		default:
		}
		if !errors.Is(err, want) {
			t.Errorf("the program is told of %v, want %v", err, want)
		}
	}
}

// bbolt panics when it meets a damaged page: the caller is told, the process
// lives, reads go on, nothing more is written.
func TestCommitPanics(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := openTest(t, path)
	if err := put(s, "k", "old"); err != nil {
		t.Fatal(err)
	}
	s.commit = func(*bbolt.Tx) error { panic("page 7: invalid") }
	for range 2 {
		if err := put(s, "k", "new"); !errors.Is(err, ErrDamaged) || !errors.Is(err, kv.ErrCorrupt) {
			t.Errorf("Update says %v", err)
		}
		s.commit = (*bbolt.Tx).Commit
	}
	wantBroken(t, s, kv.ErrCorrupt)
	if value, err := get(s, "k"); value != "old" || err != nil {
		t.Errorf("k is %q, %v", value, err)
	}
	if err := s.Close(); err != nil || isClean(t, path) {
		t.Errorf("closed as if all were well, %v", err)
	}
}
