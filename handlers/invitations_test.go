package handlers

import (
	"fmt"
	"io"
	"mime/quotedprintable"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"carnet/data"
	"carnet/mail"
)

// invite fills the form that invites somebody, and returns the path of the link.
func (b *browser) invite(email, role string) string {
	b.t.Helper()
	b.visit("/settings").click("Personnes").click("Inviter une personne")
	b.fill("Adresse e-mail", email).fill("Rôle", role).click("Créer le lien").is(200)
	return linkPath(b)
}

func linkPath(b *browser) string {
	b.t.Helper()
	link := b.all().value("Lien d’invitation")
	path, ok := strings.CutPrefix(link, "http://localhost")
	if !ok || !strings.HasPrefix(path, "/invitations/") {
		b.t.Fatalf("the link is %q", link)
	}
	return path
}

const (
	asReader = "Lecteur : consulte seulement"
	asMember = "Membre : écrit et modifie"
)

func TestInvite(t *testing.T) {
	// An administrator invites somebody with a link that is shown once; who opens
	// it chooses a name and a password, and is in with the role. A second time it
	// opens nothing, and says so kindly.
	t.Parallel()
	o := agency(t)
	admin := o.member(t)
	path := admin.invite("nadia@exemple.example", asReader)
	if token := strings.TrimPrefix(path, "/invitations/"); strings.Contains(admin.visit("/users").body, token) {
		t.Error("the list shows the link again")
	}
	admin.sees("Invitations en attente", "nadia@exemple.example", "Lecteur", "Valable jusqu’au")

	b := o.browser(t).visit(path)
	b.sees("Bienvenue chez Atelier Horizon", "nadia@exemple.example")
	b.fill("Votre nom", "Nadia Belkacem").fill("Mot de passe", "trop court")
	b.all().refused(422, "Entrer dans Carnet")
	b.sees("C’est trop court : 12 caractères au moins.")
	if b.all().value("Votre nom") != "Nadia Belkacem" || b.all().value("Mot de passe") != "" {
		t.Error("the name is to be kept, and the password is not")
	}
	b.fill("Mot de passe", "un long mot de passe").click("Entrer dans Carnet").is(200)
	if b.at.Path != "/clients" || !strings.Contains(b.toast(), "Bienvenue, Nadia Belkacem.") {
		t.Errorf("led to %s with %q", b.at, b.toast())
	}
	if u, err := o.store.UserAt(bg, "nadia@exemple.example"); err != nil || u.Role != data.Reader || u.SignedIn.IsZero() {
		t.Errorf("the account is %+v, %v", u, err)
	}
	admin.visit("/users").sees("Nadia Belkacem").misses("Invitations en attente")

	again := o.browser(t)
	again.send(http.MethodGet, path, "")
	again.is(404).sees("Ce lien n’est plus valable", "Connectez-vous")
	again.send(http.MethodPost, path, "name=Eve&password=un+long+mot+de+passe")
	again.is(404).sees("Ce lien n’est plus valable")
	unknown := o.browser(t)
	unknown.send(http.MethodGet, "/invitations/"+strings.Repeat("A", 43), "")
	if text(unknown.is(404).page) != text(o.gone(t, path).page) {
		t.Error("an unknown link says something else than a used one")
	}
	if users, err := o.store.Users(bg); err != nil || len(users) != 1+len(demoUsers(t)) {
		t.Errorf("there are %d people", len(users))
	}
}

// gone opens a link that opens nothing.
func (o office) gone(t *testing.T, path string) *browser {
	b := o.browser(t)
	b.send(http.MethodGet, path, "")
	return b.is(404)
}

