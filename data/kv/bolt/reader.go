package bolt

import (
	"bytes"
	"fmt"
	"slices"

	bbolt "go.etcd.io/bbolt"

	"carnet/data/kv"
)

// reader is a transaction that reads: the committed records, under those that
// wait to be written. All it returns is copied, since the records are memory
// mapped read-only and to change them would end the process.
type reader struct {
	bucket *bbolt.Bucket // without changes of its own; nil when the closure has ended
	writes []kv.Entry    // by key; a nil value is a deletion
	reads  int
	err    error // the limit that was exceeded, which nothing undoes
}

// end keeps a closure from using its transaction afterwards.
func (r *reader) end() { r.bucket = nil }

// Get implements kv.Reader.
func (r *reader) Get(key []byte) ([]byte, error) {
	if err := r.count(key); err != nil {
		return nil, err
	}
	if i, ok := r.find(key); ok {
		if r.writes[i].Value == nil {
			return nil, kv.ErrNotFound
		}
		return bytes.Clone(r.writes[i].Value), nil
	}
	sealed := r.bucket.Get(key)
	if sealed == nil {
		return nil, kv.ErrNotFound
	}
	value, err := unseal(key, sealed)
	if err != nil {
		return nil, err
	}
	return append([]byte{}, value...), nil
}

// Lookup implements kv.Reader.
func (r *reader) Lookup(index []byte) (key, value []byte, err error) {
	if key, err = r.Get(index); err != nil {
		return nil, nil, err
	}
	if value, err = r.Get(key); err != nil {
		return nil, nil, err
	}
	return key, value, nil
}

// Scan implements kv.Reader.
func (r *reader) Scan(span kv.Range) ([]kv.Entry, error) {
	if err := r.read(); err != nil {
		return nil, err
	}
	limit := span.Limit
	if limit == 0 {
		limit = kv.MaxPage
	}
	if limit < 0 || limit > kv.MaxPage {
		return nil, r.exceed("entries of a scan", limit, kv.MaxPage)
	}
	var copies arena
	found := make([]kv.Entry, 0, min(limit, 32))
	for m := newMerge(r, span); len(found) < limit; {
		key, value, err := m.next()
		if err != nil {
			return nil, err
		}
		if key == nil {
			break
		}
		found = append(found, kv.Entry{Key: copies.add(key), Value: copies.add(value)})
	}
	return found, nil
}

// find returns where key is, or belongs, among the writes.
func (r *reader) find(key []byte) (int, bool) {
	return slices.BinarySearchFunc(r.writes, key, func(e kv.Entry, key []byte) int {
		return bytes.Compare(e.Key, key)
	})
}

// count counts a read of key.
func (r *reader) count(key []byte) error {
	if err := r.read(); err != nil {
		return err
	}
	return r.checkKey(key)
}

func (r *reader) read() error {
	if r.bucket == nil {
		return kv.ErrClosed
	}
	if r.reads++; r.reads > kv.MaxReads {
		return r.exceed("reads", r.reads, kv.MaxReads)
	}
	return r.err
}

func (r *reader) checkKey(key []byte) error {
	if len(key) == 0 || len(key) > kv.MaxKey {
		return r.exceed("bytes in a key", len(key), kv.MaxKey)
	}
	return r.err
}

func (r *reader) exceed(what string, n, limit int) error {
	if r.err == nil {
		r.err = fmt.Errorf("bolt: %d %s, of 1 to %d: %w", n, what, limit, kv.ErrLimit)
	}
	return r.err
}

// arena copies many small slices with few allocations.
type arena []byte

func (a *arena) add(b []byte) []byte {
	if cap(*a)-len(*a) < len(b) {
		*a = make([]byte, 0, max(4<<10, len(b)))
	}
	n := len(*a)
	*a = append(*a, b...)
	return (*a)[n:len(*a):len(*a)]
}
