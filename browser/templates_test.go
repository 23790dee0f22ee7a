package browser

import "testing"

// A template is written with buttons for its variables, which go where one
// wrote last, previewed for a client, and kept; it can be taken back when it was
// deleted.
func TestTemplates(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.visit("/templates")
	p.follow("link", "Nouveau modèle")
	p.follow("button", "Enregistrer")
	p.waitText("Rien n’a été enregistré")
	p.waitFocus("textbox", "Nom")
	p.axe("a template with errors")
	p.typeKeys("Rendez-vous")
	p.click("DisclosureTriangle", "Insérer une variable")
	p.click("textbox", "Objet")
	p.typeKeys("Visite chez ")
	p.click("button", "{{client.nom}}")
	p.waitFocus("textbox", "Objet")
	p.typeKeys(" bientôt")
	p.click("textbox", "Message")
	p.typeKeys("Bonjour ,")
	p.press("ArrowLeft")
	p.click("button", "{{contact.prénom}}")
	p.waitFocus("textbox", "Message")
	p.fill("textbox", "Aperçu pour le client", "lambert")
	p.follow("button", "Aperçu")
	p.waitFocus("heading", "Aperçu pour Menuiserie Lambert")
	p.waitText("Visite chez Menuiserie Lambert bientôt")
	p.waitText("Bonjour Claire,")
	p.axe("a template with a preview")
	if got := p.value("textbox", "Message"); got != "Bonjour {{contact.prénom}}," {
		t.Errorf("the text is %q", got)
	}
	p.follow("button", "Enregistrer")
	p.waitText("Modèle « Rendez-vous » créé.")
	p.waitPath("/templates")
	p.follow("link", "Rendez-vous")
	p.follow("button", "Supprimer ce modèle")
	p.waitText("Modèle « Rendez-vous » supprimé.")
	if p.has("link", "Rendez-vous") {
		t.Error("the template is still in the list")
	}
	p.follow("button", "Annuler")
	p.waitFor("link", "Rendez-vous")
}

// A variable that was put into a form is not thrown away without a question.
func TestTemplateGuarded(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.visit("/templates/new")
	p.click("DisclosureTriangle", "Insérer une variable")
	p.click("button", "{{date}}")
	p.expectDialogs(true)
	p.follow("link", "Annuler")
	if len(p.dialogs()) != 1 {
		t.Errorf("the dialogs are %q", p.dialogs())
	}
}

// pick chooses a template in the composer and inserts it.
func (p *page) pick(template string) {
	p.t.Helper()
	p.choose("combobox", "Modèle", template)
	p.click("button", "Insérer")
}

// A template fills an empty mail at once, with the keyboard; where something
// was written it asks first, and what was written stays unless it is given up.
func TestTemplateInserted(t *testing.T) {
	t.Parallel()
	p := composer(t)
	const invoice = "Facture en attente – C-0001"
	p.choose("combobox", "Modèle", "Relance de facture")
	p.press("Tab")
	p.waitFocus("button", "Insérer")
	p.press("Enter")
	p.waitText("Brouillon enregistré à")
	p.waitFocus("textbox", "Message")
	if got := p.value("textbox", "Objet"); got != invoice {
		t.Errorf("the object is %q", got)
	}
	filled := p.value("textbox", "Message")

	p.pick("Meeting follow-up")
	p.waitFor("button", "Garder mon texte")
	p.waitFocus("button", "L’ajouter à la fin")
	p.axe("the question of a template")
	p.click("button", "Garder mon texte")
	p.waitFor("combobox", "Modèle")
	p.waitFocus("textbox", "Message")
	if got := p.value("textbox", "Message"); got != filled {
		t.Errorf("the text that was kept is %q", got)
	}

	p.pick("Meeting follow-up")
	p.click("button", "L’ajouter à la fin")
	p.waitFor("combobox", "Modèle")
	p.waitFocus("textbox", "Message")
	if got := p.value("textbox", "Message"); len(got) <= len(filled) || got[:len(filled)] != filled {
		t.Errorf("the longer text is %q", got)
	}
	if got := p.value("textbox", "Objet"); got != invoice {
		t.Errorf("the object is %q", got)
	}

	p.pick("Meeting follow-up")
	p.click("button", "Remplacer mon texte")
	p.waitFor("combobox", "Modèle")
	p.waitFocus("textbox", "Message")
	if got := p.value("textbox", "Objet"); got != "Our meeting" {
		t.Errorf("the object is %q", got)
	}
}
