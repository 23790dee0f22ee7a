package views

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// sources returns the text of every template, by its path.
func sources(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, path)
		out[path] = string(text)
		return err
	})
	if err != nil || len(out) < 40 {
		t.Fatalf("%d templates, %v", len(out), err)
	}
	return out
}

var (
	hxValue = regexp.MustCompile(`(\S*hx-[\w:-]+)=("[^"]*"|'[^']*'|\S*)`)
	action  = regexp.MustCompile(`{{-?\s*(.*?)\s*-?}}`)
	// Words that Path and elementID make plain, or an Address, which they made.
	harmless = regexp.MustCompile(`^(path|id) |^\.(Action|Undo)$`)
)

// misuses returns what is wrong with the hx-* attributes of a template.
func misuses(text string) (out []string) {
	for _, m := range hxValue.FindAllStringSubmatch(text, -1) {
		name, value := m[1], m[2]
		if strings.Contains(name, "{{") || strings.HasPrefix(name, "hx-on") || strings.Contains(strings.ToLower(value), "js:") ||
			strings.Contains(strings.ToLower(value), "javascript:") {
			out = append(out, m[0])
		}
		for _, a := range action.FindAllStringSubmatch(value, -1) {
			if !harmless.MatchString(a[1]) {
				out = append(out, m[0])
			}
		}
	}
	return out
}

func TestHxValuesHoldNoData(t *testing.T) {
	// html/template does not know htmx: no text of a person may stand in an
	// hx-* attribute, and nothing there is a script.
	t.Parallel()
	found := 0
	for path, text := range sources(t) {
		found += len(hxValue.FindAllString(text, -1))
		for _, m := range misuses(text) {
			t.Errorf("%s: %s", path, m)
		}
	}
	if found < 50 {
		t.Errorf("only %d hx-* attributes were found", found)
	}
	for _, bad := range []string{`<a hx-get="{{.Next}}">`, `<a hx-vals='{"q":"{{.Query}}"}'>`, `<a hx-vals="js:1">`, `<a hx-on:click="x">`,
		`<a {{.Name}}hx-get="/x">`, `<a hx-confirm={{.Text}}>`, `<a hx-get="javascript:x">`} {
		if len(misuses(bad)) == 0 {
			t.Errorf("%s passes", bad)
		}
	}
}

func TestTemplatesHoldNoScript(t *testing.T) {
	// Pages hold no inline script, style or handler, and nothing that escapes
	// html/template.
	t.Parallel()
	inline := regexp.MustCompile(`(?i)<script[^>]*>[^<]|<style|\sstyle=|\son\w+=|javascript:|\bsafe\w*\b|{{define`)
	for path, text := range sources(t) {
		if m := inline.FindString(text); m != "" {
			t.Errorf("%s: %q", path, m)
		}
		if filepath.Base(path)[0] == '_' && !strings.HasSuffix(text, "{{- /**/ -}}\n") && !strings.HasSuffix(text, "{{- /**/ -}}") {
			t.Errorf("%s: a swap would add its last line end: end it with {{- /**/ -}}", path)
		}
	}
}

func TestOnlyViewsMakesHTML(t *testing.T) {
	// Nothing but this package calls a string HTML, or an address safe.
	t.Parallel()
	trusted := regexp.MustCompile(`template\.(HTML|HTMLAttr|JS|JSStr|CSS|URL|Srcset)\b|(^|[^.\w])views\.(Fragment|Address)\(["\w]`)
	allowed := map[string]bool{"views/views.go": true, "views/text.go": true,
		// An address that ours() lets through, and the path of a request.
		"handlers/sessions.go": true, "handlers/favorites.go": true}
	read := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		read++
		if name := filepath.ToSlash(strings.TrimPrefix(path, ".."+string(filepath.Separator))); !allowed[name] {
			for _, m := range trusted.FindAllString(string(text), -1) {
				t.Errorf("%s: %s", name, m)
			}
		}
		return err
	})
	if err != nil || read < 50 {
		t.Errorf("%d files read: %v", read, err)
	}
}

func TestPathAndIDTakePlainWordsOnly(t *testing.T) {
	// Whatever a person typed, no part of an address or an id is their text.
	t.Parallel()
	for part, want := range map[any]string{"clients": "/clients", "0192-ab": "/0192-ab", "a/b": "/-", `"><script>`: "/-", "": "/-", "É": "/-", "..": "/-", "a b": "/-", 12: "/12"} {
		if got := string(Path(part)); got != want {
			t.Errorf("Path(%q) is %q, want %q", part, got, want)
		}
	}
	if got := elementID("row", `x" onclick="y`); got != "row-" {
		t.Errorf("an id is %q", got)
	}
}
