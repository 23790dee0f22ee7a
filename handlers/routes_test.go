package handlers

import (
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"carnet/data"
	"carnet/data/demo"

	"github.com/gofiber/fiber/v2"
)

// who a route is for.
type who int

const (
	readers who = iota // all who are signed in
	writers            // members and administrators
	administrators
	everyone // signed in or not
)

// visit is a route with what a good request of it gets.
type visit struct {
	route string
	who   who
	form  string // what is posted
	want  int    // from who is signed in
}

// every is every route. One that is missing here fails the test.
var every = []visit{
	{"GET /static/:hash/:name", everyone, "", 200},
	{"GET /healthz", everyone, "", 200},
	{"GET /favicon.ico", everyone, "", 301},
	{"GET /setup", everyone, "", 303},
	{"POST /setup", everyone, "code=WRONG", 422},
	{"GET /session/new", everyone, "", 303},
	{"POST /session/new", everyone, "email=a@b.example&password=x", 422},
	{"POST /session/delete", everyone, "", 303},
	{"POST /preferences", everyone, "theme=dark", 303},
	{"GET /invitations/:token", everyone, "", 200},
	{"POST /invitations/:token", everyone, "name=Nadia&password=un+long+mot+de+passe", 303},
	{"GET /session/factor", everyone, "", 303},
	{"POST /session/factor", everyone, "code=123456", 422},
	{"POST /session/passkey/challenge", everyone, "", 200},
	{"POST /session/passkey", everyone, "credential=x", 422},
	{"GET /password/reset", everyone, "", 200},
	{"POST /password/reset", everyone, "email=a@b.example", 422}, // nothing leaves
	{"GET /password/reset/:token", everyone, "", 404},
	{"POST /password/reset/:token", everyone, "password=douze lettres au moins", 404},
	{"GET /", readers, "", 303},
	{"GET /clients", readers, "", 200},
	{"GET /clients/new", writers, "", 200},
	{"POST /clients/new", writers, "name=Nouveau", 303},
	{"GET /clients/:client", readers, "", 200},
	{"GET /clients/:client/edit", writers, "", 200},
	{"POST /clients/:client/edit", writers, "version=1&name=Lambert&number=C-0001", 303},
	{"GET /clients/:client/delete", writers, "", 200},
	{"POST /clients/:client/delete", writers, "", 303},
	{"POST /clients/:client/restore", writers, "", 303},
	{"GET /clients/:client/contacts", readers, "", 200},
	{"GET /clients/:client/contacts/new", writers, "", 200},
	{"POST /clients/:client/contacts/new", writers, "email=n@exemple.example", 303},
	{"GET /clients/:client/contacts/:contact/edit", writers, "", 200},
	{"POST /clients/:client/contacts/:contact/edit", writers, "version=1&email=l@exemple.example", 303},
	{"GET /clients/:client/contacts/:contact/delete", writers, "", 200},
	{"POST /clients/:client/contacts/:contact/delete", writers, "", 303},
	{"POST /clients/:client/contacts/:contact/restore", writers, "", 303},
	{"POST /clients/:client/contacts/:contact/favorite", writers, "favorite=1", 303},
	{"POST /clients/:client/contacts/:contact/main", writers, "", 303},
	{"GET /clients/:client/messages/new", writers, "", 200},
	{"POST /clients/:client/messages/new", writers, "to=n@exemple.example&subject=Essai&asked=1", 303},
	{"POST /clients/:client/recipients/:field", writers, "to_q=nou", 200},
	{"GET /clients/:client/drafts", writers, "", 200},
	{"GET /clients/:client/drafts/:draft", writers, "", 200},
	{"POST /clients/:client/drafts/:draft", writers, "request=x&subject=Devis", 303},
	{"GET /clients/:client/drafts/:draft/attachments", writers, "", 200},
	{"POST /clients/:client/drafts/:draft/attachments", writers, "page=x", 415},
	{"GET /clients/:client/drafts/:draft/attachments/:number", writers, "", 200},
	{"POST /clients/:client/drafts/:draft/attachments/:number/delete", writers, "", 303},
	{"POST /clients/:client/drafts/:draft/delete", writers, "", 303},
	{"POST /clients/:client/drafts/:draft/restore", writers, "", 303},
	{"GET /clients/:client/drafts/:draft/preview", writers, "", 200},
	{"GET /clients/:client/drafts/:draft/body", writers, "", 200},
	{"GET /messages", readers, "", 200},
	{"GET /messages/:message", readers, "", 200},
	{"GET /messages/:message/body", readers, "", 200},
	{"GET /messages/:message/source", readers, "", 200},
	{"POST /messages/:message/delivery", writers, "op=retry", 303},
	{"GET /messages/:message/attachments/:number", readers, "", 404},
	{"POST /messages/:message/undo", writers, "", 303},
	{"GET /settings", readers, "", 200},
	{"GET /profile", readers, "", 200},
	{"POST /profile", readers, "name=Camille&undo=10", 303},
	{"GET /security", readers, "", 200},
	{"GET /password", readers, "", 200},
	{"POST /password", readers, "x=y", 422},
	{"GET /factor", readers, "", 200},
	{"POST /factor", readers, "code=000000", 422},
	{"POST /factor/new", readers, "x=y", 422},
	{"GET /factor/image", readers, "", 200},
	{"POST /factor/recovery", readers, "x=y", 422},
	{"POST /factor/delete", readers, "x=y", 422},
	{"GET /passkeys", readers, "", 200},
	{"POST /passkeys", readers, "credential=x", 422},
	{"POST /passkeys/challenge", readers, "x=y", 422},
	{"GET /passkeys/:passkey/delete", readers, "", 200},
	{"POST /passkeys/:passkey/delete", readers, "x=y", 422},
	{"POST /sessions/:session/delete", readers, "", 303},
	{"POST /sessions/delete", readers, "", 303},
	{"GET /relay", administrators, "", 200},
	{"POST /relay", administrators, "version=0&port=587&security=starttls&connections=2&per_minute=0&files=10&megabytes=20", 303},
	{"GET /events", administrators, "", 200},
	{"POST /events", administrators, "days=90", 303},
	{"POST /events/export", administrators, "", 200},
	{"GET /users", administrators, "", 200},
	{"GET /users/new", administrators, "", 200},
	{"POST /users/new", administrators, "email=nadine@exemple.example&user_role=member", 200},
	{"GET /users/:user/edit", administrators, "", 200},
	{"POST /users/:user/edit", administrators, "user_role=reader", 303},
	{"GET /users/:user/access", administrators, "", 200},
	{"POST /users/:user/access", administrators, "enabled=0", 303},
	{"POST /users/:user/sessions/delete", administrators, "", 303},
	{"GET /users/:user/devices", administrators, "", 200},
	{"POST /users/:user/devices/delete", administrators, "x=y", 422},
	{"POST /invitations/:invitation/renewal", administrators, "", 200},
	{"POST /invitations/:invitation/notice", administrators, "token=x", 404}, // of another invitation
	{"POST /invitations/:invitation/delete", administrators, "", 303},
	{"GET /annexes", readers, "", 200},
	{"POST /annexes/attachments", writers, "x=y", 415},
	{"GET /annexes/:annex", readers, "", 200},
	{"POST /annexes/:annex/delete", writers, "", 303},
	{"GET /templates", readers, "", 200},
	{"GET /templates/new", writers, "", 200},
	{"POST /templates/new", writers, "name=Nouveau", 303},
	{"GET /templates/:template/edit", writers, "", 200},
	{"POST /templates/:template/edit", writers, "version=1&name=Autre", 303},
	{"POST /templates/:template/delete", writers, "", 303},
	{"POST /templates/:template/restore", writers, "", 303},
	{"GET /trash", readers, "", 200},
	{"GET /clients/:client/contacts/:contact/erase", administrators, "", 200},
	{"POST /clients/:client/contacts/:contact/dossier", administrators, "", 200},
	{"POST /clients/:client/contacts/:contact/erase", administrators, "sure=1", 303},
}

