package handlers

import (
	"slices"
	"strings"
	"testing"

	"carnet/data"
)

// chips returns the names of the recipients of a field, in their order.
func (b *browser) chips(field string) []string {
	b.t.Helper()
	var out []string
	for _, n := range tags(byID(b.page, "recipients-field-"+field), "li") {
		for _, x := range tags(n, "button") {
			if name, ok := strings.CutPrefix(nameOf(b.page, x), "Retirer "); ok {
				out = append(out, name)
			}
		}
	}
	return out
}

func (b *browser) wantChips(field string, want ...string) *browser {
	b.t.Helper()
	if got := b.chips(field); !slices.Equal(got, want) {
		b.t.Fatalf("%s holds %q, want %q", field, got, want)
	}
	return b
}

// options returns the names of the contacts that a field offers.
func (b *browser) options(field string) []string {
	b.t.Helper()
	var out []string
	for _, n := range tags(byID(b.page, "recipients-grid-"+field), "button") {
		if attr(n, "class") == "opt-b" {
			out = append(out, text(n))
		}
	}
	return out
}

// star returns the state of a star.
func (p place) star(name string) string {
	p.t.Helper()
	return attr(p.one("Favori : "+name, "button"), "aria-pressed")
}

// row returns a contact in the list.
func (b *browser) row(name string) place { b.t.Helper(); return b.in("li", name) }

const lambert = "Menuiserie Lambert"

func TestSeedWithoutJavaScript(t *testing.T) {
	// All that the seed describes can be done without JavaScript (32, 45).
	t.Parallel()
	o := atelier(t)
	b := o.browser(t).visit("/")
	b.fill("Rechercher un client", "lambert").click("Rechercher").click(lambert)

	// Voir tout, Créer, Enregistrer: only the address is required.
	b.click("Voir tout").sees("7 contacts · 2 favoris")
	b.click("Créer")
	b.all().refused(422, "Enregistrer").sees("Indiquez une adresse e-mail.")
	b.fill("Adresse e-mail", "zoe.marchand@exemple.example").fill("Prénom", "Zoé").fill("Nom", "Marchand")
	b.click("Enregistrer").sees("Zoé Marchand ajouté aux contacts.", "8 contacts · 2 favoris")

	// The star, the same in the list and on the file; a reload keeps it.
	b.row("Zoé Marchand").click("Favori : Zoé Marchand").sees("Zoé Marchand est maintenant en favori.")
	if b.visit(b.at.Path).all().star("Zoé Marchand") != "true" {
		t.Error("the star is gone")
	}
	b.sees("8 contacts · 3 favoris") // still the list: a star leads back to where it was clicked

	// A favorite is asked about; Annuler brings it back with its star.
	b.row("Zoé Marchand").click("Supprimer").sees("il ne sera plus destinataire par défaut")
	b.in("form", "il ne sera plus").click("Supprimer").sees("Zoé Marchand supprimé.", "7 contacts · 2 favoris")
	b.in("div", "Zoé Marchand supprimé").click("Annuler").sees("Zoé Marchand rétabli.", "8 contacts · 3 favoris")
	if b.row("Zoé Marchand").star("Zoé Marchand") != "true" {
		t.Error("restored without its star")
	}
	// Any other contact is deleted at once.
	b.row("Louis Petit").click("Supprimer").sees("Louis Petit supprimé.", "7 contacts · 3 favoris")

	// The composer: the main address, the favorites by name, and nobody else.
	b.click(lambert).click("Envoyer un e-mail")
	b.wantChips("to", lambert, "Claire Morel", "Julien Lambert", "Zoé Marchand")
	if got := b.options("to"); len(got) != 4 || !strings.HasPrefix(got[0], "Aïcha Benali") {
		t.Errorf("the list offers %q", got)
	}
	b.click("Retirer Julien Lambert").wantChips("to", lambert, "Claire Morel", "Zoé Marchand")

	// An unknown address is asked about on a page of its own before sending.
	b.fill("Destinataires", "nouveau@exemple.example").fill("Objet", "Escalier").fill("Message", "Bonjour,\nvoici le plan.")
	b.click("Envoyer").sees("Avant l’envoi", "nouveau@exemple.example")
	if b.all().value("Objet") != "Escalier" || b.all().value("Message") != "Bonjour,\nvoici le plan." {
		t.Errorf("what was typed is lost: %q, %q", b.all().value("Objet"), b.all().value("Message"))
	}
	if !has(b.all().field("Ajouter aussi aux favoris"), "checked") {
		t.Error("the star of the question is not ticked")
	}
	b.card().click("Ajouter").sees("nouveau@exemple.example ajouté aux contacts.")
	if !o.contactAt(o.clientNamed(lambert), "nouveau@exemple.example").Favorite {
		t.Error("Ajouter made a contact that is no favorite")
	}
	b.click("Envoyer").sees("Mis en boîte d’envoi pour 4 destinataires.")
	b.click("Suivre l’envoi").sees("Escalier", "Bonjour, voici le plan.")
	for _, name := range []string{lambert, "Claire Morel", "Zoé Marchand", "nouveau@exemple.example"} {
		b.in("ul", "Destinataire").in("li", name)
	}
	b.misses("julien@menuiserie-lambert.fr")
	b.click("E-mails").sees("Escalier", lambert)
}

