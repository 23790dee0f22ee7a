package handlers

import (
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"carnet/data"
	"carnet/data/datatest"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/net/html"
)

// source is where a form is found: a page that is opened, or one that a button
// of the composer gives.
type source struct {
	call
	body string
}

// posting is a form on a page, or a field that posts while one types.
type posting struct {
	source
	route string   // that it posts to
	names []string // of its fields and buttons
}

func (p posting) key() string { return p.route + " " + strings.Join(p.names, " ") }

// open opens the page of a form.
func (b *browser) open(s source) {
	b.t.Helper()
	var h header
	if s.fragment {
		h = header{"HX-Request", "true"}
	}
	b.receive(b.request(s.method, s.path, s.body, h))
	b.read()
}

// postings returns what the page posts, and the elements that do.
func (b *browser) postings(s source) (found []posting, at []*html.Node) {
	for n := range b.page.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		address := attr(n, "hx-post")
		if attr(n, "enctype") != "" {
			continue // files: TestAttachments and TestAnnexes bring some
		}
		if n.Data == "form" && strings.EqualFold(attr(n, "method"), "post") {
			address = attr(n, "action")
		} else if n.Data == "form" || n.Data == "button" {
			continue
		}
		if n.Data != "form" && attr(n, "id") != "recipients-input-to" {
			continue // one field stands for its like
		}
		if address != "" {
			found = append(found, posting{s, b.app.route(http.MethodPost, address), namesIn(b.page, formOf(n))})
			at = append(at, n)
		}
	}
	return found, at
}

func formOf(n *html.Node) *html.Node {
	if n.Data == "form" {
		return n
	}
	return within(n, "form")
}

// namesIn returns the names that a form can post, each once.
func namesIn(page, form *html.Node) []string {
	names := map[string]bool{}
	for _, n := range tags(page, "input", "textarea", "select", "button") {
		if within(n, "form") == form && attr(n, "name") != "" {
			names[attr(n, "name")] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// walkForms returns every form that a browser comes to from some pages, one of
// each kind.
func (b *browser) walkForms(from ...source) []posting {
	b.t.Helper()
	const enough = 3 // pages of one route and kind
	kinds, opened := map[string]posting{}, map[string]int{}
	for queue := from; len(queue) > 0; queue = queue[1:] {
		s := queue[0]
		kind := b.app.route(s.method, s.path) + s.body
		if s.fragment {
			kind += " (fragment)"
		}
		if strings.Contains(s.path, "/drafts/") {
			continue // the composer's form again, until it is sent
		}
		if opened[kind]++; opened[kind] > enough || s.method == http.MethodPost && s.body == "" {
			continue
		}
		b.open(s)
		found, _ := b.postings(s)
		for _, p := range found {
			if _, ok := kinds[p.key()]; !ok {
				kinds[p.key()] = p
			}
		}
		for _, c := range calls(b.page) {
			queue = append(queue, source{call: c})
		}
	}
	return slices.SortedFunc(maps.Values(kinds), func(a, b posting) int { return strings.Compare(a.key(), b.key()) })
}

// composing are states of the composer that only its buttons lead to: every
// field shown, a chip being edited, one and several unknown addresses.
func composing(client data.ID) []source {
	var out []source
	for _, body := range []string{
		"to=une%40exemple.example&cc=claire.morel%40menuiserie-lambert.fr&bcc_shown=1&subject=Essai&op=cc+edit+claire.morel%40menuiserie-lambert.fr",
		"to=une%40exemple.example&to=deux%40exemple.example&to=faux&subject=Essai&asked=x&ignored=y&op=to+commit",
		"to=thomas.girar%40menuiserie-lambert.fr&subject=Essai&to_typed=x&op=to+commit",
	} {
		out = append(out, source{call{http.MethodPost, "/clients/" + string(client) + "/messages/new", false}, body})
	}
	return out
}

func get(path string) source { return source{call: call{http.MethodGet, path, false}} }

// invited is the page of who has an invitation.
func invited(o office) source {
	_, token, err := o.store.Invite(bg, data.Invitation{Email: string(data.NewID()) + "@exemple.example", Role: data.Reader})
	if err != nil {
		o.t.Fatal(err)
	}
	return get("/invitations/" + token)
}

// crowd are those who see forms: a member, a stranger, who is invited, and who
// sets a book up.
type crowd struct {
	name string
	open func(t testing.TB) (office, *browser)
	from func(o office) []source
}

func crowds() []crowd {
	return []crowd{
		{"a member", func(t testing.TB) (office, *browser) {
			o := agency(t)
			if err := o.store.DeleteClient(bg, o.clientNamed("Hôtel-Restaurant Le Cygne").ID); err != nil {
				t.Fatal(err)
			}
			return o, o.member(t)
		}, func(o office) []source {
			garnier := o.clientNamed("Transports Garnier")
			inviting := source{call{http.MethodPost, "/users/new", false}, "email=nadia%40exemple.example&user_role=member"}
			return append(composing(o.clientNamed(lambert).ID), inviting, get("/clients"), get("/trash"), get("/messages?client="+string(garnier.ID)))
		}},
		{"a stranger", func(t testing.TB) (office, *browser) {
			o := agency(t)
			return o, o.browser(t)
		}, func(office) []source {
			return []source{get("/session/new?next=/clients"), {call{http.MethodPost, "/clients/new", false}, "name=Lambert"}}
		}},
		{"who is invited", func(t testing.TB) (office, *browser) {
			o := agency(t)
			return o, o.browser(t)
		}, func(o office) []source { return []source{invited(o)} }},
		{"who sets up", func(t testing.TB) (office, *browser) {
			engine := &counted{Store: datatest.Engine(t, filepath.Join(t.TempDir(), "carnet.db"))}
			o := open(t, datatest.On(t, engine))
			o.engine = engine
			return o, o.browser(t)
		}, func(office) []source { return []source{get("/setup")} }},
	}
}

func TestEveryFormIsFound(t *testing.T) {
	// The walk that these tests try the forms of comes to every address that
	// takes a POST.
	t.Parallel()
	found := map[string]bool{}
	var routes []fiber.Route
	for _, c := range crowds() {
		o, b := c.open(t)
		routes = o.app.GetRoutes(true)
		for _, p := range b.walkForms(c.from(o)...) {
			found[p.route] = true
			t.Log(c.name, p.method, p.path, p.key())
		}
	}
	// These are buttons of the composer's form, or of a message that passes: they
	// have no fields of their own.
	for _, path := range []string{"/clients/:client/drafts/:draft", "/clients/:client/drafts/:draft/delete", "/clients/:client/drafts/:draft/restore",
		"/clients/:client/drafts/:draft/attachments", "/clients/:client/drafts/:draft/attachments/:number/delete",
		"/annexes/attachments", "/annexes/:annex/delete",
		"/messages/:message/undo", "/templates/:template/restore", "/invitations/:invitation/delete"} {
		found[path] = true
	}
	// These need a second factor, a passkey, a token, a session or a step of a sign-in, and
	// have tests of their own.
	for _, path := range []string{"/session/factor", "/session/passkey", "/session/passkey/challenge", "/password/reset", "/password/reset/:token",
		"/sessions/delete", "/factor", "/factor/recovery", "/factor/delete", "/passkeys/challenge", "/passkeys/:passkey/delete", "/users/:user/sessions/delete"} {
		found[path] = true
	}
	for _, r := range routes {
		if r.Method == http.MethodPost && !found[r.Path] {
			t.Errorf("no form leads to POST %s", r.Path)
		}
	}
}
