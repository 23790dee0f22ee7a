package handlers

import (
	"testing"

	"carnet/data"
)

func TestMakeThemTheDefaults(t *testing.T) {
	// The stars that would change are shown, and change only once confirmed (29).
	t.Parallel()
	o := atelier(t)
	client := o.clientNamed(lambert)
	b := o.compose(t, client)
	b.click("Retirer Julien Lambert").fill("Destinataires", "louis.petit@menuiserie-lambert.fr")
	b.all().enter("Destinataires")
	b.click("En faire mes destinataires par défaut").sees("Deviennent favoris : Louis Petit.", "Ne le sont plus : Julien Lambert.")
	if o.contactAt(client, "louis.petit@menuiserie-lambert.fr").Favorite {
		t.Error("the star changed before it was confirmed")
	}
	b.click("Garder les favoris").misses("Deviennent favoris")
	b.click("En faire mes destinataires par défaut").click("Confirmer").sees("Ces contacts sont maintenant les destinataires par défaut.")
	b.visit("/clients/"+string(client.ID)+"/messages/new").wantChips("to", lambert, "Claire Morel", "Louis Petit")
}

func TestRecipientsOfTheLastMail(t *testing.T) {
	// The recipients of the last mail are taken on a click, its day said.
	t.Parallel()
	o := atelier(t)
	client := o.clientNamed(lambert)
	page, err := o.store.Messages(bg, data.MessageFilter{Client: client.ID, Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	b := o.compose(t, client)
	b.click("Reprendre les destinataires du dernier envoi")
	b.wantChips("to", "Claire Morel", "Julien Lambert")
	if len(page.Messages[0].To) != 2 {
		t.Errorf("the last mail went to %v", page.Messages[0].To)
	}
}

func TestTakeBackFromTheMessage(t *testing.T) {
	// Until it leaves, the page of a mail says when it will, and takes it back.
	t.Parallel()
	o := atelier(t)
	b := o.compose(t, o.clientNamed(lambert))
	b.fill("Objet", "Devis")
	b.click("Envoyer").click("Suivre l’envoi").sees("peut encore être annulé")
	b.click("Reprendre le brouillon").sees("Envoi annulé : rien n’est parti.")
	if b.all().value("Objet") != "Devis" {
		t.Error("the draft did not come back")
	}
}
