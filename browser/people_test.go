package browser

import (
	"strings"
	"testing"
)

// touched is looks, and holds all that can be touched at 360 pixels to its size.
func (p *page) touched(name string) {
	p.t.Helper()
	p.looks(name)
	p.viewport(360, 900, true)
	p.settle()
	for _, small := range p.targets44() {
		p.t.Errorf("%s: %s", name, small)
	}
	p.viewport(1280, 800, false)
}

// invite invites somebody, and returns the path of the link.
func (p *page) invite(email, role string) string {
	p.t.Helper()
	p.visit("/users")
	p.follow("link", "Inviter une personne")
	p.fill("textbox", "Adresse e-mail", email)
	p.choose("combobox", "Rôle", role)
	p.follow("button", "Créer le lien")
	path, ok := strings.CutPrefix(p.value("textbox", "Lien d’invitation"), p.base)
	if !ok {
		p.t.Fatalf("the link is elsewhere: %s", path)
	}
	return path
}

// joins opens a link in a browser of its own and accepts.
func (p *page) joins(path, name string) *page {
	p.t.Helper()
	q := open(p.t, p.base)
	q.visit(path)
	q.fill("textbox", "Votre nom", name)
	q.fill("textbox", "Mot de passe", "un long mot de passe")
	q.follow("button", "Entrer dans Carnet")
	q.waitPath("/clients")
	q.waitText("Bienvenue, " + name + ".")
	return q
}

// An administrator invites a member and a reader, who join in browsers of their
// own. The reader's pages have no star to click on; what the administrator takes
// away is gone with the next click.
func TestPeople(t *testing.T) {
	t.Parallel()
	p := agency(t)
	p.visit("/clients/new")
	p.fill("textbox", "Nom", "Menuiserie Lambert")
	p.follow("button", "Enregistrer")
	file := p.path()
	p.visit(file + "/contacts/new")
	p.fill("textbox", "Adresse e-mail", "claire.morel@lambert.example")
	p.fill("textbox", "Prénom", "Claire")
	p.fill("textbox", "Nom", "Morel")
	p.click("checkbox", "Contact favori")
	p.follow("button", "Enregistrer")
	p.visit(file + "/contacts/new")
	p.fill("textbox", "Adresse e-mail", "louis.petit@lambert.example")
	p.fill("textbox", "Prénom", "Louis")
	p.fill("textbox", "Nom", "Petit")
	p.follow("button", "Enregistrer")

	toMember := p.invite("marc@exemple.fr", "Membre : écrit et modifie")
	toReader := p.invite("lea@exemple.fr", "Lecteur : consulte seulement")
	p.touched("an invitation just made")
	p.follow("button", "Envoyer par e-mail")
	p.waitText("Rien n’est parti : aucun serveur d’envoi n’est réglé.")
	guest := open(t, p.base)
	guest.visit(toReader)
	guest.touched("an invitation to accept")
	member, reader := p.joins(toMember, "Marc Roy"), p.joins(toReader, "Léa Petit")
	guest.allow("404")
	guest.visit(toReader)
	guest.waitText("Ce lien n’est plus valable")
	guest.touched("an invitation that is over")

	member.visit(file)
	member.waitAttr("button", "Favori : Claire Morel", "aria-pressed", "true")
	reader.visit(file)
	reader.waitFor("image", "Favori")
	for _, button := range []string{"Favori : Claire Morel", "Favori : Louis Petit", "Actions pour Claire Morel"} {
		if reader.has("button", button) {
			t.Errorf("a reader has %q", button)
		}
	}
	reader.touched("a file for a reader")
	reader.click("link", "Voir tout")
	reader.waitFor("dialog", "Contacts de Menuiserie Lambert")
	reader.waitFor("button", "Copier claire.morel@lambert.example")
	if reader.has("button", "Créer") {
		t.Error("a reader has a button to create")
	}
	reader.touched("the contacts for a reader")
	reader.press("Escape")

	p.invite("omar@exemple.fr", "Membre : écrit et modifie")
	p.visit("/users")
	p.touched("people")
	p.follow("link", "Marc Roy")
	p.touched("somebody")
	p.follow("link", "Appareil perdu")
	p.fill("textbox", "Votre mot de passe", "pas celui-là")
	p.allow("422")
	p.follow("button", "Retirer ses appareils")
	p.waitText("Ce n’est pas votre mot de passe actuel.")
	p.touched("a lost device")
	p.fill("textbox", "Votre mot de passe", firstPassword)
	p.follow("button", "Retirer ses appareils")
	p.waitText("Marc Roy se connecte désormais avec son seul mot de passe.")
	member.visit(file)
	member.waitText("Se connecter")
	member.signInAs("marc@exemple.fr", "un long mot de passe")
	p.follow("link", "Marc Roy")
	p.follow("button", "Déconnecter partout")
	p.waitText("Marc Roy est déconnecté partout.")
	member.visit(file)
	member.waitText("Se connecter")
	member.signInAs("marc@exemple.fr", "un long mot de passe")
	p.visit("/users")
	p.follow("link", "Marc Roy")
	p.choose("combobox", "Rôle", "Lecteur : consulte seulement")
	p.follow("button", "Enregistrer")
	p.waitText("Marc Roy : Lecteur.")
	member.follow("link", "E-mails")
	member.waitText("Se connecter")

	p.follow("link", "Léa Petit")
	p.follow("link", "Désactiver")
	p.touched("the question before disabling")
	p.follow("button", "Désactiver")
	p.waitText("Le compte de Léa Petit est désactivé.")
	reader.follow("link", "Clients")
	reader.allow("422")
	reader.signInAs("lea@exemple.fr", "un long mot de passe")
	reader.waitText("Adresse ou mot de passe inconnus.")
}
