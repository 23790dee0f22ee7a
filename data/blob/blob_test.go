package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

func TestMain(m *testing.M) {
	putMain()
	fullMain()
	os.Exit(m.Run())
}

func open(t testing.TB) *Folder {
	t.Helper()
	f, err := OpenFolder(filepath.Join(t.TempDir(), "carnet.db"+Suffix))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func put(t testing.TB, f *Folder, content string) Ref {
	t.Helper()
	ref, err := f.Put(t.Context(), strings.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

// read returns the content of a blob, verified.
func read(f *Folder, hash string) (string, error) {
	c, err := f.Open(context.Background(), hash)
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(c)
	return string(b), errors.Join(err, c.Close())
}

// names returns the files of a folder and those below.
func names(t testing.TB, f *Folder) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(f.path, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			out = append(out, strings.TrimPrefix(path, f.path+string(filepath.Separator)))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func wantError(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("the error is %v, want %v", err, want)
	}
}

func TestPut(t *testing.T) {
	// What was put, of any size up to the limit, comes back under its SHA-256; what
	// is larger leaves nothing behind.
	t.Parallel()
	f := open(t)
	rapid.Check(t, func(r *rapid.T) {
		size := rapid.OneOf(rapid.IntRange(0, 70), rapid.IntRange(32<<10-2, 32<<10+2), rapid.IntRange(0, 300_000)).Draw(r, "size")
		content := strings.Repeat(rapid.StringN(1, 5, -1).Draw(r, "content"), size)[:size]
		limit := int64(size) + rapid.Int64Range(-3, 3).Draw(r, "room")
		before := names(t, f)
		ref, err := f.Put(t.Context(), strings.NewReader(content), limit)
		if limit < int64(size) {
			if err != ErrTooLarge || ref != (Ref{}) || !slices.Equal(names(t, f), before) {
				r.Fatalf("%d bytes of %d: %v, %v", size, limit, ref, err)
			}
			return
		}
		sum := sha256.Sum256([]byte(content))
		if want := (Ref{hex.EncodeToString(sum[:]), int64(size)}); ref != want || err != nil {
			r.Fatalf("it is %v, %v, want %v", ref, err, want)
		}
		if got, err := read(f, ref.Hash); got != content || err != nil {
			r.Fatalf("%d bytes come back as %d, %v", size, len(got), err)
		}
		if !slices.Contains(names(t, f), filepath.Join(ref.Hash[:2], ref.Hash)) {
			r.Fatalf("it is in none of %q", names(t, f))
		}
	})
	ref, err := f.Put(t.Context(), strings.NewReader("x"), math.MaxInt64)
	if ref.Size != 1 || err != nil {
		t.Errorf("without a limit: %v, %v", ref, err)
	}
}

func TestModes(t *testing.T) {
	// Files have mode 0600, folders 0700; a folder opens again, and a file in its place is told.
	t.Parallel()
	f := open(t)
	put(t, f, "x")
	err := filepath.WalkDir(f.path, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if want := map[bool]fs.FileMode{true: fs.ModeDir | 0o700, false: 0o600}[e.IsDir()]; err == nil && info.Mode() != want {
			t.Errorf("%s is %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	again, err := OpenFolder(f.path)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(names(t, again)); n != 1 {
		t.Errorf("opening it again leaves %d files", n)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, filepath.Join(file, "x"), filepath.Join(f.path, "none", "x")} {
		if _, err := OpenFolder(path); err == nil || !strings.HasPrefix(err.Error(), path+": ") {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestPutStops(t *testing.T) {
	// A reader that fails, or a context that ends, stops a Put and leaves nothing.
	t.Parallel()
	f := open(t)
	fault := errors.New("fault")
	_, err := f.Put(t.Context(), io.MultiReader(strings.NewReader("half"), iotest.ErrReader(fault)), 100)
	wantError(t, err, fault)
	ctx, cancel := context.WithCancel(t.Context())
	endless := readerFunc(func(p []byte) (int, error) { cancel(); return len(p), nil })
	_, err = f.Put(ctx, endless, 1<<20)
	wantError(t, err, context.Canceled)
	if left := names(t, f); len(left) > 0 {
		t.Errorf("they left %q", left)
	}
}

type readerFunc func([]byte) (int, error)

func (r readerFunc) Read(p []byte) (int, error) { return r(p) }

func TestPutAgain(t *testing.T) {
	// A blob that is put twice is one file, which is not written again, and whose
	// age begins anew, as it does when it is kept.
	t.Parallel()
	f := open(t)
	ref := put(t, f, "twice")
	first, err := os.Stat(f.file(ref.Hash))
	if err != nil {
		t.Fatal(err)
	}
	for name, again := range map[string]func() (Ref, error){
		"put":  func() (Ref, error) { return put(t, f, "twice"), nil },
		"keep": func() (Ref, error) { return f.Keep(t.Context(), ref.Hash) },
	} {
		age(t, f, ref.Hash)
		got, err := again()
		if got != ref || err != nil {
			t.Errorf("%s: %v, %v", name, got, err)
		}
		info, err := os.Stat(f.file(ref.Hash))
		if err != nil || !os.SameFile(first, info) || info.ModTime().Before(first.ModTime()) {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	if all := names(t, f); len(all) != 1 {
		t.Errorf("there are %q", all)
	}
}

func TestDamage(t *testing.T) {
	// A flipped byte, a missing or an added one is found by whoever reads to the
	// end, also if they stop at the size; putting the content again repairs it.
	t.Parallel()
	f := open(t)
	content := strings.Repeat("carnet ", 9000)
	for name, damage := range map[string]func([]byte) []byte{
		"flipped":   func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
		"first":     func(b []byte) []byte { b[0] ^= 0x80; return b },
		"last":      func(b []byte) []byte { b[len(b)-1] ^= 1; return b },
		"truncated": func(b []byte) []byte { return b[:len(b)-1] },
		"at block":  func(b []byte) []byte { return b[:32<<10] },
		"emptied":   func([]byte) []byte { return nil },
		"longer":    func(b []byte) []byte { return append(b, 0) },
	} {
		ref := put(t, f, content)
		if err := os.WriteFile(f.file(ref.Hash), damage([]byte(content)), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := read(f, ref.Hash)
		wantError(t, err, ErrDamaged)
		c, err := f.Open(t.Context(), ref.Hash)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(c, make([]byte, max(1, c.Size()))); err == nil {
			t.Errorf("%s: %d bytes read as good", name, c.Size())
		}
		_, err = c.Read(make([]byte, 1))
		wantError(t, err, ErrDamaged) // and it stays so
		_ = c.Close()
		put(t, f, content)
		if got, err := read(f, ref.Hash); got != content || err != nil {
			t.Errorf("%s: put again it is %d bytes, %v", name, len(got), err)
		}
	}
}

func TestSeek(t *testing.T) {
	// After a Seek the bytes are given as they are.
	t.Parallel()
	f := open(t)
	ref := put(t, f, "0123456789")
	if err := os.WriteFile(f.file(ref.Hash), []byte("0123456X89"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := f.Open(t.Context(), ref.Hash)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Seek(-4, io.SeekEnd); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(c); string(got) != "6X89" || err != nil || c.Size() != 10 {
		t.Errorf("it is %q of %d, %v", got, c.Size(), err)
	}
}

func TestNotFound(t *testing.T) {
	// What is not kept is not found, and neither is any path.
	t.Parallel()
	f := open(t)
	good := put(t, f, "x").Hash
	for _, hash := range []string{
		"", "x", good[:63], good + "0", strings.ToUpper(good), strings.Repeat("0", 64), good[:63] + "\x00",
		"../" + good[3:], good[:2] + "/" + good[3:], strings.Repeat("../", 21) + "x", strings.Repeat("é", 32),
	} {
		_, err := f.Open(t.Context(), hash)
		wantError(t, err, ErrNotFound)
		_, err = f.Keep(t.Context(), hash)
		wantError(t, err, ErrNotFound)
		if t.Failed() {
			t.Fatalf("with %q", hash)
		}
	}
}

// FuzzIsHash: a hash is 32 bytes in lower-case hex, and nothing else is.
func FuzzIsHash(f *testing.F) {
	sum := sha256.Sum256(nil)
	f.Add(hex.EncodeToString(sum[:]))
	f.Add(strings.ToUpper(hex.EncodeToString(sum[:])))
	f.Add(strings.Repeat("../", 21) + "a")
	f.Add(fmt.Sprintf("%064d", 0))
	f.Fuzz(func(t *testing.T, s string) {
		b, err := hex.DecodeString(s)
		want := err == nil && len(b) == sha256.Size && hex.EncodeToString(b) == s
		if IsHash(s) != want {
			t.Errorf("%q is a hash: %t", s, !want)
		}
		folder := Folder{path: "p"}
		if want && (filepath.Dir(filepath.Dir(folder.file(s))) != "p" || filepath.Base(folder.file(s)) != s) {
			t.Errorf("%q is kept in %q", s, folder.file(s))
		}
	})
}
