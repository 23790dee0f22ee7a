package handlers

import (
	"fmt"

	"carnet/data"
	"carnet/i18n"
	"carnet/views"

	lru "github.com/hashicorp/golang-lru/v2"
)

// kept holds HTML that was drawn once and is put out many times. html/template
// costs twenty times what the rest of a list does, and so draws a row once a
// change and language.
//
// The key names what was drawn, its version and its language: an entry is never
// wrong, it only falls out of use, and the oldest go first.
type kept struct {
	rows *lru.Cache[keptKey, views.Fragment]
}

type keptKey struct {
	template string
	lang     i18n.Lang
	id       data.ID
	version  string
}

// keptRows bounds the rows kept: about 2 KB each.
const keptRows = 4096

func newKept() *kept {
	rows, err := lru.New[keptKey, views.Fragment](keptRows)
	if err != nil {
		panic(err) // only a size below 1 is an error
	}
	return &kept{rows}
}

// row is a view of one record in one language.
type row interface {
	view
	Language() i18n.Lang
}

// row draws a view of one record, or takes it from where it is kept. version
// tells one state of the record from every other.
func (h *handlers) row(v row, id data.ID, version ...any) (views.Fragment, error) {
	k := keptKey{v.Template(), v.Language(), id, fmt.Sprint(version...)}
	if row, ok := h.kept.rows.Get(k); ok {
		return row, nil
	}
	row, err := h.views.Fragment(v.Template(), v)
	if err == nil {
		h.kept.rows.Add(k, row)
	}
	return row, err
}
