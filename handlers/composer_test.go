package handlers

import (
	"fmt"
	"strings"
	"testing"

	"carnet/data"
)

// Enter takes the only contact that a word finds; a word that finds several
// waits for a choice, and one that finds none becomes a red chip (20, 26).
func TestEnterTakesWhatIsFound(t *testing.T) {
	t.Parallel()
	o := atelier(t)
	b := o.compose(t, o.clientNamed(lambert))
	b.fill("Destinataires", "aicha").all().enter("Destinataires")
	b.wantChips("to", lambert, "Claire Morel", "Julien Lambert", "Aïcha Benali")
	b.fill("Destinataires", "menuiserie-lambert").all().enter("Destinataires")
	b.sees("Plusieurs contacts correspondent à « menuiserie-lambert »")
	b.fill("Destinataires", "personne").all().enter("Destinataires")
	b.wantChips("to", lambert, "Claire Morel", "Julien Lambert", "Aïcha Benali", "personne")
	b.sees("il manque le @")
}

// An address that is a recipient already, in whichever field, is not added a
// second time (28); Cc and Cci open on demand and hold their own.
func TestCopiesAndDoubles(t *testing.T) {
	t.Parallel()
	o := atelier(t)
	b := o.compose(t, o.clientNamed(lambert))
	b.click("Cc : ajouter ce champ").fill("Cc", "CLAIRE.morel@menuiserie-lambert.fr, copie@exemple.example")
	b.click("Cci : ajouter ce champ").fill("Cci", "discret@exemple.example").fill("Objet", "Copies")
	b.all().refused(200, "Envoyer").sees("Avant l’envoi")
	b.wantChips("to", lambert, "Claire Morel", "Julien Lambert").wantChips("cc", "copie@exemple.example").wantChips("bcc", "discret@exemple.example")
	b.click("Envoyer").sees("Mis en boîte d’envoi pour 5 destinataires.")
	page, err := o.store.Messages(bg, data.MessageFilter{Client: o.clientNamed(lambert).ID, Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := o.store.Raw(bg, page.Messages[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(raw), "discret@") || !strings.Contains(string(raw), "Cc: <copie@exemple.example>") {
		t.Errorf("the mail as it leaves:\n%s", raw)
	}
}

// A near miss of a known address is asked about first, and never corrected by
// itself (22).
func TestDidYouMean(t *testing.T) {
	t.Parallel()
	o := atelier(t)
	b := o.compose(t, o.clientNamed(lambert))
	b.fill("Destinataires", "thomas.girrard@menuiserie-lambert.fr").fill("Objet", "Essai").click("Envoyer")
	b.sees("Vouliez-vous dire")
	b.wantChips("to", lambert, "Claire Morel", "Julien Lambert", "thomas.girrard@menuiserie-lambert.fr")
	b.click("thomas.girard@menuiserie-lambert.fr")
	b.wantChips("to", lambert, "Claire Morel", "Julien Lambert", "Thomas Girard").misses("Vouliez-vous dire")
}

// An address in the trash offers to be restored, and one of another client
// says which, its star unticked (22).
func TestBinnedAndElsewhere(t *testing.T) {
	t.Parallel()
	o := atelier(t)
	client := o.clientNamed(lambert)
	louis := o.contactAt(client, "louis.petit@menuiserie-lambert.fr")
	if _, err := o.store.DeleteContact(bg, client.ID, louis.ID); err != nil {
		t.Fatal(err)
	}
	b := o.compose(t, client)
	b.fill("Destinataires", louis.Email).fill("Objet", "Essai").click("Envoyer").sees("est dans la corbeille de ce client")
	b.click("Restaurer").sees("Louis Petit rétabli.")
	o.contactAt(client, louis.Email)

	b.fill("Destinataires", "direction@hotel-lecygne.example").click("Envoyer")
	b.fill("Destinataires", "").sees("Aussi chez Hôtel-Restaurant Le Cygne")
	if has(b.all().field("Ajouter aussi aux favoris"), "checked") {
		t.Error("the star of another client's address is ticked")
	}
}

// More than a hundred recipients are told, and none is dropped (49).
func TestTooManyRecipients(t *testing.T) {
	t.Parallel()
	o := atelier(t)
	var list strings.Builder
	for i := range 99 {
		fmt.Fprintf(&list, "n%02d@exemple.example, ", i)
	}
	b := o.compose(t, o.clientNamed(lambert))
	b.fill("Destinataires", list.String()).fill("Objet", "Essai")
	b.click("Envoyer").sees("102 destinataires, et il en faut 100 au plus")
	if n := len(b.chips("to")); n != 102 {
		t.Errorf("%d recipients are left of 102", n)
	}
	b.all().refused(422, "Envoyer")
	b.click("Retirer n00@exemple.example").click("Retirer n01@exemple.example")
	b.click("Envoyer").sees("Mis en boîte d’envoi pour 100 destinataires.")
}

// A chip is edited in place: an empty text removes it, another changes it, and
// the text as it was leaves it (27).
func TestEditChip(t *testing.T) {
	t.Parallel()
	o := atelier(t)
	b := o.compose(t, o.clientNamed(lambert))
	b.click("Modifier Claire Morel").fill("Modifier Claire Morel", "Claire M. <claire.morel@menuiserie-lambert.fr>").click("Enregistrer")
	b.wantChips("to", lambert, "Claire M.", "Julien Lambert")
	b.click("Modifier Julien Lambert").fill("Modifier Julien Lambert", "").click("Enregistrer")
	b.wantChips("to", lambert, "Claire M.")
	b.click("Modifier Claire M.").fill("Modifier Claire M.", "pas une adresse").click("Enregistrer")
	b.wantChips("to", lambert, "pas une adresse").sees("Corrigez ou retirez les adresses signalées.")
}
