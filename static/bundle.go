package static

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
)

// sheets are the style sheets in the order of the cascade: reset.css declares
// the layers; inside one layer a later file wins over an earlier one.
func sheets() []string {
	return []string{
		"reset", "tokens", "base", "layout", "buttons", "star", "avatar", "card", "banner",
		"clients", "contacts", "modal", "form", "sessions", "recipients", "messages", "toast",
		"states", "print",
	}
}

// sheet joins the style sheets and gives each url(…) the address of the file
// that it names. A sheet that [sheets] does not list is an error rather than a
// style which never arrives.
func (a *Assets) sheet(fsys fs.FS) ([]byte, error) {
	found, err := fs.Glob(fsys, "css/*.css")
	if err != nil {
		return nil, err
	}
	var order []string
	for _, name := range sheets() {
		order = append(order, "css/"+name+".css")
	}
	for _, name := range found {
		if !slices.Contains(order, name) {
			return nil, fmt.Errorf("static: %s has no place in the order of the style sheets", name)
		}
	}
	body, err := join(fsys, order, "\n")
	if err != nil {
		return nil, err
	}
	return a.resolve(spare(body))
}

// spare drops what a browser does not need: comments, and the blanks around
// braces, commas and semicolons, and after the colon of a property. No string
// of ours holds any of them.
func spare(css []byte) []byte {
	css = regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAll(css, nil)
	css = regexp.MustCompile(`\s*([{};,])\s*`).ReplaceAll(css, []byte("$1"))
	return regexp.MustCompile(`(\w):\s+`).ReplaceAll(css, []byte("$1:"))
}

// resolve rewrites url(../vendor/font.woff2) to the address of font.woff2.
func (a *Assets) resolve(css []byte) ([]byte, error) {
	var failed error
	url := regexp.MustCompile(`url\(([^)]*)\)`)
	css = url.ReplaceAllFunc(css, func(m []byte) []byte {
		address, err := a.Path(path.Base(string(url.FindSubmatch(m)[1])))
		if err != nil {
			failed = err
		}
		return []byte("url(" + address + ")")
	})
	return css, failed
}

// script joins the scripts: app.js first, the others by name. Comments and the
// blanks that begin a line stay here; no string of ours goes over two lines or
// holds two slashes and a blank.
func script(fsys fs.FS) ([]byte, error) {
	names, err := fs.Glob(fsys, "js/*.js")
	if err != nil {
		return nil, err
	}
	const first = "js/app.js"
	names = slices.DeleteFunc(names, func(name string) bool { return name == first })
	// The semicolon keeps "(…)" that begins a file from being a call of what ended the one before.
	body, err := join(fsys, append([]string{first}, names...), ";\n")
	body = regexp.MustCompile(`(?m)[ \t]*// .*$`).ReplaceAll(body, nil)
	return regexp.MustCompile(`(?m)^\s+`).ReplaceAll(body, nil), err
}

// join returns the files one after the other, sep between them.
func join(fsys fs.FS, names []string, sep string) ([]byte, error) {
	var parts [][]byte
	for _, name := range names {
		body, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		parts = append(parts, body)
	}
	return bytes.Join(parts, []byte(sep)), nil
}
