package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"os"
)

// content is a blob's file. It does not embed it: io.Copy would then read
// beside Read.
type content struct {
	file *os.File
	hash string
	size int64
	left int64     // bytes not read yet
	sum  hash.Hash // of those read; nil after a Seek
}

// Open implements Store.
func (f *Folder) Open(_ context.Context, hash string) (Content, error) {
	if !IsHash(hash) {
		return nil, ErrNotFound
	}
	file, err := os.Open(f.file(hash))
	if err != nil {
		return nil, notFound(err)
	}
	info, err := file.Stat()
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &content{file, hash, info.Size(), info.Size(), sha256.New()}, nil
}

// Read verifies with the last byte rather than after it, since who knows the
// size may not ask for more.
func (c *content) Read(p []byte) (int, error) {
	n, err := c.file.Read(p)
	if c.sum == nil {
		return n, err
	}
	_, _ = c.sum.Write(p[:n])
	c.left -= int64(n)
	if (c.left <= 0 || err == io.EOF) && hex.EncodeToString(c.sum.Sum(nil)) != c.hash {
		return 0, ErrDamaged
	}
	return n, err
}

func (c *content) Seek(offset int64, whence int) (int64, error) {
	c.sum = nil
	return c.file.Seek(offset, whence)
}

func (c *content) Size() int64  { return c.size }
func (c *content) Close() error { return c.file.Close() }
