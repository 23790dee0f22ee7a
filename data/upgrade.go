package data

import (
	"context"
	"fmt"

	"carnet/data/kv"
)

// format is the version of the keys and records of this program.
const format = 1

// upgrade brings a book up to this program's formats, and refuses one of a
// newer program.
func (s *Store) upgrade(ctx context.Context) error {
	kept, err := view(ctx, s, func(r kv.Reader) (meta, error) { return get[meta](r, key(tMeta, "format")) })
	switch {
	case err == ErrNotFound:
		return s.kv.Update(ctx, func(w kv.Writer) error { return put(w, key(tMeta, "format"), meta{format, collation}) })
	case err != nil:
		return err
	case kept.Format > format:
		return fmt.Errorf("data: the book was written by a newer Carnet (format %d, this one knows %d): start that version", kept.Format, format)
	case kept.Collation != collation:
		return fmt.Errorf("data: the book keeps names in the order %q, this Carnet in %q: start the version that wrote it", kept.Collation, collation)
	}
	return nil
}

type meta struct {
	Format    int    `cbor:"1,keyasint"`
	Collation string `cbor:"2,keyasint"`
}
