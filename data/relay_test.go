package data_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"carnet/data"
	"carnet/data/datatest"
	"carnet/data/kv/kvtest"
)

// keyed opens a book with the key in a file beside it.
func keyed(t *testing.T) (s *data.Store, book, key string) {
	t.Helper()
	book = filepath.Join(t.TempDir(), "carnet.db")
	key = book + ".key"
	s = datatest.On(t, kvtest.Twice(datatest.Engine(t, book)), data.WithKey(func() (data.Key, error) { return data.KeyFile(key) }))
	return s, book, key
}

// set is how a relay is set by somebody who sees the version.
func set(t *testing.T, s *data.Store, version uint64, password string) data.Relay {
	t.Helper()
	return must(s.SetRelay(t.Context(), version, &password, func(x *data.Relay) {
		x.Host, x.User, x.From = "smtp.exemple.example", "agence", data.Mailbox{Address: "agence@exemple.example"}
	}))(t)
}

func TestRelayPasswordIsEncrypted(t *testing.T) {
	// The file of the book does not hold the password, which comes
	// back with the key, and without it does not.
	t.Parallel()
	s, book, keyFile := keyed(t)
	const password = "canary-of-a-relay-password"
	x := set(t, s, 0, password)
	if got := must(s.RelayPassword(x))(t); got != password {
		t.Errorf("the password came back as %q", got)
	}
	file := must(os.ReadFile(book))(t)
	if !bytes.Contains(file, []byte("smtp.exemple.example")) || bytes.Contains(file, []byte(password)) {
		t.Error("the file of the book holds the password, or not the server")
	}
	if info := must(os.Stat(keyFile))(t); info.Mode().Perm() != 0o600 {
		t.Errorf("the key has mode %v", info.Mode())
	}
	ok(t, os.Remove(keyFile)) // another key is made in its place
	_, err := s.RelayPassword(x)
	wantError(t, err, data.ErrKey)
}

func TestRelayIsSetByOne(t *testing.T) {
	// The second to save is told; a password that is not typed again stays, and
	// goes with its user, and to no other server; one without what it needs is
	// refused.
	t.Parallel()
	s, _, _ := keyed(t)
	x := set(t, s, 0, "secret")
	y := must(s.SetRelay(t.Context(), x.Version, nil, func(r *data.Relay) { r.Port = 2525 }))(t)
	if got := must(s.RelayPassword(y))(t); got != "secret" || y.Port != 2525 {
		t.Errorf("the password is %q, the port %d", got, y.Port)
	}
	stands, err := s.SetRelay(t.Context(), x.Version, nil, func(r *data.Relay) { r.Port = 1 })
	wantError(t, err, data.ErrStale)
	if stands.Port != 2525 {
		t.Errorf("it stands with the port %d", stands.Port)
	}
	for _, change := range []func(*data.Relay){func(r *data.Relay) { r.Host = "smtp.ailleurs.example" }, func(r *data.Relay) { r.User = "autre" }} {
		_, err = s.SetRelay(t.Context(), y.Version, nil, change)
		wantProblem(t, err, "password", data.Elsewhere)
	}
	z := must(s.SetRelay(t.Context(), y.Version, nil, func(r *data.Relay) { r.User = "" }))(t)
	if len(z.Password) > 0 {
		t.Error("the password is kept without its user")
	}
	_, err = s.SetRelay(t.Context(), z.Version, nil, func(r *data.Relay) {
		r.Host, r.User, r.Port, r.Connections, r.PerMinute, r.Security = "a b", "u", 0, data.MaxConnections+1, -1, "none"
		r.From, r.ReplyTo = data.Mailbox{}, data.Mailbox{Address: "non"}
	})
	for field, want := range map[string]data.Problem{"host": data.Malformed, "port": data.Malformed, "password": data.Required, "from": data.Required,
		"reply_to": data.Malformed, "connections": data.OutOfRange, "per_minute": data.OutOfRange, "security": data.NotOffered} {
		wantProblem(t, err, field, want)
	}
}

func TestRelayIsBoundedFromTheStart(t *testing.T) {
	// A server that is set without another word about it gets so many mails a
	// minute and no more.
	t.Parallel()
	s, _, _ := keyed(t)
	if x := must(s.Relay(t.Context()))(t); x.PerMinute != 300 || x.Connections != 2 {
		t.Errorf("before it is set: %d a minute, %d connections", x.PerMinute, x.Connections)
	}
	if x := set(t, s, 0, "secret"); x.PerMinute != 300 || x.Connections != 2 {
		t.Errorf("once it is set: %d a minute, %d connections", x.PerMinute, x.Connections)
	}
}

func TestKeyFile(t *testing.T) {
	// A key that others can read, or that is none, is refused in a line; many who
	// make one at once get the same.
	t.Parallel()
	folder := t.TempDir()
	keys, errs := together(8, func(int) (data.Key, error) { return data.KeyFile(filepath.Join(folder, "key")) })
	for i := range keys {
		ok(t, errs[i])
		if keys[i] != keys[0] {
			t.Error("two keys were made")
		}
	}
	if text := fmt.Sprintf("%v %+v %#v", keys[0], keys[0], struct{ K data.Key }{keys[0]}); bytes.Contains([]byte(text), []byte("0x")) || len(text) > 60 {
		t.Errorf("the key prints as %s", text)
	}
	ok(t, os.Chmod(filepath.Join(folder, "key"), 0o644))
	_, err := data.KeyFile(filepath.Join(folder, "key"))
	wantError(t, err, data.ErrKeyMode)
	ok(t, os.WriteFile(filepath.Join(folder, "bad"), []byte("abc\n"), 0o600))
	_, err = data.KeyFile(filepath.Join(folder, "bad"))
	wantError(t, err, data.ErrKeyForm)
	if _, err := data.KeyFile(filepath.Join(folder, "none", "key")); err == nil || errors.Is(err, data.ErrKeyForm) {
		t.Errorf("a folder that is not there: %v", err)
	}
}

func TestRelayOfBeforeHasLimits(t *testing.T) {
	// A book that set its server before attachments had limits of their own has
	// those that hold until others are set.
	t.Parallel()
	s, _, _ := keyed(t)
	x := set(t, s, 0, "secret")
	if got := must(s.AttachmentLimits(t.Context()))(t); got != (data.AttachmentLimits{Files: 10, Bytes: 20_000_000}) || x.Files != 10 {
		t.Errorf("they are %+v", got)
	}
}
