package data

import (
	"context"

	"carnet/data/kv"
)

// owned reports a record of a user who is not there.
func (a *audit) owned(r kv.Reader, what string, user ID) error {
	known, err := exists(r, userKey(user))
	if err == nil && !known {
		a.report("%s of no user: %s", what, user)
	}
	return err
}

func (a *audit) factors(ctx context.Context) error {
	if err := a.walk(ctx, key[string](tOrigins), func(r kv.Reader, e kv.Entry) error {
		if _, err := decode[origins](e.Value); err != nil {
			a.report("does not decode: %s", nameOf(e.Key))
			return nil
		}
		return a.owned(r, "networks", ID(last(e.Key)))
	}); err != nil {
		return err
	}
	return each(ctx, a, tFactor, func(f Factor) []byte { return key(tFactor, f.User) }, func(r kv.Reader, f Factor) error {
		return a.owned(r, "second factor", f.User)
	})
}

func (a *audit) passkeys(ctx context.Context) error {
	return each(ctx, a, tPasskey, func(p Passkey) []byte { return passkeyKey(p.ID) }, func(r kv.Reader, p Passkey) error {
		a.claim(key(tPasskeys, string(p.User), string(p.ID)), nil)
		return a.owned(r, "passkey", p.User)
	})
}

func (a *audit) resets(ctx context.Context) error {
	return a.walk(ctx, key[string](tReset), func(r kv.Reader, e kv.Entry) error {
		x, err := decode[reset](e.Value)
		if err != nil {
			a.report("does not decode: a reset")
			return nil
		}
		a.claim(key(tResets, x.User), e.Key)
		return a.owned(r, "reset", x.User)
	})
}
