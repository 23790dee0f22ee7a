package data

import (
	"context"
	"time"

	"carnet/data/kv"
)

// ResetLife is how long a link that sets a new password is good for.
const ResetLife = time.Hour

// What is done to passwords, in the journal.
const (
	PasswordChange Action = "password.change"
	PasswordReset  Action = "password.reset"
)

// reset lets who has its token set a new password, once. The book has only the
// SHA-256 of the token.
type reset struct {
	User    ID        `cbor:"1,keyasint"`
	Created time.Time `cbor:"2,keyasint"`
}

func (x reset) over(now time.Time) bool { return now.Sub(x.Created) > ResetLife }

func resetKey(token string) []byte { return key(tReset, sessionHash(token)) }

// CreateReset returns a token of 256 random bits that sets a new password for a
// user within ResetLife. One that was made before is good no more. ErrNotFound if
// they may not come in.
func (s *Store) CreateReset(ctx context.Context, user ID) (token string, err error) {
	token = newToken()
	now, own := s.now(), resetKey(token)
	return token, s.kv.Update(ctx, func(w kv.Writer) error {
		u, err := get[User](w, userKey(user))
		if err == nil && !u.Enabled() {
			err = ErrNotFound
		}
		if err != nil {
			return err
		}
		return firstErr(dropReset(w, user), put(w, own, reset{user, now}), w.Put(key(tResets, user), own))
	})
}

// CreateResetFor is CreateReset for the user with an e-mail address; ErrNotFound if
// there is none.
func (s *Store) CreateResetFor(ctx context.Context, email string) (User, string, error) {
	a, err := AddressKey(email)
	if err != nil {
		return User{}, "", ErrNotFound
	}
	u, err := view(ctx, s, func(r kv.Reader) (User, error) { return lookup[User](r, key(tUserEmail, a)) })
	if err != nil {
		return u, "", err
	}
	token, err := s.CreateReset(ctx, u.ID)
	return u, token, err
}

// dropReset forgets the pending reset of a user, if there is one.
func dropReset(w kv.Writer, user ID) error {
	own, err := w.Get(key(tResets, user))
	if notFound(err) == ErrNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	return deleteAll(w, [][]byte{append([]byte(nil), own...), key(tResets, user)})
}

// ResetUser returns who a token sets a new password for. ErrNotFound if it is
// unknown, was used or has expired, or if they may not come in.
func (s *Store) ResetUser(ctx context.Context, token string) (User, error) {
	now := s.now()
	return view(ctx, s, func(r kv.Reader) (User, error) { return resetUser(r, token, now) })
}

func resetUser(r kv.Reader, token string, now time.Time) (User, error) {
	x, err := get[reset](r, resetKey(token))
	if err != nil {
		return User{}, err
	}
	if x.over(now) {
		return User{}, ErrNotFound
	}
	u, err := get[User](r, userKey(x.User))
	if err == nil && !u.Enabled() {
		err = ErrNotFound
	}
	return u, err
}

// Reset sets the password that a token is good for, once, and ends all sessions
// of its user. Their second factor stays. ErrNotFound as ResetUser, Invalid if the
// password is refused.
func (s *Store) Reset(ctx context.Context, token, password string) (User, error) {
	u, err := s.ResetUser(ctx, token)
	if err != nil {
		return u, err
	}
	if err := s.checkNewPassword(ctx, u, password, nil); err != nil {
		return u, err
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return u, err
	}
	now, done := s.now(), event(ctx)
	return update(ctx, s, func(w kv.Writer) (User, error) {
		u, err := resetUser(w, token, now)
		if err != nil {
			return u, err
		}
		done.User = u.ID
		u.Password = hash
		u.endSessions()
		return u, firstErr(dropReset(w, u.ID), put(w, userKey(u.ID), u), done.write(w, PasswordReset, "", u.ID, ""))
	})
}
