package demo

import (
	"errors"
	"os"
	"path/filepath"
)

// A folder of copies is named carnet-demo-… and has a file that says so. The
// process that uses it holds a lock on that file, which ends with the process,
// however it ends.
const (
	folderName = "carnet-demo-"
	markName   = "carnet-demo"
	markText   = "The books of a demo's visitors. They are removed when the demo stops, or when the next one starts.\n"
)

// newFolder makes a folder of copies. The file has its name only once it is
// locked, so that nobody takes the folder for one that was left.
func newFolder(in string) (string, *os.File, error) {
	folder, err := os.MkdirTemp(in, folderName) // mode 0700
	if err != nil {
		return "", nil, err
	}
	mark, err := newMark(folder)
	if err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(folder))
	}
	return folder, mark, nil
}

func newMark(folder string) (*os.File, error) {
	mark, err := os.CreateTemp(folder, "mark-")
	if err != nil {
		return nil, err
	}
	_, err = mark.WriteString(markText)
	if err == nil {
		err = lock(mark)
	}
	if err == nil {
		err = os.Link(mark.Name(), filepath.Join(folder, markName))
	}
	if err != nil {
		return nil, errors.Join(err, mark.Close())
	}
	_ = os.Remove(mark.Name()) // its other name stays
	return mark, nil
}

// removeLeft removes the folders of copies that no process uses. A folder
// without the file, or with another text in it, is somebody else's.
func removeLeft(in string) error {
	found, err := filepath.Glob(filepath.Join(in, folderName+"*"))
	if err != nil {
		return err
	}
	for _, folder := range found {
		if info, err := os.Lstat(folder); err != nil || !info.IsDir() {
			continue
		}
		mark, err := os.OpenFile(filepath.Join(folder, markName), os.O_RDWR, 0)
		if err != nil {
			continue // another user's, or none of ours
		}
		if !ours(mark) || lock(mark) != nil {
			_ = mark.Close()
			continue
		}
		if err := removeFolder(folder, mark); err != nil {
			return err
		}
	}
	return nil
}

func ours(mark *os.File) bool {
	text := make([]byte, len(markText)+1)
	n, _ := mark.ReadAt(text, 0) // shorter than asked for: io.EOF
	return string(text[:n]) == markText
}

// removeFolder removes what is in a folder before the file that says whose it
// is: if that fails half-way, the next start goes on.
func removeFolder(folder string, mark *os.File) error {
	entries, err := os.ReadDir(folder)
	for _, e := range entries {
		if e.Name() != markName {
			err = errors.Join(err, os.RemoveAll(filepath.Join(folder, e.Name())))
		}
	}
	if err != nil {
		return errors.Join(err, mark.Close())
	}
	return errors.Join(mark.Close(), os.RemoveAll(folder))
}
