package browser

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// followDraft goes on with a draft of the client's file.
func (p *page) followDraft(subject string) {
	p.t.Helper()
	p.follow("link", subject)
	p.waitFor("combobox", "Destinataires")
}

// What is typed is kept about a second later, stands in the client's file, and
// comes back as it was: chips, text, and what was half typed. Leaving within
// that second keeps it too.
func TestDraft(t *testing.T) {
	t.Parallel()
	p := composer(t)
	const text = "Bonjour,\n  deux  espaces <b> & un é\n\nFin"
	p.click("button", "Retirer Claire Morel")
	p.waitGone("button", "Retirer Claire Morel")
	p.click("button", "Cc : ajouter ce champ")
	p.waitFocus("combobox", "Cc")
	p.typeKeys("louis.petit@menuiserie-lambert.fr,")
	p.waitFor("button", "Retirer Louis Petit")
	p.fill("textbox", "Message", text)
	p.click("combobox", "Destinataires")
	p.typeKeys("à moitié")
	p.waitText("Brouillon enregistré à")
	p.axe("a mail whose draft is kept")
	p.fill("textbox", "Objet", "À finir")
	p.follow("link", "Annuler")
	p.axe("a file with a draft")
	p.followDraft("À finir")
	p.waitRecipients("Menuiserie Lambert", "Julien Lambert", "Louis Petit")
	if got := p.value("textbox", "Objet"); got != "À finir" {
		t.Errorf("the object is %q", got)
	}
	if got := p.value("textbox", "Message"); got != text {
		t.Errorf("the text is %q", got)
	}
	if got := p.value("combobox", "Destinataires"); got != "à moitié" {
		t.Errorf("half typed was %q", got)
	}
	p.waitFocus("textbox", "Message")
}

// A composer in which nothing was done leaves no draft behind.
func TestNoDraft(t *testing.T) {
	t.Parallel()
	p := composer(t)
	p.click("combobox", "Destinataires")
	p.press("Escape")
	p.follow("link", "Annuler")
	if text := p.text(); strings.Contains(text, "Brouillon") {
		t.Errorf("a draft is in %q", text)
	}
}

// Of two tabs on one draft the second to type is told, loses nothing, and
// chooses which of the two versions stays.
func TestDraftInTwoTabs(t *testing.T) {
	t.Parallel()
	p := composer(t)
	p.fill("textbox", "Objet", "À deux")
	p.follow("link", "Annuler")
	p.followDraft("À deux")
	q := p.another()
	q.visit(p.path())
	q.fill("textbox", "Message", "Du second onglet")
	q.follow("link", "Annuler")
	q.followDraft("À deux")
	p.fill("textbox", "Message", "Du premier onglet")
	p.waitText("Ce brouillon a été modifié dans un autre onglet")
	p.waitFocus("textbox", "Message")
	p.axe("a draft of two tabs")
	if got := p.value("textbox", "Message"); got != "Du premier onglet" {
		t.Errorf("the text is %q", got)
	}
	p.click("button", "Garder celle-ci")
	p.waitText("Brouillon enregistré à")
	p.waitFocus("textbox", "Message")
	q.fill("textbox", "Objet", "À trois")
	q.waitText("Ce brouillon a été modifié dans un autre onglet")
	q.click("button", "Envoyer") // which is told too
	q.waitText("Rien n’a été envoyé.")
	q.waitFocus("link", "Voir l’autre version (nouvel onglet)")
	q.axe("a sending from the stale of two tabs")
	if got := q.value("textbox", "Objet"); got != "À trois" {
		t.Errorf("the subject is %q", got)
	}
	r := q.another()
	r.visit(strings.TrimPrefix(q.attr("link", "Voir l’autre version (nouvel onglet)", "href"), q.base))
	if got := r.value("textbox", "Message"); got != "Du premier onglet" {
		t.Errorf("the other version is %q", got)
	}
	q.press("Tab")
	q.press("Tab")
	q.waitFocus("button", "Envoyer ce texte quand même")
	q.press("Enter")
	q.waitText("Mis en boîte d’envoi")
}

// Without a connection the page asks before it is left, and keeps the draft by
// itself when the connection returns.
func TestDraftOffline(t *testing.T) {
	t.Parallel()
	p := composer(t)
	p.allow("Failed to fetch")
	p.offline(true)
	p.fill("textbox", "Objet", "Dans le tunnel")
	p.waitText("Connexion perdue.")
	p.expectDialogs(false)
	p.click("link", "Annuler")
	if err := p.until(func() error {
		if !slices.Equal(p.dialogs(), []string{""}) {
			return fmt.Errorf("the dialogs are %q", p.dialogs())
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	p.offline(false)
	p.waitText("Brouillon enregistré à")
	p.follow("link", "Annuler")
	p.followDraft("Dans le tunnel")
}

// A deleted draft is gone from the client's file at once, and Annuler brings it
// back as it was.
func TestDraftDeleted(t *testing.T) {
	t.Parallel()
	p := composer(t)
	p.fill("textbox", "Objet", "À jeter")
	p.waitText("Brouillon enregistré à")
	p.follow("button", "Supprimer le brouillon")
	p.waitText("Brouillon supprimé.")
	if p.has("link", "À jeter") {
		t.Error("the draft is still in the file")
	}
	p.axe("the toast of a deleted draft")
	p.follow("button", "Annuler")
	p.waitText("Brouillon rétabli.")
	if got := p.value("textbox", "Objet"); got != "À jeter" {
		t.Errorf("the object is %q", got)
	}
	p.waitRecipients(defaults...)
}

// Once a draft is kept the page has its address: a reload, and Back from the
// preview, bring it back.
func TestDraftHasAnAddress(t *testing.T) {
	t.Parallel()
	p := composer(t)
	p.fill("textbox", "Objet", "À relire")
	p.waitText("Brouillon enregistré à")
	if err := p.until(func() error {
		if at := p.path(); !strings.Contains(at, "/drafts/") {
			return fmt.Errorf("the page is at %s", at)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	p.reload()
	if got := p.value("textbox", "Objet"); got != "À relire" {
		t.Errorf("after a reload the object is %q", got)
	}
	p.follow("button", "Aperçu")
	p.back()
	if got := p.value("textbox", "Objet"); got != "À relire" {
		t.Errorf("after Back the object is %q", got)
	}
	p.follow("button", "Envoyer")
	p.waitText("Mis en boîte d’envoi pour 3 destinataires.")
}
