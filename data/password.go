package data

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// Parameters of argon2id (RFC 9106): two passes over 19 MiB in one lane, which
// OWASP's ASVS 5.0 approves.
const (
	argonTime   = 2
	argonMemory = 19 << 10 // KiB
	argonLanes  = 1
	argonKey    = 32
	argonSalt   = 16
)

// MinPassword and MaxPassword bound a password, in characters.
const (
	MinPassword = 12
	MaxPassword = 200
)

// nobody is the hash that an unknown user's password is checked against, so
// that the answer takes as long as for a known one. No password has it.
const nobody = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// hashPlaces is how many passwords are hashed at a time: one a core, for each
// takes 19 MiB and a core.
func hashPlaces() int { return runtime.GOMAXPROCS(0) }

// hashWait is how long one waits for a place.
const hashWait = 3 * time.Second

// place waits for a place among those that hash, and returns how to leave it.
func (s *Store) place(ctx context.Context) (func(), error) {
	wait := time.NewTimer(hashWait)
	defer wait.Stop()
	select {
	case s.hashes <- struct{}{}:
		return func() { <-s.hashes }, nil
	case <-wait.C:
		return nil, ErrBusy
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// hash returns the PHC string of a password.
func (s *Store) hash(ctx context.Context, password string) (string, error) {
	leave, err := s.place(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	salt := make([]byte, argonSalt)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	sum := argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonLanes, argonKey)
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, argonMemory, argonTime, argonLanes, b64(salt), b64(sum)), nil
}

// verify tells whether a password has the hash, and whether the hash is weaker
// than one made today.
func (s *Store) verify(ctx context.Context, phc, password string) (ok, weak bool, err error) {
	var version int
	var memory, passes uint32
	var lanes uint8
	var salt64, sum64 string
	if _, err := fmt.Sscanf(phc, "$argon2id$v=%d$m=%d,t=%d,p=%d$%22s$%43s",
		&version, &memory, &passes, &lanes, &salt64, &sum64); err != nil || version != argon2.Version {
		return false, false, fmt.Errorf("data: unreadable password hash")
	}
	salt, err := base64.RawStdEncoding.DecodeString(salt64)
	if err != nil {
		return false, false, fmt.Errorf("data: unreadable password salt")
	}
	sum, err := base64.RawStdEncoding.DecodeString(sum64)
	if err != nil {
		return false, false, fmt.Errorf("data: unreadable password hash")
	}
	leave, err := s.place(ctx)
	if err != nil {
		return false, false, err
	}
	defer leave()
	if utf8.RuneCountInString(password) > MaxPassword {
		password = ""
	}
	got := argon2.IDKey([]byte(password), salt, passes, memory, lanes, uint32(len(sum)))
	return subtle.ConstantTimeCompare(got, sum) == 1, memory < argonMemory || passes < argonTime, nil
}

// checkPassword refuses what is too short, or easy to guess for who knows what
// people choose, or for who knows its owner by own: their names and address.
func checkPassword(c *checker, field, password string, own ...string) {
	switch n := utf8.RuneCountInString(password); {
	case n == 0:
		c.add(field, Required)
	case !utf8.ValidString(password):
		c.add(field, Forbidden)
	case n < MinPassword:
		c.problems = append(c.problems, FieldError{Field: field, Problem: TooShort, Max: MinPassword})
	case n > MaxPassword:
		c.problems = append(c.problems, FieldError{Field: field, Problem: TooLong, Max: MaxPassword})
	case isCommon(password):
		c.add(field, Common)
	case isPlain(password):
		c.add(field, Plain)
	case isOwn(password, own):
		c.add(field, Own)
	}
}
