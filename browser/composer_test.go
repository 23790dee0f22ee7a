package browser

import (
	"fmt"
	"strings"
	"testing"
)

// composer opens the demo and a new mail to Menuiserie Lambert.
func composer(t *testing.T) *page {
	t.Helper()
	p := client(t)
	p.follow("link", "Envoyer un e-mail")
	p.waitFor("combobox", "Destinataires")
	return p
}

// recipients are the chips, by their remove buttons.
func (p *page) waitRecipients(want ...string) {
	p.t.Helper()
	var names []string
	for _, w := range want {
		names = append(names, "Retirer "+w)
	}
	p.waitNames("button", "Retirer ", names...)
}

var defaults = []string{"Menuiserie Lambert", "Claire Morel", "Julien Lambert"}

// The field is filled with the main address, then the favorites by name, and a
// click in it shows all the others.
func TestPrefillAndList(t *testing.T) {
	t.Parallel()
	p := composer(t)
	p.waitRecipients("Menuiserie Lambert", "Claire Morel", "Julien Lambert")
	p.axe("a new mail")
	p.click("combobox", "Destinataires")
	p.waitAttr("combobox", "Destinataires", "aria-expanded", "true")
	p.waitNames("button", "Favori : ", "Favori : Aïcha Benali", "Favori : facturation@menuiserie-lambert.fr",
		"Favori : Louis Petit", "Favori : Marie-Hélène de la Fontaine-Saint-Georges", "Favori : Thomas Girard")
	p.axe("the list of contacts")
	// A click on a contact adds it, and the list stays.
	p.clickText("Louis Petit")
	p.waitRecipients("Menuiserie Lambert", "Claire Morel", "Julien Lambert", "Louis Petit")
	p.waitAttr("combobox", "Destinataires", "aria-expanded", "true")
	p.waitFocus("combobox", "Destinataires")
	// A click on a star is for the next mail: the chips stay as they are.
	p.click("button", "Favori : Thomas Girard")
	p.waitAttr("button", "Favori : Thomas Girard", "aria-pressed", "true")
	p.waitText("pré-rempli dès le prochain e-mail")
	p.waitRecipients("Menuiserie Lambert", "Claire Morel", "Julien Lambert", "Louis Petit")
	p.waitFocus("combobox", "Destinataires")
	p.press("Escape")
	p.waitAttr("combobox", "Destinataires", "aria-expanded", "false")
	p.click("button", "Retirer Menuiserie Lambert")
	p.waitFocus("button", "Retirer Claire Morel")
	p.click("button", "Rétablir les destinataires par défaut")
	p.waitRecipients("Menuiserie Lambert", "Claire Morel", "Julien Lambert", "Thomas Girard")
}

// clickText clicks the add button of a contact in the list, whose name begins
// with the contact's.
func (p *page) clickText(name string) {
	p.t.Helper()
	var full string
	if err := p.until(func() error {
		if found := p.names("button", name); len(found) > 0 {
			full = found[0]
			return nil
		}
		return fmt.Errorf("no button begins with %q", name)
	}); err != nil {
		p.fail(err)
	}
	p.click("button", full)
}

// An unknown address brings up the pop-up while it is typed; Ajouter makes it
// a favorite contact, and with the star unticked a plain one.
func TestSuggestion(t *testing.T) {
	t.Parallel()
	p := composer(t)
	p.click("combobox", "Destinataires")
	p.typeKeys("paul.durand@notaires-lyon.fr")
	p.waitFor("group", "Nouvelle adresse paul.durand@notaires-lyon.fr")
	p.waitFocus("combobox", "Destinataires")
	p.axe("the pop-up while typing")
	if ticked, err := eval[bool](p, `document.querySelector('.sug .star-check').checked`); err != nil || !ticked {
		t.Error("the star is not ticked", err)
	}
	p.click("button", "Ajouter")
	p.waitText("paul.durand@notaires-lyon.fr ajouté aux contacts.")
	p.waitRecipients(append(defaults[:3:3], "paul.durand@notaires-lyon.fr")...)
	p.waitGone("group", "Nouvelle adresse paul.durand@notaires-lyon.fr")

	p.typeKeys("zoe@notaires-lyon.fr")
	p.waitFor("group", "Nouvelle adresse zoe@notaires-lyon.fr")
	p.press("Enter")
	p.waitRecipients(append(defaults[:3:3], "paul.durand@notaires-lyon.fr", "zoe@notaires-lyon.fr")...)
	p.axe("the pop-up under the chips")
	p.click("checkbox", "Ajouter aussi aux favoris")
	p.click("button", "Ajouter")
	p.waitText("zoe@notaires-lyon.fr ajouté aux contacts.")
	p.fill("textbox", "Objet", "Essai")
	p.follow("button", "Envoyer")
	p.waitText("Mis en boîte d’envoi pour 5 destinataires.")
	p.click("link", "Voir tout")
	p.waitAttr("button", "Favori : paul.durand@notaires-lyon.fr", "aria-pressed", "true")
	p.waitAttr("button", "Favori : zoe@notaires-lyon.fr", "aria-pressed", "false")
}

