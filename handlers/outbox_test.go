package handlers

import (
	"strings"
	"testing"

	"carnet/data"
)

func TestMessagesFiltered(t *testing.T) {
	// The mails of the agency are filtered by state and author, those of a client
	// also searched; the filter is in the address, and so in a shared link (47).
	t.Parallel()
	o := atelier(t)
	b := o.browser(t).visit("/messages").sees("Devis D-2026-118")
	b.fill("État", "Non envoyé")
	b.click("Filtrer").sees("Transports Garnier").misses("Menuiserie Lambert")
	if !strings.Contains(b.at.RawQuery, "state=failed") || b.all().value("État") != string(data.Failed) {
		t.Errorf("the filter is not in the address %s", b.at)
	}
	b.fill("État", "Annulé")
	b.click("Filtrer").sees("Aucun e-mail ne correspond.")
	b.fill("État", "Tous les états").fill("Auteur", "Camille Roussel")
	b.click("Filtrer").sees("Menuiserie Lambert")

	b.visit("/").click(lambert).click("Rechercher dans tous ses e-mails").sees("E-mails à Menuiserie Lambert", "Facture F-2026-204")
	b.fill("Rechercher dans les e-mails", "PRISE cote")
	b.click("Filtrer").sees("Rendez-vous de prise de cotes").misses("Facture F-2026-204")
	if b.all().value("Rechercher dans les e-mails") != "PRISE cote" {
		t.Error("what was searched for is lost")
	}
	b.visit("/messages?state=x").sees("Aucun e-mail ne correspond.")
	b.send("GET", "/messages?author=x", "")
	b.is(404)
}
