package handlers

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

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
	rows    *lru.Cache[keptKey, views.Fragment]
	wholes  *lru.Cache[keptKey, *whole]
	packing chan struct{} // a place for who gzips
	run     string        // of this process: its templates may differ from another's
}

// whole is an answer kept as it leaves.
type whole struct {
	body []byte
	gzip atomic.Pointer[[]byte] // nil until it is packed
	pack sync.Once
}

type keptKey struct {
	template string
	lang     i18n.Lang
	id       data.ID
	version  string
}

// How many rows are kept, of about 2 KB, and whole answers, of some 100 KB: a
// page of a list with its rows.
const (
	keptRows   = 16384
	keptWholes = 256
)

// The same for a visitor of a public demo, who has one of many books.
const (
	visitorRows   = 512
	visitorWholes = 8
)

func newKept(rowsMost, wholesMost int) *kept {
	rows, err := lru.New[keptKey, views.Fragment](rowsMost)
	if err != nil {
		panic(err) // only a size below 1 is an error
	}
	wholes, err := lru.New[keptKey, *whole](wholesMost)
	if err != nil {
		panic(err)
	}
	return &kept{rows, wholes, make(chan struct{}, 1), string(data.NewID())}
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

// list answers with a fragment that is the same for everybody until its version,
// which tells roles apart where they see something else, changes: from where it is kept, or with 304 to a browser that has it.
func (h *handlers) list(c *fiber.Ctx, k keptKey, draw func() (view, error)) error {
	etag := `W/"` + h.kept.run + "-" + string(k.lang) + "-" + k.version + `"`
	c.Set(fiber.HeaderETag, etag)
	if c.Get(fiber.HeaderIfNoneMatch) == etag {
		c.Vary(fiber.HeaderAcceptEncoding)
		return c.SendStatus(fiber.StatusNotModified)
	}
	if w, ok := h.kept.wholes.Get(k); ok {
		return h.whole(c, w)
	}
	v, err := draw()
	if err != nil {
		return err
	}
	body, err := h.partials(v)
	if err != nil {
		return err
	}
	w := &whole{body: body}
	h.kept.wholes.Add(k, w)
	return h.whole(c, w)
}

// whole answers with what is kept. Nobody waits until it is gzipped, which
// takes longer than to draw it: that is done beside, one at a time, and those
// who come before get it as it is.
func (h *handlers) whole(c *fiber.Ctx, w *whole) error {
	c.Type("html", "utf-8")
	c.Vary(fiber.HeaderAcceptEncoding)
	if !strings.Contains(c.Get(fiber.HeaderAcceptEncoding), "gzip") {
		return c.Send(w.body)
	}
	if packed := w.gzip.Load(); packed != nil {
		c.Set(fiber.HeaderContentEncoding, "gzip")
		return c.Send(*packed)
	}
	w.pack.Do(func() { go h.kept.gzip(w) })
	return c.Send(w.body)
}

func (k *kept) gzip(w *whole) {
	k.packing <- struct{}{}
	defer func() { <-k.packing }()
	if packed, err := gzipped(w.body); err == nil { // memory takes every write
		w.gzip.Store(&packed)
	}
}
