package data

import (
	"bytes"
	"slices"
	"strings"

	"carnet/data/kv"
)

// MaxHits is how many records a search looks at for a word. When more hold it
// the result is Truncated: the person is asked for another letter.
const MaxHits = kv.MaxPage

// hit is a record of a list, and its position there.
type hit struct {
	id ID
	at []byte
}

// hits is what a search found, in the order of names.
type hits struct {
	list      []hit
	loose     []string // words too common to have narrowed the list: to be checked on the record
	truncated bool     // more records than MaxHits may match
}

// search returns the records of a word index that hold, for each word of the
// query, a word that begins with it. prefix is the tuple before the word. It
// reads one page of the index a word, five words at most.
func search(r kv.Reader, prefix []byte, query string) (hits, error) {
	asked := askedWords(query)
	asked = asked[:min(len(asked), 5)]
	var out hits
	first := true
	for _, w := range asked {
		found, more, err := postings(r, prefix, cut(w, maxWord))
		switch {
		case err != nil:
			return hits{}, err
		case more && !first:
			out.loose = append(out.loose, w)
		case first:
			out.list, out.truncated, first = found, more, false
			if more {
				out.loose = append(out.loose, w)
			}
		case out.truncated: // the first complete list is the better start
			out.list, out.truncated = found, false
		default:
			out.list = intersect(out.list, found)
		}
	}
	out.sort()
	out.list = slices.CompactFunc(out.list, func(a, b hit) bool { return a.id == b.id })
	return out, nil
}

// askedWords cuts a query into folded words, which begin where those of the
// index do: "@x.fr" asks for "x.fr", and "&" for nothing.
func askedWords(query string) []string {
	var asked []string
	for _, w := range strings.Fields(Fold(query)) {
		if w = strings.TrimLeftFunc(w, func(r rune) bool { return !alphanumeric(r) }); w != "" {
			asked = append(asked, w)
		}
	}
	return asked
}

// postings returns the records that hold a word beginning with w, and whether
// there may be more.
func postings(r kv.Reader, prefix []byte, w string) ([]hit, bool, error) {
	p := appendElement(slices.Clone(prefix), w)
	entries, err := r.Scan(kv.Range{Prefix: p[:len(p)-1], Limit: MaxHits})
	if err != nil {
		return nil, false, err
	}
	list := make([]hit, len(entries))
	for i, e := range entries {
		id := last(e.Key)
		list[i] = hit{ID(id), appendElement(appendElement(make([]byte, 0, len(e.Value)+40), string(e.Value)), id)}
	}
	return list, len(entries) == MaxHits, nil
}

func intersect(a, b []hit) []hit {
	in := make(map[ID]bool, len(b))
	for _, h := range b {
		in[h.id] = true
	}
	return slices.DeleteFunc(a, func(h hit) bool { return !in[h.id] })
}

// match tells whether for each word asked one of the texts' words begins with it.
func match(asked []string, texts ...string) bool {
	if len(asked) == 0 {
		return true
	}
	has := words(texts...)
	for _, a := range asked {
		if !slices.ContainsFunc(has, func(w string) bool { return strings.HasPrefix(w, cut(a, maxWord)) }) {
			return false
		}
	}
	return true
}

func (h hits) sort() {
	slices.SortFunc(h.list, func(a, b hit) int { return bytes.Compare(a.at, b.at) })
}

// beyond returns the hits after a position.
func (h hits) beyond(after []byte) []hit {
	i := slices.IndexFunc(h.list, func(x hit) bool { return bytes.Compare(x.at, after) > 0 })
	if i < 0 {
		return nil
	}
	return h.list[i:]
}