// addresses fills routes with what the book has.
func (o office) addresses(t testing.TB) *strings.Replacer {
	t.Helper()
	client := o.clientNamed(lambert)
	failed := o.clientNamed("Transports Garnier")
	page, err := o.store.Messages(bg, data.MessageFilter{Client: failed.ID})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(page.Messages, func(m data.MessageSummary) bool { return m.States[data.Failed] > 0 })
	if i < 0 {
		t.Fatal("no message failed")
	}
	templates, err := o.store.Templates(bg)
	if err != nil || len(templates) == 0 {
		t.Fatal("no templates", err)
	}
	author, err := o.store.FirstUser(bg)
	if err != nil {
		t.Fatal(err)
	}
	draft, err := o.store.SaveDraft(bg, data.Draft{ID: data.NewID(), Client: client.ID, Author: author.ID, Page: "x"}, false)
	if err != nil {
		t.Fatal(err)
	}
	ref, err := o.store.Blobs().Put(bg, strings.NewReader("plan"), 100)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.store.Attach(bg, author.ID, client.ID, draft.ID, "x", data.Attachment{Name: "plan.txt", Type: "text/plain", Hash: ref.Hash, Size: ref.Size}); err != nil {
		t.Fatal(err)
	}
	annex, err := o.store.CreateAnnex(bg, data.Attachment{Name: "cgv.pdf", Type: "application/pdf", Hash: ref.Hash, Size: ref.Size})
	if err != nil {
		t.Fatal(err)
	}
	_, token, err := o.store.Invite(bg, data.Invitation{Email: "nadia@exemple.example", Role: data.Reader})
	if err != nil {
		t.Fatal(err)
	}
	pending, _, err := o.store.Invite(bg, data.Invitation{Email: "omar@exemple.example", Role: data.Member})
	if err != nil {
		t.Fatal(err)
	}
	key := data.Passkey{ID: []byte("id"), User: author.ID, Name: "Téléphone"}
	if err := o.store.AddPasskey(bg, key); err != nil {
		t.Fatal(err)
	}
	if err := o.store.BeginFactor(bg, author.ID, demo.Password); err != nil {
		t.Fatal(err)
	}
	if err := o.store.CreateSession(bg, "another", author.ID); err != nil {
		t.Fatal(err)
	}
	icon := o.ask(t, http.MethodGet, "/favicon.ico", "").Header.Get("Location")
	return strings.NewReplacer("/static/:hash/:name", icon, ":client", string(client.ID),
		":contact", string(o.contactAt(client, "louis.petit@menuiserie-lambert.fr").ID),
		":field", "to", ":message", string(page.Messages[i].ID), ":template", string(templates[0].ID), ":draft", string(draft.ID), ":number", "0", ":annex", string(annex.ID),
		":passkey", key.Handle(), ":session", data.SessionName("another"), "/password/reset/:token", "/password/reset/unknown",
		":token", token, ":invitation", string(pending.ID), ":user", string(o.person(t, data.Member).ID))
}

