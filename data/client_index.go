package data

import "carnet/data/kv"

// clientIndex returns the keys under which a client is found, but its number.
func clientIndex(c Client) [][]byte {
	keys := [][]byte{key(tByName, sortKey(c.Name), string(c.ID))}
	if k, err := AddressKey(c.Email); err == nil {
		keys = append(keys, key(tHolder, k, string(c.ID), "m"))
	}
	for _, w := range words(c.Name, c.Number, c.Email, c.Address) {
		keys = append(keys, key(tWord, w, string(c.ID)))
	}
	return keys
}

func indexClient(w kv.Writer, c Client) error {
	order := []byte(sortKey(c.Name))
	for _, k := range clientIndex(c) {
		value := clientKey(c.ID)
		if elements(k)[0] == tWord {
			value = order
		}
		if err := w.Put(k, value); err != nil {
			return err
		}
	}
	return nil
}

// count moves the counts of a client and gives its file a new version.
func count(w kv.Writer, id ID, contacts, favorites int) error {
	_, err := counted(w, id, contacts, favorites)
	return err
}

// counted is count, and returns the counts.
func counted(w kv.Writer, id ID, contacts, favorites int) (Tally, error) {
	t, err := get[Tally](w, tallyKey(id))
	if err != nil {
		return t, err
	}
	t.Contacts += contacts
	t.Favorites += favorites
	t.Version++
	return t, put(w, tallyKey(id), t)
}
