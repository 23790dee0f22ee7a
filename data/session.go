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

// Session is a signed-in browser. The token in its cookie is never kept, only
// the SHA-256 of it.
type Session struct {
	User    ID        `cbor:"1,keyasint"`
	Created time.Time `cbor:"2,keyasint"`
	Seen    time.Time `cbor:"3,keyasint"`
	Values  []byte    `cbor:"4,keyasint"` // the handlers' own, JSON
}

func sessionHash(token string) string {
	h := sha256.Sum256([]byte(token))
	return hex.EncodeToString(h[:])
}

// CreateSession keeps a new session under its token.
func (s *Store) CreateSession(ctx context.Context, token string, user ID) error {
	now, hash := s.now(), sessionHash(token)
	return s.kv.Update(ctx, func(w kv.Writer) error {
		if ok, err := exists(w, userKey(user)); err != nil || !ok {
			return notFound(firstErr(err, kv.ErrNotFound))
		}
		if err := w.Put(key(tSessions, string(user), hash), nil); err != nil {
			return err
		}
		return put(w, key(tSession, hash), Session{User: user, Created: now, Seen: now})
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
		if now.Sub(x.Seen) > SessionIdle || now.Sub(x.Created) > SessionLife {
			return x, ErrNotFound
		}
		u, err = recall[User](r, userKey(x.User))
		return x, err
	})
	if err == nil && now.Sub(session.Seen) > sessionTouch {
		err = s.changeSession(ctx, hash, func(x *Session) { x.Seen = now })
	}
	return session, u, err
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

// DeleteSession ends a session; one that is not there is no error.
func (s *Store) DeleteSession(ctx context.Context, token string) error {
	hash := sessionHash(token)
	return s.kv.Update(ctx, func(w kv.Writer) error {
		x, err := get[Session](w, key(tSession, hash))
		if err == ErrNotFound {
			return nil
		}
		if err != nil {
			return err
		}
		return deleteAll(w, [][]byte{key(tSession, hash), key(tSessions, string(x.User), hash)})
	})
}
