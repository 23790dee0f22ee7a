//go:build linux || darwin || freebsd || dragonfly

package bolt

import (
	"os"

	"golang.org/x/sys/unix"
)

// freeSpace returns the bytes that an unprivileged process may still write to
// the file system of f.
func freeSpace(f *os.File) (uint64, error) {
	var st unix.Statfs_t
	if err := unix.Fstatfs(int(f.Fd()), &st); err != nil {
		return 0, err
	}
	// Bavail is signed where the reserve of root may be in use.
	return uint64(max(0, int64(st.Bavail))) * uint64(st.Bsize), nil
}

// syncFolder makes the names in a folder durable.
func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
