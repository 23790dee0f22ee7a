//go:build linux

package bolt

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// A file that may not be written, and a folder where none may be made, are
// refused as such.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	path := book(t, 10)
	dir := filepath.Dir(path)
	err := errors.Join(os.Chmod(filepath.Dir(dir), 0o755), os.Chmod(path, 0o444), os.Chmod(dir, 0o555))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o755) })
	done := make(chan error)
	go func() {
		if os.Geteuid() == 0 { // whom no mode stops: be somebody else, on this thread,
			runtime.LockOSThread() // which ends with the goroutine
			if err := unix.Setfsuid(65534); err != nil {
				done <- err
				return
			}
		}
		wantRefused(t, path, ErrReadOnly)
		wantRefused(t, filepath.Join(dir, "new.db"), ErrReadOnly)
		done <- nil
	}()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}
