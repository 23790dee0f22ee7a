package data

import "testing"

func TestSecretOfItsRecord(t *testing.T) {
	// A secret opens for the record it was kept for, and for no other; one flipped
	// bit is enough to refuse it; the same secret is never the same bytes.
	t.Parallel()
	k := Key{1, 2, 3}
	a, b := k.seal("relay", "secret"), k.seal("relay", "secret")
	if string(a) == string(b) {
		t.Error("two secrets are the same bytes")
	}
	if got, err := k.open("relay", a); got != "secret" || err != nil {
		t.Errorf("it opens as %q, %v", got, err)
	}
	if _, err := k.open("totp", a); err != ErrKey {
		t.Errorf("for another record: %v", err)
	}
	if _, err := (Key{}).open("relay", a); err != ErrKey {
		t.Errorf("with another key: %v", err)
	}
	for i := range a {
		a[i] ^= 1
		if _, err := k.open("relay", a); err != ErrKey {
			t.Errorf("with byte %d flipped: %v", i, err)
		}
		a[i] ^= 1
	}
	if _, err := k.open("relay", a[:5]); err != ErrKey {
		t.Errorf("cut short: %v", err)
	}
}
