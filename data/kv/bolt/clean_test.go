package bolt

import (
	"bytes"
	"errors"
	"os"
	"testing"
)

func isClean(t *testing.T, path string) bool {
	t.Helper()
	clean, err := inspect(path)
	if err != nil {
		t.Fatal(err)
	}
	return clean
}

// A file counts as cleanly stopped when it is new, after Close, and while it
// was only read since; not once it was written, nor when it is a copy made
// while in use.
func TestCleanStop(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	if err := createMissing(path); err != nil {
		t.Fatal(err)
	}
	if !isClean(t, path) {
		t.Error("a new file is not clean")
	}
	for round := range 4 { // the metas take turns
		s := openTest(t, path)
		if _, err := get(s, "k"); err == nil && round == 0 {
			t.Error("a new file has a record")
		}
		if !isClean(t, path) {
			t.Errorf("round %d: reading took the mark away", round)
		}
		for range round + 1 {
			if err := put(s, "k", "v"); err != nil {
				t.Fatal(err)
			}
			if isClean(t, path) {
				t.Errorf("round %d: a write left the mark", round)
			}
		}
		var copied bytes.Buffer
		if _, err := s.WriteTo(&copied); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if !isClean(t, path) {
			t.Errorf("round %d: Close left no mark", round)
		}
		other := newPath(t)
		if err := os.WriteFile(other, copied.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		if isClean(t, other) {
			t.Errorf("round %d: a copy made while in use is clean", round)
		}
	}
}

// The mark is never written to the page of the meta in use.
func TestMarkSparesMeta(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	page := os.Getpagesize()
	for range 4 {
		s := openTest(t, path)
		if err := errors.Join(put(s, "k", "v"), s.Close()); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		h, err := readHeader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		at := h.current() * page
		if !bytes.Equal(data[at+markAt:at+page], make([]byte, page-markAt)) {
			t.Error("the mark shares the page of the meta in use")
		}
	}
}

// After an unclean stop a sound file opens with all its records, checked or not.
func TestUncleanStop(t *testing.T) {
	t.Parallel()
	for _, opts := range []Options{{}, {NoCheck: true}} {
		path := book(t, 600)
		edit(t, path, func(data []byte) []byte { return unmark(data, os.Getpagesize()) })
		if isClean(t, path) {
			t.Fatal("the mark is still there")
		}
		s, err := Open(path, opts)
		if err != nil {
			t.Fatal(err)
		}
		n, err := s.Scrub(t.Context(), func(key []byte, err error) { t.Error(err) })
		if n != 600 || err != nil || s.Close() != nil {
			t.Errorf("%d records, %v", n, err)
		}
	}
}

// A key out of order is a fault that the checker finds.
func TestUncleanOrder(t *testing.T) {
	t.Parallel()
	path := book(t, 600)
	page := os.Getpagesize()
	edit(t, path, func(data []byte) []byte {
		data = unmark(data, page)
		return bytes.ReplaceAll(data, []byte("r/0321"), []byte("r/0000"))
	})
	wantRefused(t, path, ErrDamaged)
}
