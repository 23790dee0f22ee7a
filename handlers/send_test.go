package handlers

import (
	"bytes"
	"fmt"
	"net/http"
	netmail "net/mail"
	"net/url"
	"slices"
	"strings"
	"testing"

	"carnet/data"
)

// sent returns the last message to a client, as it leaves.
func (o office) sent(t *testing.T, client data.Client) (data.Message, *netmail.Message) {
	t.Helper()
	page, err := o.store.Messages(bg, data.MessageFilter{Client: client.ID, Limit: 1})
	if err != nil || len(page.Messages) == 0 {
		t.Fatal("no message", err)
	}
	m, _, err := o.store.Message(bg, page.Messages[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	bytesOf, err := o.store.Raw(bg, m.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := netmail.ReadMessage(bytes.NewReader(bytesOf))
	if err != nil {
		t.Fatal(err)
	}
	return m, raw
}

func (o office) count(t *testing.T, client data.Client) int {
	t.Helper()
	page, err := o.store.Messages(bg, data.MessageFilter{Client: client.ID})
	if err != nil {
		t.Fatal(err)
	}
	return len(page.Messages)
}

func TestSentOnce(t *testing.T) {
	// A double click, Back and resubmit, or a retry give one mail; the same
	// form with another text is another mail, and so is a second form (38).
	t.Parallel()
	o := atelier(t)
	client := o.clientNamed(lambert)
	before := o.count(t, client)
	b := o.compose(t, client).fill("Objet", "Essai")
	form := within(b.all().field("Objet"), "form")
	path, body := attr(form, "action"), b.encode(form, b.all().one("Envoyer", "button"))
	for range 3 {
		b.receive(b.request(http.MethodPost, path, body))
		b.is(303)
	}
	if n := o.count(t, client) - before; n != 1 {
		t.Errorf("%d mails of one form", n)
	}
	b.receive(b.request(http.MethodPost, path, strings.Replace(body, "subject=Essai", "subject=Autre", 1)))
	o.compose(t, client).fill("Objet", "Essai").click("Envoyer")
	if n := o.count(t, client) - before; n != 3 {
		t.Errorf("%d mails, want 3", n)
	}
}

func TestWhatIsOnScreenIsSent(t *testing.T) {
	// The server sends the list that was posted and works out nothing anew: who
	// became a favorite meanwhile is not in it, who was deleted is (30, 43).
	t.Parallel()
	o := atelier(t)
	client := o.clientNamed(lambert)
	b := o.compose(t, client)
	aicha := o.contactAt(client, "a.benali@menuiserie-lambert.fr")
	claire := o.contactAt(client, "claire.morel@menuiserie-lambert.fr")
	if _, _, err := o.store.Star(bg, client.ID, aicha.ID, true); err != nil {
		t.Fatal(err)
	}
	if _, err := o.store.DeleteContact(bg, client.ID, claire.ID); err != nil {
		t.Fatal(err)
	}
	b.fill("Objet", "Escalier, 2ᵉ étage : « réponse » 🎉").fill("Message", "Bonjour,\n\nÀ bientôt.\n.\nfin")
	b.click("Envoyer")
	b.click("Envoyer").sees("Mis en boîte d’envoi pour 3 destinataires.") // Claire is unknown now
	m, raw := o.sent(t, client)
	var got []string
	for _, box := range m.Recipients() {
		got = append(got, box.Address)
	}
	if !slices.Equal(got, []string{"contact@menuiserie-lambert.fr", "claire.morel@menuiserie-lambert.fr", "julien@menuiserie-lambert.fr"}) {
		t.Errorf("sent to %q", got)
	}
	if m.Subject != "Escalier, 2ᵉ étage : « réponse » 🎉" || m.Text != "Bonjour,\n\nÀ bientôt.\n.\nfin" {
		t.Errorf("sent %q, %q", m.Subject, m.Text)
	}
	if to, err := raw.Header.AddressList("To"); err != nil || len(to) != 3 {
		t.Errorf("To is %v, %v", to, err)
	}
	// Write again: the same recipients and subject.
	b.visit("/messages/"+string(m.ID)).click("Écrire de nouveau").wantChips("to", lambert, "Claire Morel", "Julien Lambert")
	if v := b.all().value("Objet"); v != m.Subject {
		t.Errorf("the subject is %q", v)
	}
}

func TestMessagesThatCannotBeSent(t *testing.T) {
	// Nobody to send to, no subject, too much of anything: refused beside the
	// field, in French and in English, with all that was typed (15, 36, 45).
	t.Parallel()
	o := agency(t)
	client := o.clientNamed(lambert)
	user, err := o.store.FirstUser(bg)
	if err != nil {
		t.Fatal(err)
	}
	path, b := "/clients/"+string(client.ID)+"/messages/new", o.member(t)
	for _, language := range []data.Language{data.French, data.English} {
		if _, err := o.store.Prefer(bg, user.ID, language, ""); err != nil {
			t.Fatal(err)
		}
		before := o.digest(t)
		for _, c := range []struct{ name, value, id, fr, en string }{
			{"to", "", "recipients-error-to", "Ajoutez au moins un destinataire.", "Add at least one recipient."},
			{"to_q", "x@", "recipients-error-to", "Corrigez ou retirez les adresses signalées.", "Fix or remove the marked addresses."},
			{"to", "a@b.example\x00", "recipients-error-to", "Corrigez ou retirez les adresses signalées.", "Fix or remove the marked addresses."},
			{"cc", "pas une adresse", "recipients-error-cc", "Corrigez ou retirez les adresses signalées.", "Fix or remove the marked addresses."},
			{"subject", "", "m-subject-d", "Indiquez un objet.", "Enter a subject."},
			{"subject", " \u00a0 ", "m-subject-d", "Indiquez un objet.", "Enter a subject."},
			{"subject", strings.Repeat("é", 251), "m-subject-d", fmt.Sprintf(longFR, 250), fmt.Sprintf(longEN, 250)},
			{"subject", "a\x00b", "m-subject-d", forbiddenFR, forbiddenEN}, {"subject", "a\u202eb", "m-subject-d", forbiddenFR, forbiddenEN},
			{"subject", "a\xffb", "m-subject-d", forbiddenFR, forbiddenEN},
			{"text", strings.Repeat("é", 20001), "m-text-d", fmt.Sprintf(longFR, 20000), fmt.Sprintf(longEN, 20000)},
			{"text", "a\x07b", "m-text-d", forbiddenFR, forbiddenEN}, {"text", "a\xffb", "m-text-d", forbiddenFR, forbiddenEN},
		} {
			typed := url.Values{"to": {"claire.morel@menuiserie-lambert.fr"}, "subject": {"Objet gardé"}, "text": {"Texte gardé"}}
			typed[c.name] = []string{c.value}
			if c.value == "" {
				delete(typed, c.name)
			}
			words := map[data.Language]string{data.French: c.fr, data.English: c.en}[language]
			for _, htmx := range []string{"", "true"} {
				b.receive(b.request(http.MethodPost, path, typed.Encode(), header{"HX-Request", htmx}))
				b.read()
				what := fmt.Sprintf("%s=%.20q, htmx %q", c.name, c.value, htmx)
				if n := byID(b.page, c.id); b.StatusCode != 422 || n == nil || !strings.Contains(text(n), even(words)) {
					t.Errorf("%s: status %d, want %q in %s", what, b.StatusCode, words, text(b.page))
					continue
				}
				for id, name := range map[string]string{"m-subject": "subject", "m-text": "text"} {
					n := byID(b.page, id)
					if got, _ := valueOf(n); seen(strings.TrimPrefix(got, "\n")) != seen(typed.Get(name)) {
						t.Errorf("%s: %s came back as %.30q, want %.30q", what, name, got, typed.Get(name))
					}
				}
			}
		}
		if o.digest(t) != before {
			t.Error("something changed")
		}
	}
}

func TestNothingIsInjected(t *testing.T) {
	// A line end in a name or a subject never makes a header or a recipient
	// that was not on the screen (41).
	t.Parallel()
	o := agency(t)
	client := o.clientNamed(lambert)
	path, b := "/clients/"+string(client.ID)+"/messages/new", o.member(t)
	for _, form := range []url.Values{
		{"to": {"claire.morel@menuiserie-lambert.fr"}, "subject": {"a\r\nBcc: evil@exemple.example"}},
		{"to": {"claire.morel@menuiserie-lambert.fr"}, "subject": {"a\rBcc: evil@exemple.example\n\nbody"}},
		{"to": {"\"A\r\nBcc: evil@exemple.example\" <claire.morel@menuiserie-lambert.fr>"}, "subject": {"a"}},
		{"to": {"claire.morel@menuiserie-lambert.fr\r\nBcc: evil@exemple.example"}, "subject": {"a"}},
		{"to": {"claire.morel@menuiserie-lambert.fr>\r\nRCPT TO:<evil@exemple.example"}, "subject": {"a"}},
		{"to": {"\"A\u2028Bcc: evil\" <claire.morel@menuiserie-lambert.fr>"}, "subject": {"a"}},
	} {
		form.Set("asked", "evil@exemple.example")
		before := o.count(t, client)
		b.receive(b.request(http.MethodPost, path, form.Encode(), header{"HX-Request", "true"}))
		if b.StatusCode >= 500 {
			t.Errorf("%q: status %d", form, b.StatusCode)
		}
		if o.count(t, client) == before {
			continue
		}
		m, raw := o.sent(t, client)
		if len(raw.Header["Bcc"]) > 0 || len(m.Recipients()) != 1 || m.Recipients()[0].Address != "claire.morel@menuiserie-lambert.fr" {
			t.Errorf("%q: sent to %v with %v", form, m.Recipients(), raw.Header)
		}
	}
}

func TestMoreChipsThanFit(t *testing.T) {
	// What is pasted beyond what a form can hold stays typed: nothing is
	// dropped in silence (49).
	t.Parallel()
	o := shared(t)
	b := o.compose(t, o.clientNamed(lambert))
	var list []string
	for i := range 300 {
		list = append(list, fmt.Sprintf("n%03d@exemple.example", i))
	}
	b.fill("Destinataires", strings.Join(list, "\n")).all().enter("Destinataires")
	left := data.SplitMailboxes(b.all().value("Destinataires"))
	b.sees("303 destinataires, et un e-mail en prend 100 au plus : retirez-en, ou répartissez-les en 4 envois.", "103 sont encore dans le champ de saisie")
	if chips := b.chips("to"); len(chips) != maxChips || len(left) != 303-maxChips || left[0].Mailbox.Address == chips[len(chips)-1] {
		t.Errorf("%d chips and %d typed", len(chips), len(left))
	}
}

func TestLogHoldsNothingOfAClient(t *testing.T) {
	// The log holds no address, name, subject, text, query, password or token,
	// whatever goes well or wrong.
	t.Parallel()
	o := agency(t)
	client := o.clientNamed(lambert)
	b := o.browser(t).visit("/clients?q=canari-query")
	b.signIn("canari-login@exemple.example", "canari-password").is(422)
	b = o.member(t)
	path := "/clients/" + string(client.ID)
	form := url.Values{"to": {"Canari-Nom <canari-to@exemple.example>"}, "subject": {"canari-subject"}, "text": {"canari-text"}, "asked": {"canari-to@exemple.example"},
		"email": {"canari-email@exemple.example"}, "first_name": {"canari-first"}, "notes": {"canari-notes\x00"}, "name": {"canari-name"}, "to_q": {"canari-typed"}}.Encode()
	for _, htmx := range []string{"", "true"} {
		h := header{"HX-Request", htmx}
		for _, to := range []string{"/messages/new", "/contacts/new", "/edit", "/recipients/to", "/contacts/canari-id/edit"} {
			b.receive(b.request(http.MethodPost, path+to, form, h))
		}
		for _, to := range []string{"/clients?q=canari-search", "/clients?after=canari-after", "/canari-nowhere", path + "/contacts?q=canari-filter"} {
			b.receive(b.request(http.MethodGet, to, "", h))
		}
	}
	log := o.log.String()
	if n := strings.Count(log, "msg=request"); n < 18 {
		t.Fatalf("only %d requests are in the log", n)
	}
	for _, word := range []string{"canari", "lambert", string(client.ID), b.cookie("sid"), demoDomain} {
		if strings.Contains(strings.ToLower(log), strings.ToLower(word)) {
			t.Errorf("the log holds %q:\n%s", word, log)
		}
	}
}

const demoDomain = "atelier-horizon.example"
