package data

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// tuples draws tuples whose elements are made of the bytes that encoding could
// confuse, and others.
var tuples = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
	return string(rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 2, 3, 'a', 0xfe, 0xff}), 0, 5).Draw(t, "bytes"))
}), 1, 4)

func TestKeyOrder(t *testing.T) {
	// The order of keys is the order of tuples, and a key gives its tuple back.
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := tuples.Draw(t, "a"), tuples.Draw(t, "b")
		checkKeys(t, a, b)
	})
}

func checkKeys(t interface{ Fatalf(string, ...any) }, a, b []string) {
	ka, kb := key(a[0], a[1:]...), key(b[0], b[1:]...)
	if got := elements(ka); !slices.Equal(got, a) {
		t.Fatalf("%q comes back as %q", a, got)
	}
	if last(ka) != a[len(a)-1] {
		t.Fatalf("the last of %q is %q", a, last(ka))
	}
	if got, want := bytes.Compare(ka, kb), slices.Compare(a, b); got != want {
		t.Fatalf("%q and %q compare as %d, want %d", a, b, got, want)
	}
	// A prefix of tuples is a prefix of keys, and the beginning of an element too.
	begins := len(b) <= len(a) && slices.Equal(a[:len(b)], b)
	if bytes.HasPrefix(ka, kb) != begins {
		t.Fatalf("%q as the beginning of %q: %t", b, a, !begins)
	}
	n := len(b) - 1
	begins = n <= len(a) && slices.Equal(a[:n], b[:n]) && (b[n] == "" || n < len(a) && strings.HasPrefix(a[n], b[n]))
	if bytes.HasPrefix(ka, begin(b[0], b[1:]...)) != begins {
		t.Fatalf("%q as the beginning of %q, the last element cut: %t", b, a, !begins)
	}
}

// FuzzKeys: any bytes are either a key, whose tuple gives them back, or none;
// and any strings make keys in their order.
func FuzzKeys(f *testing.F) {
	f.Add([]byte("table\x00a\x01\x01b\x00"), "a\x00", "a\x01\xff")
	f.Add([]byte{1}, "", "\xff")
	f.Add([]byte{1, 3, 0}, "a", "")
	f.Fuzz(func(t *testing.T, b []byte, x, y string) {
		if es := elements(b); len(es) > 0 {
			if got := key(es[0], es[1:]...); !bytes.Equal(got, b) {
				t.Errorf("%q is %q, which is %q", b, es, got)
			}
		}
		checkKeys(t, []string{x, y}, []string{y, x})
		checkKeys(t, []string{x, y}, []string{x})
	})
}

func TestInstantOrder(t *testing.T) {
	// The order of instants is the order of times since 1970; the zero time comes first.
	t.Parallel()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	times := []time.Time{{}, time.UnixMilli(1), now.Add(-time.Hour), now, now.Add(time.Millisecond), now.AddDate(100, 0, 0)}
	for i := 1; i < len(times); i++ {
		if a, b := instant(times[i-1]), instant(times[i]); a >= b {
			t.Errorf("%v is %x, and %v is %x", times[i-1], a, times[i], b)
		}
	}
	if instant(time.Time{}) != instant(time.UnixMilli(0)) {
		t.Error("the zero time is not 1970")
	}
}

func TestTimesAreExact(t *testing.T) {
	// A time in a record is the one that was kept, so that the keys made from it
	// are found again.
	t.Parallel()
	type record struct {
		At time.Time `cbor:"1,keyasint"`
	}
	rapid.Check(t, func(t *rapid.T) {
		at := time.UnixMilli(rapid.Int64Range(0, 4e12).Draw(t, "ms")).Add(time.Duration(rapid.IntRange(0, 2).Draw(t, "ns")))
		got, err := decode[record](must(encoding.Marshal(record{at})))
		if err != nil || !got.At.Equal(at) || instant(got.At) != instant(at) {
			t.Fatalf("%v is kept as %v, %v", at, got.At, err)
		}
	})
	if got, err := decode[record](must(encoding.Marshal(record{}))); err != nil || !got.At.IsZero() {
		t.Errorf("the zero time is kept as %v, %v", got.At, err)
	}
}

func TestIDs(t *testing.T) {
	// IDs stand in the order they were made in, tell when, and nothing else is one.
	t.Parallel()
	before := time.Now().Truncate(time.Millisecond)
	var ids []ID
	for range 100 {
		ids = append(ids, NewID())
	}
	if !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != len(ids) {
		t.Error("they are not in order")
	}
	if at := ids[0].Time(); at.Before(before) || at.After(time.Now()) {
		t.Errorf("%s was made at %v", ids[0], at)
	}
	if id, err := ParseID(string(ids[0])); id != ids[0] || err != nil {
		t.Errorf("it reads as %q, %v", id, err)
	}
	good := string(ids[0])
	for _, bad := range []string{"", "x", strings.ToUpper(good) + "=", good[:25], good + "0", good[:25] + "1", good[:25] + "v", good[:25] + "\n"} {
		if id, err := ParseID(bad); err != ErrNotFound || id != "" {
			t.Errorf("%q reads as %q, %v", bad, id, err)
		}
	}
	if !ID("nonsense").Time().IsZero() {
		t.Error("nonsense has a time")
	}
}
