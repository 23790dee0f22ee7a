package blob

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Collect implements Store. The age of a blob is its file's time of change.
//
// It never takes a blob that somebody is about to name. Suppose that inUse
// said no, and that a Put or Keep of the same blob returns around then, whose
// caller names it next. Both begin the age anew under a lock, and the age is
// looked at and the file removed under the same lock, after inUse was asked:
//
//   - Put or Keep first: the blob is young when it is looked at, and stays.
//   - The removal first: Keep says ErrNotFound, and Put, which holds the whole
//     content still, writes the file again.
//
// Named later than that, by the rule of Store, it was young all the time; and
// if it was named before inUse was asked, inUse knows.
func (f *Folder) Collect(ctx context.Context, older time.Duration, inUse func(hash string) (bool, error)) (int, error) {
	before := time.Now().Add(-older)
	entries, err := os.ReadDir(f.path)
	if err != nil {
		return 0, err
	}
	removed := 0
	for _, e := range entries {
		switch name := e.Name(); {
		case strings.HasPrefix(name, fresh):
			_, err = f.removeOld(filepath.Join(f.path, name), before)
		case e.IsDir() && len(name) == 2:
			var n int
			n, err = f.collectIn(ctx, name, before, inUse)
			removed += n
		}
		if err != nil {
			return removed, failure(err)
		}
	}
	return removed, nil
}

// collectIn is Collect for the blobs whose hash has one beginning. Files that
// are none of ours stay.
func (f *Folder) collectIn(ctx context.Context, name string, before time.Time, inUse func(string) (bool, error)) (removed int, err error) {
	entries, err := os.ReadDir(filepath.Join(f.path, name))
	for _, e := range entries {
		hash := e.Name()
		if !IsHash(hash) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return removed, err
		}
		if used, err := inUse(hash); err != nil {
			return removed, err
		} else if used {
			continue
		}
		gone, err := f.removeOld(f.file(hash), before)
		if err != nil {
			return removed, err
		}
		if gone {
			removed++
		}
	}
	return removed, err
}

// removeOld removes a file unless it was changed after a time, or is gone.
func (f *Folder) removeOld(path string, before time.Time) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil || info.ModTime().After(before) {
		return false, err
	}
	return true, os.Remove(path)
}
