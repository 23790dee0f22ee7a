package handlers

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"carnet/data"
	"carnet/mail"
)

// draftsOf returns the drafts of the demo's user to a client.
func (o office) draftsOf(client data.Client) []data.Draft {
	o.t.Helper()
	u, err := o.store.FirstUser(bg)
	if err != nil {
		o.t.Fatal(err)
	}
	list, err := o.store.Drafts(bg, u.ID, client.ID, "")
	if err != nil {
		o.t.Fatal(err)
	}
	return list.Drafts
}

// manyDrafts writes 25 drafts to a client.
func (o office) manyDrafts(client data.Client) {
	o.t.Helper()
	u, err := o.store.FirstUser(bg)
	for i := range 25 {
		if err == nil {
			_, err = o.store.SaveDraft(bg, data.Draft{ID: data.NewID(), Client: client.ID, Author: u.ID, Page: "x", Subject: fmt.Sprintf("Devis n° %02d", i)}, false)
		}
	}
	if err != nil {
		o.t.Fatal(err)
	}
}

func TestManyDrafts(t *testing.T) {
	// The client's file shows the newest drafts and says how many there are; all
	// of them are on pages, which are the reader's own.
	t.Parallel()
	o := atelier(t)
	client := o.clientNamed(lambert)
	o.manyDrafts(client)
	b := o.browser(t).visit("/clients/"+string(client.ID)).sees("Devis n° 24", "Devis n° 05").misses("Devis n° 04")
	b.click("Voir tous les brouillons (25)").sees("Brouillons pour Menuiserie Lambert", "Devis n° 24").misses("Devis n° 04")
	at := b.at.RequestURI()
	b.click("Plus anciens").sees("Devis n° 04", "Devis n° 00").misses("Devis n° 05").click("Les plus récents").sees("Devis n° 24")
	b.click("Devis n° 24")
	if b.all().value("Objet") != "Devis n° 24" {
		t.Error("it is not the draft")
	}
	for _, bad := range []string{strings.Replace(at, string(client.ID), string(data.NewID()), 1), at + "?after=x"} {
		b.receive(b.request(http.MethodGet, bad, ""))
		b.is(http.StatusNotFound)
	}
	other, err := o.store.CreateClient(bg, "", data.Client{Name: "Autre"})
	if err != nil || len(o.draftsOf(other)) != 0 {
		t.Error("they are another client's too", err)
	}
}

// keep posts the composer's form as the script does while one types.
func (b *browser) keep(headers ...header) {
	b.t.Helper()
	form := byID(b.page, "mail")
	b.receive(b.request(http.MethodPost, attr(byID(b.page, "drafts-state"), "hx-post"), b.encode(form, nil), append(headers, header{"HX-Request", "true"})...))
}

func TestDraftIsKept(t *testing.T) {
	// What is typed is kept while one types; the draft stands in the client's
	// file, comes back exactly, and is thrown away with a way back.
	t.Parallel()
	o := atelier(t)
	client := o.clientNamed(lambert)
	b := o.compose(t, client)
	b.click("Retirer Julien Lambert").fill("Objet", "Devis").fill("Message", "Bonjour,\n  à suivre").fill("Destinataires", "paul@")
	b.keep()
	if b.StatusCode != 200 || !strings.Contains(b.body, "Brouillon enregistré à") {
		t.Fatalf("keeping it answers %d: %s", b.StatusCode, b.body)
	}
	b.visit("/clients/" + string(client.ID)).sees("Brouillon").click("Devis")
	b.wantChips("to", lambert, "Claire Morel")
	if b.all().value("Objet") != "Devis" || b.all().value("Message") != "Bonjour,\n  à suivre" || b.all().value("Destinataires") != "paul@" {
		t.Errorf("it came back as %q, %q, %q", b.all().value("Objet"), b.all().value("Message"), b.all().value("Destinataires"))
	}
	b.click("Supprimer le brouillon").sees("Brouillon supprimé.").click("Annuler").sees("Brouillon rétabli.")
	if b.all().value("Objet") != "Devis" {
		t.Error("it was restored without its subject")
	}
	b.fill("Destinataires", "")
	b.click("Envoyer").sees("Mis en boîte d’envoi pour 2 destinataires.")
	if left := o.draftsOf(client); len(left) != 0 {
		t.Errorf("%d drafts are left after sending", len(left))
	}
}

