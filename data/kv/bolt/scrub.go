package bolt

import (
	"bytes"
	"context"

	bbolt "go.etcd.io/bbolt"

	"carnet/data/kv"
)

// Scrub reads every record and calls report for each that is damaged, with its
// key, which is the caller's, and an error that wraps kv.ErrCorrupt. It returns
// how many it read. It works in short transactions: what changes meanwhile is
// seen before or after.
func (s *Store) Scrub(ctx context.Context, report func(key []byte, err error)) (n int, err error) {
	var next []byte // where the following page begins; nil after the last
	for first := true; first || next != nil; first = false {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		err := s.read(func(tx *bbolt.Tx) error {
			place := stored{cursor: tx.Bucket(records).Cursor()}
			place.seek(next)
			for range kv.MaxPage {
				if place.key == nil {
					break
				}
				if _, err := unseal(place.key, place.sealed); err != nil {
					report(bytes.Clone(place.key), err)
				}
				n++
				place.step(false)
			}
			next = bytes.Clone(place.key)
			return nil
		})
		if err != nil {
			return n, err
		}
	}
	return n, nil
}
