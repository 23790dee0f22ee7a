package handlers

import (
	"bytes"
	"compress/gzip"
	"html/template"
	"strings"
	"sync"

	"carnet/data"
	"carnet/i18n"
	"carnet/views"

	"github.com/gofiber/fiber/v2"
)

// view is the data of one template, which it names by its path.
type view interface{ Template() string }

// titled is a view that is a page.
type titled interface {
	view
	Title() string
}

// shell is what stands around every page.
type shell struct {
	i18n.Lang
	Title   string
	Section string // of the navigation: "clients", "messages" or none
	Theme   data.Theme
	User    data.User // zero when signed out
	InClear bool
	Public  bool // a public demo: say so
	Toasts  []toast
	Body    views.Fragment
	Here    string // the address of the page, for a form that comes back to it
}

func (shell) Template() string { return "layout/page" }

// toast is a short message. One with Undo stays until it is used or dismissed.
type toast struct {
	i18n.Lang
	ID   string // of its element, so that a later one takes its place
	Text string
	Bad  bool
	Undo views.Address // what a form posts to, or empty

	Seconds int    // how long Undo can be used; 0: no such end
	More    string // the address of a link, or empty
	Link    string // its text
}

func (toast) Template() string { return "layout/_toast" }

// copyButton copies a text; it shows where the browser can.
type copyButton struct {
	i18n.Lang
	Text string
}

func (copyButton) Template() string { return "layout/_copy" }

// page answers with a whole page.
func (h *handlers) page(c *fiber.Ctx, status int, v titled) error {
	body, err := h.views.Fragment(v.Template(), v)
	if err != nil {
		return err
	}
	section, _, _ := strings.Cut(strings.TrimPrefix(c.Path(), "/"), "/")
	switch section {
	case "profile", "templates", "relay", "annexes", "events", "users", "invitations", "security", "password", "factor", "passkeys":
		section = "settings"
	}
	s := shell{Lang: h.lang(c), Title: v.Title(), Section: section, Theme: theme(c), User: user(c),
		InClear: h.InClear, Public: h.Public, Body: body, Here: c.OriginalURL()}
	if s.Toasts, err = h.flashes(c); err != nil {
		return err
	}
	if err := c.Status(status).Render(s.Template(), s); err != nil {
		return err
	}
	return compress(c)
}

// compress gzips the page of an answer for a browser that takes it. Fragments
// are small, and go as they are.
func compress(c *fiber.Ctx) error {
	c.Vary(fiber.HeaderAcceptEncoding)
	if !strings.Contains(c.Get(fiber.HeaderAcceptEncoding), "gzip") {
		return nil
	}
	body, err := gzipped(c.Response().Body())
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentEncoding, "gzip")
	return c.Send(body)
}

// packers holds gzip writers, each of which takes a megabyte to make.
var packers = sync.Pool{New: func() any {
	z, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	if err != nil {
		panic(err) // only an unknown level is an error
	}
	return z
}}

func gzipped(body []byte) ([]byte, error) {
	var out bytes.Buffer
	z := packers.Get().(*gzip.Writer)
	defer packers.Put(z)
	z.Reset(&out)
	if _, err := z.Write(body); err != nil {
		return nil, err
	}
	err := z.Close()
	return out.Bytes(), err
}

// partial is a further region that an answer changes: a target, how, and what.
type partial struct {
	target, swap string
	view         view
	html         views.Fragment // in place of a view: one that was drawn already
	text         string         // in place of a view
}

// beside puts a fragment in place of the element that has its id.
func beside(id string, v view) partial { return partial{target: "#" + id, swap: "outerMorph", view: v} }

// replace puts a fragment in place of the element that has its id, with what the
// server says in its fields.
func replace(id string, v view) partial { return partial{target: "#" + id, swap: "outerHTML", view: v} }

// besideHTML is beside with a fragment that was drawn already.
func besideHTML(id string, html views.Fragment) partial {
	return partial{target: "#" + id, swap: "outerMorph", html: html}
}

// live says something to a screen reader.
func live(text string) partial { return partial{target: "#live", swap: "textContent", text: text} }

// into appends a view to an element.
func into(id string, v view) partial { return partial{target: "#" + id, swap: "beforeend", view: v} }

// gone removes an element; it is no error if it is not there.
func gone(id string) partial { return partial{target: "#" + id, swap: "delete"} }

// fragment answers with the main element, which may be nil, and what changes
// beside it.
func (h *handlers) fragment(c *fiber.Ctx, status int, main view, besides ...partial) error {
	body, err := h.partials(main, besides...)
	if err != nil {
		return err
	}
	c.Type("html", "utf-8")
	return c.Status(status).Send(body)
}

// partials draws what fragment answers with.
func (h *handlers) partials(main view, besides ...partial) ([]byte, error) {
	var out bytes.Buffer
	if main != nil {
		if err := h.views.Render(&out, main.Template(), main); err != nil {
			return nil, err
		}
	}
	for _, p := range besides {
		out.WriteString(`<hx-partial hx-target="` + p.target + `" hx-swap="` + p.swap + `">`)
		if p.view != nil {
			if err := h.views.Render(&out, p.view.Template(), p.view); err != nil {
				return nil, err
			}
		}
		out.WriteString(string(p.html))
		template.HTMLEscape(&out, []byte(p.text))
		out.WriteString("</hx-partial>")
	}
	return out.Bytes(), nil
}

// say is a toast for an answer with fragments: shown, and read out.
func say(t toast) []partial {
	if t.ID == "" {
		t.ID = "info"
	}
	return []partial{gone("toast-" + t.ID), into("toasts", t), live(t.Text)}
}

// isFragment tells whether htmx asks, and so wants a fragment.
func isFragment(c *fiber.Ctx) bool { return c.Get("HX-Request") == "true" }

// seeOther sends the browser to another page of ours after a form was done,
// with a message to show there.
func (h *handlers) seeOther(c *fiber.Ctx, to views.Address, toasts ...toast) error {
	address := string(to)
	if err := h.flash(c, toasts...); err != nil {
		return err
	}
	if isFragment(c) {
		c.Set("HX-Redirect", address)
		return c.SendStatus(fiber.StatusNoContent)
	}
	return c.Redirect(address, fiber.StatusSeeOther)
}
