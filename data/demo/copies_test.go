package demo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"carnet/data"
	"carnet/data/blob"
)

func copies(t *testing.T, in string) *Copies {
	t.Helper()
	c, err := NewCopies(t.Context(), in, func(m data.Message) ([]byte, error) { return []byte("Subject: " + m.Subject), nil })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// copied opens a copy, and closes it when the test ends.
func copied(t *testing.T, c *Copies) (*data.Store, func() error) {
	t.Helper()
	s, remove, err := c.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = remove() })
	return s, remove
}

// size is what the files below a folder take.
func size(t *testing.T, folder string) (files int, bytes int64) {
	t.Helper()
	err := filepath.WalkDir(folder, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		files, bytes = files+1, bytes+info.Size()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files, bytes
}

// Copies hold the whole agency, sound, and what one of them learns no other knows.
func TestCopies(t *testing.T) {
	t.Parallel()
	c := copies(t, t.TempDir())
	one, removeOne := copied(t, c)
	two, _ := copied(t, c)
	if _, err := one.CreateClient(t.Context(), "", data.Client{Name: "Un canari"}); err != nil {
		t.Fatal(err)
	}
	for s, want := range map[*data.Store]int{one: 1, two: 0} {
		if problems, err := s.Check(t.Context()); err != nil || len(problems) > 0 {
			t.Errorf("check: %v, %v", problems, err)
		}
		found, err := s.Clients(t.Context(), data.ClientFilter{Query: "canari"})
		if err != nil || len(found.Clients) != want {
			t.Errorf("%d canaries, %v; want %d", len(found.Clients), err, want)
		}
		if found, err := s.Clients(t.Context(), data.ClientFilter{Query: "lambert"}); err != nil || len(found.Clients) != 1 {
			t.Errorf("%d Lambert, %v", len(found.Clients), err)
		}
	}
	before, _ := size(t, c.folder)
	if err := removeOne(); err != nil {
		t.Error(err)
	}
	if after, _ := size(t, c.folder); after != before-1 {
		t.Errorf("of %d files %d are left", before, after)
	}
	if _, err := two.Agency(t.Context()); err != nil {
		t.Error(err)
	}
}

// A copy takes 3 MiB on the disk at most, whatever is done with it; it leaves
// room for a visit, and when it is full one can still read and delete.
func TestCopyIsBounded(t *testing.T) {
	t.Parallel()
	c := copies(t, t.TempDir())
	s, _ := copied(t, c)
	var client data.Client
	var err error
	n := 0
	for ; err == nil && n < 10_000; n++ {
		var made data.Client
		if made, err = s.CreateClient(t.Context(), "", data.Client{Name: fmt.Sprintf("Client %d", n), Notes: strings.Repeat("mots divers ", 50)}); err == nil {
			client = made
		}
	}
	if !errors.Is(err, data.ErrFull) || n < 50 {
		t.Errorf("after %d clients: %v", n, err)
	}
	for i := 0; err == nil || !errors.Is(err, blob.ErrFull); i++ {
		if _, err = s.Blobs().Put(t.Context(), strings.NewReader(fmt.Sprintf("%020000d", i)), 1<<20); i > 100 {
			t.Fatal("files are not bounded")
		}
	}
	_, seeds := size(t, c.folder)
	if seeds > 3<<20+int64(len(markText)) {
		t.Errorf("a copy takes %d bytes", seeds)
	}
	t.Logf("%d clients fit; %d bytes; the seed has %d", n, seeds, len(c.seed))
	if _, err := s.Client(t.Context(), client.ID); err != nil {
		t.Error(err)
	}
	if err := s.DeleteClient(t.Context(), client.ID); err != nil {
		t.Errorf("deleting in a full copy: %v", err)
	}
}

// When copies are closed nothing of them is left, and their folder is theirs alone.
func TestCopiesLeaveNothing(t *testing.T) {
	t.Parallel()
	in := t.TempDir()
	c := copies(t, in)
	if info, err := os.Stat(c.folder); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	_, remove := copied(t, c)
	if err := errors.Join(remove(), c.Close()); err != nil {
		t.Error(err)
	}
	if files, _ := size(t, in); files != 0 {
		t.Errorf("%d files are left", files)
	}
	if left, err := os.ReadDir(in); err != nil || len(left) != 0 {
		t.Errorf("%v, %v", left, err)
	}
}

// What a demo that was killed left is removed at the next start; what is in
// use, or not its own, is not.
func TestLeftCopies(t *testing.T) {
	t.Parallel()
	in := t.TempDir()
	running := copies(t, in)
	killed := copies(t, in)
	if _, _, err := killed.Open(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	if err := killed.mark.Close(); err != nil { // as the end of its process does
		t.Fatal(err)
	}
	others := map[string]string{"carnet-demo-mine": "notes.txt", "carnet-demo-theirs": markName, "carnet-real": markName}
	for folder, file := range others {
		if err := errors.Join(os.Mkdir(filepath.Join(in, folder), 0o700),
			os.WriteFile(filepath.Join(in, folder, file), []byte("something else"), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(killed.folder, filepath.Join(in, "carnet-demo-link")); err != nil {
		t.Fatal(err)
	}
	next := copies(t, in)
	for _, folder := range []string{running.folder, next.folder, filepath.Join(in, "carnet-demo-mine"), filepath.Join(in, "carnet-demo-theirs"), filepath.Join(in, "carnet-real")} {
		if files, _ := size(t, folder); files == 0 {
			t.Errorf("%s is gone", folder)
		}
	}
	if _, err := os.Stat(killed.folder); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what was left is still there: %v", err)
	}
}

// A demo that runs for days does not show last week's mails as today's.
func TestSeedIsRenewed(t *testing.T) {
	t.Parallel()
	c := copies(t, t.TempDir())
	old := c.seed
	copied(t, c)
	if &c.seed[0] != &old[0] {
		t.Error("the seed was made again within its day")
	}
	c.made = c.made.Add(-seedLife - time.Second)
	copied(t, c)
	if &c.seed[0] == &old[0] {
		t.Error("the seed is of another day")
	}
}