func TestEveryRouteIsTried(t *testing.T) {
	// The tables of these tests know every route.
	t.Parallel()
	var want, got []string
	for _, r := range shared(t).app.GetRoutes(true) {
		if r.Method != fiber.MethodHead {
			got = append(got, r.Method+" "+r.Path)
		}
	}
	for _, v := range every {
		want = append(want, v.route)
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the routes are\n%s\nand the table has\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestRoutesSignedIn(t *testing.T) {
	// Each route answers who is signed in; a GET changes nothing (45, 47).
	t.Parallel()
	o := agency(t)
	b, to := o.member(t), o.addresses(t)
	for _, v := range every {
		method, route, _ := strings.Cut(v.route, " ")
		if method == http.MethodPost {
			continue
		}
		before := o.engine.writes.Load()
		b.receive(b.request(method, to.Replace(route), ""))
		if b.StatusCode != v.want {
			t.Errorf("%s: status %d, want %d", v.route, b.StatusCode, v.want)
		}
		if n := o.engine.writes.Load() - before; n != 0 {
			t.Errorf("%s wrote %d times", v.route, n)
		}
		if b.receive(b.request(http.MethodHead, to.Replace(route), "")); b.StatusCode != v.want || b.body != "" {
			t.Errorf("HEAD %s: status %d and %d bytes", route, b.StatusCode, len(b.body))
		}
	}
}

func TestFormsSignedIn(t *testing.T) {
	// Each form is taken from who is signed in: with a redirect, and from htmx
	// with a fragment or the like of a redirect.
	t.Parallel()
	for _, htmx := range []string{"false", "true"} {
		t.Run("htmx "+htmx, func(t *testing.T) {
			t.Parallel()
			o := agency(t)
			to := o.addresses(t)
			for _, v := range every { // in this order: what is deleted is restored
				method, route, _ := strings.Cut(v.route, " ")
				if method != http.MethodPost {
					continue
				}
				b := o.member(t)
				b.receive(b.request(method, to.Replace(route), v.form, header{"HX-Request", htmx}))
				want := v.want
				if htmx == "true" && want == 303 {
					want = 200
					if b.Header.Get("HX-Redirect") != "" {
						want = 204
					}
				}
				if htmx == "true" && v.who != everyone && want != 422 && strings.Contains(b.body, "<html") {
					t.Errorf("%s: htmx got a page", v.route)
				}
				if b.StatusCode != want {
					t.Errorf("%s: status %d, want %d\n%s", v.route, b.StatusCode, want, b.body)
				}
			}
		})
	}
}

func TestRoutesSignedOut(t *testing.T) {
	// Who is signed out is sent to the sign-in, and htmx told so; a form that
	// was posted is kept; nothing is shown and nothing changes (49).
	t.Parallel()
	o := agency(t)
	to := o.addresses(t)
	for _, v := range every {
		method, route, _ := strings.Cut(v.route, " ")
		if v.who == everyone {
			continue
		}
		before, path := o.engine.writes.Load(), to.Replace(route)
		a := o.ask(t, method, path+"?q=x", v.form)
		f := o.ask(t, method, path, v.form, header{"HX-Request", "true"})
		switch {
		case method == http.MethodPost:
			if a.StatusCode != 401 || v.form != "" && !strings.Contains(a.body, `name="kept" value="`+html.EscapeString(v.form)+`"`) {
				t.Errorf("%s: status %d, and the form is not kept\n%s", v.route, a.StatusCode, a.body)
			}
		case a.StatusCode != 303 || !strings.HasPrefix(a.Header.Get("Location"), "/session/new") ||
			route != "/" && !strings.Contains(a.Header.Get("Location"), "next="+url.QueryEscape(path+"?q=x")):
			t.Errorf("%s: status %d to %q", v.route, a.StatusCode, a.Header.Get("Location"))
		}
		if f.StatusCode != 401 || strings.Contains(f.body, "<html") || !strings.Contains(f.body, `id="toast-session"`) {
			t.Errorf("%s with htmx: status %d: %s", v.route, f.StatusCode, f.body)
		}
		for _, a := range []answer{a, f} {
			if strings.Contains(strings.ToLower(a.body), "menuiserie") {
				t.Errorf("%s shows the book to a stranger", v.route)
			}
		}
		if n := o.engine.writes.Load() - before; n != 0 {
			t.Errorf("%s wrote %d times", v.route, n)
		}
	}
}

func TestOtherMethods(t *testing.T) {
	// Only GET, HEAD and POST are taken.
	t.Parallel()
	o := agency(t)
	b, to := o.member(t), o.addresses(t)
	before := o.engine.writes.Load()
	for _, v := range every {
		_, route, _ := strings.Cut(v.route, " ")
		for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodOptions, http.MethodTrace} {
			b.receive(b.request(method, to.Replace(route), ""))
			if b.StatusCode != http.StatusMethodNotAllowed {
				t.Errorf("%s %s: status %d", method, route, b.StatusCode)
			}
		}
	}
	if n := o.engine.writes.Load() - before; n != 0 {
		t.Errorf("%d writes", n)
	}
}

func TestForeignForms(t *testing.T) {
	// A form that another site posts is refused, wherever it goes, and so is
	// one with our cookie that does not say where it comes from.
	t.Parallel()
	o := agency(t)
	b, to := o.member(t), o.addresses(t)
	before := o.engine.writes.Load()
	for _, v := range every {
		method, route, _ := strings.Cut(v.route, " ")
		if method != http.MethodPost {
			continue
		}
		for _, from := range []header{
			{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"},
			{"Origin", "http://evil.localhost", "Sec-Fetch-Site", "same-site"},
			{"Origin", "http://localhost:81"}, {"Origin", "https://evil.example"}, {"Origin", "null"},
			{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {},
		} {
			r := b.request(method, to.Replace(route), v.form)
			r.Header.Del("Origin")
			r.Header.Del("Sec-Fetch-Site")
			from.set(r)
			if b.receive(r); b.StatusCode != http.StatusForbidden {
				t.Errorf("%s from %v: status %d", v.route, from, b.StatusCode)
			}
		}
	}
	if n := o.engine.writes.Load() - before; n != 0 {
		t.Errorf("%d writes", n)
	}
}
