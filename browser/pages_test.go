package browser

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
)

// pages are those that a person opens by an address or a click.
var pages = []struct{ name, path string }{
	{"clients", "/clients"}, {"no client matches", "/clients?q=introuvable"}, {"new client", "/clients/new"},
	{"emails", "/messages"}, {"emails of a state", "/messages?state=failed"}, {"no email matches", "/messages?state=unknown"},
	{"settings", "/settings"}, {"profile", "/profile"}, {"mail server of the demo", "/relay"},
	{"templates", "/templates"}, {"new template", "/templates/new"}, {"trash", "/trash"}, {"not found", "/nulle-part"},
}

// Every page passes axe in both themes and both languages, at 360 and 1440
// pixels, and nothing overflows.
func TestPages(t *testing.T) {
	t.Parallel()
	c := start(t)
	for _, english := range []bool{false, true} {
		p := c.open(t)
		p.visit("/clients")
		if english {
			p.follow("button", "English: switch the interface to English")
		}
		for _, dark := range []bool{false, true} {
			p.dark(dark)
			all := pages
			for _, more := range []struct{ name, suffix string }{
				{"file", ""}, {"edit client", "/edit"}, {"delete client", "/delete"}, {"contacts", "/contacts"},
				{"new contact", "/contacts/new"}, {"new mail", "/messages/new"},
			} {
				all = append(all[:len(all):len(all)], struct{ name, path string }{more.name, lambert(p) + more.suffix})
			}
			for _, page := range all {
				for _, width := range []int64{360, 1440} {
					p.viewport(width, 900, width == 360)
					p.visit(page.path)
					p.axe(page.name)
					p.noOverflow()
				}
			}
		}
	}
}

// lambert returns the address of Menuiserie Lambert's file.
func lambert(p *page) string {
	p.t.Helper()
	p.visit("/clients?q=Menuiserie+Lambert")
	path, err := eval[string](p, `document.querySelector('a.list-n').getAttribute('href')`)
	p.must(err)
	return path
}

// On a phone every target is 44 px, and the dialog and the list fit.
func TestPhone(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.viewport(360, 740, true)
	file := lambert(p)
	check := func(state string) {
		t.Helper()
		p.settle()
		p.noOverflow()
		for _, small := range p.targets44() {
			t.Errorf("%s: %s", state, small)
		}
		p.axe(state)
	}
	p.visit(file)
	check("the file")
	p.click("link", "Voir tout")
	p.waitFor("dialog", "Contacts de Menuiserie Lambert")
	check("the list")
	p.click("button", "Créer")
	p.waitFocus("textbox", "Adresse e-mail")
	check("the form")
	p.visit(file + "/messages/new")
	p.click("combobox", "Destinataires")
	p.waitAttr("combobox", "Destinataires", "aria-expanded", "true")
	p.waitFor("button", "Favori : Louis Petit")
	check("the open list")
	p.typeKeys("paul.durand@notaires-lyon.fr")
	p.waitFor("group", "Nouvelle adresse paul.durand@notaires-lyon.fr")
	check("the pop-up")
}

// After a mail was sent its toast, the lists and the message are readable on a
// phone too, and the day in the trash is not cut.
func TestAfterSending(t *testing.T) {
	t.Parallel()
	p := unhurried(t, "30")
	p.viewport(360, 740, true)
	p.fill("textbox", "Objet", "Lisible")
	p.follow("button", "Envoyer")
	p.waitFor("link", "Suivre l’envoi")
	p.axe("the file with a toast")
	p.follow("link", "Suivre l’envoi")
	p.waitText("Accepté par")
	p.noOverflow()
	p.axe("a message on a phone")
	p.visit("/trash")
	cut, err := eval[bool](p, `[...document.querySelectorAll('.list-s')].some(e => e.scrollWidth > e.clientWidth)`)
	if p.must(err); cut {
		t.Error("the trash cuts what it says")
	}
}

// The first page is 7 requests and 90 KB at most, its icon included, and asks no
// other host.
func TestFirstPage(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.visit("/clients")
	if err := p.until(func() error { // the icon comes when the browser has time
		if !slices.ContainsFunc(p.responses(), func(r response) bool { return strings.Contains(r.url, "favicon") }) {
			return errors.New("the icon did not come")
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	p.budget(7, 90_000)
}

// When the connection is lost a message says so, and what was typed stays.
func TestOffline(t *testing.T) {
	t.Parallel()
	p := composer(t)
	p.fill("textbox", "Objet", "Perdu ?")
	p.allow("")
	p.offline(true)
	p.click("button", "Envoyer")
	p.waitText("Connexion perdue.")
	if got := p.value("textbox", "Objet"); got != "Perdu ?" {
		t.Errorf("the object is now %q", got)
	}
	p.offline(false)
	p.follow("button", "Envoyer")
	p.waitText("Mis en boîte d’envoi pour 3 destinataires.")
}

// Without JavaScript the whole job is done by pages and forms, the question of
// the unknown address included.
func TestWithoutJavaScript(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.noJS()
	p.visit("/clients")
	p.follow("link", "Menuiserie Lambert")
	file := p.path()
	p.follow("link", "Voir tout")
	p.follow("button", "Créer")
	p.fill("textbox", "Adresse e-mail", "sans.script@exemple.fr")
	p.follow("button", "Enregistrer")
	p.follow("button", "Favori : sans.script@exemple.fr")
	p.waitText("est maintenant en favori")
	p.waitPath(file + "/contacts") // a star leads back to where it was clicked
	p.visit(file)
	p.follow("link", "Envoyer un e-mail")
	p.waitRecipients(append(defaults[:3:3], "sans.script@exemple.fr")...)
	p.axe("a new mail without JavaScript")
	p.fill("combobox", "Destinataires", "inconnue@exemple.fr")
	p.fill("textbox", "Objet", "Sans script")
	p.follow("button", "Envoyer")
	p.waitText("Avant l’envoi")
	p.waitFor("group", "Nouvelle adresse inconnue@exemple.fr")
	p.axe("the question without JavaScript")
	p.in("group", "Nouvelle adresse inconnue@exemple.fr").follow("button", "Ajouter")
	p.follow("button", "Envoyer")
	p.waitText("Mis en boîte d’envoi pour 5 destinataires.")
}

// The page tells the server the time zone of the browser.
func TestTimeZone(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	_, err := call(p, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: "Asia/Tokyo"})
	p.must(err)
	p.visit("/clients")
	got, err := eval[string](p, `document.cookie`)
	if p.must(err); got != "tz=Asia/Tokyo" {
		t.Errorf("the cookies are %q", got)
	}
}