// demoUsers are the people of the demo agency.
func demoUsers(t *testing.T) []data.User {
	t.Helper()
	all, err := shared(t).store.Users(bg)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestInviteWhoIsThere(t *testing.T) {
	// An address that has an account is refused in words, and what was typed stays.
	t.Parallel()
	o := agency(t)
	b := o.member(t).visit("/users/new")
	there := demoUsers(t)[0]
	b.fill("Adresse e-mail", strings.ToUpper(there.Email)).fill("Nom", "Encore")
	b.all().refused(422, "Créer le lien")
	b.sees("Cette adresse a déjà un compte.", "Personne n’a été invité")
	if b.all().value("Nom") != "Encore" {
		t.Error("the name is lost")
	}
}

func TestInvitationAgain(t *testing.T) {
	// A link can be made anew, which ends the one before, and revoked.
	t.Parallel()
	o := agency(t)
	admin := o.member(t)
	first := admin.invite("nadia@exemple.example", asMember)
	admin.visit("/users").click("Nouveau lien pour nadia@exemple.example")
	second := linkPath(admin)
	o.gone(t, first)
	o.browser(t).visit(second).sees("nadia@exemple.example")
	admin.visit("/users").click("Révoquer l’invitation de nadia@exemple.example")
	if !strings.Contains(admin.toast(), "révoquée") {
		t.Errorf("the toast is %q", admin.toast())
	}
	o.gone(t, second)
}

func TestInvitationTokenStays(t *testing.T) {
	// The token of a link gets into no log, no cache and no Referer, and the list of
	// people never shows it; the Origin stays, which forms on plain http need.
	t.Parallel()
	o := agency(t)
	admin := o.member(t)
	path := admin.invite("nadia@exemple.example", asMember)
	held := func(what string, b *browser) {
		t.Helper()
		if b.Header.Get("Cache-Control") != "no-store" || b.Header.Get("Referrer-Policy") != "strict-origin" {
			t.Errorf("%s: %q, %q", what, b.Header.Get("Cache-Control"), b.Header.Get("Referrer-Policy"))
		}
	}
	held("the page that shows it", admin)
	b := o.browser(t).visit(path)
	held("the page of the link", b)
	for _, form := range []string{"name=&password=", "name=Nadia&password=un+long+mot+de+passe"} {
		b.receive(b.request(http.MethodPost, path, form))
		held(form, b)
	}
	held("a used one", o.gone(t, path))
	token := strings.TrimPrefix(path, "/invitations/")
	log := o.log.String()
	if strings.Contains(log, token) || !strings.Contains(log, "route=/invitations/:token") || strings.Contains(log, "nadia") {
		t.Errorf("the log says\n%s", log)
	}
	if strings.Contains(admin.visit("/users").body, token) {
		t.Error("the list shows it")
	}
}

func TestInvitationTries(t *testing.T) {
	// Who tries links, or passwords for one, is slowed down as at the sign-in.
	t.Parallel()
	o := agency(t)
	b := o.browser(t)
	for i := range 10 {
		b.send(http.MethodGet, fmt.Sprintf("/invitations/%043d", i), "")
		b.is(404)
	}
	b.send(http.MethodGet, fmt.Sprintf("/invitations/%043d", 11), "")
	b.is(429)
	o = agency(t)
	b = o.browser(t).visit(o.member(t).invite("nadia@exemple.example", asMember))
	for range 10 {
		b.all().refused(422, "Entrer dans Carnet")
	}
	b.fill("Votre nom", "Nadia").fill("Mot de passe", "un long mot de passe")
	b.all().refused(429, "Entrer dans Carnet")
	b.sees("Trop d’essais.")
}

func TestInvitationLinkOrigin(t *testing.T) {
	// The link leads to the public URL, or else to where the administrator's page
	// came from; a forwarded host is believed from nobody.
	t.Parallel()
	public := func(c *Config) { c.PublicURL, _ = url.Parse("https://carnet.example") }
	for _, c := range []struct {
		change []func(*Config)
		from   header
		want   string
	}{
		{nil, nil, "http://localhost/"},
		{nil, header{"X-Forwarded-Host", "evil.example", "X-Forwarded-Proto", "https", "Forwarded", "host=evil.example"}, "http://localhost/"},
		{nil, header{"Origin", "https://localhost"}, "https://localhost/"},
		{[]func(*Config){public}, header{"X-Forwarded-Host", "evil.example", "Origin", "https://carnet.example"}, "https://carnet.example/"},
	} {
		o := agency(t, c.change...)
		b := o.member(t)
		if c.change != nil {
			for _, x := range b.jar.Cookies(b.at) {
				c.from = append(c.from, "Cookie", "__Host-sid="+x.Value)
			}
		}
		b.receive(b.request(http.MethodPost, "/users/new", "email=nadia%40exemple.example&user_role=member", c.from))
		b.read()
		if got := b.is(200).all().value("Lien d’invitation"); !strings.HasPrefix(got, c.want+"invitations/") {
			t.Errorf("%v: the link is %q", c.from, got)
		}
	}
}

var linkIn = regexp.MustCompile(`http://localhost(/invitations/[0-9a-f]{64})`)

func TestInvitationByMail(t *testing.T) {
	// The link can be mailed, in the name of the agency, and leads in; where nothing
	// leaves, or the server does not take it, the page says so and still shows it.
	t.Parallel()
	box := newMailbox(t)
	route := mail.Route{Outgoing: mail.Leaving, From: data.Mailbox{Address: "agence@exemple.example"},
		Server: mail.Server{Host: "127.0.0.1", Port: box.addr.Port, Security: mail.Clear}}
	by := func(r mail.Route) (office, *browser) {
		o := agency(t, func(c *Config) { c.Post = post(t, c.Store, &r) })
		return o, o.member(t)
	}
	o, b := by(route)
	path := b.invite("nadia@exemple.example", asMember)
	b.click("Envoyer par e-mail").sees("Envoyé à nadia@exemple.example.")
	letters := box.letters()
	if len(letters) != 1 {
		t.Fatalf("%d mails left", len(letters))
	}
	_, body, _ := strings.Cut(letters[0], "\r\n\r\n")
	plain, _ := io.ReadAll(quotedprintable.NewReader(strings.NewReader(body)))
	if m := linkIn.FindSubmatch(plain); m == nil || string(m[1]) != path || !strings.Contains(letters[0], "nadia@exemple.example") {
		t.Errorf("the mail is\n%s", letters[0])
	}
	o.browser(t).visit(path).sees("nadia@exemple.example")

	_, b = by(mail.Route{Outgoing: mail.Captured, From: route.From})
	path = b.invite("nadia@exemple.example", asMember)
	if b.click("Envoyer par e-mail").sees("Rien n’est parti : aucun serveur d’envoi n’est réglé."); linkPath(b) != path {
		t.Error("the link is another")
	}
	route.From.Address = "refuse@exemple.example"
	o, b = by(route)
	path = b.invite("nadia@exemple.example", asMember)
	if b.click("Envoyer par e-mail").sees("Le serveur d’envoi n’a pas pris l’e-mail."); linkPath(b) != path {
		t.Error("the link is another")
	}
	if log := o.log.String(); strings.Contains(log, strings.TrimPrefix(path, "/invitations/")) || strings.Contains(log, "nadia") {
		t.Errorf("the log says\n%s", log)
	}
	other, _, err := o.store.Invite(bg, data.Invitation{Email: "omar@exemple.example", Role: data.Member})
	if err != nil {
		t.Fatal(err)
	}
	b.send(http.MethodPost, "/invitations/"+string(other.ID)+"/notice", url.Values{"token": {strings.TrimPrefix(path, "/invitations/")}}.Encode())
	b.is(404) // the token is of another invitation
}
