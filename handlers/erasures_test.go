package handlers

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"carnet/data"
)

// claire is a contact with mails of the demo agency.
const claire = "claire.morel@menuiserie-lambert.fr"

func TestErasureWalk(t *testing.T) {
	// From a contact's form an administrator gets to the page that says what an
	// erasure does; without the tick nothing is erased; with it the contact is
	// nowhere on any page, mails say so, and one can write again to the others.
	t.Parallel()
	o := agency(t)
	b := o.member(t)
	client := o.clientNamed(lambert)
	contact := o.contactAt(client, claire)
	b.visit("/clients/" + string(client.ID) + "/contacts/" + string(contact.ID) + "/edit").click("Données personnelles : tout télécharger, ou effacer")
	b.sees("Données de Claire Morel", claire, "Cela ne s’annule pas")
	b.all().refused(422, "Effacer").sees("cochez la case")
	o.contactAt(client, claire)
	b.all().tick("Effacer définitivement Claire Morel", true).click("Effacer").sees("Contact effacé définitivement.").misses("Claire Morel")
	for _, page := range []string{"/clients/" + string(client.ID), "/clients/" + string(client.ID) + "/contacts", "/messages?client=" + string(client.ID), "/events", "/trash",
		"/clients/" + string(client.ID) + "/messages/new"} {
		b.visit(page)
		if strings.Contains(b.body, "Morel") || strings.Contains(b.body, "claire.morel") {
			t.Errorf("%s still shows her", page)
		}
	}
	b.visit("/messages?client=" + string(client.ID)).sees("Contact effacé")
	b.click("Devis D-2026-118 — escalier chêne").sees("Contact effacé", "la source de cet e-mail avec lui", "Bonjour à tous les deux").misses("Source (.eml)", "carnet.invalid")
	source := b.at.Path + "/source"
	b.click("Écrire de nouveau").sees("Julien Lambert").misses("carnet.invalid", "effacé")
	b.click("Reprendre les destinataires du dernier envoi").sees("Julien Lambert").misses("carnet.invalid", "effacé")
	b.send(http.MethodGet, source, "")
	b.is(http.StatusGone).sees("La source de cet e-mail a été effacée")
	b.send(http.MethodGet, "/clients/"+string(client.ID)+"/contacts/"+string(contact.ID)+"/erase", "")
	b.is(404)
}

func TestErasureOfTheTrash(t *testing.T) {
	// A contact in the trash is erased too; one that is the main address says so;
	// a mail to it alone has no subject any more, and its page still opens.
	t.Parallel()
	o := agency(t)
	b := o.member(t)
	client := o.clientNamed(lambert)
	contact := o.contactAt(client, "thomas.girard@menuiserie-lambert.fr")
	must(t, errOf(o.store.MakeMain(bg, client.ID, contact.ID)))
	must(t, errOf(o.store.DeleteContact(bg, client.ID, contact.ID)))
	b.visit("/trash").in("li", "Thomas Girard").click("Effacer…").sees("le client n’en aura plus")
	b.all().tick("Effacer définitivement Thomas Girard", true).click("Effacer")
	b.visit("/messages?client=" + string(client.ID)).click("(objet effacé)").sees("Contact effacé")
	b.visit("/trash").misses("Thomas")
	if now := o.clientNamed(lambert); now.Email != "" {
		t.Errorf("the main address is %s", now.Email)
	}
}

func TestErasureWaits(t *testing.T) {
	// While a mail to the contact is being sent nothing is erased, and the page says
	// what to do.
	t.Parallel()
	o := agency(t)
	b := o.member(t)
	client := o.clientNamed(lambert)
	contact := o.contactAt(client, claire)
	m, err := o.store.Compose(data.Message{Client: client.ID, Subject: "s", Text: "t", To: []data.Mailbox{contact.Mailbox()}})
	must(t, err)
	must(t, errOf(o.store.Enqueue(bg, "", data.Posting{Message: m, Raw: [][]byte{[]byte("raw")}})))
	claim, err := o.store.Claim(bg, m.ID, time.Hour)
	must(t, err)
	b.visit("/clients/" + string(client.ID) + "/contacts/" + string(contact.ID) + "/erase")
	b.all().tick("Effacer définitivement Claire Morel", true).refused(409, "Effacer").sees("un e-mail à cette adresse est en train de partir")
	o.contactAt(client, claire)
	must(t, o.store.Unclaim(bg, claim))
}

func TestDossier(t *testing.T) {
	// All that is known of a contact comes as one file: the contact, its client, its
	// former addresses, its mails with their text and what became of them, drafts
	// to it, and what the journal tells.
	t.Parallel()
	o := agency(t)
	b := o.member(t)
	client := o.clientNamed(lambert)
	contact := o.contactAt(client, claire)
	contact, err := o.store.UpdateContact(bg, client.ID, contact.ID, contact.Version, func(x *data.Contact) { x.Email, x.Notes = "morel@menuiserie-lambert.fr", "<b>note</b>" })
	must(t, err)
	author, err := o.store.FirstUser(bg)
	must(t, err)
	d := data.Draft{ID: data.NewID(), Client: client.ID, Author: author.ID, Subject: "Brouillon", Page: "p", DraftBody: data.DraftBody{Text: "Chère Claire",
		To: data.DraftField{Recipients: []data.DraftRecipient{{Text: contact.Email}}}}}
	must(t, errOf(o.store.SaveDraft(bg, d, false)))
	b.visit("/clients/" + string(client.ID) + "/contacts/" + string(contact.ID) + "/erase").click("Télécharger (JSON)").is(200)
	if got := b.Header.Get("Content-Disposition"); !strings.HasPrefix(got, "attachment; filename=contact-") || b.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("it is sent as %q", got)
	}
	var got struct {
		ReadMe   string         `json:"read_me"`
		Contact  map[string]any `json:"contact"`
		Client   map[string]any `json:"client"`
		Former   []string       `json:"former_addresses"`
		Messages []struct {
			Subject, Text, Author string
			Deliveries            []struct{ To, Status string }
		}
		Drafts []struct{ Subject, Text string }
		Events []struct{ Action, Words, Who string }
	}
	if err := json.Unmarshal([]byte(b.body), &got); err != nil {
		t.Fatalf("%v\n%s", err, b.body)
	}
	if got.ReadMe == "" || got.Contact["email"] != contact.Email || got.Contact["notes"] != "<b>note</b>" || got.Client["name"] != lambert || fmt.Sprint(got.Former) != "["+claire+"]" {
		t.Errorf("the head is %+v", got)
	}
	if len(got.Messages) != 2 || got.Messages[0].Subject != "Devis D-2026-118 — escalier chêne" || got.Messages[0].Author != "Camille Roussel" ||
		!strings.Contains(got.Messages[0].Text, "escalier") || len(got.Messages[0].Deliveries) != 1 || got.Messages[0].Deliveries[0].Status != "accepted" ||
		!strings.Contains(got.Messages[0].Deliveries[0].To, claire) {
		t.Errorf("the mails are %+v", got.Messages)
	}
	if len(got.Drafts) != 1 || got.Drafts[0].Text != "Chère Claire" {
		t.Errorf("the drafts are %+v", got.Drafts)
	}
	if len(got.Events) < 2 || got.Events[0].Action != "contact.export" || got.Events[0].Who != "Camille Roussel" || got.Events[1].Action != "contact.update" {
		t.Errorf("the journal is %+v", got.Events)
	}
	if strings.Contains(b.body, "julien@") {
		t.Error("it names others")
	}
}
