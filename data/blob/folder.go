package blob

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// Suffix is what the name of a database's folder has after the database's.
const Suffix = ".blobs"

// fresh begins the name of a file that has no hash yet.
const fresh = "new-"

// Folder is a Store in a folder: the blob abcd… is the file ab/abcd…. Files
// have mode 0600 and folders 0700. It is used by one process at a time: the
// one that holds the lock of the database beside it.
type Folder struct {
	path string
	mu   sync.Mutex // held while the age of a blob begins anew, and while one that is old is removed
}

var _ Store = (*Folder)(nil)

// OpenFolder opens the folder at path, and makes it if there is none. It says
// at once if nothing can be written there.
func OpenFolder(path string) (*Folder, error) {
	if err := makeFolder(path); err != nil {
		return nil, fmt.Errorf("%s: %w", path, failure(err))
	}
	trial, err := os.CreateTemp(path, fresh+"*")
	if err == nil {
		err = errors.Join(trial.Close(), os.Remove(trial.Name()))
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, failure(err))
	}
	return &Folder{path: path}, nil
}

// makeFolder makes a folder unless it is there. Its name is made durable in
// both cases, since who made it may have been killed in between; one that is
// there may lie in a folder that we cannot read.
func makeFolder(path string) error {
	err := os.Mkdir(path, 0o700)
	synced := syncFolder(filepath.Dir(path))
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil
	case err != nil:
		return err
	}
	return synced
}

func (f *Folder) folder(hash string) string { return filepath.Join(f.path, hash[:2]) }
func (f *Folder) file(hash string) string   { return filepath.Join(f.folder(hash), hash) }

// Keep implements Store.
func (f *Folder) Keep(_ context.Context, hash string) (Ref, error) {
	if !IsHash(hash) {
		return Ref{}, ErrNotFound
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now()
	if err := os.Chtimes(f.file(hash), now, now); err != nil {
		return Ref{}, failure(notFound(err))
	}
	info, err := os.Stat(f.file(hash))
	if err != nil {
		return Ref{}, err
	}
	return Ref{hash, info.Size()}, nil
}

// syncFolder makes the names in a folder durable, where a folder can be opened
// as a file.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

func notFound(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNotFound
	}
	return err
}

// failure names what the system said of a write.
func failure(err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return ErrFull
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return ErrReadOnly
	}
	return err
}
