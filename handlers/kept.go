package handlers

import (
	"fmt"
	"strings"

	"carnet/data"
	"carnet/i18n"
	"carnet/views"

	"github.com/gofiber/fiber/v2"
	lru "github.com/hashicorp/golang-lru/v2"
)

// kept holds HTML that was drawn once and is put out many times. html/template
// costs twenty times what the rest of a list does, and so draws a row once a
// change and language.
//
// The key names what was drawn, its version and its language: an entry is never
// wrong, it only falls out of use, and the oldest go first.
type kept struct {
	rows   *lru.Cache[keptKey, views.Fragment]
	wholes *lru.Cache[keptKey, whole]
	lists  *lru.Cache[keptKey, keptList]
	run    string // of this process: its templates may differ from another's
}

// keptList is the list of contacts of a field, and how many they are.
type keptList struct {
	html views.Fragment
	rows int
}

// whole is an answer kept as it leaves.
type whole struct{ body, gzip []byte }

type keptKey struct {
	template string
	lang     i18n.Lang
	id       data.ID
	version  string
}

// How many rows are kept, of about 2 KB, lists of a field, of about 10 KB, and
// whole lists, of about 60 KB.
const (
	keptRows   = 16384
	keptLists  = 512
	keptWholes = 128
)

func newKept() *kept {
	rows, err := lru.New[keptKey, views.Fragment](keptRows)
	if err != nil {
		panic(err) // only a size below 1 is an error
	}
	wholes, err := lru.New[keptKey, whole](keptWholes)
	if err != nil {
		panic(err)
	}
	lists, err := lru.New[keptKey, keptList](keptLists)
	if err != nil {
		panic(err)
	}
	return &kept{rows, wholes, lists, string(data.NewID())}
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

// list answers with a fragment that is the same for everybody until its version
// changes: from where it is kept, gzipped beforehand, or with 304 to a browser
// that has it.
func (h *handlers) list(c *fiber.Ctx, k keptKey, draw func() (view, error)) error {
	etag := `W/"` + h.kept.run + "-" + string(k.lang) + "-" + k.version + `"`
	c.Set(fiber.HeaderETag, etag)
	c.Vary(fiber.HeaderAcceptEncoding)
	if c.Get(fiber.HeaderIfNoneMatch) == etag {
		return c.SendStatus(fiber.StatusNotModified)
	}
	w, ok := h.kept.wholes.Get(k)
	if !ok {
		v, err := draw()
		if err != nil {
			return err
		}
		body, err := h.views.Fragment(v.Template(), v)
		if err != nil {
			return err
		}
		w = whole{body: []byte(body)}
		if w.gzip, err = gzipped(w.body); err != nil {
			return err
		}
		h.kept.wholes.Add(k, w)
	}
	c.Type("html", "utf-8")
	if !strings.Contains(c.Get(fiber.HeaderAcceptEncoding), "gzip") {
		return c.Send(w.body)
	}
	c.Set(fiber.HeaderContentEncoding, "gzip")
	return c.Send(w.gzip)
}
