package handlers

import (
	"testing"

	"carnet/data"
)

func TestTemplateFromNothing(t *testing.T) {
	// A template is made, previewed with a real client, edited, deleted and
	// brought back, all without JavaScript; what is wrong with a variable is said
	// beside its field, with line and column, and nothing typed is lost.
	t.Parallel()
	o := atelier(t)
	b := o.browser(t).visit("/settings")
	b.click("Modèles d’e-mail").click("Nouveau modèle")
	b.fill("Nom", "Accueil").fill("Objet", "Bienvenue {{client.nom}}").fill("Message", "Bonjour,\nici {{cleint.nom}}")
	b.all().refused(422, "Enregistrer").sees("Ligne 2, colonne 5 : la variable « cleint.nom » n’existe pas.")
	b.fill("Message", "Bonjour {{contact.prénom}},\nici {{agence.nom}}, le {{contact.fonction}} de {{contact.nom}}").fill("Aperçu pour le client", "lambert")
	b.click("Aperçu").sees("Aperçu pour Menuiserie Lambert", "Bienvenue Menuiserie Lambert", "Bonjour Claire, ici Atelier Horizon")
	if b.all().value("Nom") != "Accueil" {
		t.Error("the preview lost the name")
	}
	b.fill("Aperçu pour le client", "Personne de ce nom")
	b.all().refused(422, "Aperçu").sees("Choisissez dans la liste.")
	b.click("Enregistrer").sees("Modèle « Accueil » créé.")
	b.click("Accueil").fill("Nom", "Bienvenue")
	b.click("Enregistrer").sees("Modèle « Bienvenue » mis à jour.")
	b.click("Bienvenue").click("Supprimer ce modèle").sees("Modèle « Bienvenue » supprimé.").click("Annuler").sees("Modèle « Bienvenue » rétabli.")
}

func TestTemplateEditedByTwo(t *testing.T) {
	// The second to save a template is told and sees both versions.
	t.Parallel()
	o := atelier(t)
	b := o.browser(t).visit("/templates")
	b.click("Relance de facture")
	list, err := o.store.Templates(bg)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range list {
		if _, err := o.store.UpdateTemplate(bg, x.ID, x.Version, func(x *data.Template) { x.Subject = "Objet de l’autre" }); err != nil {
			t.Fatal(err)
		}
	}
	b.fill("Objet", "Mon objet")
	b.all().refused(409, "Enregistrer").sees("Modifié entre-temps", "Objet de l’autre", "Mon objet")
	b.click("Enregistrer").sees("mis à jour")
}

func TestProfile(t *testing.T) {
	// Name, signature and the time to undo are each person's own.
	t.Parallel()
	o := atelier(t)
	b := o.browser(t).visit("/settings").click("Mon profil")
	if b.all().value("Délai d’annulation, en secondes") != "10" {
		t.Error("the time to undo is not 10 seconds at first")
	}
	b.fill("Nom", "").fill("Délai d’annulation, en secondes", "61")
	b.all().refused(422, "Enregistrer").sees("Indiquez un nom.", "Un nombre jusqu’à 60.")
	b.fill("Nom", "Camille R.").fill("Signature", "Camille\nAtelier Horizon").fill("Délai d’annulation, en secondes", "0")
	b.click("Enregistrer").sees("Profil enregistré.")
	u, err := o.store.FirstUser(bg)
	if err != nil || u.Name != "Camille R." || u.Signature != "Camille\nAtelier Horizon" || u.UndoSeconds() != 0 {
		t.Errorf("the user is %+v, %v", u, err)
	}
}
