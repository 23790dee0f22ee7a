package browser

import (
	"errors"
	"testing"

	"github.com/chromedp/cdproto/network"
)

// The mails are filtered by state and by author without a reload; the address
// bar follows, so that a link, a reload and Back bring the filter back.
func TestMessagesFiltered(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.visit("/messages")
	p.forget()
	p.choose("combobox", "État", "Non envoyé")
	p.waitPath("/messages?name=&state=failed&author=")
	p.waitFocus("combobox", "État")
	p.settle()
	for _, r := range p.responses() {
		if r.kind == network.ResourceTypeDocument {
			t.Error("the page was loaded anew")
		}
	}
	p.axe("the mails filtered")
	failed := p.names("link", "")
	p.press("ArrowUp") // Accepté
	p.waitGone("link", failed[len(failed)-1])
	const accepted = "/messages?name=&state=accepted&author="
	p.waitPath(accepted)
	p.choose("combobox", "Auteur", "Camille Roussel")
	p.waitFocus("combobox", "Auteur")
	if err := p.until(func() error {
		if p.path() == accepted {
			return errors.New("the address does not name the author")
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	p.reload()
	if state, author := p.shows("État"), p.shows("Auteur"); state != "Accepté" || author != "Camille Roussel" {
		t.Errorf("reloaded, the filter is %q and %q", state, author)
	}
	p.back()
	if state, author := p.shows("État"), p.shows("Auteur"); state != "Accepté" || author != "Tous les auteurs" {
		t.Errorf("back, the filter is %q and %q", state, author)
	}
	p.back()
	if state := p.shows("État"); state != "Non envoyé" {
		t.Errorf("twice back, the filter is %q", state)
	}
	p.waitNames("link", "", failed...)
}

// shows is the option that a list shows.
func (p *page) shows(list string) string {
	p.t.Helper()
	return p.read("combobox", list, `function() { return this.selectedOptions[0].label }`)
}

// Words are looked for in the mails of one client.
func TestMessagesSearched(t *testing.T) {
	t.Parallel()
	p := client(t)
	p.follow("link", "Rechercher dans tous ses e-mails")
	p.click("searchbox", "Rechercher dans les e-mails")
	p.typeKeys("escalier\n")
	p.waitGone("link", "Facture F-2026-204")
	p.waitFor("link", "Devis D-2026-118 — escalier chêne")
	p.waitFocus("searchbox", "Rechercher dans les e-mails")
	p.axe("a search in the mails of a client")
	p.follow("link", "Devis D-2026-118 — escalier chêne")
	p.back()
	if got := p.value("searchbox", "Rechercher dans les e-mails"); got != "escalier" {
		t.Errorf("back, the search holds %q", got)
	}
	p.fill("searchbox", "Rechercher dans les e-mails", "introuvable")
	p.press("Enter")
	p.waitText("Aucun e-mail ne correspond.")
	p.axe("a search that finds no mail")
}
