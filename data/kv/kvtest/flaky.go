package kvtest

import (
	"context"
	"errors"
	"iter"
	"sync/atomic"

	"carnet/data/kv"
)

// ErrInjected is the failure of Flaky.
var ErrInjected = errors.New("kvtest: injected failure")

// Flaky returns s with its n-th operation, from 1, failing with ErrInjected,
// and no other. Get, Lookup, Scan, Put, Delete, the commit of an Update and a
// Load count one each. A caller goes through n from 1 until nothing fails any
// more, and finds the store as it was after each failure.
func Flaky(s kv.Store, n int) kv.Store {
	f := &flaky{Store: s}
	f.left.Store(int64(n))
	return f
}

type flaky struct {
	kv.Store
	left atomic.Int64
}

func (f *flaky) fail() error {
	if f.left.Add(-1) == 0 {
		return ErrInjected
	}
	return nil
}

func (f *flaky) View(ctx context.Context, fn func(kv.Reader) error) error {
	return f.Store.View(ctx, func(r kv.Reader) error { return fn(flakyReader{r, f}) })
}

func (f *flaky) Update(ctx context.Context, fn func(kv.Writer) error) error {
	return f.Store.Update(ctx, func(w kv.Writer) error {
		if err := fn(flakyWriter{flakyReader{w, f}, w}); err != nil {
			return err
		}
		return f.fail() // the commit
	})
}

func (f *flaky) Load(ctx context.Context, entries iter.Seq2[[]byte, []byte]) ([]byte, error) {
	if err := f.fail(); err != nil {
		return nil, err
	}
	return f.Store.Load(ctx, entries)
}

type flakyReader struct {
	kv.Reader
	flaky *flaky
}

func (r flakyReader) Get(key []byte) ([]byte, error) {
	if err := r.flaky.fail(); err != nil {
		return nil, err
	}
	return r.Reader.Get(key)
}

func (r flakyReader) Lookup(index []byte) (key, value []byte, err error) {
	if err := r.flaky.fail(); err != nil {
		return nil, nil, err
	}
	return r.Reader.Lookup(index)
}

func (r flakyReader) Scan(span kv.Range) ([]kv.Entry, error) {
	if err := r.flaky.fail(); err != nil {
		return nil, err
	}
	return r.Reader.Scan(span)
}

type flakyWriter struct {
	flakyReader
	writer kv.Writer
}

func (w flakyWriter) Put(key, value []byte) error {
	if err := w.flaky.fail(); err != nil {
		return err
	}
	return w.writer.Put(key, value)
}

func (w flakyWriter) Delete(key []byte) error {
	if err := w.flaky.fail(); err != nil {
		return err
	}
	return w.writer.Delete(key)
}

func (w flakyWriter) Notify(topic string) { w.writer.Notify(topic) }
