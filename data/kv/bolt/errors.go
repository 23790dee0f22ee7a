package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	berrors "go.etcd.io/bbolt/errors"

	"carnet/data/kv"
)

// What keeps Open from opening a file. Each is one line for an operator.
var (
	ErrLocked    = errors.New("bolt: the database is in use by another process")
	ErrEmpty     = errors.New("bolt: the file is empty (0 bytes); restore a backup, or remove the file to start anew")
	ErrForeign   = errors.New("bolt: the file is not a database of this program")
	ErrTruncated = errors.New("bolt: the end of the file is missing; restore a backup")
	ErrDamaged   = errors.New("bolt: the file is damaged; restore a backup")
	ErrNewer     = errors.New("bolt: the file was written by a newer version of this program")
	ErrReadOnly  = errors.New("bolt: no permission to write the file or its folder")
	ErrNoFolder  = errors.New("bolt: the folder of the file does not exist")
)

var errNoCheckMain = errors.New("bolt: cannot check the file: main does not call CheckMain")

// openError names what bbolt or the system said of a file.
func openError(err error) error {
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return ErrLocked
	case errors.Is(err, berrors.ErrVersionMismatch):
		return ErrNewer
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrChecksum):
		return ErrDamaged
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return ErrReadOnly
	case errors.Is(err, fs.ErrNotExist):
		return ErrNoFolder
	}
	return err
}

// notSaved names the error of a commit that changed nothing. bbolt formats some
// causes away: what is left of a full disk may be its text only.
func notSaved(err error) error {
	for _, full := range []error{berrors.ErrMaxSizeReached, syscall.ENOSPC, syscall.EDQUOT} {
		if errors.Is(err, full) {
			return fmt.Errorf("bolt: not saved: %w", kv.ErrFull)
		}
	}
	return fmt.Errorf("bolt: not saved: %w", err)
}
