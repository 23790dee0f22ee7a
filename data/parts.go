package data

import (
	"strconv"

	"carnet/data/kv"
)

// partSize is how many bytes of a long value one key holds.
const partSize = kv.MaxValue - 1024

// A value that may be longer than a key holds is kept in parts, under a table,
// its owner and its number.
func partKey(table string, owner ID, part int) []byte {
	return key(table, string(owner), strconv.Itoa(100+part)) // of one length, so that they sort
}

// putParts writes a long value and returns its number of parts; had is how many
// there were, so that those beyond it go.
func putParts(w kv.Writer, table string, owner ID, value []byte, had int) (int, error) {
	n := (len(value) + partSize - 1) / partSize
	for i := range n {
		if err := w.Put(partKey(table, owner, i), value[i*partSize:min((i+1)*partSize, len(value))]); err != nil {
			return n, err
		}
	}
	for i := n; i < had; i++ {
		if err := w.Delete(partKey(table, owner, i)); err != nil {
			return n, err
		}
	}
	return n, nil
}

// getParts reads a long value of so many parts.
func getParts(r kv.Reader, table string, owner ID, parts int) ([]byte, error) {
	var out []byte
	for i := range parts {
		part, err := r.Get(partKey(table, owner, i))
		if err != nil {
			return nil, notFound(err)
		}
		out = append(out, part...)
	}
	return out, nil
}
