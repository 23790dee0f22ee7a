// Package blob keeps what is too large for a value of the database, as a file
// attached to a mail: bytes without any name but their SHA-256.
//
// Store is the contract; Folder is the engine that ships. Who uses a blob is
// for the database to know.
package blob

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"
)

var (
	// ErrNotFound: nothing is kept under the hash, or it is no hash.
	ErrNotFound = errors.New("blob: not found")
	// ErrTooLarge: the content is over the limit; nothing was kept.
	ErrTooLarge = errors.New("blob: too large")
	// ErrFull: there is no room left; nothing was kept and reads go on.
	ErrFull = errors.New("blob: no space left")
	// ErrDamaged: the bytes are not those that were put.
	ErrDamaged = errors.New("blob: damaged content; restore a backup")
	// ErrReadOnly: the store may not be written.
	ErrReadOnly = errors.New("blob: no permission to write the folder")
)

// Ref names a blob.
type Ref struct {
	Hash string // SHA-256 (RFC 6234) of the content in lower-case hex
	Size int64  // bytes
}

// Store is an engine. Its methods may be called from many goroutines.
//
// A record of the database names a blob safely in this order: Put it, or Keep
// one that is there; then commit the transaction, before the blob has the age
// that Collect spares. A transaction that takes the name from another record
// which it reads needs no Keep: the blob is in use all the while.
type Store interface {
	// Put keeps what r holds up to its end, limit bytes at most. When it returns
	// nil the blob is durable and its age begins; else it kept nothing. A blob
	// that is there already is kept once; one that was damaged is whole again. A
	// context that ends stops it at the next read of r.
	Put(ctx context.Context, r io.Reader, limit int64) (Ref, error)

	// Keep begins the age of a blob anew, or returns ErrNotFound.
	Keep(ctx context.Context, hash string) (Ref, error)

	// Open returns a blob, which the caller closes, or ErrNotFound.
	Open(ctx context.Context, hash string) (Content, error)

	// Collect removes the blobs that are older than a duration and not in use,
	// and what a Put that was killed left. It returns how many blobs it removed,
	// and stops at the first error. inUse may call the store.
	Collect(ctx context.Context, older time.Duration, inUse func(hash string) (bool, error)) (int, error)
}

// Content is a blob being read. Reading it from its start to its end verifies
// it: in place of the last bytes of a damaged one comes ErrDamaged. After a
// Seek, wherever to, nothing is verified any more.
type Content interface {
	io.ReadSeekCloser
	Size() int64 // bytes
}

// IsHash tells whether s has the form of a Ref's hash; nothing else is ever
// part of a path.
func IsHash(s string) bool { return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == "" }
