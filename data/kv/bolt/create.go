package bolt

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	bbolt "go.etcd.io/bbolt"
)

// The layout of a file. A later format raises formatVersion; the names stay,
// so that an older program can tell a newer file from a foreign one.
var (
	records = []byte("carnet")      // bucket: the records of kv, sealed
	about   = []byte("carnet.meta") // bucket: what the file is
	version = []byte("version")     // its key: formatVersion in decimal
)

const formatVersion = 1

// checkFormat tells whether a bbolt file is one of ours, in our format.
func checkFormat(tx *bbolt.Tx) error {
	meta := tx.Bucket(about)
	if meta == nil || tx.Bucket(records) == nil {
		return ErrForeign
	}
	switch n, err := strconv.Atoi(string(meta.Get(version))); {
	case err != nil || n < 1:
		return ErrForeign
	case n > formatVersion:
		return ErrNewer
	}
	return nil
}

// createMissing puts an empty database at path unless something is there. It
// is whole, durable and cleanly closed before it has that name, so a crash
// leaves either no file or a good one.
func createMissing(path string) error {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return nil // opening it says what may be wrong with it
	}
	folder := filepath.Dir(path)
	temp, err := os.CreateTemp(folder, filepath.Base(path)+".new-*") // mode 0600
	if err != nil {
		return openError(err)
	}
	defer os.Remove(temp.Name())
	if err := temp.Close(); err != nil {
		return err
	}
	if err := writeEmpty(temp.Name()); err != nil {
		return notSaved(err)
	}
	if err := publish(temp.Name(), path); err != nil {
		return openError(err)
	}
	return syncFolder(folder)
}

// publish gives temp the name path. A link, unlike a rename, never takes the
// place of a file that another process put there a moment ago and has open.
func publish(temp, path string) error {
	err := os.Link(temp, path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return nil
	}
	return os.Rename(temp, path) // a file system without links
}

func writeEmpty(path string) error {
	var file *os.File
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout:      lockTimeout,
		FreelistType: bbolt.FreelistMapType,
		OpenFile: func(name string, flag int, mode os.FileMode) (f *os.File, err error) {
			file, err = os.OpenFile(name, flag, mode)
			return file, err
		},
	})
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		if _, err := tx.CreateBucket(records); err != nil {
			return err
		}
		meta, err := tx.CreateBucket(about)
		if err != nil {
			return err
		}
		return meta.Put(version, strconv.AppendInt(nil, formatVersion, 10))
	})
	if err == nil {
		err = markClean(file)
	}
	return errors.Join(err, db.Close())
}
