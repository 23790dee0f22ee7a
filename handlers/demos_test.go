package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
)

func TestDemoRoutes(t *testing.T) {
	// Of a public demo, these addresses are not a visitor's own; a new one has
	// its line here.
	t.Parallel()
	want := []string{"GET /demo", "GET /favicon.ico", "GET /healthz", "GET /static/:hash/:name",
		"POST /demo", "POST /demo/delete", "POST /preferences"}
	var got []string
	for _, r := range demoFor(t).GetRoutes(true) {
		if r.Method != fiber.MethodHead {
			got = append(got, r.Method+" "+r.Path)
		}
	}
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("the routes are %v, and the test knows %v", got, want)
	}
}

func TestOnlyAClickBeginsADemo(t *testing.T) {
	// No GET makes a book, whatever the address, nor does a form of another site
	// or a token that was guessed: a crawler costs nothing. A click does.
	t.Parallel()
	p := demoFor(t)
	to := shared(t).clientNamed(lambert)
	for _, address := range []string{"/", "/clients", "/clients/" + string(to.ID), "/messages", "/session/new", "/setup", "/relay", "/nowhere", "/demo/delete"} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			for _, cookie := range []string{"", "demo=", "demo=" + newToken(), "sid=" + newToken()} {
				a := p.ask(t, method, address, "", header{"Cookie", cookie})
				if a.StatusCode != 303 || a.Header.Get("Location") != "/demo" {
					t.Errorf("%s %s with %q: status %d to %q", method, address, cookie, a.StatusCode, a.Header.Get("Location"))
				}
			}
		}
	}
	for _, from := range []header{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Sec-Fetch-Site", ""},
		{"Sec-Fetch-Site", "", "Origin", "https://evil.example"}, {"Sec-Fetch-Site", "", "Origin", "null"}} {
		for _, address := range []string{"/demo", "/demo/delete"} {
			if a := p.ask(t, http.MethodPost, address, "", from); a.StatusCode != 403 {
				t.Errorf("POST %s from %v: status %d", address, from, a.StatusCode)
			}
		}
	}
	if a := p.ask(t, http.MethodPut, "/demo", ""); a.StatusCode != 405 {
		t.Errorf("PUT: status %d", a.StatusCode)
	}
	b := p.newcomer(t).visit("/demo").sees("Essayer Carnet", "Aucun e-mail ne part", "après 2 heures sans visite")
	if _, n := p.opened(); n != 0 {
		t.Fatalf("%d books were opened", n)
	}
	b.click("Essayer la démo").sees(lambert, "Démo publique", "effacée après 2 heures")
	if _, n := p.opened(); n != 1 || b.at.Path != "/clients" {
		t.Errorf("%d books, at %s", n, b.at)
	}
}

func TestDemoCookie(t *testing.T) {
	// A visitor is whoever has 256 random bits, which no script reads and no
	// other site makes use of; on https the cookie is this host's alone.
	t.Parallel()
	for public, name := range map[string]string{"": "demo", "http://demo.example": "demo", "https://demo.example": "__Host-demo"} {
		p := demoFor(t, func(c *DemoConfig) {
			if public != "" {
				c.PublicURL, _ = url.Parse(public)
			}
		})
		a := p.ask(t, http.MethodPost, "/demo", "")
		i := slices.IndexFunc(a.Cookies(), func(c *http.Cookie) bool { return c.Name == name })
		if i < 0 {
			t.Errorf("%q: no cookie %s in %v", public, name, a.Cookies())
			continue
		}
		c := a.Cookies()[i]
		secure := strings.HasPrefix(public, "https")
		if len(c.Value) != 43 || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Secure != secure || c.Path != "/" || c.Domain != "" || c.MaxAge != 86400 {
			t.Errorf("%q: %v", public, c)
		}
	}
}

func TestDemoStartsOver(t *testing.T) {
	// Who starts over has a fresh copy, and the old one is gone at once; who
	// leaves has none.
	t.Parallel()
	p := demoFor(t)
	b := p.newcomer(t).visit("/demo").click("Essayer la démo")
	first := b.cookie("demo")
	b.click("Nouveau client").fill("Nom", "Un canari").click("Enregistrer").sees("Un canari")
	b.click("Recommencer").sees("Votre démo", "efface ce que vous y avez fait")
	b.click("Reprendre où j’en étais").sees("Un canari")
	b.visit("/demo").click("Recommencer avec une copie neuve").sees(lambert).misses("Un canari")
	if second := b.cookie("demo"); second == first || len(second) != 43 {
		t.Errorf("the token is %q, and was %q", second, first)
	}
	if a := p.ask(t, http.MethodGet, "/clients", "", header{"Cookie", "demo=" + first}); a.StatusCode != 303 {
		t.Errorf("the old token opens something: %d", a.StatusCode)
	}
	b.visit("/demo").click("Quitter et tout effacer").sees("Essayer Carnet").misses("a été effacée")
	if b.cookie("demo") != "" {
		t.Error("the cookie stays")
	}
	if b.visit("/clients"); b.at.Path != "/demo" {
		t.Errorf("who left is at %s", b.at)
	}
}

