package browser

import "testing"

// What the composer asks and tells of recipients stands in every window: the
// question about several addresses, what changed since a draft was written,
// what would be default, and a draft that another page keeps.
func TestRecipientsStates(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, say func(...string) string) {
		p := start(t).open(t)
		file := lambert(p)
		if say("fr", "en") == "en" {
			p.follow("button", "English: switch the interface to English")
		}
		to, subject := say("Destinataires", "Recipients"), say("Objet", "Subject")
		p.visit(file + "/contacts")
		p.click("button", say("Actions pour Aïcha Benali", "Actions for Aïcha Benali"))
		p.click("button", say("Supprimer", "Delete"))
		p.waitGone("button", say("Actions pour Aïcha Benali", "Actions for Aïcha Benali"))

		p.visit(file + "/messages/new")
		p.fill("textbox", subject, "Devis")
		p.click("combobox", to)
		p.typeKeys("Jean Dupond <jean@exemple.example>, ")
		p.waitFor("button", say("Retirer Jean Dupond", "Remove Jean Dupond"))
		p.typeKeys("a.benali@menuiserie-lambert.fr, ")
		p.waitFor("button", say("Retirer a.benali@menuiserie-lambert.fr", "Remove a.benali@menuiserie-lambert.fr"))
		p.typeKeys("thomas.girar@menuiserie-lambert.fr, ")
		p.waitFor("group", say("2 nouvelles adresses", "2 new addresses"))
		p.click("DisclosureTriangle", say("Préciser le nom de jean@exemple.example", "Add the name of jean@exemple.example"))
		p.everywhere("several addresses")
		p.click("button", say("Restaurer Aïcha Benali", "Restore Aïcha Benali"))
		p.waitText(say("Aïcha Benali rétabli.", "Aïcha Benali restored."))
		p.click("button", say("Ignorer", "Ignore"))
		p.waitGone("group", say("2 nouvelles adresses", "2 new addresses"))
		p.waitText(say("Brouillon enregistré à", "Draft saved at"))
		draft := p.path()

		p.visit(file + "/edit")
		p.fill("textbox", say("E-mail principal", "Main email"), "nouveau@menuiserie-lambert.fr")
		p.follow("button", say("Enregistrer", "Save"))
		p.visit(draft)
		p.waitText("contact@menuiserie-lambert.fr → nouveau@menuiserie-lambert.fr")
		p.click("button", say("En faire mes destinataires par défaut", "Make these my default recipients"))
		p.waitFor("button", say("Confirmer", "Confirm"))
		p.everywhere("an address that changed and the defaults")
		p.click("button", say("Garder les favoris", "Keep the favorites"))

		q := p.another()
		q.visit(draft)
		q.fill("textbox", "Message", "B")
		q.follow("link", say("Annuler", "Cancel")) // which keeps it
		p.click("button", say("Envoyer", "Send"))
		p.waitText(say("Rien n’a été envoyé.", "Nothing was sent."))
		p.screenshot(p.t.Name() + " told")
		_, err := eval[bool](p, `scrollTo({top: 0, behavior: "instant"}), true`) // nothing half under the bar
		p.must(err)
		p.everywhere("a draft that another page keeps")
	})
}
