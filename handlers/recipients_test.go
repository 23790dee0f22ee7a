package handlers

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"carnet/data"
	"carnet/data/datatest"
)

// grid is the list of contacts that a field offers.
func (b *browser) grid(field string) place {
	return place{b, byID(b.page, "recipients-grid-"+field)}
}

// both runs a test without JavaScript and with htmx.
func both(t *testing.T, client string, test func(t *testing.T, o office, b *browser)) {
	t.Helper()
	for _, htmx := range []bool{false, true} {
		name := "without JavaScript"
		if htmx {
			name = "with htmx"
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := atelier(t)
			b := o.compose(t, o.clientNamed(client))
			b.htmx = htmx
			test(t, o, b)
		})
	}
}

func TestChips(t *testing.T) {
	// A contact of the list becomes a recipient and leaves the list, the main
	// address too when it was removed; the defaults come back (17, 18, 29).
	t.Parallel()
	both(t, lambert, func(t *testing.T, o office, b *browser) {
		b.wantChips("to", lambert, "Claire Morel", "Julien Lambert")
		b.grid("to").click("Aïcha Benali").wantChips("to", lambert, "Claire Morel", "Julien Lambert", "Aïcha Benali")
		if slices.ContainsFunc(b.options("to"), func(s string) bool { return strings.Contains(s, "Aïcha") }) {
			t.Error("a recipient is still offered")
		}
		b.click("Retirer "+lambert).click("Retirer Claire Morel").wantChips("to", "Julien Lambert", "Aïcha Benali")
		options := b.options("to")
		if !strings.HasPrefix(options[0], "contact@menuiserie-lambert.fr") || !strings.HasPrefix(options[1], "Claire Morel") {
			t.Errorf("the list begins with %q", options[:2])
		}
		b.press(tags(byID(b.page, "recipients-main-to"), "button")[0])
		b.wantChips("to", "Julien Lambert", "Aïcha Benali", lambert)
		b.click("Rétablir les destinataires par défaut").wantChips("to", lambert, "Claire Morel", "Julien Lambert")
		b.misses("Rétablir les destinataires par défaut")
	})
}

func TestStarInTheComposer(t *testing.T) {
	// A star in the list is for the next mail: the recipients of this one stay,
	// and a short message says so (19).
	t.Parallel()
	both(t, lambert, func(t *testing.T, o office, b *browser) {
		b.fill("Objet", "Essai").grid("to").click("Favori : Aïcha Benali")
		b.wantChips("to", lambert, "Claire Morel", "Julien Lambert").sees("Aïcha Benali est en favori : pré-rempli dès le prochain e-mail.")
		if b.grid("to").star("Aïcha Benali") != "true" || b.all().value("Objet") != "Essai" {
			t.Error("the star is not set, or the subject is lost")
		}
		o.compose(t, o.clientNamed(lambert)).wantChips("to", lambert, "Aïcha Benali", "Claire Morel", "Julien Lambert")
		b.grid("to").click("Favori : Aïcha Benali").sees("Aïcha Benali n’est plus en favori.")
	})
}

func TestEnterTakesWhatIsMeant(t *testing.T) {
	// Enter takes the contact that the word finds, by name, role or address; a
	// whole address is taken as it is, and a word that finds nobody is never
	// accepted in silence (20, 24).
	t.Parallel()
	both(t, lambert, func(t *testing.T, o office, b *browser) {
		defaults := []string{lambert, "Claire Morel", "Julien Lambert"}
		for typed, want := range map[string]string{"benali": "Aïcha Benali", "AICHA": "Aïcha Benali", "chef d'at": "Thomas Girard", "factur": "facturation@menuiserie-lambert.fr", "Aicha.B@exemple.example": "Aicha.B@exemple.example"} {
			b.fill("Destinataires", typed).all().enter("Destinataires").wantChips("to", append(defaults, want)...)
			b.click("Retirer "+want).wantChips("to", defaults...)
		}
		b.fill("Destinataires", "menuiserie").all().enter("Destinataires")
		if b.htmx { // the first of the list that shows
			b.wantChips("to", append(defaults, "Aïcha Benali")...).click("Retirer Aïcha Benali")
		} else {
			b.sees("Plusieurs contacts correspondent à « menuiserie » : choisissez dans la liste.").wantChips("to", defaults...)
			if b.all().value("Destinataires") != "menuiserie" {
				t.Error("what was typed is lost")
			}
		}
		b.fill("Destinataires", "personne").all().enter("Destinataires").sees("Corrigez ou retirez les adresses signalées.").wantChips("to", append(defaults, "personne")...)
		b.fill("Objet", "Essai").all().refused(422, "Envoyer").sees("il manque le @").wantChips("to", append(defaults, "personne")...)
	})
}

