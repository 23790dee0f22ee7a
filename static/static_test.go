package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

func TestEveryFileHasAnAddress(t *testing.T) {
	t.Parallel()
	// Each file has an address that brings back exactly its bytes, gzipped or not.
	a := open(t)
	for _, name := range served(t) {
		hash, base := split(t, a, name)
		asset, ok := a.Get(hash, base)
		if !ok {
			t.Errorf("%s: its own address brings nothing", name)
			continue
		}
		if asset.Type == "" || asset.ETag != `"`+hash+`"` {
			t.Errorf("%s: type %q, ETag %s", name, asset.Type, asset.ETag)
		}
		if font := path.Ext(name) == ".woff2"; font != (asset.Gzip == nil) {
			t.Errorf("%s: %d bytes gzipped", name, len(asset.Gzip))
		}
		if asset.Gzip != nil && !bytes.Equal(gunzip(t, asset.Gzip), asset.Body) {
			t.Errorf("%s: the gzipped bytes are not the file", name)
		}
		if _, ok := a.Get("000000000000", base); ok {
			t.Errorf("%s: answers under a hash that is not its own", name)
		}
	}
}

func TestUnknownNameIsAnError(t *testing.T) {
	t.Parallel()
	// A name that is not a file is an error for a template and nothing for a request.
	a := open(t)
	if got, err := a.Path("app.min.css"); err == nil {
		t.Errorf("Path gives %q", got)
	}
	if _, ok := a.Get("", "app.min.css"); ok {
		t.Error("Get gives a file")
	}
}

func TestAddressFollowsContent(t *testing.T) {
	t.Parallel()
	// Another content is another address, of the file and of the style sheet that names it.
	fsys := tree(t)
	before, err := build(fsys)
	if err != nil {
		t.Fatal(err)
	}
	fsys["vendor/inter-latin.woff2"] = &fstest.MapFile{Data: []byte("another font")}
	after, err := build(fsys)
	if err != nil {
		t.Fatal(err)
	}
	for name, changes := range map[string]bool{
		"inter-latin.woff2": true, "app.css": true, "app.js": false, "icons.svg": false,
	} {
		if changed := pathOf(t, before, name) != pathOf(t, after, name); changed != changes {
			t.Errorf("%s: address changed is %t", name, changed)
		}
	}
}

func TestBuildRefuses(t *testing.T) {
	t.Parallel()
	// A file that would never reach a page stops the program at its start.
	for what, file := range map[string]string{
		"a style sheet outside the order": "css/late.css",
		"a file of no known type":         "img/logo.bmp",
		"two files of one name":           "img/inter-latin.woff2",
	} {
		fsys := tree(t)
		fsys[file] = &fstest.MapFile{Data: []byte("x")}
		if _, err := build(fsys); err == nil {
			t.Errorf("%s is accepted", what)
		}
	}
	fsys := tree(t)
	fsys["css/base.css"] = &fstest.MapFile{Data: []byte("a { background: url(gone.svg) }")}
	if _, err := build(fsys); err == nil {
		t.Error("a url of no file is accepted")
	}
}

func TestScriptsComeInOrder(t *testing.T) {
	t.Parallel()
	// app.js comes first, the others by name, and none can call the one before it;
	// what only we read is left out.
	fsys := fstest.MapFS{}
	for name, js := range map[string]string{"app": "// What\n  // f is.\n  f()", "zoo": "(z)", "act": "\n  (a)   // why\n(b)"} {
		fsys["js/"+name+".js"] = &fstest.MapFile{Data: []byte(js)}
	}
	got, err := script(fsys)
	if err != nil {
		t.Fatal(err)
	}
	if want := "f(),a(b),z"; string(got) != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestVendoredFiles(t *testing.T) {
	t.Parallel()
	// htmx is the release that was tried, byte for byte, and each work of others comes with its licence.
	a := open(t)
	const want = "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"
	if got := fmt.Sprintf("%x", sha256.Sum256(body(t, a, "htmx-4.0.1.min.js"))); got != want {
		t.Errorf("htmx is %s", got)
	}
	for name, words := range map[string]string{
		"htmx-LICENSE": "Zero-Clause BSD", "inter-LICENSE": "SIL Open Font License", "icons-LICENSE": "ISC License",
	} {
		if !bytes.Contains(body(t, a, name), []byte(words)) {
			t.Errorf("%s does not say %q", name, words)
		}
	}
}

func TestFirstLoadIsSmall(t *testing.T) {
	t.Parallel()
	// The files of a first page weigh 84 KB at most as they travel, our style 8.5 and our script 5.5.
	a := open(t)
	weight := func(name string) int {
		asset := a.byName[name]
		if asset.Gzip != nil {
			return len(asset.Gzip)
		}
		return len(asset.Body)
	}
	total := 0
	for name, limit := range map[string]int{
		"app.css": 17 << 9, "app.js": 11 << 9, "htmx-4.0.1.min.js": 14 << 10, "inter-latin.woff2": 48 << 10, "icons.svg": 4 << 10,
	} {
		n := weight(name)
		total += n
		if n == 0 || n > limit {
			t.Errorf("%s: %d bytes, want at most %d", name, n, limit)
		}
	}
	if total > 84<<10 {
		t.Errorf("in all %d bytes", total)
	}
}

func TestNothingComesFromElsewhere(t *testing.T) {
	t.Parallel()
	// No style and no script of ours names another host, but in a comment.
	other := regexp.MustCompile(`(?i)https?:|url\(['"]?//|@import`)
	comment := regexp.MustCompile(`(?s)/\*.*?\*/|(?m)^\s*//.*$`)
	for name, file := range tree(t) {
		if dir := path.Dir(name); dir != "css" && dir != "js" {
			continue
		}
		if found := other.Find(comment.ReplaceAll(file.Data, nil)); found != nil {
			t.Errorf("%s holds %q", name, found)
		}
	}
	a := open(t)
	if css := body(t, a, "app.css"); !bytes.Contains(css, []byte("url("+pathOf(t, a, "inter-latin.woff2")+")")) {
		t.Error("the style sheet does not ask for the font at its address")
	}
}

// open returns the assets of the program.
func open(t *testing.T) *Assets {
	t.Helper()
	a, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// tree returns a copy of the embedded files that a test may change.
func tree(t *testing.T) fstest.MapFS {
	t.Helper()
	fsys := fstest.MapFS{}
	names, err := fs.Glob(files, "*/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		data, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		fsys[name] = &fstest.MapFile{Data: data}
	}
	return fsys
}

// served returns the names that the embedded files are asked for by.
func served(t *testing.T) []string {
	t.Helper()
	names := []string{"app.css", "app.js"}
	for file := range tree(t) {
		if dir := path.Dir(file); dir != "css" && dir != "js" {
			names = append(names, path.Base(file))
		}
	}
	return names
}

func pathOf(t *testing.T, a *Assets, name string) string {
	t.Helper()
	address, err := a.Path(name)
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// split cuts the address of a file as a route does.
func split(t *testing.T, a *Assets, name string) (hash, base string) {
	t.Helper()
	rest, ok := strings.CutPrefix(pathOf(t, a, name), Prefix)
	if !ok {
		t.Fatalf("%s is not under %s", name, Prefix)
	}
	hash, base, _ = strings.Cut(rest, "/")
	return hash, base
}

func body(t *testing.T, a *Assets, name string) []byte {
	t.Helper()
	asset, ok := a.Get(split(t, a, name))
	if !ok {
		t.Fatalf("no %s", name)
	}
	return asset.Body
}

func gunzip(t *testing.T, b []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
