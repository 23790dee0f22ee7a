package data

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"carnet/data/kv"
)

// Passkey is a key of a user that signs in alone (WebAuthn level 3): it is on a
// device that asks for a face, a finger or a code. The book has its public half.
type Passkey struct {
	ID      []byte    `cbor:"1,keyasint"` // of the credential, the device's choice
	User    ID        `cbor:"2,keyasint"`
	Name    string    `cbor:"3,keyasint"`
	Key     []byte    `cbor:"4,keyasint"` // public, as COSE has it (RFC 9052)
	Count   uint32    `cbor:"5,keyasint"` // of its signatures, as the device says; 0: it does not
	Synced  bool      `cbor:"6,keyasint"` // it may be on several devices; never changes
	Copied  bool      `cbor:"7,keyasint"` // and is now
	Created time.Time `cbor:"8,keyasint"`
	Used    time.Time `cbor:"9,keyasint"` // zero: never
}

// Handle is the id of the passkey in an address.
func (p Passkey) Handle() string { return hex.EncodeToString(p.ID) }

// What is done to passkeys, in the journal.
const (
	PasskeyCreate Action = "passkey.create"
	PasskeyDelete Action = "passkey.delete"
)

// Bounds of passkeys.
const (
	MaxPasskeys   = 20  // of a user
	maxPasskeyID  = 256 // bytes; a key of the database has room for it
	maxPasskeyKey = 2048
)

// ErrReplayed: a passkey counts less than before, so that there may be a copy of
// its secret half.
var ErrReplayed = errors.New("data: a passkey that counts back")

func passkeyKey(id []byte) []byte { return key(tPasskey, string(id)) }

// CheckPasskey tidies the name that a user gives to a new passkey and checks it,
// and their password: Invalid in the fields "name" and "current".
func (s *Store) CheckPasskey(ctx context.Context, user ID, name *string, password string) error {
	var c checker
	checkPasskeyName(&c, name)
	_, err := s.confirm(ctx, user, password)
	var wrong Invalid
	if err != nil && !errors.As(err, &wrong) {
		return err
	}
	c.problems = append(c.problems, wrong...)
	return c.err()
}

func checkPasskeyName(c *checker, name *string) {
	c.line("name", name, 60)
	if *name == "" {
		c.add("name", Required)
	}
}

// AddPasskey keeps a passkey of a user. Invalid if its name is, ErrState if it is
// known already, or they have MaxPasskeys.
func (s *Store) AddPasskey(ctx context.Context, p Passkey) error {
	var c checker
	checkPasskeyName(&c, &p.Name)
	if err := c.err(); err != nil {
		return err
	}
	if len(p.ID) == 0 || len(p.ID) > maxPasskeyID || len(p.Key) > maxPasskeyKey {
		return ErrState
	}
	p.Created = s.now()
	done := event(ctx)
	return s.kv.Update(ctx, func(w kv.Writer) error {
		if _, err := get[User](w, userKey(p.User)); err != nil {
			return err
		}
		known, err := exists(w, passkeyKey(p.ID))
		if err != nil {
			return err
		}
		all, err := w.Scan(kv.Range{Prefix: key(tPasskeys, p.User), Limit: MaxPasskeys})
		if err != nil {
			return err
		}
		if known || len(all) == MaxPasskeys {
			return ErrState
		}
		return firstErr(put(w, passkeyKey(p.ID), p), w.Put(key(tPasskeys, string(p.User), string(p.ID)), nil),
			done.write(w, PasskeyCreate, "", p.User, ""))
	})
}

// Passkeys returns the passkeys of a user, the oldest first.
func (s *Store) Passkeys(ctx context.Context, user ID) ([]Passkey, error) {
	return view(ctx, s, func(r kv.Reader) ([]Passkey, error) {
		all, err := r.Scan(kv.Range{Prefix: key(tPasskeys, user), Limit: MaxPasskeys})
		if err != nil {
			return nil, err
		}
		out := make([]Passkey, len(all))
		for i, e := range all {
			if out[i], err = get[Passkey](r, passkeyKey([]byte(last(e.Key)))); err != nil {
				return nil, err
			}
		}
		slices.SortStableFunc(out, func(a, b Passkey) int { return a.Created.Compare(b.Created) })
		return out, nil
	})
}

// Passkey returns a passkey with its user; ErrNotFound too if they may not come
// in.
func (s *Store) Passkey(ctx context.Context, id []byte) (Passkey, User, error) {
	var u User
	p, err := view(ctx, s, func(r kv.Reader) (Passkey, error) {
		p, err := get[Passkey](r, passkeyKey(id))
		if err != nil {
			return p, err
		}
		if u, err = get[User](r, userKey(p.User)); err == nil && !u.Enabled() {
			err = ErrNotFound
		}
		return p, err
	})
	return p, u, err
}

// UsePasskey notes that a passkey signed in, with the count that it gave. A count
// that is not above the last one is ErrReplayed, unless it is always zero.
func (s *Store) UsePasskey(ctx context.Context, id []byte, count uint32, copied bool) error {
	now := s.now()
	return s.kv.Update(ctx, func(w kv.Writer) error {
		p, err := get[Passkey](w, passkeyKey(id))
		if err != nil {
			return err
		}
		if (count > 0 || p.Count > 0) && count <= p.Count {
			return ErrReplayed
		}
		p.Used, p.Count, p.Copied = now, count, copied
		return put(w, passkeyKey(id), p)
	})
}

// dropPasskeys forgets all passkeys of a user.
func dropPasskeys(w kv.Writer, user ID, done Event) error {
	all, err := w.Scan(kv.Range{Prefix: key(tPasskeys, user), Limit: MaxPasskeys})
	if err != nil || len(all) == 0 {
		return err
	}
	var gone [][]byte
	for _, e := range all {
		gone = append(gone, bytes.Clone(e.Key), passkeyKey([]byte(last(e.Key))))
	}
	return firstErr(deleteAll(w, gone), done.write(w, PasskeyDelete, "", user, "all"))
}

// DeletePasskey forgets a passkey of a user, if the password is theirs: Invalid
// if it is not. ErrNotFound if the passkey is not.
func (s *Store) DeletePasskey(ctx context.Context, user ID, handle, password string) error {
	id, err := hex.DecodeString(handle)
	if err != nil {
		return ErrNotFound
	}
	if p, _, err := s.Passkey(ctx, id); err != nil || p.User != user {
		return firstErr(err, ErrNotFound)
	}
	if _, err := s.confirm(ctx, user, password); err != nil {
		return err
	}
	done := event(ctx)
	return s.kv.Update(ctx, func(w kv.Writer) error {
		p, err := get[Passkey](w, passkeyKey(id))
		if err == nil && p.User != user {
			err = ErrNotFound
		}
		if err != nil {
			return err
		}
		return firstErr(deleteAll(w, [][]byte{passkeyKey(id), key(tPasskeys, string(user), string(id))}),
			done.write(w, PasskeyDelete, "", user, ""))
	})
}
