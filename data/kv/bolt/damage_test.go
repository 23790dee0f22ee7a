package bolt

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	bbolt "go.etcd.io/bbolt"

	"carnet/data/kv"
)

// edit changes the bytes of a file.
func edit(t *testing.T, path string, change func([]byte) []byte) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, change(data), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// raw opens a file with bbolt alone.
func raw(t *testing.T, path string, opts *bbolt.Options, change func(*bbolt.Tx) error) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, opts)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(change), db.Close()); err != nil {
		t.Fatal(err)
	}
}

func foreign(tx *bbolt.Tx) error {
	b, err := tx.CreateBucket([]byte("customers"))
	if err != nil {
		return err
	}
	return b.Put([]byte("k"), []byte("v"))
}

// folder is every file under a folder, with its bytes.
func folder(t *testing.T, path string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := fs.WalkDir(os.DirFS(path), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(path, name))
		files[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// wantRefused checks that path is refused with want, in one line, and that
// nothing in its folder has changed.
func wantRefused(t *testing.T, path string, want error) {
	t.Helper()
	before := folder(t, filepath.Dir(path))
	s, err := Open(path, Options{})
	if err == nil {
		_ = s.Close()
	}
	if !errors.Is(err, want) || strings.Contains(err.Error(), "\n") || !strings.HasPrefix(err.Error(), path) {
		t.Errorf("Open says %v, want %v", err, want)
	}
	after := folder(t, filepath.Dir(path))
	if len(after) != len(before) {
		t.Errorf("%d files became %d", len(before), len(after))
	}
	for name, data := range before {
		if after[name] != data {
			t.Errorf("%s was changed", name)
		}
	}
}

// A file that cannot be used is refused with its reason, and left as it was.
func TestRefused(t *testing.T) {
	t.Parallel()
	page := os.Getpagesize()
	for _, c := range []struct {
		name string
		make func(t *testing.T, path string) // from a good file
		want error
	}{
		{"empty", func(t *testing.T, path string) {
			edit(t, path, func([]byte) []byte { return nil })
		}, ErrEmpty},
		{"text", func(t *testing.T, path string) {
			edit(t, path, func([]byte) []byte { return []byte("name;address\n") })
		}, ErrForeign},
		{"random", func(t *testing.T, path string) {
			edit(t, path, func(data []byte) []byte { _, _ = rand.Read(data); return data })
		}, ErrForeign},
		{"SQLite", func(t *testing.T, path string) {
			edit(t, path, func(data []byte) []byte { clear(data); copy(data, "SQLite format 3\x00"); return data })
		}, ErrForeign},
		{"another bbolt database", func(t *testing.T, path string) {
			_ = os.Remove(path)
			raw(t, path, nil, foreign)
		}, ErrForeign},
		{"another bbolt database, freelist not synced", func(t *testing.T, path string) {
			_ = os.Remove(path)
			raw(t, path, &bbolt.Options{NoFreelistSync: true}, foreign)
		}, ErrForeign},
		{"folder", func(t *testing.T, path string) {
			if err := errors.Join(os.Remove(path), os.Mkdir(path, 0o700)); err != nil {
				t.Fatal(err)
			}
		}, ErrForeign},
		{"four pages", func(t *testing.T, path string) {
			edit(t, path, func(data []byte) []byte { return data[:4*page] })
		}, ErrTruncated},
		{"a page and a bit", func(t *testing.T, path string) {
			edit(t, path, func(data []byte) []byte { return data[:page+100] })
		}, ErrTruncated},
		{"both metas", func(t *testing.T, path string) {
			edit(t, path, func(data []byte) []byte { data[metaAt+20]++; data[page+metaAt+20]++; return data })
		}, ErrDamaged},
		{"newer records", func(t *testing.T, path string) {
			raw(t, path, nil, func(tx *bbolt.Tx) error { return tx.Bucket(about).Put(version, []byte("2")) })
		}, ErrNewer},
		{"newer bbolt", func(t *testing.T, path string) {
			edit(t, path, func(data []byte) []byte {
				for _, at := range []int{0, page} {
					binary.NativeEndian.PutUint32(data[at+metaAt+4:], metaKnown+1)
				}
				return data
			})
		}, ErrNewer},
		{"pages of the tree", func(t *testing.T, path string) {
			edit(t, path, func(data []byte) []byte {
				clear(data[2*page:])
				return unmark(data, page)
			})
		}, ErrDamaged},
		{"a page that points beyond the file", func(t *testing.T, path string) {
			edit(t, path, func(data []byte) []byte {
				for at := 2 * page; at < len(data); at += page {
					binary.NativeEndian.PutUint32(data[at+12:], 1<<30) // its overflow
				}
				return unmark(data, page)
			})
		}, ErrDamaged},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := book(t, 600)
			c.make(t, path)
			wantRefused(t, path, c.want)
		})
	}
}

