package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/net/html"

	"carnet/data"
)

// call is an address of ours that a page names.
type call struct {
	method, path string
	fragment     bool
}

// calls returns the addresses of ours that a page names.
func calls(root *html.Node) []call {
	var out []call
	add := func(n *html.Node, name, method string, fragment bool) {
		if v := attr(n, name); strings.HasPrefix(v, "/") {
			out = append(out, call{method, v, fragment})
		}
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		for _, name := range []string{"href", "src"} {
			add(n, name, http.MethodGet, false)
		}
		method := http.MethodGet
		if strings.EqualFold(attr(n, "method"), "post") || n.Data == "button" {
			method = http.MethodPost
		}
		add(n, "action", method, false)
		add(n, "formaction", method, false)
		add(n, "hx-get", http.MethodGet, true)
		add(n, "hx-post", http.MethodPost, true)
	}
	return out
}

// route returns the route of an address, or nothing.
func (o office) route(method, address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	for _, r := range o.app.GetRoutes(true) {
		if r.Method == method && r.Path != "/" && fiber.RoutePatternMatch(u.Path, r.Path) || r.Path == u.Path && r.Method == method {
			return r.Path
		}
	}
	return ""
}

func TestEveryAddressOnEveryPage(t *testing.T) {
	// Every link, form and hx-* address that a page shows leads somewhere, and
	// every page that it leads to is well made.
	t.Parallel()
	o := atelier(t)
	first, err := o.store.Clients(bg, data.ClientFilter{})
	if err != nil {
		t.Fatal(err)
	}
	o.browser(t).htmxless("/annexes/attachments", "cgv.pdf", []byte("cgv"))
	b := o.compose(t, first.Clients[1].Client) // a sent mail and a draft, each with a file
	b.upload(b.filesOf(), "plan.txt", "text/plain", []byte("plan"))
	b.fill("Objet", "Plan").click("Envoyer")
	b.click("Envoyer un e-mail")
	b.upload(b.filesOf(), "plan.txt", "text/plain", []byte("plan"))
	b.click("Aperçu") // no link leads there
	o.manyDrafts(first.Clients[0].Client)

	const enough = 6 // addresses of one route and kind
	seen, opened := map[call]bool{}, map[string]int{}
	queue := []call{{http.MethodGet, "/", false}, {http.MethodGet, "/setup", false}, {http.MethodGet, b.at.Path, false}}
	for len(queue) > 0 {
		next := queue[0]
		queue = queue[1:]
		route := o.route(next.method, next.path)
		if route == "" {
			t.Errorf("%s %s has no route", next.method, next.path)
			continue
		}
		kind := route
		if next.fragment {
			kind += " (fragment)"
		}
		if u, err := url.Parse(next.path); err == nil && u.RawQuery != "" {
			kind += " (query)"
		}
		if opened[kind]++; next.method != http.MethodGet || opened[kind] > enough {
			continue
		}
		found := b.look(t, next)
		for _, c := range found {
			if !seen[c] {
				seen[c] = true
				queue = append(queue, c)
			}
		}
	}
	for _, r := range o.app.GetRoutes(true) {
		if r.Method == http.MethodGet && opened[r.Path] == 0 && !aside(r.Path) {
			t.Errorf("no page leads to %s", r.Path)
		}
	}
}

// aside tells whether a route is for machines, or for who is signed out.
func aside(path string) bool {
	return path == "/healthz" || path == "/favicon.ico" || path == "/session/new" || path == "/session/factor" || path == "/invitations/:token" || strings.HasPrefix(path, "/password/reset") ||
		path == "/factor/image" || path == "/passkeys/:passkey/delete" || // once there is one
		path == "/clients/:client/drafts/:draft/attachments" // a button leads there
}

// look opens an address, checks what it shows, and returns the addresses there.
func (b *browser) look(t *testing.T, c call) []call {
	t.Helper()
	if c.fragment {
		b.receive(b.request(http.MethodGet, c.path, "", header{"HX-Request", "true"}))
	} else {
		b.send(http.MethodGet, c.path, "")
	}
	if b.StatusCode != http.StatusOK {
		t.Errorf("%v: status %d", c, b.StatusCode)
		return nil
	}
	if !strings.HasPrefix(b.Header.Get("Content-Type"), "text/html") || b.Header.Get("Content-Security-Policy") == letterHolds {
		return nil // no page of ours
	}
	b.read()
	checkIDs(t, c.path, b.page, !c.fragment)
	if n := len(tags(b.page, "form")); n != strings.Count(b.body, "<form") {
		t.Errorf("%v: of %d forms %d are left: one stands in another", c, strings.Count(b.body, "<form"), n)
	}
	if !c.fragment {
		checkPage(t, c.path, b.page)
	}
	return calls(b.page)
}

// checkPage: a page has one h1, a title and a language.
func checkPage(t *testing.T, path string, page *html.Node) {
	t.Helper()
	if h := tags(page, "h1"); len(h) != 1 || text(h[0]) == "" {
		t.Errorf("%s has %d h1", path, len(h))
	}
	titles := tags(tags(page, "head")[0], "title")
	if len(titles) != 1 || len(titles[0].FirstChild.Data) <= len(" · Carnet") {
		t.Errorf("%s has no title", path)
	}
	if lang := attr(tags(page, "html")[0], "lang"); lang != "fr" && lang != "en" {
		t.Errorf("%s is in the language %q", path, lang)
	}
	for _, n := range tags(page, "a", "button", "input", "textarea", "select", "iframe") {
		if attr(n, "type") != "hidden" && !isHidden(n) && nameOf(page, n) == "" {
			t.Errorf("%s: a %s without a name: %v", path, n.Data, n.Attr)
		}
	}
}

// checkIDs: ids are unique, and what one element says of another by its id is
// true, if the whole page is there.
func checkIDs(t testing.TB, path string, root *html.Node, whole bool) {
	t.Helper()
	ids := map[string]bool{}
	for n := range root.Descendants() {
		if id := attr(n, "id"); id != "" {
			if ids[id] {
				t.Errorf("%s: the id %s is there twice", path, id)
			}
			ids[id] = true
		}
	}
	if !whole {
		return
	}
	for n := range root.Descendants() {
		for _, name := range []string{"for", "aria-labelledby", "aria-describedby", "aria-controls", "popovertarget", "commandfor", "hx-target", "hx-include"} {
			if name == "aria-labelledby" && attr(n, "id") == "modal" {
				continue // the title comes with what the dialog shows
			}
			for id := range strings.FieldsFuncSeq(attr(n, name), func(r rune) bool { return r == ' ' || r == ',' }) {
				if !ids[strings.TrimPrefix(id, "#")] {
					t.Errorf("%s: %s=%q is not in the page", path, name, id)
				}
			}
		}
		if href := attr(n, "href"); strings.HasPrefix(href, "#") && !ids[href[1:]] {
			t.Errorf("%s: href=%q is not in the page", path, href)
		}
	}
}
