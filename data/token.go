package data

import (
	"crypto/rand"
	"encoding/base64"
)

// newToken returns 256 random bits, as an address may hold them. It is made
// before a transaction, never inside; only its sessionHash is kept.
func newToken() string {
	b := make([]byte, 32)
	rand.Read(b) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b)
}
