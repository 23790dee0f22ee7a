package data

import "carnet/data/kv"

// orderKey is where a contact stands in its client's list: favorites first,
// then by name.
func orderKey(c Contact) []byte {
	return key(tOrder, string(c.Client), orderGroup(c.Favorite), sortKey(c.Label()), string(c.ID))
}

func orderGroup(favorite bool) string {
	if favorite {
		return "0"
	}
	return "1"
}

// wordKeys are the keys under which the words of a contact find it.
func wordKeys(c Contact) [][]byte {
	var keys [][]byte
	for _, w := range words(c.FirstName, c.LastName, c.Role, c.Email) {
		keys = append(keys, key(tCWord, string(c.Client), w, string(c.ID)))
	}
	return keys
}

// placeKeys are the keys of a live contact that hold its own key.
func placeKeys(c Contact) [][]byte {
	a, _ := AddressKey(c.Email)
	return [][]byte{
		orderKey(c),
		addressKey(c.Client, a),
		key(tHolder, a, string(c.Client), "c"),
	}
}

// bin makes a contact found in the trash, by its address too: the last one
// binned is the one that is offered for restoring.
func bin(w kv.Writer, c Contact) error {
	a, _ := AddressKey(c.Email)
	return putAll(w, [][]byte{binnedKey(c.Client, a), trashKey(c.Deleted, c.ID)}, contactKey(c.Client, c.ID))
}

// unbin undoes bin.
func unbin(w kv.Writer, c Contact) error {
	a, _ := AddressKey(c.Email)
	holder, _, err := w.Lookup(binnedKey(c.Client, a))
	if err != nil && notFound(err) != ErrNotFound {
		return err
	}
	if ID(last(holder)) == c.ID {
		if err := w.Delete(binnedKey(c.Client, a)); err != nil {
			return err
		}
	}
	return w.Delete(trashKey(c.Deleted, c.ID))
}

// freeAddress returns Invalid if another contact of the client has the address
// of c; also if one in the trash has it, unless ignoreTrash.
func freeAddress(r kv.Reader, c Contact, ignoreTrash bool) error {
	a, err := AddressKey(c.Email)
	if err != nil {
		return Invalid{{Field: "email", Problem: Malformed}}
	}
	held := func(k []byte, p Problem) error {
		holder, _, err := r.Lookup(k)
		switch {
		case notFound(err) == ErrNotFound:
			return nil
		case err != nil:
			return err
		case ID(last(holder)) == c.ID:
			return nil
		}
		return Invalid{{Field: "email", Problem: p, Other: ID(last(holder))}}
	}
	if err := held(addressKey(c.Client, a), Duplicate); err != nil || ignoreTrash {
		return err
	}
	return held(binnedKey(c.Client, a), InTrash)
}

// insertContact writes a live contact with its indexes and counts it.
func insertContact(w kv.Writer, c Contact) error {
	if err := put(w, contactKey(c.Client, c.ID), c); err != nil {
		return err
	}
	if err := putAll(w, placeKeys(c), contactKey(c.Client, c.ID)); err != nil {
		return err
	}
	if err := putAll(w, wordKeys(c), []byte(sortKey(c.Label()))); err != nil {
		return err
	}
	return count(w, c.Client, 1, one(c.Favorite))
}

// removeContact takes a live contact out of the indexes and the counts, and
// leaves its record.
func removeContact(w kv.Writer, c Contact) error {
	if err := deleteAll(w, placeKeys(c)); err != nil {
		return err
	}
	if err := deleteAll(w, wordKeys(c)); err != nil {
		return err
	}
	return count(w, c.Client, -1, -one(c.Favorite))
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// SameAddress tells whether two addresses have the same key; an invalid one
// equals none.
func SameAddress(a, b string) bool {
	ka, err := AddressKey(a)
	if err != nil {
		return false
	}
	kb, err := AddressKey(b)
	return err == nil && ka == kb
}
