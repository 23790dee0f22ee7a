package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"carnet/data"
	"carnet/data/blob"
	"carnet/data/kv/bolt"
)

// What a copy may take, 3 MiB in all: its database and the files attached to
// mails. Of the database the agency is 1.1 MiB, and a quarter stays free, so that
// what is in a full one can be deleted; the rest is the visitor's.
const (
	bookBytes  = 2560 << 10
	filesBytes = 500_000
)

// seedLife is how long the dates of a seed stay believable.
const seedLife = 24 * time.Hour

// Copies hands out books of the demo agency, each a file of its own, to people
// who are not to see each other's. They are in a temporary folder that is
// nobody else's.
type Copies struct {
	render Render
	folder string
	mark   *os.File // says whose the folder is, and that it is in use

	mu   sync.Mutex
	seed []byte // the file of a book that nobody used
	made time.Time
}

// NewCopies makes the folder in another, or in the system's for what is
// temporary if it is "", and removes those that a process before this one left.
func NewCopies(ctx context.Context, in string, render Render) (*Copies, error) {
	if in == "" {
		in = os.TempDir()
	}
	if err := removeLeft(in); err != nil {
		return nil, err
	}
	folder, mark, err := newFolder(in)
	if err != nil {
		return nil, err
	}
	c := &Copies{render: render, folder: folder, mark: mark}
	if _, err := c.file(ctx); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// Open returns a new book, and what closes and removes it.
func (c *Copies) Open(ctx context.Context) (*data.Store, func() error, error) {
	file, err := c.file(ctx)
	if err != nil {
		return nil, nil, err
	}
	folder, err := os.MkdirTemp(c.folder, "book-")
	if err != nil {
		return nil, nil, err
	}
	store, err := open(ctx, filepath.Join(folder, "carnet.db"), file)
	if err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(folder))
	}
	return store, func() error { return errors.Join(store.Close(), os.RemoveAll(folder)) }, nil
}

// Close removes the folder, with the books that are still open.
func (c *Copies) Close() error { return removeFolder(c.folder, c.mark) }

// open opens a copy of a file at path.
func open(ctx context.Context, path string, file []byte) (*data.Store, error) {
	if err := os.WriteFile(path, file, 0o600); err != nil {
		return nil, err
	}
	folder, err := blob.OpenFolder(path + blob.Suffix)
	if err != nil {
		return nil, err
	}
	engine, err := bolt.Open(path, bolt.Options{MaxSize: bookBytes, Grow: 64 << 10})
	if err != nil {
		return nil, err
	}
	store, err := data.Open(ctx, engine, data.WithBlobs(blob.WithQuota(folder, filesBytes)))
	if err != nil {
		return nil, errors.Join(err, engine.Close())
	}
	return store, nil
}

// file returns the seed, a new one if its dates are of another day.
func (c *Copies) file(ctx context.Context) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.made) < seedLife {
		return c.seed, nil
	}
	made := time.Now()
	seed, err := newSeed(ctx, c.folder, c.render)
	if err != nil {
		return nil, fmt.Errorf("demo: the seed: %w", err)
	}
	c.seed, c.made = seed, made
	return seed, nil
}
