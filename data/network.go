package data

import (
	"context"
	"net/netip"
	"slices"

	"carnet/data/kv"
)

// maxOrigins is how many networks a user is known from, the latest first.
const maxOrigins = 8

// origins are the networks that a user signed in from.
type origins struct {
	Networks []string `cbor:"1,keyasint"`
}

// Network returns the /24 or /64 that an address is of: what one person may well
// have all of.
func Network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	bits := 64
	if a = a.Unmap(); a.Is4() {
		bits = 24
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return address
	}
	return p.String()
}

// Familiar tells whether the user with an e-mail address signed in before from
// the network of an address.
func (s *Store) Familiar(ctx context.Context, email, address string) (bool, error) {
	a, err := AddressKey(email)
	if err != nil {
		return false, nil
	}
	known, err := view(ctx, s, func(r kv.Reader) (origins, error) {
		u, err := lookup[User](r, key(tUserEmail, a))
		if err != nil {
			return origins{}, err
		}
		return get[origins](r, key(tOrigins, u.ID))
	})
	if err == ErrNotFound {
		return false, nil
	}
	return slices.Contains(known.Networks, Network(address)), err
}

// cameFrom keeps the network that a user signs in from.
func cameFrom(w kv.Writer, user ID, address string) error {
	known, err := get[origins](w, key(tOrigins, user))
	if err != nil && err != ErrNotFound {
		return err
	}
	n := Network(address)
	if address == "" || len(known.Networks) > 0 && known.Networks[0] == n {
		return nil
	}
	all := append([]string{n}, slices.DeleteFunc(known.Networks, func(x string) bool { return x == n })...)
	return put(w, key(tOrigins, user), origins{all[:min(len(all), maxOrigins)]})
}