func TestDraftInTwoTabs(t *testing.T) {
	// The second of two tabs on one draft is told, and may take it over.
	t.Parallel()
	o := atelier(t)
	client := o.clientNamed(lambert)
	first := o.compose(t, client)
	first.fill("Objet", "Un")
	first.keep()
	id := o.draftsOf(client)[0].ID
	at := "/clients/" + string(client.ID) + "/drafts/" + string(id)
	a, b := o.browser(t).visit(at), o.browser(t).visit(at)
	a.fill("Objet", "De A")
	a.keep()
	b.fill("Objet", "De B")
	b.keep()
	if b.StatusCode != 409 || !strings.Contains(b.body, "modifié dans un autre onglet") {
		t.Fatalf("the second tab is answered %d: %s", b.StatusCode, b.body)
	}
	if got := o.draftsOf(client)[0].Subject; got != "De A" {
		t.Errorf("the draft is %q", got)
	}
	form := byID(b.page, "mail")
	b.receive(b.request(http.MethodPost, at, b.encode(form, nil)+"&force=1", header{"HX-Request", "true"}))
	if got := o.draftsOf(client)[0].Subject; b.StatusCode != 200 || got != "De B" {
		t.Errorf("taken over with %d, the draft is %q", b.StatusCode, got)
	}
	a.keep()
	if a.StatusCode != 409 {
		t.Errorf("the first tab is answered %d", a.StatusCode)
	}
}

func TestSendingFromAStaleTab(t *testing.T) {
	// A tab whose draft another one keeps is told when it sends, and nothing of
	// either is lost: it opens the other version, or sends its own all the same,
	// once. One that another tab sent is told so, and makes a second mail only
	// when it says to.
	t.Parallel()
	both(t, lambert, func(t *testing.T, o office, b *browser) {
		client := o.clientNamed(lambert)
		b.fill("Objet", "Devis")
		b.keep()
		at := "/clients/" + string(client.ID) + "/drafts/" + string(o.draftsOf(client)[0].ID)
		a := o.browser(t).visit(at)
		b.visit(at).fill("Message", "De B, voir la pièce jointe")
		a.fill("Message", "De A")
		a.keep()
		before := o.count(t, client)
		b.all().refused(422, "Envoyer").sees("aucun fichier n’est joint")
		b.all().refused(409, "Envoyer sans pièce jointe").sees("Rien n’a été envoyé.", "modifié dans un autre onglet")
		if b.all().value("Message") != "De B, voir la pièce jointe" || o.count(t, client) != before {
			t.Error("what was typed is lost, or it was sent")
		}
		if c := o.browser(t).visit(attr(b.all().one("Voir l’autre version", "a"), "href")); c.all().value("Message") != "De A" {
			t.Errorf("the other version is %q", c.all().value("Message"))
		}
		form, button := byID(b.page, "mail"), b.all().one("Envoyer ce texte quand même", "button")
		again := b.encode(form, button)
		b.click("Envoyer ce texte quand même").sees("Mis en boîte d’envoi pour 3 destinataires.")
		for range 2 { // twice, or Back and again
			b.receive(b.request(http.MethodPost, attr(form, "action"), again))
			b.is(303)
		}
		if m, _ := o.sent(t, client); o.count(t, client) != before+1 || m.Text != "De B, voir la pièce jointe" {
			t.Errorf("%d mails, the last of %q", o.count(t, client)-before, m.Text)
		}
		a.all().refused(409, "Envoyer").sees("déjà été envoyé depuis un autre onglet")
		a.click("Envoyer un second e-mail").sees("Mis en boîte d’envoi")
		if m, _ := o.sent(t, client); o.count(t, client) != before+2 || m.Text != "De A" {
			t.Errorf("%d mails, the last of %q", o.count(t, client)-before, m.Text)
		}
	})
}

