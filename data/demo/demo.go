// Package demo is a small believable agency: Atelier Horizon, its clients, and
// the mails it wrote to them. The program's demonstration and the tests begin
// with it.
//
// Everybody in it is invented. Whatever was free to choose can reach nobody:
// domains end in .example (RFC 2606), telephone numbers are those that ARCEP
// (decision 2018-0881) and Ofcom keep for fiction. The numbers of companies
// are sound but made up. Only the content is the same each time: ids differ,
// and dates are counted back from now.
package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"carnet/data"
	"carnet/data/blob"
	"carnet/data/kv"
	"carnet/data/kv/bolt"
)

// The account of the demo. The password is no secret, so no book that others
// reach may have it.
const (
	Email    = "camille@" + domain
	Password = "carnet-demo-2026"

	agency = "Atelier Horizon"
	domain = "atelier-horizon.example"
)

// Sender is who the agency's mails are from.
var Sender = data.Mailbox{Name: agency, Address: "bonjour@" + domain}

// Render makes a message into the bytes that leave.
type Render func(data.Message) ([]byte, error)

// Open makes a book at path, fills it, and returns it with its user; what is
// attached to mails is in a folder beside it.
// data.ErrTaken if the file is a book in use, which is left as it was; after
// any other error the file is of no use.
func Open(ctx context.Context, path string, render Render) (*data.Store, data.User, error) {
	engine, err := bolt.Open(path, bolt.Options{Grow: 1 << 20})
	if err != nil {
		return nil, data.User{}, err
	}
	user, err := Fill(ctx, engine, render)
	if err != nil {
		return nil, data.User{}, errors.Join(err, engine.Close())
	}
	blobs, err := blob.OpenFolder(path + blob.Suffix)
	if err != nil {
		return nil, data.User{}, errors.Join(err, engine.Close())
	}
	var k data.Key         // secrets of a demo are read by it alone
	_, _ = rand.Read(k[:]) // never fails (crypto/rand)
	store, err := data.Open(ctx, engine, data.WithBlobs(blobs), data.WithKey(func() (data.Key, error) { return k, nil }))
	if err != nil {
		return nil, data.User{}, errors.Join(err, engine.Close())
	}
	return store, user, nil
}

// Fill fills the empty book of an engine and returns its user. It works on a
// Store of its own, whose clock tells the dates of the past; the caller opens
// the book with the real one. data.ErrTaken, and nothing changed, if the book
// has an account; after any other error it may be half full.
func Fill(ctx context.Context, engine kv.Store, render Render) (data.User, error) {
	f := filler{start: time.Now(), render: render, clients: map[string]data.Client{}}
	store, err := data.Open(ctx, engine, data.WithClock(func() time.Time { return f.now }))
	if err != nil {
		return data.User{}, err
	}
	f.store, f.now = store, f.daysAgo(450)
	camille := data.User{Name: "Camille Roussel", Email: Email, Language: data.French}
	if f.user, err = store.SetUp(f.then(ctx), data.Agency{Name: agency}, camille, Password); err != nil {
		return data.User{}, fmt.Errorf("demo: %w", err)
	}
	for _, c := range clients() {
		if err := f.add(ctx, c); err != nil {
			return data.User{}, fmt.Errorf("demo: %s: %w", c.Name, err)
		}
	}
	for _, t := range templates {
		if _, err := store.CreateTemplate(f.then(ctx), "", t); err != nil {
			return data.User{}, fmt.Errorf("demo: %s: %w", t.Name, err)
		}
	}
	for _, l := range letters {
		if err := f.send(ctx, l); err != nil {
			return data.User{}, fmt.Errorf("demo: %s: %w", l.subject, err)
		}
	}
	return f.user, nil
}
