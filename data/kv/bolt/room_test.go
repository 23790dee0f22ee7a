package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"testing"

	"carnet/data/kv"
)

// On a full disk what puts is refused before it is written, while reading and
// deleting go on; once there is room, so does all.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	s := openTest(t, newPath(t))
	if err := put(s, "old", "v"); err != nil {
		t.Fatal(err)
	}
	free := uint64(0)
	s.free = func(*os.File) (uint64, error) { return reserve + free, nil }
	s.commit = nil // any commit now panics
	big := bytes.Repeat([]byte{'v'}, kv.MaxValue)
	fill := func() error {
		return s.Update(context.Background(), func(w kv.Writer) error {
			for i := range 100 {
				if err := w.Put(fmt.Append(nil, i), big); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := fill(); !errors.Is(err, kv.ErrFull) {
		t.Errorf("a full disk says %v", err)
	}
	_, err := s.Load(t.Context(), func(yield func([]byte, []byte) bool) {
		for i := range 100 {
			if !yield(fmt.Appendf(nil, "%03d", i), big) {
				return
			}
		}
	})
	if !errors.Is(err, kv.ErrFull) {
		t.Errorf("a full disk says %v to Load", err)
	}
	s.commit = openTest(t, newPath(t)).commit
	if _, err := get(s, "old"); err != nil {
		t.Error(err)
	}
	if err := s.Update(t.Context(), func(w kv.Writer) error { return w.Delete([]byte("old")) }); err != nil {
		t.Errorf("deleting on a full disk: %v", err)
	}
	free = 64 << 20
	if err := fill(); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

// In a group only those who ask too much of a disk that fills up are refused.
func TestDiskFullGroup(t *testing.T) {
	t.Parallel()
	s := openTest(t, newPath(t))
	s.free = func(*os.File) (uint64, error) { return reserve + 3<<20, nil }
	big := bytes.Repeat([]byte{'v'}, kv.MaxValue)
	_, errs := while(s, 20, func(i int, w kv.Writer) error {
		if i%2 == 0 {
			return w.Put(fmt.Append(nil, i), []byte("v"))
		}
		for k := range 100 {
			if err := w.Put(fmt.Appendf(nil, "%d/%d", i, k), big); err != nil {
				return err
			}
		}
		return nil
	})
	for i, err := range errs {
		if i%2 == 0 && err != nil || i%2 == 1 && !errors.Is(err, kv.ErrFull) {
			t.Errorf("closure %d: %v", i, err)
		}
	}
}

// MaxSize bounds the file. What does not fit is refused with ErrFull; what was
// there stays, and deleting makes room.
func TestMaxSize(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	opts := Options{MaxSize: 1 << 20, Grow: 64 << 10}
	s, err := Open(path, opts)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	value := string(bytes.Repeat([]byte{'v'}, 30_000))
	n := 0
	for ; n < 100 && err == nil; n++ {
		err = put(s, fmt.Sprint(n), value)
	}
	if n--; !errors.Is(err, kv.ErrFull) || n < 10 {
		t.Fatalf("after %d values: %v", n, err)
	}
	if info, err := os.Stat(path); err != nil || info.Size() > int64(opts.MaxSize) {
		t.Errorf("the file has %d bytes, %v", info.Size(), err)
	}
	for i := range n {
		if got, err := get(s, fmt.Sprint(i)); got != value || err != nil {
			t.Fatalf("value %d: %v", i, err)
		}
		if err := s.Update(t.Context(), func(w kv.Writer) error { return w.Delete(fmt.Append(nil, i)) }); err != nil {
			t.Fatalf("deleting %d: %v", i, err)
		}
	}
	if err := put(s, "again", value); err != nil {
		t.Error(err)
	}
}

// The disk under the file has some room, and is asked by its handle.
func TestFreeSpace(t *testing.T) {
	t.Parallel()
	s := openTest(t, newPath(t))
	n, err := freeSpace(s.file)
	if errors.Is(err, errors.ErrUnsupported) && runtime.GOOS != "linux" {
		t.Skip("not known on this system")
	}
	if n == 0 || n > 1<<60 || err != nil {
		t.Errorf("%d bytes, %v", n, err)
	}
}
