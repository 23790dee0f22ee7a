package data

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"slices"
	"strings"

	"carnet/data/kv"
)

// RecoveryCodes is how many codes on paper stand in for a lost app, each once.
const RecoveryCodes = 10

// newRecovery makes codes of 120 random bits, in groups of four letters and
// figures, and what is kept of them.
func newRecovery() (codes []string, hashes [][]byte) {
	for range RecoveryCodes {
		t := strings.ToLower(rand.Text()[:24]) // base32: five bits each
		groups := slices.Collect(slices.Chunk([]byte(t), 4))
		codes = append(codes, string(bytes.Join(groups, []byte("-"))))
		hashes = append(hashes, recoveryHash(t))
	}
	return codes, hashes
}

func recoveryHash(code string) []byte {
	h := sha256.Sum256([]byte(alnum(Fold(code))))
	return h[:]
}

// UseRecovery takes one of a user's codes on paper, once, and returns how many
// are left. ErrCode if it is none of them.
func (s *Store) UseRecovery(ctx context.Context, user ID, code string) (left int, err error) {
	hash, done := recoveryHash(code), event(ctx)
	done.User = user
	return update(ctx, s, func(w kv.Writer) (int, error) {
		f, err := get[Factor](w, key(tFactor, user))
		if err != nil && err != ErrNotFound {
			return 0, err
		}
		i := slices.IndexFunc(f.Recovery, func(h []byte) bool { return bytes.Equal(h, hash) })
		if i < 0 || !f.On() {
			return 0, ErrCode
		}
		f.Recovery = slices.Delete(f.Recovery, i, i+1)
		return len(f.Recovery), firstErr(put(w, key(tFactor, user), f), done.write(w, RecoveryUse, "", user, ""))
	})
}

// MakeRecovery makes new codes for paper in place of the old ones, if the
// password is the user's: Invalid if it is not. ErrState without a factor.
func (s *Store) MakeRecovery(ctx context.Context, user ID, password string) ([]string, error) {
	if _, err := s.confirm(ctx, user, password); err != nil {
		return nil, err
	}
	codes, hashes := newRecovery()
	done := event(ctx)
	return codes, s.kv.Update(ctx, func(w kv.Writer) error {
		f, err := get[Factor](w, key(tFactor, user))
		if err == ErrNotFound || err == nil && !f.On() {
			return ErrState
		}
		f.Recovery = hashes
		return firstErr(err, put(w, key(tFactor, user), f), done.write(w, RecoveryMake, "", user, ""))
	})
}
