package data

import (
	"bytes"
	"context"

	"carnet/data/kv"
)

// Reseal keeps anew, with the key of now, each secret that only the key before
// it opens, and returns how many there were. Then that one may be forgotten. A
// secret that neither opens stays as it is.
func (s *Store) Reseal(ctx context.Context) (int, error) {
	n := 0
	x, err := s.Relay(ctx)
	if err != nil {
		return n, err
	}
	if len(x.Password) > 0 {
		done, err := reseal(ctx, s, key[string](tRelay), relayRecord, func(x *Relay) *[]byte { return &x.Password })
		if err != nil {
			return n, err
		}
		n += done
	}
	users, err := s.Users(ctx)
	if err != nil {
		return n, err
	}
	for _, u := range users {
		done, err := reseal(ctx, s, key(tFactor, u.ID), factorRecord(u.ID), func(x *Factor) *[]byte { return &x.Secret })
		if err != nil {
			return n, err
		}
		n += done
	}
	return n, nil
}

// reseal does so for the secret of one record, and returns 1 if it did. One that
// was changed in between was sealed by that change.
func reseal[T any](ctx context.Context, s *Store, k []byte, record string, field func(*T) *[]byte) (int, error) {
	x, err := view(ctx, s, func(r kv.Reader) (T, error) { return get[T](r, k) })
	if err == ErrNotFound {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	old := *field(&x)
	secret, stale, err := s.open(record, old)
	if err != nil || !stale {
		return 0, nil
	}
	sealed, err := s.seal(record, secret)
	if err != nil {
		return 0, err
	}
	return update(ctx, s, func(w kv.Writer) (int, error) {
		x, err := get[T](w, k)
		if err != nil || !bytes.Equal(*field(&x), old) {
			return 0, err
		}
		*field(&x) = sealed
		return 1, put(w, k, x)
	})
}