func TestEditInPlace(t *testing.T) {
	// A recipient is edited in its place; emptied, it goes (27).
	t.Parallel()
	both(t, lambert, func(t *testing.T, o office, b *browser) {
		b.click("Modifier Claire Morel")
		b.fill("Modifier Claire Morel", "Claire <c.morel@exemple.example>").click("Enregistrer").wantChips("to", lambert, "Claire", "Julien Lambert")
		b.click("Modifier Claire").fill("Modifier Claire", "").click("Enregistrer").wantChips("to", lambert, "Julien Lambert")
		b.click("Modifier Julien Lambert").fill("Modifier Julien Lambert", "pas une adresse").click("Enregistrer").sees("Corrigez ou retirez les adresses signalées.")
		b.click("Modifier pas une adresse").fill("Modifier pas une adresse", "Julien Lambert <j@exemple.example>").click("Enregistrer")
		// What is not saved yet is sent all the same.
		b.click("Modifier Julien Lambert").fill("Modifier Julien Lambert", "autre@exemple.example")
		b.fill("Objet", "Essai").click("Envoyer")
		if !b.htmx {
			b.sees("Avant l’envoi").wantChips("to", lambert, "autre@exemple.example").click("Envoyer")
		}
		b.sees("Mis en boîte d’envoi pour 2 destinataires.")
	})
}

func TestEditToADouble(t *testing.T) {
	// Edited to an address that is there already, a recipient is not there
	// twice (28).
	t.Parallel()
	both(t, lambert, func(t *testing.T, o office, b *browser) {
		b.click("Modifier Claire Morel").fill("Modifier Claire Morel", "JULIEN@menuiserie-lambert.fr").click("Enregistrer")
		b.wantChips("to", lambert, "Julien Lambert")
	})
}

func TestUnknownAddress(t *testing.T) {
	// The question is asked once for an address in a draft, and an answer is
	// done once: two tabs and two clicks make one contact (21).
	t.Parallel()
	both(t, lambert, func(t *testing.T, o office, b *browser) {
		b.fill("Destinataires", "Ada Lovelace <ada@exemple.example>").all().enter("Destinataires").wantChips("to", lambert, "Claire Morel", "Julien Lambert", "Ada Lovelace")
		if b.card().value("Prénom") != "Ada" || b.card().value("Nom") != "Lovelace" {
			t.Error("the name is not filled in")
		}
		b.card().fill("Nom", "King")
		form := within(b.card().one("Ajouter", "button"), "form")
		twice := b.encode(form, b.card().one("Ajouter", "button"))
		b.card().click("Ajouter").wantChips("to", lambert, "Claire Morel", "Julien Lambert", "Ada King")
		b.send("POST", attr(form, "action"), twice)
		b.is(200)
		client := o.clientNamed(lambert)
		page, err := o.store.Contacts(bg, client.ID, data.ContactFilter{Query: "ada@"})
		if err != nil || len(page.Contacts) != 1 || page.Contacts[0].Name() != "Ada King" || !page.Contacts[0].Favorite {
			t.Errorf("the contacts are %+v, %v", page.Contacts, err)
		}
	})
}

func TestIgnoredAddress(t *testing.T) {
	// An ignored address is never asked about again in its draft: not when
	// another one is, not when it was removed and came back, not before sending
	// (21, 22).
	t.Parallel()
	both(t, lambert, func(t *testing.T, o office, b *browser) {
		b.fill("Destinataires", "ada@exemple.example").all().enter("Destinataires")
		b.card().click("Ignorer").wantChips("to", lambert, "Claire Morel", "Julien Lambert", "ada@exemple.example")
		b.click("Retirer ada@exemple.example").fill("Destinataires", "ADA@exemple.example").all().enter("Destinataires")
		if got := text(b.card().root); got != "" {
			t.Errorf("it is asked again: %s", got)
		}
		b.fill("Destinataires", "bob@exemple.example").all().enter("Destinataires")
		if got := text(b.card().root); !strings.Contains(got, "bob@") || strings.Contains(strings.ToLower(got), "ada@") {
			t.Errorf("the question is %s", got)
		}
		b.card().click("Ignorer").fill("Objet", "Essai").click("Envoyer").sees("Mis en boîte d’envoi pour 5 destinataires.")
	})
}

