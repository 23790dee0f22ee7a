// Package data is what Carnet knows and the rules that keep it true.
//
// A Client has a main address, a number and Contacts. A Contact belongs to one
// client and has one address there; a star makes it a favorite. A Message is
// written by a User to a client: it keeps its recipients as they were, and one
// Delivery for each of them. The main address and the favorites are the
// default recipients of the next message. What is deleted goes to the trash,
// from where it can come back. Everything is the agency's; sessions and
// preferences are each user's.
//
// A Store keeps all of it in an ordered key-value engine (package kv) and
// writes rules and indexes once, whatever the engine. What an exported method
// writes, it writes in one transaction, unless it says otherwise; before that it
// may read in others. Methods return ErrNotFound for a record that is absent, in
// the trash, or another client's. The agency and the relay are always there, and
// empty until they are set.
package data

import (
	"context"
	"time"

	"carnet/data/blob"
	"carnet/data/kv"
)

// Store is the book. Its methods may be called from many goroutines.
type Store struct {
	kv     kv.Store
	now    func() time.Time
	hashes chan struct{} // a place for each password being hashed
	key    func() (Key, error)
	blobs  blob.Store // nil: none

	formerKey *Key // nil: none
}

// Option changes how a Store is opened.
type Option func(*Store)

// WithClock replaces the clock, for tests and for a demo whose past is made up.
func WithClock(now func() time.Time) Option { return func(s *Store) { s.now = now } }

// WithKey gives the key of secrets, which is asked for when one is needed. A
// book without it keeps none.
func WithKey(key func() (Key, error)) Option { return func(s *Store) { s.key = key } }

// WithFormerKey gives the key of secrets that WithKey's replaces: what was kept
// with it still opens, until Reseal is done.
func WithFormerKey(k Key) Option { return func(s *Store) { s.formerKey = &k } }

// WithBlobs gives the book a place for attachments. It is used by no other book.
func WithBlobs(b blob.Store) Option { return func(s *Store) { s.blobs = b } }

// Open returns the book kept in an engine, which Close closes. It brings the
// book up to the formats of this program.
func Open(ctx context.Context, engine kv.Store, options ...Option) (*Store, error) {
	s := &Store{kv: engine, now: time.Now, hashes: make(chan struct{}, hashPlaces()),
		key: func() (Key, error) { return Key{}, ErrKey }}
	for _, o := range options {
		o(s)
	}
	if err := s.upgrade(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// Close closes the engine after the transactions under way.
func (s *Store) Close() error { return s.kv.Close() }

// Broken returns a channel that receives once, when nothing can be written any
// more, with the cause. The program then ends.
func (s *Store) Broken() <-chan error { return s.kv.Broken() }

// Blobs returns the place for attachments, nil if the book has none.
func (s *Store) Blobs() blob.Store { return s.blobs }

// Ping tells whether the engine answers.
func (s *Store) Ping(ctx context.Context) error {
	return s.kv.View(ctx, func(r kv.Reader) error {
		_, err := exists(r, key(tMeta, "format"))
		return err
	})
}

// Watch returns a channel that receives after changes of a topic, and a
// function that ends the watch. Signals are merged, never lost.
func (s *Store) Watch(topic string) (<-chan struct{}, func()) { return s.kv.Watch(topic) }

// view runs fn on a snapshot and returns what it returned.
func view[T any](ctx context.Context, s *Store, fn func(kv.Reader) (T, error)) (T, error) {
	var v T
	err := s.kv.View(ctx, func(r kv.Reader) error {
		var err error
		v, err = fn(r)
		return err
	})
	return v, err
}

// update runs fn in a transaction and returns what its last run returned. fn
// may run more than once.
func update[T any](ctx context.Context, s *Store, fn func(kv.Writer) (T, error)) (T, error) {
	var v T
	err := s.kv.Update(ctx, func(w kv.Writer) error {
		var err error
		v, err = fn(w)
		return err
	})
	return v, err
}

// done is what a form did, kept so that the same form does it once.
type done struct {
	Result ID        `cbor:"1,keyasint"`
	At     time.Time `cbor:"2,keyasint"`
}

// updateOnce is update for a change that comes from a form: fn runs and its
// result is kept under the form's request, and a second time returns that
// result without running fn. table and client say what the form makes, and
// whose: another one's request is not taken for it. An empty request is always
// new.
func updateOnce(ctx context.Context, s *Store, table string, client, request ID, fn func(kv.Writer) (ID, error)) (ID, error) {
	now := s.now()
	return update(ctx, s, func(w kv.Writer) (ID, error) {
		if request == "" {
			return fn(w)
		}
		k := onceKey(table, client, request)
		if d, err := get[done](w, k); err == nil {
			return d.Result, nil
		} else if err != ErrNotFound {
			return "", err
		}
		result, err := fn(w)
		if err != nil {
			return "", err
		}
		return result, put(w, k, done{result, now})
	})
}
