package data

import "encoding/base64"

// Cursor is a place in the order of a list, for the page that begins after it.
// It names no record, so it stands where it is when the one before it is
// starred, renamed or deleted. Empty is the start; to callers it is opaque.
type Cursor string

// maxPosition is more bytes than a position has: what a name sorts by takes
// 160, or twice that when all of them are escaped.
const maxPosition = 400

var cursorEncoding = base64.RawURLEncoding.Strict()

// newCursor returns the cursor of a position: the last elements of a key, of
// which the very last is an id.
func newCursor(position []byte) Cursor { return Cursor(cursorEncoding.EncodeToString(position)) }

// position returns the position of so many elements that a cursor stands for,
// nil for the empty one. ErrNotFound if it cannot be one.
func (c Cursor) position(n int) ([]byte, error) {
	if c == "" {
		return nil, nil
	}
	p, err := cursorEncoding.DecodeString(string(c))
	if err != nil || len(p) > maxPosition || newCursor(p) != c { // a line end within is no error to base64
		return nil, ErrNotFound
	}
	if len(elements(p)) != n {
		return nil, ErrNotFound
	}
	if _, err := ParseID(last(p)); err != nil {
		return nil, ErrNotFound
	}
	return p, nil
}

// Elements of the positions in the lists: of clients the order of the name and
// the client, of contacts the group of the star before them.
const (
	clientPosition  = 2
	contactPosition = 3
)
