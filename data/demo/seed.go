package demo

import (
	"context"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"slices"

	"carnet/data/kv"
	"carnet/data/kv/bolt"
)

// newSeed returns the file of a book that was filled and closed, as small as it
// can be: written in the order of its keys, it takes half of what the changes
// that made it do.
func newSeed(ctx context.Context, in string, render Render) ([]byte, error) {
	folder, err := os.MkdirTemp(in, "seed-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	filled, err := bolt.Open(filepath.Join(folder, "filled.db"), bolt.Options{Grow: 1 << 20})
	if err != nil {
		return nil, err
	}
	defer filled.Close()
	if _, err := Fill(ctx, filled, render); err != nil {
		return nil, err
	}
	path := filepath.Join(folder, "seed.db")
	seed, err := bolt.Open(path, bolt.Options{Grow: 64 << 10})
	if err != nil {
		return nil, err
	}
	err = errors.Join(transfer(ctx, filled, seed), seed.Close()) // a clean stop: copies open without a check
	if err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// transfer writes all that an engine holds to an empty one.
func transfer(ctx context.Context, from, to kv.Store) error {
	var all []kv.Entry
	err := from.View(ctx, func(r kv.Reader) (err error) {
		all, err = entries(r)
		return err
	})
	if err != nil {
		return err
	}
	_, err = to.Load(ctx, pairs(all))
	return err
}

// entries are a small book's: it is read page by page, some 40 of them.
func entries(r kv.Reader) ([]kv.Entry, error) {
	var all []kv.Entry
	for scan := (kv.Range{}); ; {
		page, err := r.Scan(scan)
		if err != nil || len(page) == 0 {
			return all, err
		}
		for _, e := range page {
			all = append(all, kv.Entry{Key: slices.Clone(e.Key), Value: slices.Clone(e.Value)})
		}
		scan.After = all[len(all)-1].Key
	}
}

func pairs(all []kv.Entry) iter.Seq2[[]byte, []byte] {
	return func(yield func(key, value []byte) bool) {
		for _, e := range all {
			if !yield(e.Key, e.Value) {
				return
			}
		}
	}
}
