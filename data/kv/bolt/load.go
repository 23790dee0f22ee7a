package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"

	"carnet/data/kv"
)

// One commit of a Load has so many entries, or bytes, at most.
const (
	loadEntries = 20_000
	loadBytes   = 32 << 20
)

var errUnsorted = errors.New("bolt: keys of a Load must ascend")

// Load implements kv.Store. Keys that do not ascend strictly are refused, with
// what was not committed before them. entries is read outside any transaction.
func (s *Store) Load(ctx context.Context, entries iter.Seq2[[]byte, []byte]) (last []byte, err error) {
	var batch []kv.Entry
	var size int
	var previous []byte
	for key, value := range entries {
		if err := loadable(previous, key, value); err != nil {
			return last, err
		}
		e := kv.Entry{Key: bytes.Clone(key), Value: append([]byte{}, value...)}
		previous, batch, size = e.Key, append(batch, e), size+len(key)+len(value)
		if len(batch) < loadEntries && size < loadBytes {
			continue
		}
		if err := s.loadBatch(ctx, batch); err != nil {
			return last, err
		}
		last, batch, size = previous, nil, 0
	}
	if len(batch) == 0 {
		return last, ctx.Err()
	}
	if err := s.loadBatch(ctx, batch); err != nil {
		return last, err
	}
	return previous, nil
}

func loadable(previous, key, value []byte) error {
	switch {
	case len(key) == 0 || len(key) > kv.MaxKey || len(value) > kv.MaxValue:
		return fmt.Errorf("bolt: a Load: %w", kv.ErrLimit)
	case bytes.Compare(previous, key) >= 0:
		return errUnsorted
	}
	return nil
}

func (s *Store) loadBatch(ctx context.Context, batch []kv.Entry) error {
	j := newJob(context.WithoutCancel(ctx)) // in the queue, its outcome is waited for
	j.load = batch
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.enqueue(j); err != nil {
		return err
	}
	select {
	case err := <-j.done:
		return err
	case <-s.stopped:
	}
	select {
	case err := <-j.done: // it was in the last commit
		return err
	default:
		return kv.ErrClosed
	}
}
