// Package views is the HTML of Carnet: noun/page.html and noun/_fragment.html.
// A fragment has one root whose id is its path ("contacts/_rows" is
// #contacts-rows), and a page includes the same file that a swap brings.
package views

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/gofiber/template/html/v2"
)

// A plain pattern would leave out the files that begin with "_".
//
//go:embed */*.html
var files embed.FS

// Fragment is HTML that a template of this package made, and nothing else: only
// Fragment (the method) makes one.
type Fragment = template.HTML

// Views renders the templates. It is a fiber.Views, but for layouts, which
// this package does without: a page is rendered first, then what stands around
// it, so that an error of the page is an error and not half a page.
type Views struct {
	engine *html.Engine
	load   func() error
}

// New returns the views. asset gives the address of a file of package static.
func New(asset func(name string) (string, error)) *Views {
	v := &Views{engine: html.NewFileSystem(http.FS(files), ".html")}
	v.load = sync.OnceValue(v.parse)
	v.engine.AddFuncMap(map[string]any{
		"asset": asset, "path": Path, "id": elementID,
		"hue": hue, "initials": initials, "tel": tel, "groups": groups,
	})
	return v
}

// Load parses every template, once, however many applications share the views
// and ask for it; an error is a broken template.
func (v *Views) Load() error { return v.load() }

func (v *Views) parse() error {
	if err := v.engine.Load(); err != nil {
		return fmt.Errorf("views: %w", err)
	}
	v.engine.Templates.Option("missingkey=error")
	return nil
}

// Render writes a template to out, or nothing at all and an error.
func (v *Views) Render(out io.Writer, name string, binding any, layouts ...string) error {
	if len(layouts) > 0 {
		return fmt.Errorf("views: %s: no layouts here", name)
	}
	buf, err := v.execute(name, binding)
	if err != nil {
		return err
	}
	_, err = out.Write(buf)
	return err
}

// Fragment renders a template to be put into another.
func (v *Views) Fragment(name string, binding any) (Fragment, error) {
	buf, err := v.execute(name, binding)
	return Fragment(buf), err
}

func (v *Views) execute(name string, binding any) ([]byte, error) {
	var buf bytes.Buffer
	if err := v.engine.Templates.ExecuteTemplate(&buf, name, binding); err != nil {
		return nil, fmt.Errorf("views: %w", err)
	}
	return buf.Bytes(), nil
}

// Names returns the names of all templates.
func (v *Views) Names() []string {
	var names []string
	for _, t := range v.engine.Templates.Templates() {
		if strings.Contains(t.Name(), "/") && len(t.Name()) > 1 {
			names = append(names, t.Name())
		}
	}
	return names
}

// Address is the path of a page of ours, made by Path. Only such a one may
// stand in an hx-* value.
type Address string

// Path makes the address of a page from its parts: path "clients" id "edit" is
// /clients/{id}/edit. A part that is no plain word makes an address that leads
// nowhere, so that no text of a person ever gets into one.
func Path(parts ...any) Address {
	var b strings.Builder
	for _, p := range parts {
		s := fmt.Sprint(p)
		b.WriteByte('/')
		if !plain(s) {
			s = "-"
		}
		b.WriteString(s)
	}
	return Address(b.String())
}

// elementID makes the id of an element from its parts, as Path does.
func elementID(parts ...any) string {
	var b strings.Builder
	for i, p := range parts {
		if i > 0 {
			b.WriteByte('-')
		}
		if s := fmt.Sprint(p); plain(s) {
			b.WriteString(s)
		}
	}
	return b.String()
}

// plain tells whether s is a word of lower-case letters, digits and hyphens.
func plain(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}