func TestDraftWhoseContactChanged(t *testing.T) {
	// Whoever was chosen stays chosen; that the contact has another address now
	// is shown, and taken on a click.
	t.Parallel()
	o := atelier(t)
	client := o.clientNamed(lambert)
	b := o.compose(t, client)
	b.fill("Objet", "Devis")
	b.keep()
	claire := o.contactAt(client, "claire.morel@menuiserie-lambert.fr")
	if _, err := o.store.UpdateContact(bg, client.ID, claire.ID, claire.Version, func(x *data.Contact) { x.Email = "claire@nouvelle.example" }); err != nil {
		t.Fatal(err)
	}
	b.visit("/clients/" + string(client.ID) + "/drafts/" + string(o.draftsOf(client)[0].ID))
	b.sees("Claire Morel a changé d’adresse : claire.morel@menuiserie-lambert.fr → claire@nouvelle.example.")
	b.wantChips("to", lambert, "Claire Morel", "Julien Lambert")
	b.click("Utiliser la nouvelle adresse").misses("a changé d’adresse").wantChips("to", lambert, "Julien Lambert", "Claire Morel")
	b.click("Envoyer").sees("Mis en boîte d’envoi pour 3 destinataires.")
	page, err := o.store.Messages(bg, data.MessageFilter{Client: client.ID, Limit: 1})
	if err != nil || page.Messages[0].To[2].Address != "claire@nouvelle.example" {
		t.Errorf("it was sent to %v, %v", page.Messages[0].To, err)
	}
}

func TestDraftWhoseMainAddressChanged(t *testing.T) {
	// The main address that a draft was written to is shown with the one that
	// took its place, in a draft, in a mail written again and while one types;
	// nothing offers to make a contact of it.
	t.Parallel()
	both(t, lambert, func(t *testing.T, o office, b *browser) {
		client := o.clientNamed(lambert)
		b.fill("Objet", "Devis")
		b.keep()
		b.click("Envoyer")
		m, _ := o.sent(t, client)
		b.visit("/clients/"+string(client.ID)+"/messages/new").fill("Objet", "Suite")
		b.keep()
		client, _, err := o.store.UpdateClient(bg, client.ID, client.Version, false, func(c *data.Client) { c.Email = "nouveau@menuiserie-lambert.fr" })
		if err != nil {
			t.Fatal(err)
		}
		claire := o.contactAt(client, "claire.morel@menuiserie-lambert.fr")
		if _, err := o.store.UpdateContact(bg, client.ID, claire.ID, claire.Version, func(x *data.Contact) { x.Email = "claire@nouvelle.example" }); err != nil {
			t.Fatal(err)
		}
		main := "Menuiserie Lambert a changé d’adresse : contact@menuiserie-lambert.fr → nouveau@menuiserie-lambert.fr."
		changed := "Claire Morel a changé d’adresse : claire.morel@menuiserie-lambert.fr → claire@nouvelle.example."
		for _, at := range []string{"/drafts/" + string(o.draftsOf(client)[0].ID), "/messages/new?again=" + string(m.ID)} {
			b.visit("/clients/"+string(client.ID)+at).sees(main, changed).misses("Enregistrer cette adresse")
			if card := text(b.card().root); card != "" {
				t.Errorf("%s asks %q", at, card)
			}
			b.wantChips("to", lambert, "Claire Morel", "Julien Lambert")
			b.in("p", changed).click("Utiliser la nouvelle adresse").misses(changed).wantChips("to", lambert, "Julien Lambert", "Claire Morel")
			b.in("p", main).click("Utiliser la nouvelle adresse").misses("a changé d’adresse").wantChips("to", "Julien Lambert", "Claire Morel", lambert)
			b.click("Envoyer").sees("Mis en boîte d’envoi pour 3 destinataires.")
			if m, _ := o.sent(t, client); m.To[1].Address != "claire@nouvelle.example" || m.To[2].Address != "nouveau@menuiserie-lambert.fr" {
				t.Errorf("sent to %v", m.To)
			}
		}
		b.visit("/clients/"+string(client.ID)+"/messages/new").fill("Objet", "Encore").click("Retirer Claire Morel")
		if b.htmx {
			b.all().typed("Destinataires", "claire.morel@menuiserie-lambert.fr")
			b.card().sees(changed)
			b.card().click("Utiliser la nouvelle adresse").misses("a changé d’adresse").wantChips("to", lambert, "Julien Lambert", "Claire Morel")
			return
		}
		b.fill("Destinataires", "claire.morel@menuiserie-lambert.fr").click("Envoyer").sees("Rien n’a été envoyé", changed)
		b.click("Envoyer").sees("Mis en boîte d’envoi pour 3 destinataires.")
	})
}