func TestKnownAddressesAreNotAskedAbout(t *testing.T) {
	// Nothing is asked about the main address, a contact, or a departed one
	// (22).
	t.Parallel()
	o := shared(t)
	b := o.compose(t, o.clientNamed("Transports Garnier"))
	b.htmx = true
	b.sees("Non pré-rempli, car parti : Patrick Vandamme.")
	for _, a := range []string{"CONTACT@transports-garnier.example", "g.garnier@transports-garnier.example", "p.vandamme@transports-garnier.example", "nouveau@", "nouveau@exemple", "g.gar"} {
		if b.all().typed("Destinataires", a); text(b.card().root) != "" {
			t.Errorf("%s: %s", a, text(b.card().root))
		}
	}
	if b.all().typed("Destinataires", "nouveau@exemple.fr"); text(b.card().root) == "" {
		t.Error("an unknown address is not asked about")
	}
}

func TestFavoritesLeftOut(t *testing.T) {
	// A favorite who is not pre-filled is told of, in both languages: who is in
	// the trash, by name, and how many a message has no room for (16, 49).
	t.Parallel()
	o := atelier(t)
	client := o.clientNamed(lambert)
	for i := range data.MaxRecipients {
		datatest.Contact(t, o.store, client.ID, fmt.Sprintf("c%d@exemple.example", i), true)
	}
	claire := o.contactAt(client, "claire.morel@menuiserie-lambert.fr")
	if _, err := o.store.DeleteContact(bg, client.ID, claire.ID); err != nil {
		t.Fatal(err)
	}
	b := o.compose(t, client)
	b.sees("Non pré-rempli, car dans la corbeille : Claire Morel.", "2 favoris ne sont pas pré-remplis : un e-mail prend 100 destinataires au plus.")
	b.send(http.MethodPost, "/preferences", "language=en")
	b.visit("/clients/"+string(client.ID)+"/messages/new").sees("Not pre-filled, being in the trash: Claire Morel.", "2 favorites are not pre-filled: an email takes 100 recipients at most.")
}

func TestAddressInTheTrash(t *testing.T) {
	// An address whose contact is in the trash offers to restore it (22, 50).
	t.Parallel()
	both(t, "Transports Garnier", func(t *testing.T, o office, b *browser) {
		b.fill("Destinataires", "b.deschepper@transports-garnier.example").all().enter("Destinataires").sees("Bruno Deschepper est dans la corbeille de ce client.")
		b.card().click("Restaurer").sees("Bruno Deschepper rétabli.")
		if got := b.chips("to"); got[len(got)-1] != "Bruno Deschepper" || text(b.card().root) != "" {
			t.Errorf("the recipients are %q", got)
		}
		o.contactAt(o.clientNamed("Transports Garnier"), "b.deschepper@transports-garnier.example")
	})
}

func TestAddressOfAnotherClient(t *testing.T) {
	// An address that another client has says which, and its star is not
	// ticked (8, 22).
	t.Parallel()
	both(t, "Éditions du Grand Cèdre", func(t *testing.T, o office, b *browser) {
		b.fill("Destinataires", "marie-helene.delafontaine@cabinet-expertise-comptable.fr").all().enter("Destinataires")
		b.sees("Aussi chez", lambert, "Boulangerie L’Épi d’Or")
		if has(b.card().field("Ajouter aussi aux favoris"), "checked") {
			t.Error("the star is ticked")
		}
		b.card().click("Ajouter")
		if o.contactAt(o.clientNamed("Grand Cèdre"), "marie-helene.delafontaine@cabinet-expertise-comptable.fr").Favorite {
			t.Error("the contact is a favorite")
		}
	})
}

func TestSlipOfAnAddress(t *testing.T) {
	// An address close to a known one asks which was meant, and corrects
	// nothing by itself (22).
	t.Parallel()
	both(t, lambert, func(t *testing.T, o office, b *browser) {
		b.fill("Destinataires", "thomas.girar@menuiserie-lambert.fr").all().enter("Destinataires")
		b.sees("Vouliez-vous dire").wantChips("to", lambert, "Claire Morel", "Julien Lambert", "thomas.girar@menuiserie-lambert.fr")
		b.card().click("thomas.girard@menuiserie-lambert.fr").wantChips("to", lambert, "Claire Morel", "Julien Lambert", "Thomas Girard")
	})
	t.Run("while typing", func(t *testing.T) {
		t.Parallel()
		o := shared(t)
		b := o.compose(t, o.clientNamed(lambert))
		b.htmx = true
		b.all().typed("Destinataires", "thomas.girar@menuiserie-lambert.fr")
		b.card().click("thomas.girard@menuiserie-lambert.fr").wantChips("to", lambert, "Claire Morel", "Julien Lambert", "Thomas Girard")
		if v := b.all().value("Destinataires"); v != "" {
			t.Errorf("%q stays typed", v)
		}
	})
}

