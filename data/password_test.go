package data

import (
	"context"
	"encoding/base64"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"

	"carnet/data/kv"
	"carnet/data/kv/bolt"
)

// openTest opens a book for the tests within the package.
func openTest(t *testing.T) *Store {
	t.Helper()
	engine, err := bolt.Open(filepath.Join(t.TempDir(), "carnet.db"), bolt.Options{Grow: 64 << 10})
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), engine)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestNobody(t *testing.T) {
	// An unknown user costs the work of a known one, and no password,
	// not even an empty one, is theirs.
	t.Parallel()
	s := openTest(t)
	for _, password := range []string{"", "correct horse battery", strings.Repeat("x", MaxPassword+1)} {
		ok, weak, err := s.verify(t.Context(), nobody, password)
		if ok || weak || err != nil {
			t.Errorf("%.20q: ok %t, weak %t, %v", password, ok, weak, err)
		}
	}
	hash, err := s.hash(t.Context(), "correct horse battery")
	head := len("$argon2id$v=19$m=19456,t=2,p=1$")
	if err != nil || len(hash) != len(nobody) || hash[:head] != nobody[:head] {
		t.Errorf("%q costs other work than %q: %v", hash, nobody, err)
	}
}

func TestWeakHash(t *testing.T) {
	// A hash of weaker parameters opens once more, and is then as strong as today's.
	t.Parallel()
	s := openTest(t)
	const password = "correct horse battery"
	salt := []byte("sixteen bytes ab")
	b64 := base64.RawStdEncoding.EncodeToString
	weakHash := fmt.Sprintf("$argon2id$v=19$m=1024,t=1,p=1$%s$%s", b64(salt), b64(argon2.IDKey([]byte(password), salt, 1, 1024, 1, 32)))
	u := User{ID: NewID(), Email: "ana@x.fr", Password: weakHash}
	if err := s.kv.Update(t.Context(), func(w kv.Writer) error { return insertUser(w, u) }); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Authenticate(t.Context(), u.Email, "wrong"); err != ErrCredentials {
		t.Errorf("a wrong password: %v", err)
	}
	if kept, _ := s.User(t.Context(), u.ID); kept.Password != weakHash {
		t.Error("a wrong password changed the hash")
	}
	got, err := s.Authenticate(t.Context(), u.Email, password)
	kept, _ := s.User(t.Context(), u.ID)
	if err != nil || got != kept || !strings.Contains(kept.Password, "$m=19456,t=2,p=1$") {
		t.Errorf("after signing in: %+v, kept %+v, %v", got, kept, err)
	}
	if ok, weak, err := s.verify(t.Context(), kept.Password, password); !ok || weak || err != nil {
		t.Errorf("the new hash: ok %t, weak %t, %v", ok, weak, err)
	}
}

func TestHashesAreBounded(t *testing.T) {
	// When all places are taken, who waits can be called off.
	t.Parallel()
	s := openTest(t)
	for range cap(s.hashes) {
		s.hashes <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.hash(ctx, "correct horse battery"); err != context.Canceled {
		t.Errorf("the error is %v", err)
	}
}

func TestUnreadableHash(t *testing.T) {
	// A hash that is not of our form is an error, never a match.
	t.Parallel()
	s := openTest(t)
	for _, phc := range []string{"", "x", "$2y$10$abc", strings.Replace(nobody, "v=19", "v=16", 1), nobody[:40], strings.Replace(nobody, "AAAA", "!!!!", 1)} {
		if ok, _, err := s.verify(t.Context(), phc, ""); ok || err == nil {
			t.Errorf("%q: ok %t, %v", phc, ok, err)
		}
	}
}
