package handlers

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"carnet/data"
	"carnet/data/demo"
	"carnet/mail"
)

// withPost is an agency at https://carnet.example whose mails go to box.
func withPost(t *testing.T, box *mailbox) office {
	t.Helper()
	return agency(t, func(c *Config) {
		c.PublicURL, _ = url.Parse("https://carnet.example")
		c.Post = post(t, c.Store, &mail.Route{Outgoing: mail.Leaving, From: demo.Sender,
			Server: mail.Server{Host: "127.0.0.1", Port: box.addr.Port, Security: mail.Clear}})
	})
}

// arrived waits for the notices under way, and returns what came.
func (o office) arrived(box *mailbox) []string {
	o.t.Helper()
	_ = o.app.Shutdown() // waits for them; that nothing listens is its error
	return box.letters()
}

var resetLink = regexp.MustCompile(`https://carnet\.example(/password/reset/[0-9a-f]{64})`)

func (b *browser) secure() *browser {
	b.header = header{"Origin", "https://carnet.example"}
	return b
}

func TestReset(t *testing.T) {
	// Who forgot their password gets a link by mail, at the public address whatever
	// the Host header says; it sets a new one once, ends all sessions and still asks
	// for the second factor. Who has no account gets the same answer, and no mail.
	t.Parallel()
	box := newMailbox(t)
	o := withPost(t, box)
	u, err := o.store.FirstUser(bg)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.store.CreateSession(bg, "a session", u.ID); err != nil {
		t.Fatal(err)
	}
	b := o.browser(t).secure()
	b.at.Host = "evil.example"
	b.visit("/session/new").click("Mot de passe oublié").fill("Adresse e-mail", "pas une adresse").all().refused(422, "Recevoir un lien").sees("Cette adresse semble incomplète")
	ask := func(email string) string {
		return text(b.visit("/password/reset").fill("Adresse e-mail", email).click("Recevoir un lien").page)
	}
	if known, unknown := ask(strings.ToUpper(demo.Email)), ask("personne@exemple.example"); known != unknown {
		t.Errorf("the answers are\n%s\n%s", known, unknown)
	}
	letters := o.arrived(box)
	if len(letters) != 1 || !strings.Contains(letters[0], "Subject: Votre nouveau mot de passe") || strings.Contains(letters[0], "evil") {
		t.Fatalf("the server got %q", letters)
	}
	found := resetLink.FindStringSubmatch(strings.ReplaceAll(letters[0], "=\r\n", ""))
	if found == nil {
		t.Fatalf("no link in %s", letters[0])
	}
	link := found[1]
	b.visit(link)
	if b.Header.Get("Cache-Control") != "no-store" || b.Header.Get("Referrer-Policy") != "same-origin" {
		t.Errorf("the headers are %v", b.Header)
	}
	b.fill("Nouveau mot de passe", "motdepasse2026").all().refused(422, "Enregistrer").sees("parmi les plus courants")
	if _, _, err := o.store.Session(bg, "a session"); err != nil {
		t.Errorf("what was refused ended a session: %v", err)
	}
	b.fill("Nouveau mot de passe", nextPassword).click("Enregistrer").sees("toutes vos sessions sont fermées")
	if _, _, err := o.store.Session(bg, "a session"); err != data.ErrNotFound {
		t.Errorf("a session goes on: %v", err)
	}
	b.send(http.MethodGet, link, "")
	b.is(404).sees("Ce lien ne sert plus")
	b.send(http.MethodPost, link, "password=trois+chaises+bleues")
	b.is(404).sees("Ce lien ne sert plus")
	if _, err := o.store.Authenticate(bg, demo.Email, nextPassword); err != nil {
		t.Errorf("the new password: %v", err)
	}
	if log := o.log.String(); strings.Contains(log, link[len("/password/reset/"):]) || strings.Contains(log, "camille@") {
		t.Error("the log holds the token or the address")
	}
}

func TestResetIsBounded(t *testing.T) {
	// An account gets three mails an hour, whoever asks, with the same answer; a
	// network that asks more often is told so.
	t.Parallel()
	box := newMailbox(t)
	o := withPost(t, box)
	form := url.Values{"email": {demo.Email}}.Encode()
	origin := header{"Origin", "https://carnet.example"}
	first := o.ask(t, http.MethodPost, "/password/reset", form, origin)
	for i := 1; i < resetsNetwork; i++ {
		if a := o.ask(t, http.MethodPost, "/password/reset", form, origin); a.StatusCode != 200 || a.body != first.body {
			t.Fatalf("request %d: %d\n%s", i, a.StatusCode, a.body)
		}
	}
	if a := o.ask(t, http.MethodPost, "/password/reset", form, origin); a.StatusCode != 429 {
		t.Errorf("one more: %d", a.StatusCode)
	}
	if letters := o.arrived(box); len(letters) != resetsAccount {
		t.Errorf("%d mails left", len(letters))
	}
}

func TestResetWithoutAddress(t *testing.T) {
	// Without a public URL, or where no mail leaves, no link is sent, and the page
	// says whom to ask.
	t.Parallel()
	box := newMailbox(t)
	leaving := &mail.Route{Outgoing: mail.Leaving, From: demo.Sender, Server: mail.Server{Host: "127.0.0.1", Port: box.addr.Port, Security: mail.Clear}}
	for _, change := range []func(*Config){
		func(c *Config) { c.Post = post(t, c.Store, leaving) },
		func(c *Config) { c.PublicURL, _ = url.Parse("https://carnet.example") },
	} {
		o := agency(t, change)
		o.browser(t).visit("/password/reset").sees("Demandez à un administrateur", "carnet user reset").misses("Recevoir un lien")
		if a := o.ask(t, http.MethodPost, "/password/reset", url.Values{"email": {demo.Email}}.Encode(), header{"Origin", "https://carnet.example"}); a.StatusCode != 422 {
			t.Errorf("status %d", a.StatusCode)
		}
		if letters := o.arrived(box); len(letters) != 0 {
			t.Errorf("a mail left: %s", letters[0])
		}
	}
}

func TestResetKeepsTheFactor(t *testing.T) {
	// A new password by mail is no way around the second factor.
	t.Parallel()
	o := agency(t)
	o.entering(t, "", demo.Password).withFactor()
	u, err := o.store.FirstUser(bg)
	if err != nil {
		t.Fatal(err)
	}
	token, err := o.store.CreateReset(bg, u.ID)
	if err != nil {
		t.Fatal(err)
	}
	b := o.browser(t).visit("/password/reset/" + token)
	b.fill("Nouveau mot de passe", nextPassword).click("Enregistrer").click("Se connecter")
	b.signIn(demo.Email, nextPassword).sees("Les six chiffres")
	if b.alive() {
		t.Error("the new password alone gave access")
	}
}
