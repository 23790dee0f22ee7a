package handlers

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

var bg = context.Background()

// browser walks the application as a person with a browser does: it keeps
// cookies, says where requests come from, follows redirects, finds links,
// buttons and fields by their names, and posts the forms that it finds. With
// htmx set it does what hx-* attributes say (walk_htmx_test.go).
type browser struct {
	t      testing.TB
	app    office
	jar    http.CookieJar
	htmx   bool
	header header // beside the usual ones

	at   *url.URL
	page *html.Node
	answer
}

func (o office) browser(t testing.TB) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, app: o, jar: jar, at: &url.URL{Scheme: "http", Host: "localhost", Path: "/"}}
}

// visit opens an address that is to be there.
func (b *browser) visit(address string) *browser {
	b.t.Helper()
	b.send(http.MethodGet, address, "")
	b.is(http.StatusOK)
	return b
}

// is fails the test unless the last answer has a status.
func (b *browser) is(status int) *browser {
	b.t.Helper()
	if b.StatusCode != status {
		b.t.Fatalf("%s %s: status %d, want %d\n%s", b.Request.Method, b.Request.URL, b.StatusCode, status, text(b.page))
	}
	return b
}

// request makes a request as a browser does.
func (b *browser) request(method, address, form string, headers ...header) *http.Request {
	b.t.Helper()
	to, err := b.at.Parse(address)
	if err != nil {
		b.t.Fatal(err)
	}
	to.Fragment = "" // never sent
	r := httptest.NewRequest(method, to.String(), strings.NewReader(form))
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Referer", b.at.String())
	if method == http.MethodPost {
		r.Header.Set("Origin", b.at.Scheme+"://"+b.at.Host)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, h := range append([]header{b.header}, headers...) {
		h.set(r)
	}
	for _, c := range b.jar.Cookies(to) {
		r.AddCookie(c)
	}
	return r
}

// send sends a request, follows where it leads, and reads the page.
func (b *browser) send(method, address, form string) {
	b.t.Helper()
	for range 5 {
		r := b.request(method, address, form)
		b.receive(r)
		if b.StatusCode != http.StatusSeeOther {
			b.at = r.URL
			b.read()
			return
		}
		method, address, form = http.MethodGet, b.Header.Get("Location"), ""
	}
	b.t.Fatalf("%s leads round in a circle", address)
}

func (b *browser) receive(r *http.Request) {
	b.t.Helper()
	b.answer = b.app.do(b.t, r)
	b.Request = r
	b.jar.SetCookies(r.URL, b.Cookies())
}

func (b *browser) read() {
	b.t.Helper()
	page, err := html.Parse(strings.NewReader(b.body))
	if err != nil {
		b.t.Fatal(err)
	}
	b.page = page
}

// place is a part of the page.
type place struct {
	*browser
	root *html.Node
}

func (b *browser) all() place { return place{b, b.page} }

// in returns the smallest of the elements of a tag that shows some text.
func (p place) in(tag, words string) place {
	p.t.Helper()
	var found *html.Node
	for _, n := range tags(p.root, tag) {
		if strings.Contains(text(n), words) && (found == nil || len(text(n)) <= len(text(found))) {
			found = n
		}
	}
	if found == nil {
		p.t.Fatalf("%s: no %s with %q in: %s", p.at, tag, words, text(p.root))
	}
	return place{p.browser, found}
}

// named returns the elements of some tags that have a name: wholly, or else at
// its beginning.
func (p place) named(name string, names ...string) []*html.Node {
	var whole, begins []*html.Node
	for _, n := range tags(p.root, names...) {
		switch got := nameOf(p.page, n); {
		case isHidden(n) || attr(n, "type") == "hidden":
		case got == even(name):
			whole = append(whole, n)
		case strings.HasPrefix(got, even(name)+" "):
			begins = append(begins, n)
		}
	}
	if whole != nil {
		return whole
	}
	return begins
}

// one returns the only element of some tags that has a name.
func (p place) one(name string, names ...string) *html.Node {
	p.t.Helper()
	found := p.named(name, names...)
	if len(found) != 1 {
		p.t.Fatalf("%s: %d of %v are named %q, want 1, in: %s", p.at, len(found), names, name, text(p.root))
	}
	return found[0]
}

// click follows a link or presses a button, and wants it to be done.
func (p place) click(name string) *browser {
	p.t.Helper()
	p.press(p.one(name, "a", "button"))
	if p.StatusCode != http.StatusOK && p.StatusCode != http.StatusNoContent {
		p.t.Fatalf("%q: %s %s: status %d\n%s", name, p.Request.Method, p.Request.URL, p.StatusCode, text(p.page))
	}
	return p.browser
}

// refused presses a button whose form is not taken.
func (p place) refused(status int, name string) *browser {
	p.t.Helper()
	p.press(p.one(name, "a", "button"))
	return p.is(status)
}

// enter is the Enter key in a field: the first button of its form.
func (p place) enter(name string) *browser {
	p.t.Helper()
	form := within(p.field(name), "form")
	for _, n := range tags(form, "button") {
		if attr(n, "type") != "button" {
			p.press(n)
			return p.browser
		}
	}
	p.t.Fatalf("%q: its form has no button", name)
	return nil
}

// press does what a link or a button does.
func (b *browser) press(n *html.Node) {
	b.t.Helper()
	if b.htmx && b.act(n) {
		return
	}
	if n.Data == "a" {
		b.send(http.MethodGet, attr(n, "href"), "")
		return
	}
	form := within(n, "form")
	if form == nil || attr(n, "type") == "button" {
		b.t.Fatalf("the button %q does nothing without JavaScript", nameOf(b.page, n))
	}
	address := attr(form, "action")
	if has(n, "formaction") {
		address = attr(n, "formaction")
	}
	if strings.EqualFold(attr(form, "method"), "post") {
		b.send(http.MethodPost, address, b.encode(form, n))
		return
	}
	b.send(http.MethodGet, address+"?"+b.encode(form, n), "")
}

func (b *browser) in(tag, words string) place { b.t.Helper(); return b.all().in(tag, words) }

func (b *browser) click(name string) *browser { b.t.Helper(); return b.all().click(name) }

func (b *browser) fill(name, value string) *browser {
	b.t.Helper()
	b.all().fill(name, value)
	return b
}

// sees fails the test unless the page shows all the words.
func (b *browser) sees(words ...string) *browser {
	b.t.Helper()
	shown := text(b.page)
	for _, w := range words {
		if !strings.Contains(shown, even(w)) {
			b.t.Fatalf("%s does not show %q: %s", b.at, w, shown)
		}
	}
	return b
}

// misses fails the test if the page shows any of the words.
func (b *browser) misses(words ...string) *browser {
	b.t.Helper()
	for _, w := range words {
		if strings.Contains(text(b.page), even(w)) {
			b.t.Fatalf("%s shows %q: %s", b.at, w, text(b.page))
		}
	}
	return b
}

// toast returns the message that the page shows.
func (b *browser) toast() string {
	b.t.Helper()
	var out []string
	for n := range byID(b.page, "toasts").ChildNodes() {
		if n.Type == html.ElementNode {
			out = append(out, text(n))
		}
	}
	return strings.Join(out, " | ")
}