func TestSendingIsUndone(t *testing.T) {
	// A sending is undone while it can be: the draft is back, what is then sent is
	// what is then on screen, and too late is said.
	t.Parallel()
	o := atelier(t)
	client := o.clientNamed(lambert)
	b := o.compose(t, client)
	b.fill("Objet", "Devis").fill("Message", "Texte un")
	b.click("Envoyer").sees("Mis en boîte d’envoi pour 3 destinataires.")
	b.click("Annuler").sees("Envoi annulé : rien n’est parti.")
	if b.all().value("Message") != "Texte un" {
		t.Errorf("the draft came back with %q", b.all().value("Message"))
	}
	b.fill("Message", "Texte deux")
	b.click("Envoyer").sees("Mis en boîte d’envoi pour 3 destinataires.")
	page, err := o.store.Messages(bg, data.MessageFilter{Client: client.ID, Limit: 2})
	if err != nil {
		t.Fatal(err)
	}
	m, _, err := o.store.Message(bg, page.Messages[0].ID)
	if err != nil || m.Text != "Texte deux" {
		t.Errorf("what is sent is %q, %v", m.Text, err)
	}
	if n := page.Messages[1].Created; n.After(time.Now().Add(-time.Hour)) {
		t.Error("what was undone is still in the history")
	}
	if _, err := o.store.Release(bg, m.ID, data.Queued); err != nil { // its time is over
		t.Fatal(err)
	}
	if _, err := o.store.Claim(bg, m.ID, time.Hour); err != nil {
		t.Fatal(err)
	}
	b.click("Annuler").sees("Trop tard : l’envoi a commencé.")
}