func TestErasedDemo(t *testing.T) {
	// A book is erased after 2 hours without a request, and after 24 in all; who
	// comes back is told so, in a page and in a fragment.
	t.Parallel()
	p := demoFor(t)
	b := p.newcomer(t).visit("/demo").click("Essayer la démo")
	p.pass(visitorIdle - time.Minute)
	b.visit("/clients").sees(lambert)
	p.pass(visitorIdle)
	b.visit("/clients").sees("Votre démo a été effacée")
	if b.at.Path != "/demo" {
		t.Errorf("it led to %s", b.at)
	}
	if a := p.ask(t, http.MethodGet, "/clients", "", header{"Cookie", "demo=" + b.cookie("demo"), "HX-Request", "true"}); a.StatusCode != 401 ||
		!strings.Contains(a.body, `id="toast-session"`) || !strings.Contains(a.body, `href="/demo"`) || strings.Contains(a.body, "<html") {
		t.Errorf("htmx: %d\n%s", a.StatusCode, a.body)
	}
	b.receive(b.request(http.MethodPost, "/clients/new", "name=x"))
	if b.StatusCode != 410 || !strings.Contains(b.body, "Votre démo a été effacée") {
		t.Errorf("a form: %d\n%s", b.StatusCode, b.body)
	}
	b.visit("/demo").click("Essayer la démo").sees(lambert)
	for range 23 {
		p.pass(time.Hour)
		b.visit("/clients").sees(lambert)
	}
	p.pass(time.Hour)
	b.visit("/clients").sees("Votre démo a été effacée")
}

func TestFullDemo(t *testing.T) {
	// When all places are taken a kind page says so, and when to come again; one
	// address begins five in an hour, and keeps the one it has.
	t.Parallel()
	p := demoFor(t)
	b := p.newcomer(t).visit("/demo").click("Essayer la démo")
	places := func(n int) {
		p.visitors.mu.Lock()
		defer p.visitors.mu.Unlock()
		p.visitors.books += n
	}
	places(visitorsMost - 1)
	p.pass(time.Hour)
	full := p.newcomer(t).visit("/demo")
	full.all().refused(503, "Essayer la démo").sees("La démo est complète", "dans 60 minutes au plus tard")
	if got := full.Header.Get("Retry-After"); got != "3600" {
		t.Errorf("Retry-After is %q", got)
	}
	b.visit("/demo").click("Recommencer avec une copie neuve").sees(lambert) // it has a place
	p.pass(visitorIdle)
	p.swept(t, visitorsMost-1)
	full.click("Réessayer").sees(lambert)
	places(1 - visitorsMost)

	for range visitorsHourly - 1 {
		full.visit("/demo").click("Recommencer avec une copie neuve").sees(lambert)
	}
	p.pass(15 * time.Minute)
	full.visit("/demo").all().refused(429, "Recommencer avec une copie neuve").sees("Plusieurs démos", "Réessayez dans 45 minutes")
	if got := full.Header.Get("Retry-After"); got != "2700" {
		t.Errorf("Retry-After is %q", got)
	}
	full.visit("/clients").sees(lambert)
	p.pass(45 * time.Minute)
	full.visit("/demo").click("Recommencer avec une copie neuve").sees(lambert)
}

func TestDemoPreferences(t *testing.T) {
	// The landing page is in English and in the dark for who wants it so, and so
	// is the copy.
	t.Parallel()
	p := demoFor(t)
	b := p.newcomer(t).visit("/demo").click("English: switch the interface to English").sees("Try Carnet", "No email leaves")
	b.click("Switch to the dark theme")
	if got := attr(tags(b.page, "html")[0], "data-theme"); got != "dark" || b.at.Path != "/demo" {
		t.Errorf("the theme is %q at %s", got, b.at)
	}
	if _, n := p.opened(); n != 0 {
		t.Errorf("%d books", n)
	}
	b.click("Try the demo").sees(lambert, "Public demo", "Start over")
	if got := attr(tags(b.page, "html")[0], "data-theme"); got != "dark" {
		t.Errorf("in the copy the theme is %q", got)
	}
}
