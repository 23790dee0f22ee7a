package handlers

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"carnet/data/datatest"
	"carnet/data/demo"
)

// signIn fills the sign-in form that the page shows.
func (b *browser) signIn(email, password string) *browser {
	b.t.Helper()
	b.fill("Adresse e-mail", email).fill("Mot de passe", password)
	b.press(b.all().one("Se connecter", "button"))
	return b
}

func TestSignIn(t *testing.T) {
	// Who signs in gets to the page that was asked for, filter and all; who
	// fails is told the same whether the account exists or not.
	t.Parallel()
	b := agency(t).browser(t).visit("/clients?q=lambert")
	b.sees("Se connecter")
	known := text(b.signIn(demo.Email, "wrong password").is(422).page)
	unknown := text(b.signIn("nobody@exemple.example", "wrong password").is(422).page)
	if known != unknown || !strings.Contains(known, "Adresse ou mot de passe inconnus.") {
		t.Errorf("the answers are\n%s\n%s", known, unknown)
	}
	if b.all().value("Adresse e-mail") != "nobody@exemple.example" || b.all().value("Mot de passe") != "" {
		t.Error("the address is to be kept, and the password is not")
	}
	b.signIn(demo.Email, demo.Password).is(200).sees(lambert)
	if b.at.RequestURI() != "/clients?q=lambert" {
		t.Errorf("led to %s", b.at)
	}
	b.visit("/session/new")
	if b.at.Path != "/clients" {
		t.Errorf("the sign-in page led who is signed in to %s", b.at)
	}
}

func TestSessionEnds(t *testing.T) {
	// Signing out ends the session: its cookie opens nothing any more, and what
	// the browser kept is cleared. A GET signs nobody out.
	t.Parallel()
	o := agency(t)
	b := o.member(t).visit("/clients")
	token := b.cookie("sid")
	r := b.request(http.MethodPost, "/session/delete", "")
	b.receive(r)
	if b.StatusCode != 303 || b.Header.Get("Clear-Site-Data") != `"cache"` || b.cookie("sid") != "" {
		t.Errorf("status %d, Clear-Site-Data %q, cookie %q", b.StatusCode, b.Header.Get("Clear-Site-Data"), b.cookie("sid"))
	}
	if a := o.ask(t, http.MethodGet, "/clients", "", header{"Cookie", "sid=" + token}); a.StatusCode != 303 {
		t.Errorf("the cookie still opens the book: %d", a.StatusCode)
	}
	if a := o.member(t).visit("/clients").visit("/session/new"); a.at.Path != "/clients" {
		t.Error("a GET signed out")
	}
}

