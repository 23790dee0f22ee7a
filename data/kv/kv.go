// Package kv is the contract between Carnet's rules and the engine that keeps
// its bytes: an ordered map of byte strings with serializable transactions.
//
// Rules, indexes and records live above, in package data, and are written once.
// An engine lives below, in a package of its own (bolt is the one that ships),
// and proves itself with package kvtest. The limits are those that a
// distributed engine can honour too; every engine enforces them, so that code
// that works on one works on all.
package kv

import (
	"context"
	"errors"
	"iter"
)

// Limits of one transaction, the same on every engine. What needs more is a
// job made of several transactions, or a Load.
const (
	MaxKey    = 1 << 10  // bytes in a key; an empty key is refused
	MaxValue  = 64 << 10 // bytes in a value; an empty value is a value
	MaxReads  = 120      // reads in a transaction; a Scan is one, a Lookup two
	MaxWrites = 120      // writes in a transaction; Notify is none
	MaxPage   = 1000     // entries that one Scan returns at most
)

var (
	// ErrNotFound: no value is kept under the key.
	ErrNotFound = errors.New("kv: not found")
	// ErrConflict: another transaction won and the retries ran out; nothing was changed.
	ErrConflict = errors.New("kv: conflict")
	// ErrUnknown comes from a commit only: the engine cannot tell whether the
	// change is durable. Stop writing and say so; never retry blindly.
	ErrUnknown = errors.New("kv: outcome unknown")
	// ErrLimit: the transaction went over a limit above; nothing was changed,
	// even if its closure passed over the error.
	ErrLimit = errors.New("kv: limit exceeded")
	// ErrCorrupt: the stored bytes do not match their checksum.
	ErrCorrupt = errors.New("kv: damaged record")
	// ErrFull: there is no room left; nothing was changed and reads go on.
	ErrFull = errors.New("kv: no space left")
	// ErrClosed: the store was closed, or the closure of the transaction has ended.
	ErrClosed = errors.New("kv: closed")
)

// Store is an engine. Its methods may be called from many goroutines.
type Store interface {
	// View runs fn on a snapshot: it sees every change acknowledged before the
	// call and none after. The error of fn is returned as it is.
	View(ctx context.Context, fn func(Reader) error) error

	// Update runs fn and commits what it wrote, all or nothing, serializably
	// with every other transaction, phantoms included. When it returns nil the
	// change is durable. An error or a panic of fn discards the change and
	// reaches the caller. A context that ends before fn starts stops it; after
	// that the outcome is waited for.
	//
	// fn may run more than once, also after it returned nil. It therefore
	// touches nothing but its transaction and variables that it sets anew at
	// every run: no clock, no random number, no mail, no View or Update.
	Update(ctx context.Context, fn func(Writer) error) error

	// Load writes many entries fast, in the order of their keys, in commits of
	// an engine's own choosing. Keys ascend strictly; one that does not is an
	// error. It returns the last key that is durable, nil if none is, after
	// which a caller resumes. Limits on keys and values hold.
	Load(ctx context.Context, entries iter.Seq2[[]byte, []byte]) (last []byte, err error)

	// Watch returns a channel that receives after commits that called Notify
	// with the topic. Signals are merged, never lost: one that comes after a
	// commit may stand for several. The returned function ends the watch; the
	// channel is never closed.
	Watch(topic string) (<-chan struct{}, func())

	// Broken returns a channel that receives once, when nothing can be written
	// any more, with the cause: after ErrUnknown, and after what else an engine
	// cannot mend while it is open. The program ends; a restart looks anew.
	Broken() <-chan error

	// Close waits for the transactions under way and releases the store. A
	// second Close does nothing.
	Close() error
}

// Reader reads within a transaction. Keys and values it returns belong to the
// caller until the closure ends, and are not changed behind its back; what
// must live longer is copied.
type Reader interface {
	// Get returns the value under key, or ErrNotFound.
	Get(key []byte) ([]byte, error)
	// Lookup reads through an index: the value under index is itself a key,
	// and Lookup returns that key and the value under it. ErrNotFound if either
	// is absent.
	Lookup(index []byte) (key, value []byte, err error)
	// Scan returns at most Limit entries of a range in the order of their keys.
	Scan(Range) ([]Entry, error)
}

// Writer writes within a transaction and reads its own writes.
type Writer interface {
	Reader
	// Put keeps value under key, in place of what was there.
	Put(key, value []byte) error
	// Delete removes key; a key that is absent is no error.
	Delete(key []byte) error
	// Notify wakes those who Watch the topic, if and when this commits.
	Notify(topic string)
}

// Range is what a Scan covers.
type Range struct {
	Prefix  []byte // only keys that begin with it; empty: all
	After   []byte // only keys beyond it, in the direction of the scan; empty: from the start
	Limit   int    // 1 to MaxPage; 0 means MaxPage
	Reverse bool   // from the last key to the first
}

// Entry is a key with its value.
type Entry struct{ Key, Value []byte }
