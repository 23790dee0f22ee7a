package data

import (
	"context"
	"time"

	"carnet/data/kv"
)

// ResetLife is how long a link to set a new password lasts.
const ResetLife = time.Hour

// Reset lets a user set a new password, once. The token in its link is never
// kept, only the SHA-256 of it.
type Reset struct {
	User    ID        `cbor:"1,keyasint"`
	Hash    string    `cbor:"2,keyasint"`
	Expires time.Time `cbor:"3,keyasint"`
}

// CreateReset returns the token of a link with which a user sets a new password,
// within ResetLife. It takes the place of the one that they had. ErrNotFound if
// there is no such user, or if they are disabled.
func (s *Store) CreateReset(ctx context.Context, user ID) (token string, err error) {
	token = newToken()
	x := Reset{User: user, Hash: sessionHash(token), Expires: s.now().Add(ResetLife)}
	return token, s.kv.Update(ctx, func(w kv.Writer) error {
		u, err := get[User](w, userKey(user))
		if err == nil && !u.Enabled() {
			err = ErrNotFound
		}
		return firstErr(err, put(w, key(tReset, user), x))
	})
}
