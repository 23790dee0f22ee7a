package data

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A Key encrypts the secrets of the book, such as the password of the mail
// server, so that a copy of the file alone does not tell them: AES-256 in GCM
// (NIST SP 800-38D).
type Key [32]byte

// Errors of keys and secrets.
var (
	// ErrKey: there is no key, or not the one that the secret was kept with.
	ErrKey = errors.New("data: the secret cannot be read with this key")
	// ErrKeyForm: what was given is no key.
	ErrKeyForm = errors.New("data: a key is 32 bytes in base64")
	// ErrKeyMode: others can read the file of the key.
	ErrKeyMode = errors.New("data: the file of the key must be readable by its owner only (mode 0600)")
)

// ParseKey reads a key as base64 (RFC 4648), with or without padding.
func ParseKey(s string) (Key, error) {
	var k Key
	b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(strings.TrimSpace(s), "="))
	if err != nil || len(b) != len(k) {
		return k, ErrKeyForm
	}
	return Key(b), nil
}

// KeyFile reads the key in a file, and makes both if there is no such file.
func KeyFile(path string) (Key, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeKey(path)
	}
	if err != nil {
		return Key{}, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return Key{}, fmt.Errorf("%s: %w", path, ErrKeyMode)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return Key{}, err
	}
	k, err := ParseKey(string(b))
	if err != nil {
		return k, fmt.Errorf("%s: %w", path, err)
	}
	return k, nil
}

// makeKey writes a new key, whole and durable before the file has its name.
func makeKey(path string) (Key, error) {
	var k Key
	_, _ = rand.Read(k[:])                                                       // never fails (crypto/rand)
	temp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*") // mode 0600
	if err != nil {
		return k, err
	}
	defer os.Remove(temp.Name())
	_, err = temp.WriteString(base64.StdEncoding.EncodeToString(k[:]) + "\n")
	if err := errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return k, err
	}
	if err := os.Link(temp.Name(), path); errors.Is(err, fs.ErrExist) {
		return KeyFile(path) // another process was faster
	} else if err != nil {
		if err := os.Rename(temp.Name(), path); err != nil { // a file system without links
			return k, err
		}
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return k, err
	}
	return k, errors.Join(folder.Sync(), folder.Close())
}

// sealedForm is the first byte of a secret: the version of its form.
const sealedForm = 1

// seal encrypts a secret for one record, which is the only one that opens it.
func (k Key) seal(record, secret string) []byte {
	aead := k.aead()
	out := make([]byte, 1+aead.NonceSize())
	out[0] = sealedForm
	_, _ = rand.Read(out[1:]) // never fails (crypto/rand)
	return aead.Seal(out, out[1:], []byte(secret), []byte(record))
}

// open decrypts what seal made for the same record; ErrKey for anything else.
func (k Key) open(record string, sealed []byte) (string, error) {
	aead := k.aead()
	if len(sealed) < 1+aead.NonceSize() || sealed[0] != sealedForm {
		return "", ErrKey
	}
	n := 1 + aead.NonceSize()
	secret, err := aead.Open(nil, sealed[1:n], sealed[n:], []byte(record))
	if err != nil {
		return "", ErrKey
	}
	return string(secret), nil
}

// open decrypts a secret of a record with the key of now, or with the one before
// it; stale tells that it was the one before. ErrKey if neither opens it.
func (s *Store) open(record string, sealed []byte) (secret string, stale bool, err error) {
	k, err := s.key()
	if err == nil {
		secret, err = k.open(record, sealed)
	}
	if err == nil || s.formerKey == nil {
		return secret, false, err
	}
	if secret, err := s.formerKey.open(record, sealed); err == nil {
		return secret, true, nil
	}
	return "", false, err
}

// seal encrypts a secret for a record with the key of now.
func (s *Store) seal(record, secret string) ([]byte, error) {
	k, err := s.key()
	if err != nil {
		return nil, err
	}
	return k.seal(record, secret), nil
}

func (k Key) aead() cipher.AEAD {
	block := must(aes.NewCipher(k[:])) // an error is another size
	return must(cipher.NewGCM(block))
}

// String keeps a key out of logs.
func (Key) String() string { return "key" }

// GoString keeps a key out of %#v.
func (Key) GoString() string { return "key" }
