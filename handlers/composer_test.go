package handlers

import (
	"fmt"
	"strings"
	"testing"

	"carnet/data"
)

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
	raw, err := o.store.Raw(bg, page.Messages[0].ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(raw), "discret@") || !strings.Contains(string(raw), "Cc: <copie@exemple.example>") {
		t.Errorf("the mail as it leaves:\n%s", raw)
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
	b.click("Envoyer").sees("102 destinataires, et un e-mail en prend 100 au plus")
	if n := len(b.chips("to")); n != 102 {
		t.Errorf("%d recipients are left of 102", n)
	}
	b.all().refused(422, "Envoyer")
	b.click("Retirer n00@exemple.example").click("Retirer n01@exemple.example")
	b.click("Envoyer").sees("Mis en boîte d’envoi pour 100 destinataires.")
}
