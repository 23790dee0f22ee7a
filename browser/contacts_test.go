package browser

import (
	"fmt"
	"strings"
	"testing"
)

// client opens the demo and the file of Menuiserie Lambert.
func client(t *testing.T) *page {
	t.Helper()
	p := start(t).open(t)
	p.visit("/clients")
	p.follow("link", "Menuiserie Lambert")
	return p
}

// names lists the names of a role that begin so, in the order of the page.
func (p *page) names(role, prefix string) []string {
	p.t.Helper()
	all, err := p.matches(who{role, ""})
	p.must(err)
	var out []string
	for _, e := range all {
		if strings.HasPrefix(e.name, plain(prefix)) {
			out = append(out, e.name)
		}
	}
	return out
}

// waitNames waits until the names of a role that begin so are these.
func (p *page) waitNames(role, prefix string, want ...string) {
	p.t.Helper()
	if err := p.until(func() error {
		if got := p.names(role, prefix); fmt.Sprint(got) != fmt.Sprint(want) {
			return fmt.Errorf("%s %q: %q, want %q", role, prefix, got, want)
		}
		return nil
	}); err != nil {
		p.fail(err)
	}
}

// The block stands at the bottom left with four contacts, and "Voir tout" shows
// them all, each with a star in front and its actions behind.
func TestSeeAll(t *testing.T) {
	t.Parallel()
	p := client(t)
	if n := len(p.in("region", "Contacts").names("button", "Favori")); n != 4 {
		t.Errorf("the block shows %d contacts, want 4", n)
	}
	below, err := eval[bool](p, `(() => { const r = s => document.querySelector(s).getBoundingClientRect()
		return r('#contacts-block').top > r('.a-info').bottom - 1 && r('#contacts-block').left < r('.a-act').left })()`)
	if p.must(err); !below {
		t.Error("the block is not at the bottom left")
	}
	p.click("link", "Voir tout")
	p.waitFor("dialog", "Contacts de Menuiserie Lambert")
	list := p.in("dialog", "Contacts de Menuiserie Lambert")
	if n := len(list.names("button", "Actions pour")); n != 7 {
		t.Errorf("the list shows %d contacts, want 7", n)
	}
	if got := p.path(); strings.Contains(got, "contacts") {
		t.Errorf("the dialog pushed the address %s", got)
	}
	p.press("Escape")
	p.waitGone("dialog", "Contacts de Menuiserie Lambert")
	p.waitFocus("link", "Voir tout")
}

// "Créer" opens the form in the same dialog; only the address is needed; the
// new row is in the list and in the block behind it at once.
func TestCreateContact(t *testing.T) {
	t.Parallel()
	p := client(t)
	p.click("link", "Voir tout")
	p.click("button", "Créer")
	p.waitFocus("textbox", "Adresse e-mail")
	p.waitFor("dialog", "Contacts de Menuiserie Lambert Nouveau contact") // it is still that of the client
	p.click("button", "Enregistrer")
	p.waitText("Indiquez une adresse e-mail.")
	p.fill("textbox", "Prénom", "Élodie")
	p.fill("textbox", "Adresse e-mail", "elodie")
	p.press("Enter")
	p.waitText("Cette adresse semble incomplète")
	if got := p.value("textbox", "Prénom"); got != "Élodie" {
		t.Errorf("the first name that was typed is now %q", got)
	}
	p.fill("textbox", "Adresse e-mail", "CLAIRE.Morel@menuiserie-lambert.fr")
	p.press("Enter")
	p.waitFor("link", "Voir ce contact")
	p.fill("textbox", "Adresse e-mail", "elodie@menuiserie-lambert.fr")
	p.click("checkbox", "Contact favori")
	p.press("Enter")
	p.waitFor("button", "Favori : Élodie")
	p.waitText("8 contacts · 3 favoris")
	p.waitFocus("button", "Actions pour Élodie")
	p.axe("the list after a contact was created")
	p.press("Escape")
	p.waitGone("dialog", "Contacts de Menuiserie Lambert")
	p.in("region", "Contacts").waitAttr("button", "Favori : Élodie", "aria-pressed", "true")
}

