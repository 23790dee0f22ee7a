package data

import (
	"errors"
	"fmt"

	"carnet/data/kv"

	"github.com/fxamacker/cbor/v2"
	lru "github.com/hashicorp/golang-lru/v2"
)

// Records are CBOR (RFC 8949) with integer keys: a field may be added, its
// number is never used again for something else. Times are kept to the
// nanosecond, since keys are made from them again: no floating point.
var (
	encoding = must(cbor.EncOptions{Time: cbor.TimeRFC3339NanoUTC, OmitEmpty: cbor.OmitEmptyGoValue}.EncMode())
	decoding = must(cbor.DecOptions{UTF8: cbor.UTF8RejectInvalid}.DecMode())
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// get reads the record under key; ErrNotFound if there is none.
func get[T any](r kv.Reader, key []byte) (T, error) {
	b, err := r.Get(key)
	if err != nil {
		var none T
		return none, notFound(err)
	}
	return decode[T](b)
}

// The records that recall keeps, and the bytes of the largest.
const (
	recalled    = 1024
	maxRecalled = 4 << 10
)

// memory is what recall decoded last, by the bytes of the record.
var memory = must(lru.New[string, any](recalled))

// recall is get for the few records that almost every request reads: one is
// taken apart once, and not again as long as its bytes are the same. They are
// read each time, and nothing is known of them but what they say, so a change,
// whoever makes it, shows to the next read. What it returns is shared: nobody
// writes to its slices.
func recall[T any](r kv.Reader, key []byte) (T, error) {
	var none T
	b, err := r.Get(key)
	if err != nil {
		return none, notFound(err)
	}
	if known, ok := memory.Get(string(b)); ok {
		if v, ok := known.(T); ok { // not so if two types have a record of the same bytes
			return v, nil
		}
	}
	v, err := decode[T](b)
	if err == nil && len(b) <= maxRecalled {
		memory.Add(string(b), v)
	}
	return v, err
}

// lookup reads the record that an index points at; ErrNotFound if there is none.
func lookup[T any](r kv.Reader, index []byte) (T, error) {
	_, b, err := r.Lookup(index)
	if err != nil {
		var none T
		return none, notFound(err)
	}
	return decode[T](b)
}

func decode[T any](b []byte) (T, error) {
	var v T
	if err := decoding.Unmarshal(b, &v); err != nil {
		return v, fmt.Errorf("%w: %T: %w", kv.ErrCorrupt, v, err)
	}
	return v, nil
}

func put(w kv.Writer, key []byte, v any) error {
	b, err := encoding.Marshal(v)
	if err != nil {
		return fmt.Errorf("data: encode %T: %w", v, err)
	}
	return w.Put(key, b)
}

func notFound(err error) error {
	if errors.Is(err, kv.ErrNotFound) {
		return ErrNotFound
	}
	return err
}

// exists tells whether a key is there.
func exists(r kv.Reader, key []byte) (bool, error) {
	_, err := r.Get(key)
	if errors.Is(err, kv.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// putAll writes the same value under several keys; deleteAll removes them.
func putAll(w kv.Writer, keys [][]byte, value []byte) error {
	for _, k := range keys {
		if err := w.Put(k, value); err != nil {
			return err
		}
	}
	return nil
}

func deleteAll(w kv.Writer, keys [][]byte) error {
	for _, k := range keys {
		if err := w.Delete(k); err != nil {
			return err
		}
	}
	return nil
}
