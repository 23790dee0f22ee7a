package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"carnet/data"
	"carnet/i18n"

	"golang.org/x/net/html"
)

// attacker types badly into the forms of a page.
type attacker struct {
	t    *testing.T
	who  crowd
	lang i18n.Lang
	said []string
	o    office
	b    *browser

	form, page *html.Node // that was found, until the book changes
}

func newAttacker(t *testing.T, who crowd, l data.Language) *attacker {
	a := &attacker{t: t, who: who, lang: i18n.Lang(l), said: problemsSaid(i18n.Lang(l))}
	a.restart()
	return a
}

// restart goes on with another book.
func (a *attacker) restart() {
	a.checkLog()
	a.o, a.b = a.who.open(a.t)
	a.form = nil
	a.b.header = header{"Accept-Language", string(a.lang)}
	if u, err := a.o.store.FirstUser(bg); err == nil {
		if _, err := a.o.store.Prefer(bg, u.ID, data.Language(a.lang), ""); err != nil {
			a.t.Fatal(err)
		}
	}
}

// try types bad values into every field of a form: what is too long in one
// language or the other, and of the rest each kind, others in the next field.
func (a *attacker) try(p posting) {
	a.form = nil
	for i, name := range p.names {
		for j, v := range badValues() {
			every := map[badKind]int{endless: 2, unreadable: 6, hostile: 12}[v.badKind]
			if n := i + j + len(a.lang.T("", "x")); n%every == 0 {
				a.post(p, name, v, n/every)
			}
		}
	}
	a.checkLog()
}

func (a *attacker) checkLog() {
	if a.o.log == nil {
		return
	}
	for line := range strings.Lines(a.o.log.String()) {
		if strings.Contains(line, mark) || strings.Contains(line, "level=ERROR") {
			a.t.Errorf("the log says %.300s", line)
		}
	}
}

// find opens the page of a form and returns the element that posts it.
func (a *attacker) find(p posting) *html.Node {
	if a.form != nil {
		a.b.page = a.page
		return a.form
	}
	for range 2 {
		if p.route == "/invitations/:token" { // which is used up
			p.source = invited(a.o)
		}
		a.b.open(p.source)
		found, at := a.b.postings(p.source)
		if i := slices.IndexFunc(found, func(x posting) bool { return x.key() == p.key() }); i >= 0 {
			a.form, a.page = at[i], a.b.page
			return at[i]
		}
		a.restart() // what was posted before took the form away
	}
	a.t.Fatalf("%s has no form %s", p.path, p.key())
	return nil
}

// post types one bad value into one field. n chooses the button, and whether
// htmx posts.
func (a *attacker) post(p posting, name string, v badValue, n int) {
	at := a.find(p)
	form := formOf(at)
	address, buttons := attr(at, "hx-post"), []*html.Node{nil}
	if at.Data == "form" {
		address = attr(at, "action")
		for _, x := range tags(form, "button") {
			if attr(x, "name") != "" {
				buttons = append(buttons, x)
			}
		}
	}
	button := buttons[n/2%len(buttons)] // nil: the one that sends
	typed := values(a.b.encode(form, button))
	for name, good := range map[string]string{"code": setupCode, "agency": "Atelier", "name": "Ada", "email": "ada@exemple.example", "password": "douze lettres au moins", "subject": "Essai"} {
		if old, ok := typed[name]; ok && old[0] == "" {
			typed.Set(name, good)
		}
	}
	typed.Set(name, v.text)
	field := fieldOf(form, name)
	before := a.o.engine.commits.Load()
	h := header{}
	if n%2 == 0 {
		h = header{"HX-Request", "true"}
	}
	a.b.receive(a.b.request(http.MethodPost, address, typed.Encode(), h))
	a.b.read()
	if a.b.StatusCode == http.StatusTooManyRequests && (p.route == "/setup" || p.route == "/invitations/:token") {
		a.restart() // with tries of its own
		a.post(p, name, v, n)
		return
	}
	what := fmt.Sprintf("%s (%s, htmx %v, %s) with %s=%.40q", p.route, a.lang, n%2 == 0, typed["op"], name, v.text)
	a.checkAnswer(what, v, typed)
	told := p.route == "/session/new" // the journal is, of a sign-in that failed
	if a.b.StatusCode >= 400 && !told && a.o.engine.commits.Load() != before {
		a.t.Errorf("%s: status %d, and the book changed", what, a.b.StatusCode)
	}
	if a.o.engine.commits.Load() != before {
		a.form = nil
	}
	if at.Data == "form" && button == nil && field != nil {
		a.checkRefused(what, field, v)
	}
	if to := a.b.Header.Get("Location") + a.b.Header.Get("HX-Redirect"); to != "" {
		if !ours(to) {
			a.t.Errorf("%s leads to %q", what, to)
		}
		a.b.send(http.MethodGet, to, "")
		checkSafe(a.t, what+": "+to, a.b)
	}
}

// fieldOf returns the field that a person fills in under a name, or nil.
func fieldOf(form *html.Node, name string) *html.Node {
	for _, n := range tags(form, "input", "textarea", "select") {
		if attr(n, "name") == name && !slices.Contains([]string{"hidden", "checkbox"}, attr(n, "type")) {
			return n
		}
	}
	return nil
}