// cookie returns the value of a cookie that the browser holds.
func (b *browser) cookie(name string) string {
	for _, c := range b.jar.Cookies(b.at) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

func TestSessionIsNewAtSignIn(t *testing.T) {
	// A token that was there before the sign-in, planted or real, is not the
	// token after it, and a real one ends.
	t.Parallel()
	o := agency(t)
	planted := o.browser(t)
	planted.jar.SetCookies(planted.at, []*http.Cookie{{Name: "sid", Value: "planted", Path: "/"}})
	planted.visit("/clients").signIn(demo.Email, demo.Password).is(200)
	if got := planted.cookie("sid"); got == "planted" || len(got) < 43 {
		t.Errorf("the token is %q", got)
	}
	again := o.member(t)
	old := again.cookie("sid")
	again.receive(again.request(http.MethodPost, "/session/new", url.Values{"email": {demo.Email}, "password": {demo.Password}}.Encode()))
	if a := o.ask(t, http.MethodGet, "/clients", "", header{"Cookie", "sid=" + old}); a.StatusCode != 303 || again.cookie("sid") == old {
		t.Errorf("the old token lives: %d", a.StatusCode)
	}
}

func TestSignInToTheDemo(t *testing.T) {
	// The demo signs everybody in; who signs in with a form all the same has
	// the session of the form.
	t.Parallel()
	o := atelier(t)
	b := o.browser(t)
	b.receive(b.request(http.MethodPost, "/session/new", url.Values{"email": {demo.Email}, "password": {demo.Password}}.Encode()))
	token := b.cookie("sid")
	if set := b.Cookies(); len(set) != 2 || set[0].Value == set[1].Value || token != set[1].Value {
		t.Errorf("the cookies are %v, and the browser keeps %s", set, token)
	}
	if b.visit("/clients").cookie("sid") != token {
		t.Error("the browser was signed in a second time")
	}
	if b.click("Se déconnecter"); b.cookie("sid") == token {
		t.Error("signing out left the session")
	}
}

func TestCookieFlags(t *testing.T) {
	// The cookie of a session is for the server alone, and on https bound to
	// the host and never sent in clear.
	t.Parallel()
	for _, c := range []struct{ public, name, flags string }{
		{"", "sid", "Path=/; Max-Age=7776000; HttpOnly; SameSite=Lax"},
		{"https://carnet.example", "__Host-sid", "Path=/; Max-Age=7776000; HttpOnly; Secure; SameSite=Lax"},
	} {
		o := agency(t, func(cfg *Config) {
			if c.public != "" {
				cfg.PublicURL, _ = url.Parse(c.public)
			}
		})
		form := url.Values{"email": {demo.Email}, "password": {demo.Password}}.Encode()
		a := o.ask(t, http.MethodPost, "/session/new", form)
		name, rest, _ := strings.Cut(a.Header.Get("Set-Cookie"), "=")
		_, flags, _ := strings.Cut(rest, "; ")
		if at := strings.Index(flags, "Expires="); at >= 0 { // gorilla adds the same as a date
			end := at + strings.Index(flags[at:], ";") + 2
			flags = flags[:at] + flags[end:]
		}
		if name != c.name || flags != c.flags {
			t.Errorf("%s: %s with %s, want %s with %s", c.public, name, flags, c.name, c.flags)
		}
		for _, v := range o.ask(t, http.MethodPost, "/preferences", "language=en&theme=dark").Header.Values("Set-Cookie") {
			if !strings.Contains(strings.ToLower(v), "httponly") || !strings.Contains(v, "SameSite=Lax") || strings.Contains(v, "secure") != (c.public != "") {
				t.Errorf("%s: %s", c.public, v)
			}
		}
	}
}

func TestThrottle(t *testing.T) {
	// The eleventh try of an account within a minute is refused, even with the
	// right password, and says when to try again (45).
	t.Parallel()
	b := agency(t).browser(t).visit("/clients")
	for range 10 {
		b.signIn(demo.Email, "wrong password").is(422)
	}
	b.signIn(demo.Email, demo.Password).is(429).sees("Trop d’essais. Attendez", "puis réessayez.")
	if wait, err := strconv.Atoi(b.Header.Get("Retry-After")); err != nil || wait < 1 || wait > 60 {
		t.Errorf("Retry-After is %q", b.Header.Get("Retry-After"))
	}
	if b.all().value("Adresse e-mail") != demo.Email {
		t.Error("the address is lost")
	}
}

func TestThrottleKnowsAllSpellings(t *testing.T) {
	// A try counts for the account that it is for, however its address is
	// spelled.
	t.Parallel()
	o := agency(t)
	for i := range 11 {
		spelled := strings.Repeat("\u200b", i) + strings.ToUpper(demo.Email[:i]) + demo.Email[i:] + strings.Repeat(" ", i)
		a := o.ask(t, http.MethodPost, "/session/new", url.Values{"email": {spelled}, "password": {"x"}}.Encode())
		if want := map[bool]int{true: 422, false: 429}[i < 10]; a.StatusCode != want {
			t.Errorf("try %d as %q: status %d, want %d", i+1, spelled, a.StatusCode, want)
		}
	}
}

func TestRedirectsStayHere(t *testing.T) {
	// Whatever next says, nobody is sent to another site.
	t.Parallel()
	o := agency(t)
	b := o.member(t)
	for i, next := range []string{"//evil.example", "/\\evil.example", "https://evil.example", "/clients\r\nSet-Cookie: a=b", "\\\\evil.example", "https:evil.example",
		"///evil.example", "/\t/evil.example", "javascript:alert(1)", " //evil.example", "/%2f/evil.example", "evil.example", "/.//evil.example", "/@evil.example", "/"} {
		form := url.Values{"email": {demo.Email}, "password": {demo.Password}, "next": {next}, "theme": {"dark"}}
		paths := []string{"/preferences", "/session/new"}
		if i >= 4 { // a sign-in costs a password's hash
			paths = paths[:1]
		}
		for _, path := range paths {
			b.receive(b.request(http.MethodPost, path, form.Encode()))
			if to := b.Header.Get("Location"); b.StatusCode != 303 || to != "/clients" || len(b.Cookies()) != 1 {
				t.Errorf("%s with next=%q leads to %q (%d) with %v", path, next, to, b.StatusCode, b.Cookies())
			}
		}
		if len(paths) == 1 {
			continue
		}
		form.Set("kept", "a=b")
		b.receive(b.request(http.MethodPost, "/session/new", form.Encode()))
		if b.read(); b.StatusCode != 200 || attr(b.in("form", "Ce que vous aviez saisi").root, "action") != "/clients" {
			t.Errorf("next=%q: the form that is given back goes to %s", next, b.body)
		}
	}
}

func TestFormIsKeptThroughSignIn(t *testing.T) {
	// A session that ran out while someone typed asks to sign in, and gives all
	// that was typed back, to be posted by a click (49).
	t.Parallel()
	o := agency(t)
	client := o.clientNamed(lambert)
	b := o.member(t).visit("/clients/" + string(client.ID) + "/contacts/new")
	b.fill("Adresse e-mail", "zoe+test@exemple.example").fill("Prénom", `Zoé & "Fils" <b>`).fill("Notes", "a=b&c=d %41\nдва").all().tick("Contact favori", true)
	if err := o.store.DeleteSession(bg, b.cookie("sid")); err != nil {
		t.Fatal(err)
	}
	b.all().refused(401, "Enregistrer").sees("Votre session a expiré.")
	b.signIn(demo.Email, "wrong password").is(422).sees("Votre session a expiré.")
	b.signIn(demo.Email, demo.Password).is(200).sees("Ce que vous aviez saisi est encore là.")
	b.click("Continuer").sees("ajouté aux contacts.")
	c := o.contactAt(client, "zoe+test@exemple.example")
	if c.FirstName != `Zoé & "Fils" <b>` || c.Notes != "a=b&c=d %41\nдва" || !c.Favorite {
		t.Errorf("the contact is %+v", c)
	}
}

func TestFormWithoutFieldsIsKeptThroughSignIn(t *testing.T) {
	// A button without fields that was pressed after the session ran out is
	// done after the sign-in, by a click (49).
	t.Parallel()
	o := agency(t)
	client := o.clientNamed(lambert)
	if err := o.store.DeleteClient(bg, client.ID); err != nil {
		t.Fatal(err)
	}
	b := o.member(t).visit("/trash")
	if err := o.store.DeleteSession(bg, b.cookie("sid")); err != nil {
		t.Fatal(err)
	}
	b.all().refused(401, "Rétablir "+lambert).sees("Votre session a expiré.")
	b.signIn(demo.Email, demo.Password).is(200).click("Continuer").sees(lambert)
	if _, err := o.store.Client(bg, client.ID); err != nil {
		t.Error(err)
	}
}

func TestSetup(t *testing.T) {
	// A fresh book asks for its first account, which takes the code that the
	// server printed, and leads to the first client and contact; afterwards
	// there is no way back to it.
	t.Parallel()
	o := open(t, datatest.Open(t))
	b := o.browser(t).visit("/clients").sees("Bienvenue dans Carnet")
	if b.at.Path != "/setup" {
		t.Errorf("a fresh book leads to %s", b.at)
	}
	fill := func(code string) {
		b.fill("Code de mise en route", code).fill("Nom de l’agence", "Atelier").fill("Votre nom", "Ada").fill("Adresse e-mail", "ada@exemple.example")
		b.fill("Mot de passe", "douze lettres au moins")
	}
	for _, code := range []string{"", "AAAA-AAAA", "ABCD-EFG"} {
		fill(code)
		b.all().refused(422, "Créer le compte").sees("Ce n’est pas le code que le serveur a affiché.")
	}
	fill(" abcd-efgh ")
	b.fill("Mot de passe", "court").all().refused(422, "Créer le compte").sees("C’est trop court : 12 caractères au moins.")
	if b.all().value("Votre nom") != "Ada" || b.all().value("Mot de passe") != "" {
		t.Error("what was typed is to be kept, and the password is not")
	}
	fill(setupCode)
	b.click("Créer le compte").sees("Pas encore de client").click("Créer un client")
	b.fill("Nom", "Premier client").click("Enregistrer").sees("C-0001", "Pas encore de contact").click("Créer un contact")
	b.fill("Adresse e-mail", "premier@exemple.example").click("Enregistrer").sees("1 contact · 0 favori")
	if b.visit("/setup"); b.at.Path != "/clients" {
		t.Errorf("/setup leads to %s", b.at)
	}
	second := "code=" + setupCode + "&agency=X&name=Mallory&email=m%40exemple.example&password=douze+lettres+au+moins"
	if a := o.ask(t, http.MethodPost, "/setup", second); a.StatusCode != 409 {
		t.Errorf("a second first account: %d", a.StatusCode)
	}
}

func TestSetupWithoutCode(t *testing.T) {
	// Without a code nobody makes the first account, and guesses are slowed;
	// what was typed is kept (45).
	t.Parallel()
	o := open(t, datatest.Open(t), func(c *Config) { c.SetupCode = "" })
	form := "code=&agency=X&name=Mallory&email=m%40exemple.example&password=douze+lettres+au+moins"
	for range triesAccount {
		if a := o.ask(t, http.MethodPost, "/setup", form); a.StatusCode != 422 {
			t.Fatalf("status %d", a.StatusCode)
		}
	}
	if a := o.ask(t, http.MethodPost, "/setup", form); a.StatusCode != 429 || !strings.Contains(a.body, `value="Mallory"`) || !strings.Contains(a.body, "Trop d’essais.") {
		t.Errorf("the eleventh guess: %d\n%s", a.StatusCode, a.body)
	}
}

func TestLanguage(t *testing.T) {
	// French, unless the browser, the cookie or the user says English, each
	// stronger than the one before; the choice lasts (44).
	t.Parallel()
	o := agency(t)
	b := o.browser(t)
	b.header = header{"Accept-Language", "en-GB,en;q=0.9,fr;q=0.8"}
	b.visit("/session/new").sees("Sign in").click("Français : passer l’interface en français").sees("Se connecter")
	b.visit("/session/new").signIn(demo.Email, demo.Password).sees("Rechercher", "E-mails")
	b.click("English: switch the interface to English").sees("Emails").click("New client").sees("Main email")
	other := o.member(t).visit("/clients").sees("Emails")
	if attr(tags(other.page, "html")[0], "lang") != "en" {
		t.Error("the page does not say that it is in English")
	}
	other.receive(other.request(http.MethodPost, "/preferences", "language=de"))
	other.is(400)
}

func TestConnectionInClear(t *testing.T) {
	// Where others come by plain http, each page says that passwords travel in
	// clear: before the sign-in and after; elsewhere none does.
	t.Parallel()
	for _, clear := range []bool{true, false} {
		o := agency(t, func(c *Config) { c.InClear = clear })
		for _, b := range []*browser{o.browser(t).visit("/session/new"), o.member(t).visit("/clients")} {
			says := b.misses
			if clear {
				says = b.sees
			}
			says("les mots de passe passent en clair")
		}
	}
}

func TestPreferencesComeBack(t *testing.T) {
	// A change of language or theme comes back to the same page, its filter
	// included (47).
	t.Parallel()
	b := atelier(t).browser(t).visit("/clients?q=lambert")
	b.click("Passer au thème sombre")
	if got := b.at.RequestURI(); got != "/clients?q=lambert" {
		t.Errorf("it comes back to %s", got)
	}
}
