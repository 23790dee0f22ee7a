// Package static holds the style sheets, scripts, font and icons of the pages,
// inside the program. Every file has an address that carries a hash of its
// content, /static/<hash>/<name>, so a browser may keep it for ever: another
// content is another address.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
)

// Prefix begins every address that [Assets.Path] returns.
const Prefix = "/static/"

//go:embed css/*.css js/*.js apart/*.js vendor img
var files embed.FS

// Asset is one file, ready to be sent. Its slices are shared by all callers,
// who must not write to them.
type Asset struct {
	Body []byte
	Gzip []byte // Body gzipped (RFC 1952), or nil for a font, which is compressed already
	Type string // Content-Type
	ETag string // strong and quoted, of Body (RFC 9110, 8.8.3)

	path string
}

// Assets are the files by name. They never change, so any number of goroutines
// may read them.
type Assets struct {
	byName map[string]Asset
}

// New reads the embedded files: those of apart, vendor and img under their own base
// name, css/*.css as "app.css" and js/*.js as "app.js".
func New() (*Assets, error) { return build(files) }

// build is New on any file system. It reads the style sheets last, since their
// url(…) become the addresses of the other files.
func build(fsys fs.FS) (*Assets, error) {
	a := &Assets{byName: make(map[string]Asset)}
	names, err := fs.Glob(fsys, "*/*")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if dir := path.Dir(name); dir == "css" || dir == "js" {
			continue
		}
		body, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		if err := a.add(path.Base(name), body); err != nil {
			return nil, err
		}
	}
	script, err := script(fsys)
	if err != nil {
		return nil, err
	}
	if err := a.add("app.js", script); err != nil {
		return nil, err
	}
	sheet, err := a.sheet(fsys)
	if err != nil {
		return nil, err
	}
	return a, a.add("app.css", sheet)
}

// Path returns the address of a file. A name that is not one of ours is an
// error, so that a template which asks for it fails when it is first executed.
func (a *Assets) Path(name string) (string, error) {
	asset, ok := a.byName[name]
	if !ok {
		return "", fmt.Errorf("static: no file %q", name)
	}
	return asset.path, nil
}

// Get returns the file of the address /static/<hash>/<name>. It reports false
// for an unknown name and for a hash of another content: what is cached for
// ever under an address must be what the address says.
func (a *Assets) Get(hash, name string) (Asset, bool) {
	asset, ok := a.byName[name]
	if !ok || asset.path != address(hash, name) {
		return Asset{}, false
	}
	return asset, true
}

// add files body under name.
func (a *Assets) add(name string, body []byte) error {
	if _, dup := a.byName[name]; dup {
		return fmt.Errorf("static: two files are named %q", name)
	}
	kind, text := contentType(name)
	if kind == "" {
		return fmt.Errorf("static: %q is of no known type", name)
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:6])
	asset := Asset{Body: body, Type: kind, ETag: `"` + hash + `"`, path: address(hash, name)}
	if text {
		asset.Gzip = compress(body)
	}
	a.byName[name] = asset
	return nil
}

func address(hash, name string) string { return Prefix + hash + "/" + name }

// contentType returns the type of a file and whether it is text, which is worth
// gzipping. The list is ours because that of package mime depends on the
// machine. A licence has no extension.
func contentType(name string) (kind string, text bool) {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8", true
	case ".js":
		return "text/javascript; charset=utf-8", true
	case ".svg":
		return "image/svg+xml; charset=utf-8", true
	case ".woff2":
		return "font/woff2", false
	case "":
		return "text/plain; charset=utf-8", true
	}
	return "", false
}

// compress gzips as hard as it can, once, when the program starts.
func compress(body []byte) []byte {
	var buf bytes.Buffer
	w, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is a constant
	}
	// A bytes.Buffer takes every write.
	_, _ = w.Write(body)
	_ = w.Close()
	return buf.Bytes()
}
