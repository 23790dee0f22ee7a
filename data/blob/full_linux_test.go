package blob

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

const fullEnv = "CARNET_TEST_FULL"

// fullMain makes the test binary see a full disk and one that is read only, of
// its own: it runs in a namespace whose mounts end with it.
func fullMain() {
	path := os.Getenv(fullEnv)
	if path == "" {
		return
	}
	if err := syscall.Mount("none", path, "tmpfs", 0, "size=256k"); err != nil {
		fmt.Println("skip: no tmpfs:", err)
		os.Exit(0)
	}
	if err := errors.Join(seeFull(path), seeReadOnly(path)); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

func seeFull(path string) error {
	f, err := OpenFolder(filepath.Join(path, "carnet.db"+Suffix))
	if err != nil {
		return err
	}
	ctx := context.Background()
	small, err := f.Put(ctx, strings.NewReader("small"), 5)
	if err != nil {
		return err
	}
	for _, size := range []int{1 << 20, 300_000, 1 << 20} {
		if ref, err := f.Put(ctx, strings.NewReader(strings.Repeat("x", size)), 1<<20); err != ErrFull || ref != (Ref{}) {
			return fmt.Errorf("on a full disk: %v, %v", ref, err)
		}
	}
	var files []string
	err = filepath.WalkDir(f.path, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) != 1 {
		return fmt.Errorf("it left %q, %v", files, err)
	}
	if got, err := read(f, small.Hash); got != "small" || err != nil {
		return fmt.Errorf("what was there is %q, %v", got, err)
	}
	if _, err := f.Put(ctx, strings.NewReader(strings.Repeat("x", 100_000)), 1<<20); err != nil {
		return fmt.Errorf("what has room: %v", err)
	}
	return nil
}

func seeReadOnly(path string) error {
	folder := filepath.Join(path, "carnet.db"+Suffix)
	f, err := OpenFolder(folder)
	if err != nil {
		return err
	}
	ref, err := f.Put(context.Background(), strings.NewReader("small"), 5)
	if err != nil {
		return err
	}
	if err := syscall.Mount("none", path, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		return err
	}
	for _, path := range []string{folder, filepath.Join(path, "new")} {
		if _, err := OpenFolder(path); !errors.Is(err, ErrReadOnly) || !strings.HasPrefix(err.Error(), path+": ") {
			return fmt.Errorf("a folder that is read only opens with %v", err)
		}
	}
	_, put := f.Put(context.Background(), strings.NewReader("other"), 5)
	_, keep := f.Keep(context.Background(), ref.Hash)
	_, collect := f.Collect(context.Background(), -day, unused)
	for _, err := range []error{put, keep, collect} {
		if err != ErrReadOnly {
			return fmt.Errorf("on a disk that is read only: %v", err)
		}
	}
	got, err := read(f, ref.Hash)
	if got != "small" || err != nil {
		return fmt.Errorf("what was there is %q, %v", got, err)
	}
	return nil
}

func TestFull(t *testing.T) {
	// A full disk is told as such and keeps nothing of what it refused; one that
	// is read only is told too, and what is there can be read on both.
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(self)
	child.Env = append(os.Environ(), fullEnv+"="+t.TempDir())
	child.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	out, err := child.CombinedOutput()
	said, skip := strings.CutPrefix(string(out), "skip: ")
	switch {
	// CI may run in a container, where nobody may do this, not even root.
	case skip, errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.ENOSYS), errors.Is(err, syscall.EINVAL):
		t.Skip("this system allows no file system of our own:", said, err)
	case err != nil:
		t.Errorf("%v: %s", err, out)
	}
}