// Ignorer, or Escape, creates nothing; the address stays a recipient and is
// not asked about again.
func TestSuggestionIgnored(t *testing.T) {
	t.Parallel()
	p := composer(t)
	p.click("combobox", "Destinataires")
	p.typeKeys("une.fois@exemple.fr")
	p.waitFor("group", "Nouvelle adresse une.fois@exemple.fr")
	p.click("button", "Ignorer")
	p.waitRecipients(append(defaults[:3:3], "une.fois@exemple.fr")...)
	p.waitGone("button", "Ignorer")
	p.typeKeys("deux.fois@exemple.fr")
	p.waitFor("group", "Nouvelle adresse deux.fois@exemple.fr")
	p.press("Escape")
	p.waitRecipients(append(defaults[:3:3], "une.fois@exemple.fr", "deux.fois@exemple.fr")...)
	p.waitGone("button", "Ignorer")
	p.fill("textbox", "Objet", "Essai")
	p.follow("button", "Envoyer")
	p.click("link", "Voir tout")
	p.waitText("7 contacts · 2 favoris") // as before
}

// A paste of several addresses shares one pop-up; what is no address stays as
// a red chip with its reason, and can be edited in place.
func TestPaste(t *testing.T) {
	t.Parallel()
	p := composer(t)
	p.click("combobox", "Destinataires")
	p.paste("Jean Dupont <jean@exemple.fr>; marie@exemple.fr\ncassé@, claire.morel@MENUISERIE-lambert.fr")
	p.waitFor("group", "2 nouvelles adresses")
	p.waitRecipients(append(defaults[:3:3], "Jean Dupont", "marie@exemple.fr", "cassé@")...)
	p.axe("the grouped pop-up")
	p.click("checkbox", "Ajouter marie@exemple.fr")
	p.click("button", "Ajouter")
	p.waitText("Jean Dupont ajouté aux contacts.")
	p.fill("textbox", "Objet", "Essai")
	p.click("button", "Envoyer")
	p.waitText("Corrigez ou retirez les adresses signalées.")
	p.click("button", "Modifier cassé@ : il manque ce qui suit le @")
	p.waitFocus("textbox", "Modifier cassé@")
	p.typeKeys("exemple.fr")
	p.press("Enter")
	p.waitFor("button", "Retirer cassé@exemple.fr")
	p.click("button", "Ignorer")
	p.follow("button", "Envoyer")
	p.waitText("Mis en boîte d’envoi pour 6 destinataires.")
}

// All of it works with the keyboard alone, and the focus is never lost.
func TestComposerByKeyboard(t *testing.T) {
	t.Parallel()
	p := composer(t)
	p.click("combobox", "Destinataires")
	p.press("Escape")
	p.press("ArrowDown")
	p.press("ArrowDown")
	p.press("Enter") // the second of the list
	p.waitFor("button", "Retirer facturation@menuiserie-lambert.fr")
	p.waitFocus("combobox", "Destinataires")
	p.press("ArrowDown")
	p.press("ArrowLeft")
	p.press("Enter") // the star of the active row
	p.waitText("est en favori")
	p.waitFocus("combobox", "Destinataires")
	p.press("Escape")
	p.press("Backspace") // selects the last chip
	p.waitFocus("button", "Retirer facturation@menuiserie-lambert.fr")
	p.press("Backspace") // removes it
	p.waitGone("button", "Retirer facturation@menuiserie-lambert.fr")
	p.waitFocus("button", "Retirer Julien Lambert")
	p.press("ArrowLeft")
	p.waitFocus("button", "Retirer Claire Morel")
	p.press("F2")
	p.waitFocus("textbox", "Modifier Claire Morel")
	p.press("Escape")
	p.waitFocus("button", "Modifier Claire Morel")
	p.press("Delete")
	p.waitRecipients("Menuiserie Lambert", "Julien Lambert")
	p.click("combobox", "Destinataires")
	p.typeKeys("claire")
	p.waitNames("button", "Favori : ", "Favori : Claire Morel")
	p.press("Enter") // the first that matches
	p.waitRecipients("Menuiserie Lambert", "Julien Lambert", "Claire Morel")
	p.typeKeys("julien@menuiserie-lambert.fr,")
	p.waitRecipients("Menuiserie Lambert", "Julien Lambert", "Claire Morel")
	p.press("Tab")
	p.click("textbox", "Objet")
	p.typeKeys("Au clavier")
	p.press("Enter")
	p.waitFocus("textbox", "Message")
	p.typeKeys("Bonjour,")
	p.press("Enter", ctrl)
	p.waitText("Mis en boîte d’envoi pour 3 destinataires.")
}

