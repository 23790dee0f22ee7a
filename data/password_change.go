package data

import (
	"context"
	"errors"

	"carnet/data/kv"
)

// checkNewPassword checks a password that a user chose; Invalid in the field
// "password" if it is refused, after the problems that there are already.
func (s *Store) checkNewPassword(ctx context.Context, u User, password string, already Invalid) error {
	agency, err := s.Agency(ctx)
	if err != nil {
		return err
	}
	c := checker{problems: already}
	checkPassword(&c, "password", password, u.Name, u.Email, agency.Name)
	return c.err()
}

// ChangePassword sets a new password for a user who knows the current one, and
// ends their sessions but the one with a token, and their pending reset. Invalid
// if either is refused; ErrStale if it was changed meanwhile.
func (s *Store) ChangePassword(ctx context.Context, user ID, current, password, token string) (User, error) {
	u, err := s.confirm(ctx, user, current)
	var wrong Invalid
	if err != nil && !errors.As(err, &wrong) {
		return u, err
	}
	if err := s.checkNewPassword(ctx, u, password, wrong); err != nil {
		return u, err
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return u, err
	}
	was, done := u.Password, event(ctx)
	return update(ctx, s, func(w kv.Writer) (User, error) {
		u, err := get[User](w, userKey(user))
		if err == nil && u.Password != was {
			err = ErrStale
		}
		if err != nil {
			return u, err
		}
		u.Password = hash
		u.endSessions()
		return u, firstErr(dropReset(w, user), put(w, userKey(user), u), keepSession(w, u, token), done.write(w, PasswordChange, "", user, ""))
	})
}
