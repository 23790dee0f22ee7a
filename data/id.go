package data

import (
	"encoding/base32"
	"time"

	"github.com/google/uuid"
)

// ID names a record: a UUIDv7 (RFC 9562) in lower-case base32hex, 26
// characters whose order is the order of creation. The zero ID names nothing.
type ID string

var idEncoding = base32.NewEncoding("0123456789abcdefghijklmnopqrstuv").WithPadding(base32.NoPadding)

// NewID returns a fresh ID. It is called before a transaction, never inside.
func NewID() ID {
	u := uuid.Must(uuid.NewV7())
	return ID(idEncoding.EncodeToString(u[:]))
}

// ParseID reads an ID that came from outside; ErrNotFound if it cannot be one.
func ParseID(s string) (ID, error) {
	if _, err := ID(s).uuid(); err != nil {
		return "", ErrNotFound
	}
	return ID(s), nil
}

// Time returns when the ID was made, to the millisecond; zero for a malformed one.
func (id ID) Time() time.Time {
	u, err := id.uuid()
	if err != nil {
		return time.Time{}
	}
	ms := int64(0)
	for _, b := range u[:6] {
		ms = ms<<8 | int64(b)
	}
	return time.UnixMilli(ms)
}

// at returns the ID as if it had been made at another time.
func (id ID) at(t time.Time) ID {
	u, _ := id.uuid() // the zero one for a malformed ID
	ms := max(t.UnixMilli(), 0)
	for i := range 6 {
		u[i] = byte(ms >> (40 - 8*i))
	}
	return ID(idEncoding.EncodeToString(u[:]))
}

// firstID returns what stands before every ID made at t or later, and behind
// those made before, to the millisecond.
func firstID(t time.Time) ID { return ID(idEncoding.EncodeToString(make([]byte, 16))).at(t) }

func (id ID) uuid() (uuid.UUID, error) {
	b, err := idEncoding.DecodeString(string(id))
	if err != nil {
		return uuid.UUID{}, err
	}
	u, err := uuid.FromBytes(b)
	if err == nil && idEncoding.EncodeToString(u[:]) != string(id) {
		err = ErrNotFound // stray bits after the last byte
	}
	return u, err
}
