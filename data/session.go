package data

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"carnet/data/kv"
)

// How long a session lasts: since it was last seen, and in all.
const (
	SessionIdle  = 14 * 24 * time.Hour
	SessionLife  = 90 * 24 * time.Hour
	sessionTouch = 5 * time.Minute // between two writes of Seen
)

// MaxSessions is how many sessions a user has at most: a further one takes the
// place of the one begun first.
const MaxSessions = 40

// Session is a signed-in browser. The token in its cookie is never kept, only
// the SHA-256 of it.
type Session struct {
	User    ID        `cbor:"1,keyasint"`
	Created time.Time `cbor:"2,keyasint"`
	Seen    time.Time `cbor:"3,keyasint"`
	Values  []byte    `cbor:"4,keyasint"` // the handlers' own, JSON
	Epoch   uint64    `cbor:"5,keyasint"` // the user's when it began; it is over when theirs moved on
	Agent   string    `cbor:"6,keyasint"` // what the browser called itself, cut
	Address string    `cbor:"7,keyasint"` // of the network that it began from

	Name string `cbor:"-"` // the hash of its token, which a list calls it by
}

// What is done to sessions, in the journal.
const (
	SessionCreate Action = "session.create" // somebody signed in
	SessionRefuse Action = "session.refuse" // and could not
	SessionDelete Action = "session.delete" // signed out, or was
)

// maxAgent is how much of what a browser calls itself is kept, in bytes.
const maxAgent = 200

func sessionHash(token string) string {
	h := sha256.Sum256([]byte(token))
	return hex.EncodeToString(h[:])
}

// CreateSession keeps a new session under its token, begun by the context's
// actor, and when its user signed in. ErrNotFound if there is no such user, or if
// they are disabled.
func (s *Store) CreateSession(ctx context.Context, token string, user ID) error {
	now, hash, done := s.now(), sessionHash(token), event(ctx)
	done.User = user
	x := Session{User: user, Created: now, Seen: now, Agent: agent(ctx), Address: done.Address}
	with := means(ctx)
	return s.kv.Update(ctx, func(w kv.Writer) error {
		u, err := get[User](w, userKey(user))
		if err != nil {
			return err
		}
		if !u.Enabled() {
			return ErrNotFound
		}
		u.SignedIn = now
		if err := put(w, userKey(user), u); err != nil {
			return err
		}
		if err := makeRoom(w, user); err != nil {
			return err
		}
		if err := w.Put(key(tSessions, string(user), hash), nil); err != nil {
			return err
		}
		if err := cameFrom(w, user, x.Address); err != nil {
			return err
		}
		x.Epoch = u.Epoch
		return firstErr(put(w, key(tSession, hash), x), done.write(w, SessionCreate, "", user, with))
	})
}

func firstErr(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Session returns the session of a token with its user. ErrNotFound if it was
// ended or has expired. It is marked as seen, every few minutes.
func (s *Store) Session(ctx context.Context, token string) (Session, User, error) {
	now, hash := s.now(), sessionHash(token)
	var u User
	session, err := view(ctx, s, func(r kv.Reader) (Session, error) {
		x, err := recall[Session](r, key(tSession, hash))
		if err != nil {
			return x, err
		}
		if x.over(now) {
			return x, ErrNotFound
		}
		if u, err = recall[User](r, userKey(x.User)); err == nil && (u.Epoch != x.Epoch || !u.Enabled()) {
			err = ErrNotFound
		}
		return x, err
	})
	if err == nil && now.Sub(session.Seen) > sessionTouch {
		err = s.changeSession(ctx, hash, func(x *Session) { x.Seen = now })
	}
	return session, u, err
}

// over tells whether a session has expired.
func (x Session) over(now time.Time) bool {
	return now.Sub(x.Seen) > SessionIdle || now.Sub(x.Created) > SessionLife
}

// SaveSession keeps the handlers' values of a session. ErrNotFound if it was
// ended meanwhile: it is never brought back.
func (s *Store) SaveSession(ctx context.Context, token string, values []byte) error {
	return s.changeSession(ctx, sessionHash(token), func(x *Session) { x.Values = values })
}

func (s *Store) changeSession(ctx context.Context, hash string, change func(*Session)) error {
	return s.kv.Update(ctx, func(w kv.Writer) error {
		x, err := get[Session](w, key(tSession, hash))
		if err != nil {
			return err
		}
		change(&x)
		return put(w, key(tSession, hash), x)
	})
}

// makeRoom ends the session of a user that was begun first, if there are as many
// as there may be.
func makeRoom(w kv.Writer, user ID) error {
	kept, err := w.Scan(kv.Range{Prefix: key(tSessions, string(user)), Limit: MaxSessions})
	if err != nil || len(kept) < MaxSessions {
		return err
	}
	var first string
	var begun time.Time
	for _, e := range kept {
		x, err := get[Session](w, key(tSession, last(e.Key)))
		if err != nil {
			return err
		}
		if first == "" || x.Created.Before(begun) {
			first, begun = last(e.Key), x.Created
		}
	}
	return deleteAll(w, [][]byte{key(tSession, first), key(tSessions, string(user), first)})
}

// endSessions ends the sessions of a user, once it is kept.
func (u *User) endSessions() { u.Epoch++ }

// EndSessions ends the sessions of a user, but for the one with a token, if it
// has one. They are over with the next request.
func (s *Store) EndSessions(ctx context.Context, user ID, but string) error {
	done := event(ctx)
	return s.kv.Update(ctx, func(w kv.Writer) error {
		u, err := get[User](w, userKey(user))
		if err != nil {
			return err
		}
		u.endSessions()
		return firstErr(put(w, userKey(user), u), keepSession(w, u, but), done.write(w, SessionDelete, "", user, "all"))
	})
}

// keepSession lets the session with a token outlive that a user's were ended.
func keepSession(w kv.Writer, u User, token string) error {
	k := key(tSession, sessionHash(token))
	x, err := get[Session](w, k)
	if err == ErrNotFound || err == nil && x.User != u.ID {
		return nil
	}
	x.Epoch = u.Epoch
	return firstErr(err, put(w, k, x))
}

// DeleteSession ends a session; one that is not there is no error.
func (s *Store) DeleteSession(ctx context.Context, token string) error {
	err := s.deleteSession(ctx, "", sessionHash(token))
	if err == ErrNotFound {
		return nil
	}
	return err
}

// deleteSession ends a session by its name, if it is a user's; of any user if
// that is empty.
func (s *Store) deleteSession(ctx context.Context, user ID, name string) error {
	done := event(ctx)
	return s.kv.Update(ctx, func(w kv.Writer) error {
		x, err := get[Session](w, key(tSession, name))
		if err == nil && user != "" && x.User != user {
			err = ErrNotFound
		}
		if err != nil {
			return err
		}
		return firstErr(deleteAll(w, [][]byte{key(tSession, name), key(tSessions, string(x.User), name)}),
			done.write(w, SessionDelete, "", x.User, ""))
	})
}
