package data

import (
	"context"
	"slices"

	"carnet/data/kv"
)

// Sessions returns the sessions of a user that live, the last seen first.
func (s *Store) Sessions(ctx context.Context, user ID) ([]Session, error) {
	now := s.now()
	return view(ctx, s, func(r kv.Reader) ([]Session, error) {
		u, err := get[User](r, userKey(user))
		if err != nil {
			return nil, err
		}
		kept, err := r.Scan(kv.Range{Prefix: key(tSessions, user), Limit: MaxSessions})
		if err != nil {
			return nil, err
		}
		var out []Session
		for _, e := range kept {
			x, err := get[Session](r, key(tSession, last(e.Key)))
			if err != nil {
				return nil, err
			}
			if x.Name = last(e.Key); x.Epoch == u.Epoch && !x.over(now) {
				out = append(out, x)
			}
		}
		slices.SortStableFunc(out, func(a, b Session) int { return b.Seen.Compare(a.Seen) })
		return out, nil
	})
}

// SessionName returns what a list calls the session of a token.
func SessionName(token string) string { return sessionHash(token) }

// EndSession ends a session of a user by its name, from the next request on.
// ErrNotFound if it is not theirs, or was ended.
func (s *Store) EndSession(ctx context.Context, user ID, name string) error {
	return s.deleteSession(ctx, user, name)
}
