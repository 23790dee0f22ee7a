package handlers

import (
	"strings"
	"testing"
	"time"

	"carnet/data"
	"carnet/i18n"
	"carnet/mail"
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

func TestMessagesOfAClient(t *testing.T) {
	// The mails of the agency are filtered by client, by the beginning of its name
	// or by its number; of several who match one is chosen; state and author stay.
	t.Parallel()
	o := shared(t)
	b := o.browser(t).visit("/messages?state=failed")
	b.fill("Client", "garn").click("Filtrer").sees("Transports Garnier").misses("Menuiserie Lambert")
	b.fill("Client", o.clientNamed(lambert).Number).click("Filtrer").sees("Aucun e-mail ne correspond.")
	b.fill("État", "Tous les états").click("Filtrer").sees("Devis D-2026-118").misses("Garnier")
	if b.all().value("Client") != o.clientNamed(lambert).Number {
		t.Error("what was searched for is lost")
	}
	b.fill("Client", "personne").click("Filtrer").sees("Aucun e-mail ne correspond.")
	b.fill("Client", "s").click("Filtrer").sees("Plusieurs clients correspondent.").click("Société Bréval")
	b.sees("E-mails à Société Bréval").misses("Menuiserie Lambert")
	b.click("Tous les clients").sees("Menuiserie Lambert", "Transports Garnier")
}

func TestHistoryRows(t *testing.T) {
	// A mail on one line has its day and time, its recipients, its author, whether
	// each got one, and of how many the status is (39, 43).
	t.Parallel()
	o := atelier(t)
	client := o.clientNamed(lambert)
	b := o.compose(t, client)
	b.click("Retirer Menuiserie Lambert").fill("Objet", "Vœux").fill("Envoi", "Un e-mail par destinataire")
	b.click("Envoyer").sees("Vœux", "à Claire Morel, Julien Lambert · un e-mail par destinataire · par Camille Roussel")
	page, err := o.store.Messages(bg, data.MessageFilter{Client: client.ID, Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	m := page.Messages[0]
	b.sees(m.Created.Local().Format("15:04"))
	if _, err := o.store.Release(bg, m.ID, data.Queued); err != nil { // its time is over
		t.Fatal(err)
	}
	claim, err := o.store.Claim(bg, m.ID, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.store.Finish(bg, claim, "mx", map[int]data.Outcome{0: {State: data.Failed, Code: 550}}, true, 0); err != nil {
		t.Fatal(err)
	}
	b.visit("/messages").sees("Non envoyé : 1 sur 2")
	b.click("Vœux").sees("Un e-mail par destinataire").click("Écrire de nouveau")
	if got := b.all().value("Envoi"); got != "1" {
		t.Errorf("written again the sending is %q", got)
	}
	// Of a client in the trash they are read as before, and nothing is written.
	if err := o.store.DeleteClient(bg, client.ID); err != nil {
		t.Fatal(err)
	}
	b.visit("/messages").click("Vœux").sees("Menuiserie Lambert (dans la corbeille)", "Non envoyé").misses("Écrire de nouveau")
}

func TestDeliveryWords(t *testing.T) {
	// What waits for its next try says why in the server's words, or in ours, and
	// since when if that is long; the page asks again by itself, less often (40).
	t.Parallel()
	now := time.Now()
	d := data.Delivery{State: data.Queued, Attempts: 2, Next: now.Add(time.Minute), Since: now.Add(-time.Minute)}
	clock := d.Next.Format("15:04")
	for _, c := range []struct {
		change func(*data.Delivery)
		status string
		words  []string
	}{
		{func(d *data.Delivery) { d.Code, d.Reply = 450, "busy" }, "En attente", []string{"Nouvel essai à " + clock + " : le serveur a répondu « 450 busy »"}},
		{func(d *data.Delivery) { d.Reason = string(mail.Unreachable) }, "En attente", []string{"Nouvel essai à " + clock + " : le serveur est injoignable"}},
		{func(d *data.Delivery) { d.Code, d.Reply, d.Since = 450, "busy", now.Add(-61*time.Minute) }, "Retardé", []string{"« 450 busy »", "Reporté depuis le ", "abandonné après 48 heures"}},
	} {
		d := d
		c.change(&d)
		v := messagesRecipient{Lang: i18n.French, Delivery: d}
		if got := v.Status().Word(); got != c.status {
			t.Errorf("the status is %q, want %q", got, c.status)
		}
		for _, want := range c.words {
			if !strings.Contains(even(v.Words()), even(want)) {
				t.Errorf("%q lacks %q", v.Words(), want)
			}
		}
	}
	h := handlers{Config: Config{Post: atelier(t).post}}
	if v := h.delivery(i18n.French, zone{}, data.User{}, data.Message{}, []data.Delivery{d}); v.Moving || !v.Retrying {
		t.Errorf("the page does not ask again: %+v", v)
	}
}
