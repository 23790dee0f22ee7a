package browser

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPerson(t *testing.T) {
	// Each page is a new French person; another tab is the same one.
	t.Parallel()
	files := map[string]string{
		"/":        `<!doctype html><title>Essai</title><p>Bonjour`,
		"/headers": "Accept-Language",
	}
	p := serve(t, files, "/headers")
	if got := p.text(); !strings.HasPrefix(got, "fr") {
		t.Errorf("Accept-Language: %s", got)
	}
	if got, _ := eval[string](p, `navigator.language`); !strings.HasPrefix(got, "fr") {
		t.Errorf("navigator.language is %s", got)
	}
	if _, err := eval[string](p, `document.cookie = "sid=1"`); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		who  *page
		want string
	}{{p.another(), "sid=1"}, {open(t, p.base), ""}} {
		c.who.visit("/")
		if got, _ := eval[string](c.who, `document.cookie`); got != c.want {
			t.Errorf("cookie %q, want %q", got, c.want)
		}
	}
}

func TestHistory(t *testing.T) {
	// Visit, follow, reload, back and forward each end on a loaded page.
	t.Parallel()
	p := serve(t, map[string]string{
		"/":  `<!doctype html><title>Un</title><a href="/2?page=3#bas">Suite</a>`,
		"/2": `<!doctype html><title>Deux</title><button>Rien</button>`,
	}, "/")
	p.follow("link", "Suite")
	p.waitFor("RootWebArea", "Deux")
	if got := p.path(); got != "/2?page=3#bas" {
		t.Errorf("at %s", got)
	}
	p.reload()
	p.back()
	p.waitFor("RootWebArea", "Un")
	p.forward()
	p.waitFor("RootWebArea", "Deux")
	wantRefusal(t, p, "no page loaded", func(p *page) { p.follow("button", "Rien") })
	wantRefusal(t, p, "nothing at +1", func(p *page) { p.forward() })
}

func TestDisplay(t *testing.T) {
	// The page sees the window, the colours, the paper and the network asked for.
	t.Parallel()
	p := scratch(t, ``, ``, ``)
	sees := func(query string, want bool) {
		t.Helper()
		if got, err := eval[bool](p, query); err != nil || got != want {
			t.Errorf("%s is %v (%v), want %v", query, got, err, want)
		}
	}
	p.viewport(360, 740, true)
	sees(`innerWidth === 360 && innerHeight === 740 && navigator.maxTouchPoints > 0`, true)
	p.viewport(1280, 800, false)
	sees(`innerWidth === 1280 && navigator.maxTouchPoints === 0`, true)
	p.dark(true)
	sees(`matchMedia("(prefers-color-scheme: dark)").matches`, true)
	p.print(true)
	sees(`matchMedia("print and (prefers-color-scheme: dark)").matches`, true)
	p.print(false)
	p.dark(false)
	sees(`matchMedia("print").matches || matchMedia("(prefers-color-scheme: dark)").matches`, false)
	p.offline(true)
	sees(`navigator.onLine`, false)
	sees(`fetch("/").then(() => true, () => false)`, false)
	p.offline(false)
	sees(`navigator.onLine`, true)
	sees(`fetch("/").then(() => true, () => false)`, true)
}

func TestNoJS(t *testing.T) {
	// Without scripts, the page's own do not run and the helpers still do.
	t.Parallel()
	p := scratch(t, `<form action="/"><label>Nom <input name="nom"></label><button>Créer</button></form>`,
		`document.title = "Avec"`, ``)
	p.waitFor("RootWebArea", "Avec")
	p.noJS()
	p.visit("/")
	p.waitFor("RootWebArea", "Essai")
	p.fill("textbox", "Nom", "été")
	p.follow("button", "Créer")
	if got := p.path(); got != "/?nom=%C3%A9t%C3%A9" {
		t.Errorf("at %s", got)
	}
	p.waitFor("RootWebArea", "Essai")
}

func TestScreenshot(t *testing.T) {
	// A screenshot is a PNG in $SHOTS, and nothing without it.
	dir := t.TempDir()
	p := scratch(t, ``, ``, ``)
	t.Setenv("SHOTS", "")
	p.screenshot("rien")
	t.Setenv("SHOTS", filepath.Join(dir, "shots"))
	p.screenshot("état/1 b")
	b, err := os.ReadFile(filepath.Join(dir, "shots", "état-1-b.png"))
	if err != nil || !strings.HasPrefix(string(b), "\x89PNG") {
		t.Errorf("%v, %.8q", err, b)
	}
}
