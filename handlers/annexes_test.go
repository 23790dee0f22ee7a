package handlers

import (
	"strings"
	"testing"
)

func TestAnnexes(t *testing.T) {
	// A file of the agency is added once, attached to any mail with a click, and
	// stays with the mails that have it when it is taken away.
	t.Parallel()
	o := atelier(t)
	b := o.browser(t).visit("/settings").click("Annexes").sees("Pas encore d’annexe.")
	b.htmxless("/annexes/attachments", "CGV 2026.pdf", []byte("articles"))
	b.visit("/annexes").sees("CGV 2026.pdf", "8 octets")
	b = o.compose(t, o.clientNamed(lambert))
	b.fill("Objet", "Devis").fill("Annexe", "CGV 2026.pdf")
	b.click("Joindre l’annexe").sees("CGV 2026.pdf 8 octets")
	b.click("Envoyer").click("Suivre l’envoi").sees("CGV 2026.pdf")
	at := b.at.Path
	b.visit("/annexes").click("Retirer l’annexe CGV 2026.pdf").sees("Annexe CGV 2026.pdf retirée.", "Pas encore d’annexe.")
	b.visit(at).click("CGV 2026.pdf")
	if b.body != "articles" || !strings.HasPrefix(b.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the file is %q, %q", b.body, b.Header.Get("Content-Disposition"))
	}
	b.visit("/annexes").htmxless("/annexes/attachments", "RIB.pdf", []byte("iban"))
	b = o.compose(t, o.clientNamed(lambert))
	b.fill("Objet", "Devis").fill("Annexe", "RIB.pdf")
	o.browser(t).visit("/annexes").click("Retirer l’annexe RIB.pdf")
	b.click("Joindre l’annexe").sees("Cette annexe n’existe plus.")
	if b.all().value("Objet") != "Devis" {
		t.Error("what was typed is lost")
	}
}
