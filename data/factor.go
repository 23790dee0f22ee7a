package data

import (
	"context"
	"crypto/subtle"
	"errors"
	"strings"
	"time"

	"carnet/data/kv"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
)

// Factor is the second factor of a user: an app that shows codes (TOTP, RFC
// 6238: SHA-1, six digits, a step of 30 seconds) and codes on paper.
type Factor struct {
	User     ID        `cbor:"1,keyasint"`
	Secret   []byte    `cbor:"2,keyasint"` // encrypted, for the record of the user
	Begun    time.Time `cbor:"3,keyasint"`
	Enabled  time.Time `cbor:"4,keyasint"` // zero: being set up, asked of nobody
	Step     int64     `cbor:"5,keyasint"` // of the last code that was used
	Recovery [][]byte  `cbor:"6,keyasint"` // SHA-256 of the codes on paper that are left
}

// On tells whether the factor is asked for at the sign-in.
func (f Factor) On() bool { return !f.Enabled.IsZero() }

// What is done to the second factor, in the journal.
const (
	FactorEnable  Action = "factor.enable"
	FactorDisable Action = "factor.disable"
	RecoveryMake  Action = "recovery.create"
	RecoveryUse   Action = "recovery.use"
)

// ErrCode: the code is wrong, of another time, or was used.
var ErrCode = errors.New("data: wrong code")

const (
	factorStep  = 30        // seconds
	factorSetUp = time.Hour // to confirm a new secret
)

func factorRecord(user ID) string { return "factor/" + string(user) }

// Factor returns the second factor of a user; a zero one if they have none.
func (s *Store) Factor(ctx context.Context, user ID) (Factor, error) {
	f, err := view(ctx, s, func(r kv.Reader) (Factor, error) { return get[Factor](r, key(tFactor, user)) })
	if err == ErrNotFound {
		return Factor{}, nil
	}
	return f, err
}

// BeginFactor makes a secret for a user's app, to be confirmed with a code within
// an hour. The password is asked for again: Invalid if it is wrong. ErrState if a
// factor is on.
func (s *Store) BeginFactor(ctx context.Context, user ID, password string) error {
	if _, err := s.confirm(ctx, user, password); err != nil {
		return err
	}
	k, err := totp.Generate(totp.GenerateOpts{Issuer: "Carnet", AccountName: string(user), SecretSize: 20})
	if err != nil {
		return err
	}
	sealed, err := s.seal(factorRecord(user), k.Secret())
	if err != nil {
		return err
	}
	now := s.now()
	return s.kv.Update(ctx, func(w kv.Writer) error {
		f, err := get[Factor](w, key(tFactor, user))
		if err != nil && err != ErrNotFound {
			return err
		}
		if f.On() {
			return ErrState
		}
		return put(w, key(tFactor, user), Factor{User: user, Secret: sealed, Begun: now})
	})
}

// NewFactor returns the secret that a user is setting up, in base32 (RFC 4648).
// ErrNotFound if there is none.
func (s *Store) NewFactor(ctx context.Context, user ID) (string, error) {
	f, err := s.Factor(ctx, user)
	if err != nil {
		return "", err
	}
	if f.User == "" || f.On() || s.now().Sub(f.Begun) > factorSetUp {
		return "", ErrNotFound
	}
	secret, _, err := s.open(factorRecord(user), f.Secret)
	return secret, err
}

// EnableFactor begins to ask for a user's codes, after one that shows that their
// app has the secret; ends their sessions but the one with a token; and returns
// the codes for paper. ErrCode if the code is wrong, ErrNotFound without a secret
// to confirm.
func (s *Store) EnableFactor(ctx context.Context, user ID, code, token string) ([]string, error) {
	secret, err := s.NewFactor(ctx, user)
	if err != nil {
		return nil, err
	}
	now, done := s.now(), event(ctx)
	step, ok := stepOf(secret, code, now)
	if !ok {
		return nil, ErrCode
	}
	codes, hashes := newRecovery()
	return codes, s.kv.Update(ctx, func(w kv.Writer) error {
		f, err := get[Factor](w, key(tFactor, user))
		if err != nil {
			return err
		}
		if f.On() {
			return ErrState
		}
		u, err := get[User](w, userKey(user))
		if err != nil {
			return err
		}
		u.endSessions()
		f.Enabled, f.Step, f.Recovery = now, step, hashes
		return firstErr(put(w, key(tFactor, user), f), put(w, userKey(user), u), keepSession(w, u, token),
			done.write(w, FactorEnable, "", user, ""))
	})
}

