//go:build !(linux || darwin || freebsd || dragonfly)

package bolt

import (
	"errors"
	"os"
)

// freeSpace is not known here: a full disk shows in the commit itself.
func freeSpace(*os.File) (uint64, error) { return 0, errors.ErrUnsupported }

// syncFolder does nothing where a folder cannot be opened as a file.
func syncFolder(string) error { return nil }
