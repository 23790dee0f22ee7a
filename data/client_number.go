package data

import (
	"fmt"

	"carnet/data/kv"
)

// claimNumber gives a client its number: the next of the sequence that is free
// when it has none, else the one it asks for, if it is free.
func claimNumber(w kv.Writer, c *Client) error {
	if c.Number != "" {
		holder, _, err := w.Lookup(numberKey(c.Number))
		if err == nil {
			return Invalid{{Field: "number", Problem: Duplicate, Other: ID(last(holder))}}
		}
		if notFound(err) != ErrNotFound {
			return err
		}
		return w.Put(numberKey(c.Number), clientKey(c.ID))
	}
	given, err := get[uint64](w, key(tSeq, tNumber))
	if err != nil && err != ErrNotFound {
		return err
	}
	next, err := freeNumber(w, given+1)
	if err != nil {
		return err
	}
	if err := put(w, key(tSeq, tNumber), next); err != nil {
		return err
	}
	c.Number = number(next)
	return w.Put(numberKey(c.Number), clientKey(c.ID))
}

// numberKey is where a number is unique: whatever its case and accents.
func numberKey(number string) []byte { return key(tNumber, Fold(number)) }

func number(n uint64) string { return fmt.Sprintf("C-%04d", n) }

// freeNumber returns the first number of the sequence, from n, that no client
// has. It passes over a page of those set by hand at each read.
func freeNumber(r kv.Reader, n uint64) (uint64, error) {
	for {
		taken, err := r.Scan(kv.Range{Prefix: key[string](tNumber), After: begin(tNumber, Fold(number(n)))})
		if err != nil {
			return 0, err
		}
		first := n
		for _, e := range taken {
			if last(e.Key) != Fold(number(n)) {
				break
			}
			n++
		}
		if n == first {
			return n, nil
		}
	}
}
