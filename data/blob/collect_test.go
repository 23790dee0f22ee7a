package blob

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const day = 24 * time.Hour

// age makes a blob as if it had been put two days ago.
func age(t testing.TB, f *Folder, hash string) {
	t.Helper()
	old := time.Now().Add(-2 * day)
	if err := os.Chtimes(f.file(hash), old, old); err != nil {
		t.Fatal(err)
	}
}

func unused(string) (bool, error) { return false, nil }

func TestCollect(t *testing.T) {
	// Blobs that are old and not in use go, and what a killed Put left; those that
	// are young or in use stay, and so does what is not ours.
	t.Parallel()
	f := open(t)
	old, used, young := put(t, f, "old"), put(t, f, "used"), put(t, f, "young")
	age(t, f, old.Hash)
	age(t, f, used.Hash)
	foreign := filepath.Join(f.path, "lost+found")
	stray := filepath.Join(filepath.Dir(f.file(old.Hash)), "README")
	misplaced := filepath.Join(filepath.Dir(f.file(old.Hash)), strings.Repeat("0", 64))
	stale, fresh := filepath.Join(f.path, fresh+"1"), filepath.Join(f.path, fresh+"2")
	for _, path := range []string{foreign, stray, misplaced, stale, fresh} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	past := time.Now().Add(-2 * day)
	for _, path := range []string{foreign, stray, misplaced, stale} {
		if err := os.Chtimes(path, past, past); err != nil {
			t.Fatal(err)
		}
	}
	inUse := func(hash string) (bool, error) {
		if !IsHash(hash) {
			t.Errorf("it asks whether %q is in use", hash)
		}
		return hash == used.Hash, nil
	}
	if n, err := f.Collect(t.Context(), day, inUse); n != 1 || err != nil {
		t.Errorf("it removed %d, %v", n, err)
	}
	left := names(t, f)
	for path, stays := range map[string]bool{
		f.file(old.Hash): false, f.file(used.Hash): true, f.file(young.Hash): true,
		foreign: true, stray: true, misplaced: true, stale: false, fresh: true,
	} {
		if name, _ := filepath.Rel(f.path, path); slices.Contains(left, name) != stays {
			t.Errorf("%s stays: %t", name, !stays)
		}
	}
	if n, err := f.Collect(t.Context(), day, inUse); n != 0 || err != nil {
		t.Errorf("again it removed %d, %v", n, err)
	}
}

func TestCollectStops(t *testing.T) {
	// An error of inUse or the end of the context stops it, with nothing lost.
	t.Parallel()
	f := open(t)
	for _, content := range []string{"a", "b", "c"} {
		age(t, f, put(t, f, content).Hash)
	}
	fault := errors.New("fault")
	_, err := f.Collect(t.Context(), day, func(string) (bool, error) { return false, fault })
	wantError(t, err, fault)
	ctx, cancel := context.WithCancel(t.Context())
	n, err := f.Collect(ctx, day, func(string) (bool, error) { cancel(); return false, nil })
	wantError(t, err, context.Canceled)
	if left := len(names(t, f)); n != 1 || left != 2 {
		t.Errorf("it removed %d and left %d", n, left)
	}
}

func TestCollectDuringPut(t *testing.T) {
	// A blob that is put or kept just after inUse said no is not taken.
	t.Parallel()
	f := open(t)
	ref := put(t, f, "wanted")
	for name, again := range map[string]func(){
		"put":  func() { put(t, f, "wanted") },
		"keep": func() { _, err := f.Keep(t.Context(), ref.Hash); wantError(t, err, nil) },
	} {
		age(t, f, ref.Hash)
		n, err := f.Collect(t.Context(), day, func(string) (bool, error) { again(); return false, nil })
		if n != 0 || err != nil {
			t.Errorf("%s: it removed %d, %v", name, n, err)
		}
		if _, err := read(f, ref.Hash); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
}

func TestCollectRace(t *testing.T) {
	// However close to its removal a blob is put or kept, it is there afterwards,
	// or Keep says that it is not.
	t.Parallel()
	f := open(t)
	ref, temp := put(t, f, "wanted"), filepath.Join(f.path, fresh+"1")
	refused := 0
	for round := range 2000 {
		for _, path := range []string{f.file(ref.Hash), temp} {
			if err := os.WriteFile(path, []byte("wanted"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		age(t, f, ref.Hash)
		var asked atomic.Bool
		var racer sync.WaitGroup
		racer.Go(func() {
			for !asked.Load() {
				runtime.Gosched()
			}
			for range rand.IntN(6000) {
				asked.Load() // for some microseconds
			}
			err := error(nil)
			if round%2 == 0 {
				err = f.name(temp, ref.Hash)
			} else if _, err = f.Keep(t.Context(), ref.Hash); err == ErrNotFound {
				refused++
				return
			}
			if err != nil {
				t.Error(err)
			}
			if _, err := os.Stat(f.file(ref.Hash)); err != nil {
				t.Error(err)
			}
		})
		_, err := f.Collect(t.Context(), day, func(string) (bool, error) { asked.Store(true); return false, nil })
		asked.Store(true) // whatever it did
		racer.Wait()
		if err != nil || t.Failed() {
			t.Fatalf("in round %d: %v", round, err)
		}
	}
	t.Logf("Keep came too late %d times of 1000", refused)
}

func TestCollectCrowd(t *testing.T) {
	// Many put one blob while it is collected: each finds it whole once Put has
	// returned, and they leave one file.
	t.Parallel()
	f := open(t)
	ref := put(t, f, "shared")
	for range 20 {
		age(t, f, ref.Hash)
		var stop atomic.Bool
		var all, collector sync.WaitGroup
		collector.Go(func() {
			for !stop.Load() {
				if _, err := f.Collect(t.Context(), day, unused); err != nil {
					t.Error(err)
				}
			}
		})
		for range 4 {
			all.Go(func() {
				if got, err := f.Put(t.Context(), strings.NewReader("shared"), 6); got != ref || err != nil {
					t.Errorf("put: %v, %v", got, err)
				}
				if got, err := read(f, ref.Hash); got != "shared" || err != nil {
					t.Errorf("it is %q, %v", got, err)
				}
			})
		}
		all.Wait()
		stop.Store(true)
		collector.Wait()
	}
	if all := names(t, f); len(all) != 1 {
		t.Errorf("there are %q", all)
	}
}
