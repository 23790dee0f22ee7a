package browser

import (
	"net"
	"net/http"
	"strings"
	"testing"
)

// publicDemo starts a demo that says that others reach it.
func publicDemo(t testing.TB) *Carnet {
	t.Helper()
	return start(t, "-public-url", "http://demo.example")
}

// begin opens a person's page of a demo, and begins their copy.
func (c *Carnet) begin(t testing.TB) *page {
	t.Helper()
	p := c.open(t)
	p.visit("/")
	p.follow("button", "Essayer la démo")
	p.waitText("Démo publique")
	return p
}

// Two people have a copy each: what one stars and sends the other does not see,
// and who starts over has none of it either.
func TestTwoVisitors(t *testing.T) {
	t.Parallel()
	c := publicDemo(t)
	people := []*page{c.begin(t), c.begin(t)}
	stars := []string{"Favori : Aïcha Benali", "Favori : Louis Petit"}
	subjects := []string{"Mot de la première", "Mot de la seconde"}
	var file string
	for i, p := range people {
		file = lambert(p)
		p.visit(file)
		p.click("link", "Voir tout")
		list := p.in("dialog", "Contacts de Menuiserie Lambert")
		list.waitAttr("button", stars[1-i], "aria-pressed", "false")
		list.click("button", stars[i])
		list.waitAttr("button", stars[i], "aria-pressed", "true")
		p.press("Escape")
		p.follow("link", "Envoyer un e-mail")
		p.waitText("Démonstration : aucun e-mail ne part.")
		p.fill("textbox", "Objet", subjects[i])
		p.waitText("Brouillon enregistré")
		p.click("button", "Envoyer")
		p.waitText("Mis en boîte d’envoi")
	}
	for i, p := range people {
		p.visit("/messages")
		p.waitText(subjects[i])
		if strings.Contains(p.text(), subjects[1-i]) {
			t.Errorf("visitor %d reads the other's mail", i)
		}
		p.axe("the outbox of a public demo")
		p.visit(file + "/contacts")
		if a, b := p.attr("button", stars[i], "aria-pressed"), p.attr("button", stars[1-i], "aria-pressed"); a != "true" || b != "false" {
			t.Errorf("visitor %d: their star is %s, the other's %s", i, a, b)
		}
	}
	p := people[0]
	p.follow("link", "Recommencer")
	p.waitText("efface ce que vous y avez fait")
	p.axe("starting over")
	p.follow("button", "Recommencer avec une copie neuve")
	p.visit("/messages")
	if strings.Contains(p.text(), subjects[0]) {
		t.Error("a fresh copy has the mail of the old one")
	}
	people[1].visit("/messages")
	people[1].waitText(subjects[1])
}

// The pages of a public demo read well on a phone and on a desk, in the light
// and in the dark, and so does the banner over the composer and the outbox.
func TestPublicDemoPages(t *testing.T) {
	t.Parallel()
	c := publicDemo(t)
	p := c.open(t)
	p.visit("/clients")
	p.waitText("Essayer Carnet")
	p.looks("landing")
	p.follow("button", "Essayer la démo")
	p.expectDialogs(true)
	p.visit(lambert(p) + "/messages/new")
	p.looks("composer")
	p.visit("/messages")
	p.looks("outbox")
	p.visit("/demo")
	p.looks("running")
	c.crowd(t)
	p.follow("button", "Quitter et tout effacer")
	c.crowd(t) // and the place that is free now
	p.allow("status 503")
	p.follow("button", "Essayer la démo")
	p.waitText("La démo est complète")
	p.looks("full")
}

// crowd takes every place there is, from as many addresses of this machine as
// it takes.
func (c *Carnet) crowd(t testing.TB) {
	t.Helper()
	for n := range 250 {
		dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 1, byte(1+n))}}
		client := http.Client{Timeout: patience, Transport: &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		for {
			r, err := http.NewRequest(http.MethodPost, c.URL+"/demo", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Origin", c.URL)
			res, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if res.StatusCode == http.StatusServiceUnavailable {
				return
			}
			if res.StatusCode == http.StatusTooManyRequests {
				break // the next address
			}
		}
	}
	t.Fatal("the demo is never full")
}