// "Modifier" changes a contact, "Supprimer" moves it to the trash at once and
// Annuler brings it back with its star; a favorite is asked about first.
func TestEditAndDeleteContact(t *testing.T) {
	t.Parallel()
	p := client(t)
	p.click("link", "Voir tout")
	p.click("button", "Actions pour Thomas Girard")
	p.click("link", "Modifier")
	p.fill("textbox", "Fonction", "Directeur technique")
	p.press("Enter")
	p.waitText("Directeur technique")
	p.click("button", "Actions pour Thomas Girard")
	p.click("button", "Supprimer")
	p.waitGone("button", "Actions pour Thomas Girard")
	p.waitText("6 contacts · 2 favoris")
	if err := p.until(func() error {
		if w, err := p.focus(); err != nil || w.role == "" || w.role == "RootWebArea" {
			return fmt.Errorf("the focus fell on %v, %v", w, err)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
	p.axe("the list after a contact was deleted")
	p.click("button", "Annuler")
	p.waitFor("button", "Actions pour Thomas Girard")
	p.click("button", "Fermer la notification")
	p.waitFocus("heading", "Contacts de Menuiserie Lambert")

	p.click("button", "Actions pour Claire Morel")
	p.click("link", "Supprimer")
	p.waitText("il ne sera plus destinataire par défaut")
	p.axe("the question before a favorite is deleted")
	p.click("button", "Supprimer")
	p.waitText("6 contacts · 1 favori")
	p.click("button", "Annuler")
	p.waitAttr("button", "Favori : Claire Morel", "aria-pressed", "true")
}

// A click on a star makes a favorite, for the block, the list and the next
// mail; the row stays where it is and the focus on the star.
func TestStar(t *testing.T) {
	t.Parallel()
	p := client(t)
	p.click("link", "Voir tout")
	list := p.in("dialog", "Contacts de Menuiserie Lambert")
	list.click("button", "Favori : Aïcha Benali")
	list.waitAttr("button", "Favori : Aïcha Benali", "aria-pressed", "true")
	p.waitFocus("button", "Favori : Aïcha Benali")
	p.waitText("7 contacts · 3 favoris")
	p.press(" ")
	list.waitAttr("button", "Favori : Aïcha Benali", "aria-pressed", "false")
	p.press(" ")
	list.waitAttr("button", "Favori : Aïcha Benali", "aria-pressed", "true")
	p.press("Escape")
	p.in("region", "Contacts").waitAttr("button", "Favori : Aïcha Benali", "aria-pressed", "true")
	p.follow("link", "Envoyer un e-mail")
	p.waitFor("button", "Retirer Aïcha Benali")
}

// The filter narrows the list over name, role and address, whatever the case
// and the accents.
func TestFilterContacts(t *testing.T) {
	t.Parallel()
	p := client(t)
	p.click("link", "Voir tout")
	list := p.in("dialog", "Contacts de Menuiserie Lambert")
	for _, c := range []struct{ typed, found string }{
		{"AICHA", "Aïcha Benali"}, {"chef", "Thomas Girard"}, {"cabinet-exp", "Marie-Hélène de la Fontaine-Saint-Georges"},
	} {
		list.fill("searchbox", "Filtrer les contacts", c.typed)
		list.waitNames("button", "Actions pour", "Actions pour "+c.found)
	}
	list.fill("searchbox", "Filtrer les contacts", "personne")
	p.waitText("Aucun contact ne correspond à « personne ».")
}

// The address of the list opened directly is a full page, and so is all that it
// leads to; a star on it is a star without a reload.
func TestContactsPage(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	list := lambert(p) + "/contacts"
	p.visit(list)
	p.click("button", "Favori : Thomas Girard")
	p.waitAttr("button", "Favori : Thomas Girard", "aria-pressed", "true")
	p.click("button", "Actions pour Thomas Girard")
	p.follow("link", "Modifier")
	edit := p.path()
	p.fill("textbox", "Adresse e-mail", "thomas@")
	p.follow("button", "Enregistrer")
	p.waitText("Cette adresse semble incomplète")
	p.waitFocus("textbox", "Adresse e-mail")
	p.waitPath(edit)
	p.fill("textbox", "Adresse e-mail", "thomas@exemple.fr")
	p.follow("button", "Enregistrer")
	p.waitPath(list)
	p.waitText("Thomas Girard mis à jour.")
	p.follow("button", "Créer")
	p.waitPath(list + "/new")
	p.visit(list)
	p.click("button", "Actions pour Louis Petit")
	p.click("button", "Supprimer")
	p.waitText("6 contacts · 3 favoris")
	p.click("button", "Annuler")
	p.waitFor("button", "Actions pour Louis Petit")
	p.click("button", "Actions pour Claire Morel")
	p.follow("link", "Supprimer")
	p.follow("button", "Supprimer")
	p.waitPath(list)
	p.waitText("6 contacts · 2 favoris")
	p.click("button", "Actions pour Louis Petit")
	p.follow("button", "Définir comme adresse principale")
	p.waitPath(list)
	if p.has("dialog", "") {
		t.Error("a dialog stands over the page")
	}
}

// The address and the phone of each contact can be copied, in the block and
// from the menu of a row, which came after the page was loaded.
func TestCopy(t *testing.T) {
	t.Parallel()
	p := client(t)
	p.settle()
	block := p.in("region", "Contacts")
	for _, want := range []string{"contact@menuiserie-lambert.fr", "claire.morel@menuiserie-lambert.fr", "06 12 34 56 78"} {
		if got := p.copies(func() { block.click("button", "Copier "+want) }); got != want {
			t.Errorf("Copier %s copies %q", want, got)
		}
	}
	p.click("link", "Voir tout")
	for item, want := range map[string]string{"Copier l’adresse": "claire.morel@menuiserie-lambert.fr", "Copier le numéro": "06 12 34 56 78"} {
		p.click("button", "Actions pour Claire Morel")
		if got := p.copies(func() { p.click("button", item) }); got != want {
			t.Errorf("%s copies %q, want %q", item, got, want)
		}
		p.waitText("Copié.")
		p.waitFocus("button", "Actions pour Claire Morel")
	}
	p.click("button", "Actions pour Aïcha Benali")
	p.waitFor("button", "Copier l’adresse")
	if p.has("button", "Copier le numéro") {
		t.Error("a number is offered where there is none")
	}
}