// Without a recipient or an object Envoyer says why, and nothing is lost.
func TestSendRefused(t *testing.T) {
	t.Parallel()
	p := composer(t)
	p.fill("textbox", "Message", "Déjà écrit")
	p.click("button", "Envoyer")
	p.waitText("Indiquez un objet.")
	p.waitFocus("textbox", "Objet")
	p.axe("a mail without an object")
	for _, name := range defaults {
		p.click("button", "Retirer "+name)
		p.waitGone("button", "Retirer "+name)
	}
	p.fill("textbox", "Objet", "Essai")
	p.click("button", "Envoyer")
	p.waitText("Ajoutez au moins un destinataire.")
	p.waitFocus("combobox", "Destinataires")
	if got := p.value("textbox", "Message"); got != "Déjà écrit" {
		t.Errorf("the text that was typed is now %q", got)
	}
}

// A click on Envoyer while an address is still being typed sends to it too,
// and two clicks send one mail.
func TestSendTwice(t *testing.T) {
	t.Parallel()
	p := composer(t)
	p.fill("textbox", "Objet", "Une seule fois")
	p.click("combobox", "Destinataires")
	p.typeKeys("dernier@exemple.fr")
	p.doubleClick("button", "Envoyer")
	p.waitText("Mis en boîte d’envoi pour 4 destinataires.")
	p.visit("/messages")
	if n := strings.Count(p.text(), "Une seule fois"); n != 1 {
		t.Errorf("the mail is %d times in the outbox", n)
	}
	p.follow("link", "Une seule fois")
	p.waitText("dernier@exemple.fr")
	p.waitText("Accepté par")
	p.axe("a message")
	p.follow("link", "Écrire de nouveau")
	p.waitRecipients(append(defaults[:3:3], "dernier@exemple.fr")...)
}

// What is added, brought back or dismissed leaves the focus where one types on;
// Tab goes from the address into the question about it, and makes a chip of it.
func TestFocusInComposer(t *testing.T) {
	t.Parallel()
	p := composer(t)
	p.click("button", "Cci : ajouter ce champ")
	p.waitFocus("combobox", "Cci")
	p.click("button", "Retirer Claire Morel")
	p.click("button", "Rétablir les destinataires par défaut")
	p.waitRecipients(defaults...)
	p.waitFocus("combobox", "Destinataires")
	p.typeKeys("paul.durand@notaires-lyon.fr")
	p.waitFor("group", "Nouvelle adresse paul.durand@notaires-lyon.fr")
	p.press("Tab")
	p.waitFor("button", "Retirer paul.durand@notaires-lyon.fr")
	p.waitFocus("checkbox", "Ajouter aussi aux favoris")
	p.press("Escape")
	p.waitGone("button", "Ignorer")
	p.waitFocus("combobox", "Destinataires")
}

// Where neither a main address nor a favorite is filled in, the list is open
// from the start, and Envoyer says why it refuses.
func TestNobodyFilledIn(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.visit("/clients/new")
	p.fill("textbox", "Nom", "Sans adresse")
	p.follow("button", "Enregistrer")
	p.follow("link", "Envoyer un e-mail")
	p.waitFocus("combobox", "Destinataires")
	p.waitAttr("combobox", "Destinataires", "aria-expanded", "true")
	p.waitText("Ce client n’a pas encore de contact : tapez une adresse.")
	p.press("Escape")
	p.click("button", "Envoyer")
	p.waitText("Ajoutez au moins un destinataire.")
}

// What the button says and the note about many recipients follow the choice of
// one mail for each at once, also without JavaScript.
func TestOneMailForEach(t *testing.T) {
	t.Parallel()
	for _, script := range []bool{true, false} {
		p := start(t).open(t)
		if !script {
			p.noJS()
		}
		p.visit(lambert(p) + "/messages/new")
		p.fill("combobox", "Destinataires", "a@exemple.fr, b@exemple.fr, c@exemple.fr")
		if script {
			p.press("Enter")
		} else {
			p.enter()
		}
		each := func(key, option string) {
			p.read("combobox", "Envoi", `function() { this.focus(); return "" }`)
			p.press(key)
			if got := p.read("combobox", "Envoi", `function() { return this.selectedOptions[0].label }`); got != option {
				t.Fatalf("the list shows %q", got)
			}
		}
		const note = "Plus de cinq destinataires verront les adresses des autres"
		p.waitText(note)
		p.waitFor("button", "Envoyer")
		each("ArrowDown", "Un e-mail par destinataire")
		p.waitFor("button", "Envoyer 6 e-mails")
		if strings.Contains(p.text(), note) {
			t.Errorf("script %t: the note stays", script)
		}
		p.screenshot(fmt.Sprintf("each-%t", script))
		each("ArrowUp", "Un seul e-mail pour tous")
		p.waitText(note)
		p.waitFor("button", "Envoyer")
		each("ArrowDown", "Un e-mail par destinataire")
		if !script {
			continue
		}
		p.fill("textbox", "Objet", "Essai")
		p.click("button", "Retirer c@exemple.fr")
		p.waitFor("button", "Envoyer 5 e-mails")
		p.click("combobox", "Destinataires")
		p.typeKeys("d@exemple.fr")
		p.waitFor("button", "Envoyer 6 e-mails")
		p.axe("one mail for each")
		p.follow("button", "Envoyer 6 e-mails")
		p.waitText("Mis en boîte d’envoi pour 6 destinataires.")
	}
}
