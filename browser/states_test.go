package browser

import "testing"

// each runs a test in French and in English; say is the text of its language.
func each(t *testing.T, test func(t *testing.T, say func(...string) string)) {
	for i, language := range []string{"fr", "en"} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			test(t, func(texts ...string) string { return texts[i] })
		})
	}
}

// everywhere holds the page, as it stands, to axe in both themes, on a phone
// and on a desk; to targets of 44 px on the phone; and to its window, down to
// 320 px.
func (p *page) everywhere(state string) {
	p.t.Helper()
	for _, dark := range []bool{false, true} {
		p.dark(dark)
		theme := map[bool]string{false: "light", true: "dark"}[dark]
		for _, width := range []int64{360, 1440} {
			p.viewport(width, 900, width == 360)
			p.axe(state + ", " + theme)
			p.noOverflow()
			p.screenshot(p.t.Name() + " " + state + " " + theme + map[bool]string{true: " phone"}[width == 360])
		}
	}
	p.viewport(360, 900, true)
	for _, small := range p.targets44() {
		p.t.Errorf("%s: %s", state, small)
	}
	p.viewport(320, 700, true)
	p.noOverflow()
	p.viewport(1440, 900, false)
}

// What stands on the pages of settings before and after a mistake is within
// reach of all.
func TestSettingsStates(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, say func(...string) string) {
		p := start(t).open(t)
		p.visit("/settings")
		if say("fr", "en") == "en" {
			p.follow("button", "English: switch the interface to English")
		}
		save := say("Enregistrer", "Save")
		p.everywhere("settings")
		p.visit("/profile")
		p.fill("textbox", say("Nom", "Name"), "")
		p.follow("button", save)
		p.everywhere("profile with an error")
		p.visit("/templates")
		p.everywhere("templates")
		p.visit("/templates/new")
		p.follow("button", save)
		p.click("DisclosureTriangle", say("Insérer une variable", "Insert a variable"))
		p.everywhere("template with an error")
		p.visit("/templates")
		p.follow("link", "Envoi d’un devis")
		p.follow("button", say("Aperçu", "Preview"))
		p.everywhere("template with a preview")
		p.visit("/messages?state=failed")
		p.everywhere("emails of a state")
		p.visit(lambert(p))
		p.follow("link", say("Rechercher dans tous ses e-mails", "Search all its emails"))
		p.everywhere("emails of a client")
	})
}

// The page of the mail server is within reach of all, whatever it says.
func TestRelayStates(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, say func(...string) string) {
		port := post(t)
		p := agency(t)
		if say("fr", "en") == "en" {
			p.follow("button", "English: switch the interface to English")
		}
		p.visit("/templates")
		p.everywhere("no templates")
		p.visit("/relay")
		p.everywhere("mail server")
		p.fill("textbox", say("Nom du serveur", "Server name"), "127.0.0.1")
		p.fill("spinbutton", "Port", port)
		p.choose("combobox", say("Chiffrement", "Encryption"), say("Aucun : relais sur cette machine", "None: a relay on this machine"))
		from, check := say("Adresse de l’agence", "Address of the agency"), say("Tester la connexion", "Test the connection")
		p.fill("textbox", from, "refusee@exemple.fr")
		p.expectDialogs(true)
		p.follow("button", check)
		p.everywhere("connection that fails")
		p.fill("textbox", from, "agence@exemple.fr")
		p.fill("textbox", say("Identifiant", "User"), "agence")
		p.fill("textbox", say("Mot de passe", "Password"), "le mauvais")
		p.follow("button", check)
		p.everywhere("password that is refused")
		p.fill("textbox", say("Mot de passe", "Password"), "le bon")
		p.follow("button", check)
		p.everywhere("connection that works")
		p.fill("textbox", from, "agence")
		p.follow("button", say("Enregistrer", "Save"))
		p.everywhere("mail server with an error")
	})
}

// The page of a mail server that the command line set shows it, and is within
// reach of all.
func TestFixedRelayStates(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, say func(...string) string) {
		p := agency(t, "-smtp", "smtp+insecure://agence:un%20autre@127.0.0.1:"+post(t), "-from", "agence@exemple.fr")
		if say("fr", "en") == "en" {
			p.follow("button", "English: switch the interface to English")
		}
		p.visit("/relay")
		p.follow("button", say("M’envoyer un essai", "Send me a trial"))
		p.everywhere("mail server of the command line")
		p.fill("spinbutton", say("Connexions à la fois", "Connections at a time"), "99")
		p.follow("button", say("Enregistrer", "Save"))
		p.everywhere("mail server of the command line with an error")
	})
}

// The composer and what follows it are within reach of all, whatever became of
// the draft.
func TestDraftStates(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, say func(...string) string) {
		p := start(t).open(t)
		p.visit("/profile")
		if say("fr", "en") == "en" {
			p.follow("button", "English: switch the interface to English")
		}
		p.fill("spinbutton", say("Délai d’annulation, en secondes", "Time to undo, in seconds"), "60")
		p.follow("button", say("Enregistrer", "Save"))
		file := lambert(p)
		remove, subject := say("Supprimer le brouillon", "Delete the draft"), say("Objet", "Subject")
		p.visit(file + "/messages/new")
		p.fill("textbox", subject, "À relire")
		p.waitFor("button", remove)
		p.everywhere("draft that is kept")
		p.fill("textbox", "Message", "Un début")
		p.choose("combobox", say("Modèle", "Template"), "Relance de facture")
		p.click("button", say("Insérer", "Insert"))
		p.waitFor("button", say("Garder mon texte", "Keep my text"))
		p.everywhere("question of a template")
		p.click("button", say("Garder mon texte", "Keep my text"))
		p.waitGone("button", say("Garder mon texte", "Keep my text"))
		p.follow("link", say("Annuler", "Cancel"))
		p.everywhere("file with a draft")

		p.follow("link", "À relire")
		q := p.another()
		q.visit(p.path())
		q.fill("textbox", "Message", "Ailleurs")
		q.follow("link", say("Annuler", "Cancel"))
		p.fill("textbox", "Message", "Ici")
		p.waitFor("button", say("Garder celle-ci", "Keep this one"))
		p.everywhere("draft of two tabs")
		p.click("button", say("Garder celle-ci", "Keep this one"))
		p.waitFor("button", remove)
		p.follow("button", remove)
		p.everywhere("deleted draft")
		p.follow("button", say("Annuler", "Undo"))
		p.follow("button", say("Envoyer", "Send"))
		p.waitFor("link", say("Suivre l’envoi", "Follow it"))
		p.everywhere("countdown")
	})
}