func TestSeveralUnknownAddresses(t *testing.T) {
	// Several unknown addresses share one question, each with its star and its
	// tick; the good ones of a paste are taken, the bad ones stay and are
	// reported together (23, 25, 26).
	t.Parallel()
	both(t, lambert, func(t *testing.T, o office, b *browser) {
		b.fill("Destinataires", `a@exemple.example; Bob <b@exemple.example>, c@exemple.example pas.une.adresse, d@@exemple.example`)
		b.all().enter("Destinataires").sees("3 nouvelles adresses", "Corrigez ou retirez les adresses signalées.")
		got := b.chips("to")
		if len(got) != 8 || !slices.Contains(got, "Bob") || !slices.Contains(got, "pas.une.adresse") || !slices.Contains(got, "d@@exemple.example") {
			t.Fatalf("the recipients are %q", got)
		}
		b.card().tick("Favori : a@exemple.example", false).tick("Ajouter c@exemple.example", false).click("Ajouter")
		client := o.clientNamed(lambert)
		known, err := o.store.Recipients(bg, client.ID, []data.Mailbox{{Address: "a@exemple.example"}, {Address: "b@exemple.example"}, {Address: "c@exemple.example"}})
		if err != nil {
			t.Fatal(err)
		}
		if a, b, c := known[0].Contact, known[1].Contact, known[2].Contact; a == nil || a.Favorite || b == nil || !b.Favorite || b.Name() != "Bob" || c != nil {
			t.Errorf("the contacts are %+v, %+v, %+v", a, b, c)
		}
		if text(b.card().root) != "" || len(b.chips("to")) != 8 {
			t.Error("the question stays, or a recipient is lost")
		}
		b.fill("Objet", "Essai").all().refused(422, "Envoyer")
		b.click("Retirer pas.une.adresse").click("Retirer d@@exemple.example").click("Envoyer").sees("Mis en boîte d’envoi pour 6 destinataires.")
	})
}

func TestSeveralUnknownAddressesInTruth(t *testing.T) {
	// In the question about several addresses each has what it has alone: the
	// name that was pasted, to be changed, the contact in the trash, to be
	// restored, and the known one that it may be a slip of (22, 23).
	t.Parallel()
	both(t, lambert, func(t *testing.T, o office, b *browser) {
		client := o.clientNamed(lambert)
		aicha := o.contactAt(client, "a.benali@menuiserie-lambert.fr")
		if _, err := o.store.DeleteContact(bg, client.ID, aicha.ID); err != nil {
			t.Fatal(err)
		}
		b.fill("Destinataires", "Jean Dupond <jean@exemple.example>; a.benali@menuiserie-lambert.fr; thomas.girar@menuiserie-lambert.fr")
		b.all().enter("Destinataires").sees("2 nouvelles adresses", "Jean Dupond", "Aïcha Benali est dans la corbeille de ce client.", "Vouliez-vous dire")
		if got := b.card().value("Nom de jean@exemple.example"); got != "Dupond" {
			t.Errorf("the name is %q", got)
		}
		b.card().fill("Nom de jean@exemple.example", "Dupont").tick("Favori : jean@exemple.example", false)
		b.card().click("Restaurer Aïcha Benali").sees("Aïcha Benali rétabli.")
		if got := b.card().value("Nom de jean@exemple.example"); got != "Dupont" {
			t.Errorf("after another line was answered the name is %q", got)
		}
		b.card().click("thomas.girard@menuiserie-lambert.fr").wantChips("to", lambert, "Claire Morel", "Julien Lambert", "Jean Dupond", "Aïcha Benali", "Thomas Girard")
		b.card().click("Ajouter").sees("Jean Dupont ajouté aux contacts.")
		jean := o.contactAt(client, "jean@exemple.example")
		if again := o.contactAt(client, "a.benali@menuiserie-lambert.fr"); again.ID != aicha.ID || jean.Name() != "Jean Dupont" || jean.Favorite {
			t.Errorf("the contacts are %+v and %+v", again, jean)
		}
	})
}