// unmark makes a file look like one whose user was killed.
func unmark(data []byte, page int) []byte {
	for _, at := range []int{0, page} {
		clear(data[at+markAt : at+markAt+32])
	}
	return data
}

// A folder that is missing is not made, and is named.
func TestNoFolder(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "missing", "carnet.db")
	if _, err := Open(path, Options{}); !errors.Is(err, ErrNoFolder) {
		t.Errorf("Open says %v", err)
	}
}

// A file that is open is refused to a second user, and serves the first on.
func TestLocked(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := openTest(t, path)
	if err := put(s, "k", "v"); err != nil {
		t.Fatal(err)
	}
	wantRefused(t, path, ErrLocked)
	if _, err := Open(path, Options{NoCheck: true}); !errors.Is(err, ErrLocked) {
		t.Errorf("without the check, Open says %v", err)
	}
	if value, err := get(s, "k"); value != "v" || err != nil {
		t.Errorf("the first user reads %q, %v", value, err)
	}
}

// One meta page that is damaged is no loss after a clean stop: the other has
// the same book, a commit earlier at most.
func TestOneMeta(t *testing.T) {
	t.Parallel()
	page := os.Getpagesize()
	for _, at := range []int{0, page} {
		path := book(t, 100)
		edit(t, path, func(data []byte) []byte { data[at+metaAt+40]++; return data })
		s := openTest(t, path)
		if err := put(s, "k", "v"); err != nil {
			t.Fatal(err)
		}
	}
}

// A byte that changed on the disk is found when its record is read, and by
// Scrub, which names that key only; the error does not quote it.
func TestFlippedByte(t *testing.T) {
	t.Parallel()
	path := book(t, 600)
	edit(t, path, func(data []byte) []byte {
		found := false
		for at := 0; ; at++ { // a page that was replaced may hold the value too
			i := bytes.Index(data[at:], []byte("value of record 0321"))
			if i < 0 {
				break
			}
			at += i
			data[at] ^= 4
			found = true
		}
		if !found {
			t.Fatal("the record is not in the file")
		}
		return data
	})
	s := openTest(t, path)
	_, err := get(s, "r/0321")
	if !errors.Is(err, kv.ErrCorrupt) || strings.Contains(err.Error(), "321") {
		t.Errorf("Get says %v", err)
	}
	err = s.View(t.Context(), func(r kv.Reader) error { _, err := r.Scan(kv.Range{}); return err })
	if !errors.Is(err, kv.ErrCorrupt) {
		t.Errorf("Scan says %v", err)
	}
	if value, err := get(s, "r/0320"); err != nil || !strings.HasPrefix(value, "value of record 0320") {
		t.Errorf("its neighbour is %q, %v", value, err)
	}
	var bad []string
	n, err := s.Scrub(t.Context(), func(key []byte, err error) {
		if errors.Is(err, kv.ErrCorrupt) {
			bad = append(bad, string(key))
		}
	})
	if n != 600 || err != nil || !slices.Equal(bad, []string{"r/0321"}) {
		t.Errorf("Scrub read %d and found %q, %v", n, bad, err)
	}
}

// Scrub reads every record once, of a book of several of its steps, and none
// of an empty one.
func TestScrub(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 999, 1000, 2000, 2500} {
		s := openTest(t, book(t, n))
		got, err := s.Scrub(t.Context(), func(key []byte, err error) { t.Errorf("%s: %v", key, err) })
		if got != n || err != nil {
			t.Errorf("Scrub read %d of %d, %v", got, n, err)
		}
	}
}
