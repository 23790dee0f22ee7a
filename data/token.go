package data

import (
	"crypto/rand"
	"encoding/hex"
)

// newToken returns 256 random bits, in the letters that a path takes. It is made
// before a transaction, never inside; only its sessionHash is kept.
func newToken() string {
	b := make([]byte, 32)
	rand.Read(b) // never fails (crypto/rand)
	return hex.EncodeToString(b)
}