// checkAnswer checks what holds of every answer.
func (a *attacker) checkAnswer(what string, v badValue, typed url.Values) {
	b := a.b
	if !slices.Contains(house, b.StatusCode) {
		a.t.Errorf("%s: status %d", what, b.StatusCode)
	}
	for _, c := range b.Cookies() {
		if !slices.Contains([]string{"sid", "lang", "theme", passkeyStep}, c.Name) || strings.Contains(c.Value, mark) {
			a.t.Errorf("%s sets the cookie %s", what, c)
		}
	}
	checkSafe(a.t, what, b)
	switch b.StatusCode {
	case 409, 422:
		if got := allFields(b.page); len(got) > 1 {
			a.checkTyped(what, typed, got)
		}
	case 400, 403, 404, 413, 415:
		if !strings.Contains(text(b.page), even(words(a.lang, b.StatusCode))) {
			a.t.Errorf("%s: status %d says %s", what, b.StatusCode, text(b.page))
		}
	}
}

// allFields returns what all fields of an answer hold.
func allFields(page *html.Node) url.Values {
	out := url.Values{}
	for _, n := range tags(page, "input", "textarea", "select") {
		if v, ok := valueOf(n); ok {
			out.Add(attr(n, "name"), v)
		}
	}
	return out
}

// checkTyped: what was typed is given back. The composer makes chips of what
// stood in its fields of recipients; a list shows what it has, and a password
// never comes back.
func (a *attacker) checkTyped(what string, typed, got url.Values) {
	for name, want := range typed {
		if slices.Contains([]string{"op", "request", "version", "password", "kind", "language", "civility", "asked", "ignored",
			"draft", "each", "annex", "template", "security", "client", "current", "credential", "theme", "user_role"}, name) || slices.Contains(fieldNames, strings.Split(name, "_")[0]) {
			continue
		}
		if !slices.ContainsFunc(got[name], func(v string) bool { return shownAs(v) == shownAs(want[0]) }) && !isTick(name) {
			a.t.Errorf("%s: %s came back as %.60q", what, name, got[name])
		}
	}
}

func isTick(name string) bool {
	return slices.Contains([]string{"favorite", "departed", "keep_email", "fresh"}, name)
}

// shownAs is what a page can show of a text.
func shownAs(s string) string {
	s = even(seen(s))
	for strings.Contains(s, "\uFFFD\uFFFD") {
		s = strings.ReplaceAll(s, "\uFFFD\uFFFD", "\uFFFD")
	}
	return s
}

// checkRefused: a field that a person fills in refuses what nobody types, what
// is too long, what its list does not have, and nothing if it is required, and
// says so beside it.
func (a *attacker) checkRefused(what string, field *html.Node, v badValue) {
	name := attr(field, "name")
	switch {
	case slices.Contains(fieldNames, strings.Split(name, "_")[0]), a.b.StatusCode == http.StatusTooManyRequests:
		return // a text that is no address becomes a chip
	case name == "text" && a.b.StatusCode == http.StatusOK, name == "subject" && a.b.StatusCode == http.StatusOK:
		return // unknown addresses are asked about first
	case name == "each", name == "annex", name == "template", name == "client":
		return // one that is not known is none; the client is looked for by the preview only
	case field.Data == "select" && v.text != "":
	case has(field, "required") && v.text == "":
	case field.Data == "select", v.badKind == hostile, attr(field, "type") == "password" && v.badKind == unreadable:
		return
	}
	if a.b.StatusCode != http.StatusUnprocessableEntity {
		a.t.Errorf("%s: status %d, want 422", what, a.b.StatusCode)
		return
	}
	n := fieldOf(a.b.page, name)
	if n == nil {
		a.t.Errorf("%s: the field is gone", what)
		return
	}
	beside := ""
	for id := range strings.FieldsSeq(attr(n, "aria-describedby")) {
		if d := byID(a.b.page, id); d != nil {
			beside += plainWords(text(d))
		}
	}
	if !slices.ContainsFunc(a.said, func(s string) bool { return strings.Contains(beside, s) }) {
		a.t.Errorf("%s: beside it stands %q", what, beside)
	}
}

// checkSafe: nothing that was typed runs, loads or points anywhere.
func checkSafe(t *testing.T, what string, b *browser) {
	t.Helper()
	if strings.Contains(b.body, "ZgotmplZ") {
		t.Errorf("%s: a text stands where html/template could not escape it", what)
	}
	for n := range b.page.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if slices.Contains([]string{"img", "iframe", "object", "embed", "style", "base", "b", "i"}, n.Data) ||
			n.Data == "script" && (!strings.HasPrefix(attr(n, "src"), "/static/") || n.FirstChild != nil) {
			t.Errorf("%s: there is a %s", what, n.Data)
		}
		for _, x := range n.Attr {
			if !safeAttr(n, x) {
				t.Errorf("%s: <%s %s=%.80q>", what, n.Data, x.Key, x.Val)
			}
		}
	}
}

func safeAttr(n *html.Node, x html.Attribute) bool {
	switch {
	case strings.HasPrefix(x.Key, "on"), x.Key == "style", strings.Contains(x.Key, mark):
		return false
	case strings.HasPrefix(x.Key, "hx-"), x.Key == "id", x.Key == "class", x.Key == "name", x.Key == "popovertarget":
		return !strings.Contains(x.Val, mark)
	case n.Data == "a" && x.Key == "href":
		return strings.HasPrefix(x.Val, "#") || ours(x.Val) || strings.HasPrefix(x.Val, "mailto:") || strings.HasPrefix(x.Val, "tel:") ||
			strings.HasPrefix(x.Val, "https://") || strings.HasPrefix(x.Val, "http://")
	case x.Key == "href", x.Key == "src", x.Key == "action", x.Key == "formaction":
		return ours(x.Val)
	}
	return true
}
