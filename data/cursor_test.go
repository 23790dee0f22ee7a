package data

import (
	"encoding/base64"
	"strings"
	"testing"
)

// cursorSeeds are some cursors of a list of clients and of contacts, and some
// that are none.
func cursorSeeds() []string {
	id := string(NewID())
	position := func(elements ...string) []byte {
		var p []byte
		for _, e := range elements {
			p = appendElement(p, e)
		}
		return p
	}
	good := string(newCursor(position(sortKey("Élise"), id)))
	return []string{
		good, string(newCursor(position("0", sortKey("Zoé 10"), id))), string(newCursor(position("\x00\x01\xff", id))),
		"", "x", id, good + "=", good + "\n", good[:5] + "\r\n" + good[5:], good[:len(good)-1], good + "A", strings.Repeat(good, 9), strings.Repeat("A", 5000),
		string(newCursor(position(id))), string(newCursor(position("a", "b", "c", id))), string(newCursor(position(strings.Repeat("k", 900), id))), string(newCursor(position(sortKey("x"), "no id"))),
		string(newCursor([]byte(id))), string(newCursor([]byte{1, 3, 0})), base64.StdEncoding.EncodeToString([]byte{0xff, 0xff, 0xff, 0}), "../..", "%00",
	}
}

func FuzzCursor(f *testing.F) {
	// Whatever is given as a cursor is one that a list gave, in form, or is refused
	// as nothing: it then makes a key of the length that keys may have.
	for _, s := range cursorSeeds() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, n := range []int{clientPosition, contactPosition} {
			p, err := Cursor(s).position(n)
			switch {
			case err != nil:
				if err != ErrNotFound || p != nil {
					t.Errorf("%q is refused with %q, %v", s, p, err)
				}
			case s == "":
				if p != nil {
					t.Errorf("the start is %q", p)
				}
			case string(newCursor(p)) != s || len(elements(p)) != n || len(p) > maxPosition:
				t.Errorf("%q stands for %q", s, p)
			default:
				if _, err := ParseID(last(p)); err != nil {
					t.Errorf("%q ends with %q", s, last(p))
				}
			}
		}
	})
}

func TestLongestCursor(t *testing.T) {
	// The longest that a name sorts by, of bytes that are all escaped, has its cursor.
	t.Parallel()
	p := appendElement(appendElement(appendElement(nil, "1"), strings.Repeat("\x00", len(sortKey(strings.Repeat("é1ß", 99))))), string(NewID()))
	if got, err := newCursor(p).position(contactPosition); string(got) != string(p) || err != nil {
		t.Errorf("of %d bytes: %v", len(p), err)
	}
}
