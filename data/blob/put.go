package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"time"
)

// Put implements Store. The content goes to a file without a hash first, which
// gets its name when all of it is on the disk: a file under a hash is whole.
func (f *Folder) Put(ctx context.Context, r io.Reader, limit int64) (Ref, error) {
	temp, err := os.CreateTemp(f.path, fresh+"*") // mode 0600
	if err != nil {
		return Ref{}, failure(err)
	}
	defer os.Remove(temp.Name())
	defer temp.Close()
	ref, err := fill(temp, &source{ctx, r, limit})
	if err == nil && !f.there(ctx, ref.Hash) {
		err = f.publish(temp, ref.Hash)
	}
	if err == nil {
		err = f.syncNames(ref.Hash)
	}
	if err != nil {
		return Ref{}, failure(err)
	}
	return ref, nil
}

func fill(temp *os.File, from io.Reader) (Ref, error) {
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(temp, sum), from)
	return Ref{hex.EncodeToString(sum.Sum(nil)), n}, err
}

// source reads within a context and a limit.
type source struct {
	ctx  context.Context
	r    io.Reader
	left int64 // bytes that may still come
}

func (s *source) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := s.r.Read(p)
	if s.left -= int64(n); s.left < 0 {
		return 0, ErrTooLarge
	}
	return n, err
}

// there tells whether a blob is kept already, and whole, and begins its age
// anew. Reading it costs less than to wait for the disk.
func (f *Folder) there(ctx context.Context, hash string) bool {
	c, err := f.Open(ctx, hash)
	if err != nil {
		return false
	}
	defer c.Close()
	if _, err := io.Copy(io.Discard, c); err != nil {
		return false
	}
	_, err = f.Keep(ctx, hash)
	return err == nil
}

// publish makes a file a blob, in place of one that is damaged.
func (f *Folder) publish(temp *os.File, hash string) error {
	if err := errors.Join(temp.Sync(), temp.Close()); err != nil {
		return err
	}
	return f.name(temp.Name(), hash)
}

// name gives a file its hash as a name. Its age begins now: the last bytes may
// have come long before the end of r.
func (f *Folder) name(temp, hash string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := os.Mkdir(f.folder(hash), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	now := time.Now()
	if err := os.Chtimes(temp, now, now); err != nil {
		return err
	}
	return os.Rename(temp, f.file(hash))
}

// syncNames makes the name of a blob durable, and that of its folder. Both
// always: another Put may have made either, and be no further than that.
func (f *Folder) syncNames(hash string) error {
	if err := syncFolder(f.folder(hash)); err != nil {
		return err
	}
	return syncFolder(f.path)
}
