package handlers

import (
	"net/http"
	"strings"
	"testing"

	"carnet/data"
	"carnet/i18n"

	"golang.org/x/net/html"
)

// frame opens what the frame of the page holds.
func (b *browser) frame() string {
	b.t.Helper()
	frames := tags(b.page, "iframe")
	if len(frames) != 1 || !has(frames[0], "sandbox") || attr(frames[0], "sandbox") != "" {
		b.t.Fatalf("%s: %d frames, or one that is no bare sandbox", b.at, len(frames))
	}
	a := b.app.do(b.t, b.request(http.MethodGet, attr(frames[0], "src"), ""))
	if a.StatusCode != http.StatusOK || a.Header.Get("Content-Security-Policy") != letterHolds || a.Header.Get("X-Content-Type-Options") != "nosniff" {
		b.t.Fatalf("the frame: status %d, %v", a.StatusCode, a.Header)
	}
	return a.body
}

func TestPreview(t *testing.T) {
	// The preview shows the mail as it will leave, from the draft that it keeps,
	// and leads back to it; what is then sent is what it showed.
	t.Parallel()
	for _, htmx := range []bool{false, true} {
		o := atelier(t)
		client := o.clientNamed(lambert)
		b := o.compose(t, client)
		b.fill("Objet", "Devis {{client.numéro}}").fill("Message", "Bonjour,\n\nvoici **le devis** de {{client.nom}}.").fill("Destinataires", "zoe@exemple.example")
		b.htmx = htmx
		b.click("Aperçu").sees("Aperçu", "De Atelier Horizon", "Claire Morel", "zoe@exemple.example", "Objet Devis C-0001").misses("Sans valeur", "sans valeur")
		if shown := b.frame(); !strings.Contains(shown, "<p>voici <strong>le devis</strong> de Menuiserie Lambert.</p>") || !strings.Contains(shown, `<html lang="fr"`) {
			t.Errorf("htmx %t: the frame shows %s", htmx, shown)
		}
		b.htmx = false
		b.click("Continuer").wantChips("to", lambert, "Claire Morel", "Julien Lambert", "zoe@exemple.example")
		b.fill("Objet", "").click("Aperçu").sees("Indiquez un objet.").click("Retour au brouillon")
		b.fill("Objet", "Devis").all().refused(200, "Envoyer").click("Envoyer").sees("Mis en boîte d’envoi pour 4 destinataires.")
		page, err := o.store.Messages(bg, data.MessageFilter{Client: client.ID, Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		raw, err := o.store.Raw(bg, page.Messages[0].ID, 0)
		if err != nil || !strings.Contains(string(raw), "<strong>le devis</strong> de Menuiserie Lambert.") {
			t.Errorf("it left as %s, %v", raw, err)
		}
		b.visit("/messages/"+string(page.Messages[0].ID)).sees("Texte brut", "voici **le devis** de Menuiserie Lambert.")
		if shown := b.frame(); !strings.Contains(shown, "<strong>le devis</strong>") {
			t.Errorf("the page of the mail shows %s", shown)
		}
	}
}

func TestPreviewShowsAttachments(t *testing.T) {
	// The preview lists the files that will leave, to be looked at and not to be
	// taken off; without one it shows no list.
	t.Parallel()
	o := atelier(t)
	b := o.compose(t, o.clientNamed(lambert))
	files := b.filesOf()
	b.fill("Objet", "Plans").click("Aperçu").misses("octets")
	b.click("Continuer")
	b.upload(files, "Plan d’été.pdf", "application/pdf", []byte("%PDF-1.7 plan"))
	b.visit(strings.TrimSuffix(files, "/attachments") + "/preview").sees("Plan d’été.pdf 13 octets").misses("Retirer le fichier")
	if b.click("Plan d’été.pdf"); b.body != "%PDF-1.7 plan" {
		t.Errorf("the file is %q", b.body)
	}
}

func TestPreviewNamesWhatIsMissing(t *testing.T) {
	// A variable without a value and an address that is none are named, in both
	// languages, and stand in the mail as they were typed.
	t.Parallel()
	for l, want := range map[i18n.Lang][]string{
		i18n.French:  {"Variable sans valeur : contact.prénom.", "Corrigez ou retirez les adresses signalées."},
		i18n.English: {"Variable without a value: contact.prénom.", "Fix or remove the marked addresses."},
	} {
		o := atelier(t)
		b := o.compose(t, o.clientNamed(lambert))
		b.fill("Objet", "Devis").fill("Message", "Bonjour {{contact.prénom}},").fill("Destinataires", "cassé@")
		b.click("Aperçu")
		if l == i18n.English {
			b.click("English: switch the interface to English")
		}
		b.sees(want...)
		if shown := b.frame(); !strings.Contains(shown, "Bonjour {{contact.prénom}},") {
			t.Errorf("%s: the frame shows %s", l, shown)
		}
	}
}

func TestPreviewOfOneMailEach(t *testing.T) {
	// Of one mail each the first recipient's shows, and the others' on demand:
	// nobody else is named in it.
	t.Parallel()
	o := atelier(t)
	b := o.compose(t, o.clientNamed(lambert))
	b.click("Retirer Menuiserie Lambert")
	b.fill("Objet", "Devis").fill("Message", "Bonjour {{contact.prénom}},").fill("Envoi", "Un e-mail par destinataire")
	b.click("Aperçu")
	for i, who := range []string{"Claire", "Julien"} {
		if to := text(tags(b.page, "dl")[0]); !strings.Contains(to, who) || strings.Count(to, "@menuiserie-lambert.fr") != 1 {
			t.Errorf("the mail to %s shows %s", who, to)
		}
		if shown := b.frame(); !strings.Contains(shown, "Bonjour "+who+",") {
			t.Errorf("the frame shows %s", shown)
		}
		if i == 0 {
			b.fill("Destinataire", text(tags(b.all().field("Destinataire"), "option")[1])).click("Voir")
		}
	}
	for _, n := range []string{"2", "-1"} {
		for _, page := range []string{"/preview", "/body"} {
			b.receive(b.request(http.MethodGet, strings.TrimSuffix(b.at.Path, "/preview")+page+"?recipient="+n, ""))
			b.is(http.StatusNotFound)
		}
	}
}

func TestPreviewIsOnesOwn(t *testing.T) {
	// A draft of somebody else has no preview, and neither has one of another
	// client.
	t.Parallel()
	o := agency(t)
	b, client := o.member(t), o.clientNamed(lambert)
	other, err := o.store.SaveDraft(bg, data.Draft{ID: data.NewID(), Client: client.ID, Author: data.NewID(), Page: "x"}, false)
	if err != nil {
		t.Fatal(err)
	}
	own := strings.NewReplacer(string(client.ID), string(o.clientNamed("Transports Garnier").ID))
	mine := o.addresses(t)
	for _, page := range []string{"/preview", "/body"} {
		route := "/clients/:client/drafts/:draft" + page
		for _, path := range []string{"/clients/" + string(client.ID) + "/drafts/" + string(other.ID) + page, own.Replace(mine.Replace(route))} {
			b.receive(b.request(http.MethodGet, path, ""))
			if b.StatusCode != http.StatusNotFound {
				t.Errorf("%s: status %d", path, b.StatusCode)
			}
		}
		if b.receive(b.request(http.MethodGet, mine.Replace(route), "")); b.StatusCode != http.StatusOK {
			t.Errorf("one's own: status %d", b.StatusCode)
		}
	}
}

func TestPreviewOfHostileText(t *testing.T) {
	// Whatever is typed, the frame shows it as text: no element but those of a
	// letter, no attribute that runs or asks for anything.
	t.Parallel()
	o := atelier(t)
	client := o.clientNamed(lambert)
	b := o.compose(t, client)
	letter := map[string]bool{"html": true, "head": true, "meta": true, "style": true, "body": true, "div": true, "p": true, "br": true, "strong": true, "em": true, "ul": true, "ol": true, "li": true, "a": true}
	tried := 0
	for _, v := range badValues() {
		if v.badKind != hostile {
			continue
		}
		tried++
		b.visit("/clients/"+string(client.ID)+"/messages/new").fill("Objet", v.text).fill("Message", v.text).click("Aperçu")
		b.body = b.frame()
		b.read()
		for n := range b.page.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			if !letter[n.Data] {
				t.Errorf("%q: a %s", v.text, n.Data)
			}
			for _, a := range n.Attr {
				if strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Key, "hx-") || a.Key == "src" || strings.Contains(strings.ToLower(a.Val), "javascript:") {
					t.Errorf("%q: %s=%q", v.text, a.Key, a.Val)
				}
			}
		}
		if want := even(strings.NewReplacer("\r", " ", "\x00", "").Replace(v.text)); strings.Contains(want, "<") && !strings.Contains(text(b.page), want) {
			t.Errorf("%q shows as %q", v.text, text(b.page))
		}
	}
	if tried < 30 {
		t.Errorf("only %d texts were tried", tried)
	}
}
