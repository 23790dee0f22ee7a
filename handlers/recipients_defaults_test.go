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

func TestWhatCannotBeADefault(t *testing.T) {
	// What cannot be a default, and what is one anyway, is told: the main
	// address, addresses that are no contacts, Cc and Cci. A favorite in Cc keeps
	// its star.
	t.Parallel()
	both(t, lambert, func(t *testing.T, o office, b *browser) {
		client := o.clientNamed(lambert)
		b.click("Retirer " + lambert).click("En faire mes destinataires par défaut")
		b.sees("L’adresse principale (contact@menuiserie-lambert.fr) est toujours un destinataire par défaut.").misses("Ce sont déjà", "Confirmer")
		b.click("Fermer").misses("est toujours un destinataire")
		b.click("Rétablir les destinataires par défaut").fill("Destinataires", "nul@exemple.example").all().enter("Destinataires")
		b.card().click("Ignorer").click("En faire mes destinataires par défaut").sees("Sans fiche de contact, donc jamais par défaut : nul@exemple.example.").misses("Ce sont déjà", "Confirmer")
		b.click("Retirer nul@exemple.example").click("Retirer Claire Morel").click("Retirer Julien Lambert").click("Cc : ajouter ce champ")
		b.fill("Cc", "Claire Morel <claire.morel@menuiserie-lambert.fr>, a.benali@menuiserie-lambert.fr")
		b.press(byID(b.page, "recipients-commit-cc"))
		b.click("En faire mes destinataires par défaut").sees("Ne le sont plus : Julien Lambert.", "mais restent favoris, donc dans Destinataires la prochaine fois : Claire Morel.", "qui ne sont jamais pré-remplis : Aïcha Benali.")
		b.click("Confirmer").sees("Ces contacts sont maintenant les destinataires par défaut.")
		if claire, julien := o.contactAt(client, "claire.morel@menuiserie-lambert.fr"), o.contactAt(client, "julien@menuiserie-lambert.fr"); !claire.Favorite || julien.Favorite {
			t.Errorf("%+v, %+v", claire, julien)
		}
	})
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