func TestOneMailEach(t *testing.T) {
	// One mail for each recipient: each sees no other, and reads their own name;
	// a variable without a value stops the sending and says for whom.
	t.Parallel()
	o := atelier(t)
	client := o.clientNamed(lambert)
	b := o.compose(t, client)
	b.fill("Objet", "Devis pour {{contact.prénom}}").fill("Message", "Bonjour {{contact.prénom}},").fill("Envoi", "Un e-mail par destinataire")
	b.all().refused(422, "Envoyer").sees("Sans valeur pour Menuiserie Lambert : contact.prénom.")
	b.click("Retirer Menuiserie Lambert")
	b.click("Envoyer").sees("Mis en boîte d’envoi pour 2 destinataires.")
	page, err := o.store.Messages(bg, data.MessageFilter{Client: client.ID, Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"Claire", "Julien"} {
		raw, err := o.store.Raw(bg, page.Messages[0].ID, i)
		if err != nil || !strings.Contains(string(raw), "Bonjour "+name+",") || strings.Count(string(raw), "@menuiserie-lambert.fr") != 1 {
			t.Errorf("the mail to %s is %s, %v", name, raw, err)
		}
	}
	// The page of the message shows what each one reads, and its source.
	b.click("Suivre l’envoi")
	for i, name := range []string{"Claire", "Julien"} {
		b.all().sees("Devis pour "+name, "Bonjour "+name+",")
		if shown := b.frame(); !strings.Contains(shown, "Bonjour "+name+",") || strings.Contains(shown, "{{") {
			t.Errorf("the frame shows %s", shown)
		}
		at := b.at
		if b.click("Source (.eml)"); !strings.Contains(b.body, "Bonjour "+name+",") {
			t.Errorf("the source is %s", b.body)
		}
		if b.visit(at.RequestURI()); i == 0 {
			b.fill("Destinataire", text(tags(b.all().field("Destinataire"), "option")[1])).click("Voir")
		}
	}
	for _, path := range []string{"", "/body", "/source"} {
		b.receive(b.request(http.MethodGet, "/messages/"+string(page.Messages[0].ID)+path+"?recipient=2", ""))
		b.is(http.StatusNotFound)
	}
}

func TestTemplateForEach(t *testing.T) {
	// A template put in a mail that is one for each leaves each one's name open,
	// though there is one recipient yet.
	t.Parallel()
	o := atelier(t)
	b := o.compose(t, o.clientNamed(lambert))
	b.click("Retirer Menuiserie Lambert")
	b.click("Retirer Claire Morel").fill("Envoi", "Un e-mail par destinataire")
	if _, err := o.store.CreateTemplate(bg, "", data.Template{Name: "Bonjour à chacun", Subject: "Pour {{contact.prénom}}", Text: "Bonjour {{contact.prénom}}, de {{agence.nom}}"}); err != nil {
		t.Fatal(err)
	}
	b.keep()
	b.visit(b.at.RequestURI()).fill("Modèle", "Bonjour à chacun").click("Insérer")
	if got := b.all().value("Message"); !strings.HasPrefix(got, "Bonjour {{contact.prénom}}, de ") || strings.Contains(got, "agence.nom") {
		t.Errorf("the text is %q", got)
	}
}

func TestNoVariable(t *testing.T) {
	// What looks like a variable and is none stops the sending, with its place.
	t.Parallel()
	o := atelier(t)
	b := o.compose(t, o.clientNamed(lambert))
	for text, want := range map[string]string{
		"Bonjour {{contact.prénom},": "Ligne 1, colonne 9 : « {{ » sans « }} ».",
		"Bonjour,\nle {{jour}}":      "Ligne 2, colonne 4 : la variable « jour » n’existe pas.",
	} {
		b.fill("Objet", "Essai").fill("Message", text)
		b.all().refused(422, "Envoyer").sees(want)
		if got := b.all().value("Message"); got != text {
			t.Errorf("the text is %q", got)
		}
	}
}

func TestManyLongMailsEach(t *testing.T) {
	// A hundred mails, one for each, are kept in one go however long they are.
	t.Parallel()
	for _, size := range []int{300, 10000} {
		b := atelier(t).compose(t, shared(t).clientNamed(lambert))
		var list strings.Builder
		for i := range 97 {
			fmt.Fprintf(&list, "n%02d@exemple.example, ", i)
		}
		b.fill("Destinataires", list.String()).fill("Objet", "Essai").fill("Envoi", "Un e-mail par destinataire").fill("Message", strings.Repeat("Été, ", size/5))
		b.click("Envoyer").sees("Avant l’envoi") // of the unknown addresses
		b.click("Envoyer").sees("Mis en boîte d’envoi pour 100 destinataires.")
	}
}

func TestTemplateInTheComposer(t *testing.T) {
	// Inserting a template fills in what is known, asks before it replaces what
	// was written, and one with a variable left stops the sending with its name.
	t.Parallel()
	o := atelier(t)
	b := o.compose(t, o.clientNamed(lambert))
	b.fill("Modèle", "Envoi d’un devis")
	b.click("Insérer")
	if got := b.all().value("Objet"); got != "Votre devis – Menuiserie Lambert" {
		t.Errorf("the subject is %q", got)
	}
	if got := b.all().value("Message"); !strings.Contains(got, "Bonjour {{contact.prénom}},") {
		t.Errorf("the text is %q", got)
	}
	b.all().refused(422, "Envoyer").sees("Variable sans valeur : contact.prénom.")
	b.fill("Modèle", "Relance de facture")
	b.click("Insérer").sees("Vous avez déjà écrit.")
	if !strings.Contains(b.all().value("Message"), "Voici le devis") {
		t.Error("what was written is gone before one said so")
	}
	b.click("L’ajouter à la fin")
	if got := b.all().value("Message"); !strings.Contains(got, "Voici le devis") || !strings.Contains(got, "dernière facture") {
		t.Errorf("the text is %q", got)
	}
	b.fill("Modèle", "Relance de facture")
	b.click("Insérer").click("Remplacer mon texte")
	if got := b.all().value("Message"); strings.Contains(got, "Voici le devis") {
		t.Errorf("the text is %q", got)
	}
	b.click("Envoyer").sees("Mis en boîte d’envoi")
}

func TestSignature(t *testing.T) {
	// A new message ends with its author's signature, which a template keeps.
	t.Parallel()
	o := atelier(t, func(c *Config) { c.Post = post(t, c.Store, &mail.Route{Outgoing: mail.Captured}) })
	u, err := o.store.FirstUser(bg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.store.SetProfile(bg, u.ID, data.Profile{Name: u.Name, Signature: "Camille\nAtelier Horizon", Undo: 10}); err != nil {
		t.Fatal(err)
	}
	b := o.compose(t, o.clientNamed(lambert))
	if got := b.all().value("Message"); !strings.HasSuffix(got, "\n\nCamille\nAtelier Horizon") {
		t.Errorf("the text is %q", got)
	}
	b.fill("Modèle", "Relance de facture")
	b.click("Insérer").misses("Vous avez déjà écrit.")
	if got := b.all().value("Message"); !strings.HasPrefix(got, "Bonjour,") || !strings.HasSuffix(got, "\n\nCamille\nAtelier Horizon") {
		t.Errorf("the text is %q", got)
	}
}