// UseCode takes a code of a user's app, of the step of now or of the one before
// or after it, once. ErrCode if it is wrong or was used, ErrKey if the key of the
// secrets is another than it was kept with.
func (s *Store) UseCode(ctx context.Context, user ID, code string) error {
	f, err := s.Factor(ctx, user)
	if err != nil {
		return err
	}
	if !f.On() {
		return ErrCode
	}
	secret, _, err := s.open(factorRecord(user), f.Secret)
	if err != nil {
		return err
	}
	step, ok := stepOf(secret, code, s.now())
	if !ok {
		return ErrCode
	}
	return s.kv.Update(ctx, func(w kv.Writer) error {
		f, err := get[Factor](w, key(tFactor, user))
		if err == ErrNotFound || err == nil && (!f.On() || step <= f.Step) {
			return ErrCode
		}
		if err != nil {
			return err
		}
		f.Step = step
		return put(w, key(tFactor, user), f)
	})
}

// stepOf returns the step of a code at a time, and whether it is one of a secret.
// All three are compared, in the same time.
func stepOf(secret, code string, now time.Time) (step int64, ok bool) {
	code = strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, code)
	for i := int64(-1); i <= 1; i++ {
		at := now.Unix()/factorStep + i
		want, err := totp.GenerateCodeCustom(secret, time.Unix(at*factorStep, 0), totp.ValidateOpts{
			Period: factorStep, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && subtle.ConstantTimeCompare([]byte(code), []byte(want)) == 1 {
			step, ok = at, true
		}
	}
	return step, ok
}

// DisableFactor asks a user for no more codes, if the password is theirs: Invalid
// if it is not.
func (s *Store) DisableFactor(ctx context.Context, user ID, password string) error {
	if _, err := s.confirm(ctx, user, password); err != nil {
		return err
	}
	done := event(ctx)
	return s.kv.Update(ctx, func(w kv.Writer) error { return dropFactor(w, user, done) })
}

// dropFactor forgets a factor, and the secret of one that is being set up.
func dropFactor(w kv.Writer, user ID, done Event) error {
	f, err := get[Factor](w, key(tFactor, user))
	if err == ErrNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	if err := w.Delete(key(tFactor, user)); err != nil || !f.On() {
		return err
	}
	return done.write(w, FactorDisable, "", user, "")
}

// DropDevices takes from a user who lost a device all that lets in with one: the
// second factor, its codes on paper, the passkeys and the sessions. Their
// password is left. It is for who administers, and for the command line.
func (s *Store) DropDevices(ctx context.Context, user ID) error {
	factor, passkeys, sessions := event(ctx), event(ctx), event(ctx)
	return s.kv.Update(ctx, func(w kv.Writer) error {
		u, err := get[User](w, userKey(user))
		if err != nil {
			return err
		}
		u.endSessions()
		return firstErr(dropFactor(w, user, factor), dropPasskeys(w, user, passkeys), put(w, userKey(user), u),
			sessions.write(w, SessionDelete, "", user, "all"))
	})
}

// Confirm asks a user for their password again: Invalid in the field "current" if
// it is not theirs.
func (s *Store) Confirm(ctx context.Context, user ID, password string) error {
	_, err := s.confirm(ctx, user, password)
	return err
}

// confirm returns a user if the password is theirs; Invalid in the field
// "current" if it is not.
func (s *Store) confirm(ctx context.Context, user ID, password string) (User, error) {
	u, err := s.User(ctx, user)
	if err != nil {
		return u, err
	}
	if password == "" {
		return u, Invalid{{Field: "current", Problem: Required}}
	}
	ok, _, err := s.verify(ctx, u.Password, password)
	if err == nil && !ok {
		err = Invalid{{Field: "current", Problem: Wrong}}
	}
	return u, err
}