func TestQuestionWithoutJavaScript(t *testing.T) {
	// The star unticked makes a plain contact, and Ignorer makes none; the
	// address stays a recipient all the same (21, 32).
	t.Parallel()
	for _, c := range []struct {
		name, button    string
		star            bool
		known, favorite bool
	}{
		{"added as a favorite", "Ajouter", true, true, true},
		{"added plain", "Ajouter", false, true, false},
		{"ignored", "Ignorer", true, false, false},
		{"sent over the question", "Envoyer", true, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := atelier(t)
			client := o.clientNamed(lambert)
			b := o.compose(t, client)
			b.fill("Destinataires", "nouveau@exemple.example").fill("Objet", "Essai").click("Envoyer")
			b.all().tick("Ajouter aussi aux favoris", c.star)
			if c.button != "Envoyer" {
				b.click(c.button).misses("Enregistrer cette adresse comme contact")
			}
			b.click("Envoyer").sees("Mis en boîte d’envoi pour 4 destinataires.")
			found, err := o.store.Recipients(bg, client.ID, []data.Mailbox{{Address: "nouveau@exemple.example"}})
			if err != nil {
				t.Fatal(err)
			}
			contact := found[0].Contact
			if (contact != nil) != c.known || contact != nil && contact.Favorite != c.favorite {
				t.Errorf("the contact is %+v", contact)
			}
		})
	}
}

// compose opens the composer on a client's file.
func (o office) compose(t testing.TB, client data.Client) *browser {
	t.Helper()
	return o.browser(t).visit("/clients/" + string(client.ID)).click("Envoyer un e-mail")
}

func TestSeedWithFragments(t *testing.T) {
	// With htmx the same is done without leaving the page: the dialog, the
	// block behind it and the toasts change, and only they (5, 6, 7).
	t.Parallel()
	o := atelier(t)
	b := o.browser(t).visit("/").click(lambert)
	b.htmx = true
	file := b.at.Path

	b.click("Voir tout").sees("Contacts de Menuiserie Lambert", "7 contacts · 2 favoris")
	b.click("Créer").fill("Adresse e-mail", "pas une adresse").fill("Prénom", "Zoé").fill("Notes", "Première ligne\nseconde")
	b.all().refused(422, "Enregistrer").sees("Cette adresse semble incomplète.")
	for name, want := range map[string]string{"Adresse e-mail": "pas une adresse", "Prénom": "Zoé", "Notes": "Première ligne\nseconde"} {
		if got := b.all().value(name); got != want {
			t.Errorf("%s came back as %q, want %q", name, got, want)
		}
	}
	b.fill("Adresse e-mail", "zoe@exemple.example").click("Enregistrer").sees("8 contacts · 2 favoris")
	if !strings.Contains(b.toast(), "Zoé ajouté aux contacts.") {
		t.Errorf("the toast says %q", b.toast())
	}
	if n := byID(b.page, "contacts-list"); n == nil || len(tags(n, "li")) != 9 {
		t.Error("the dialog does not show the list with its new row")
	}
	if row := b.list().in("li", "Zoé"); !strings.Contains(attr(row.root, "class"), "row--new") {
		t.Error("the new row does not flash")
	}

	// One star: in the dialog, and in the block behind it.
	b.list().click("Favori : Claire Morel").is(200)
	if b.list().star("Claire Morel") != "false" || b.block().star("Claire Morel") != "false" {
		t.Error("the two stars differ")
	}
	b.sees("8 contacts · 1 favori")
	if got := text(byID(b.page, "live")); got != "Claire Morel n’est plus en favori." {
		t.Errorf("a screen reader hears %q", got)
	}

	// Deleting: the row goes, the toast restores it.
	b.list().in("li", "Louis Petit").click("Supprimer").sees("7 contacts · 1 favori")
	if strings.Contains(text(byID(b.page, "contacts-rows")), "Louis Petit") {
		t.Error("the row is still there")
	}
	place{b, byID(b.page, "toasts")}.click("Annuler").sees("8 contacts · 1 favori", "Louis Petit rétabli.")
	b.list().in("li", "Julien Lambert").click("Supprimer")
	b.click("Supprimer").sees("Julien Lambert supprimé.", "7 contacts · 0 favori")
	if b.at.Path != file {
		t.Errorf("the address became %s", b.at.Path)
	}

	// The composer changes in place, and leads back to the file when it is sent.
	b.visit(file).click("Envoyer un e-mail").wantChips("to", lambert)
	b.all().typed("Destinataires", "nouveau@exemple.example").sees("Enregistrer cette adresse comme contact de Menuiserie Lambert ?")
	b.wantChips("to", lambert)
	b.card().tick("Ajouter aussi aux favoris", false).click("Ajouter").wantChips("to", lambert, "nouveau@exemple.example")
	b.all().refused(422, "Envoyer").sees("Indiquez un objet.")
	b.fill("Objet", "Essai").click("Envoyer").sees("Mis en boîte d’envoi pour 2 destinataires.")
	if b.at.Path != file {
		t.Errorf("after sending one is at %s", b.at.Path)
	}
}

func (b *browser) list() place  { return place{b, byID(b.page, "contacts-list")} }
func (b *browser) block() place { return place{b, byID(b.page, "contacts-block")} }
func (b *browser) card() place  { return place{b, byID(b.page, "recipients-card-to")} }
