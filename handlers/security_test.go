package handlers

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"carnet/data"
	"carnet/data/demo"
	"carnet/data/kv"

	"github.com/pquerna/otp/totp"
)

const nextPassword = "quatre chaises bleues"

// entering is a browser that signs in with a form, as a device that says what it
// is.
func (o office) entering(t *testing.T, agent, password string) *browser {
	t.Helper()
	b := o.browser(t)
	b.header = header{"User-Agent", agent}
	return b.visit("/clients").signIn(demo.Email, password)
}

// does follow a link that is on the page and presses a button that is there.
func (b *browser) alive() bool {
	b.t.Helper()
	b.receive(b.request(http.MethodGet, "/clients", ""))
	return b.StatusCode == http.StatusOK
}

func TestSessionsPage(t *testing.T) {
	// One's sessions are listed with browser and address; each can be ended, and
	// the others together: from the very next request on. Nobody ends another's.
	t.Parallel()
	o := agency(t)
	const firefox, chrome = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Mozilla/5.0 (Windows NT 10.0) Chrome/142.0.0.0 Safari/537.36"
	a, b, c := o.entering(t, firefox, demo.Password), o.entering(t, chrome, demo.Password), o.entering(t, "", demo.Password)
	a.visit("/settings").click("Sécurité").sees("Firefox, Linux", "cet appareil", "Chrome, Windows", "Navigateur inconnu", "0.0.0.0", "utilisée à l’instant")
	a.in("li", "Chrome, Windows").click("Déconnecter").sees("Cette session est fermée.")
	if b.alive() || !c.alive() {
		t.Error("another one was ended than the one that was meant")
	}
	a.misses("Chrome, Windows")
	old := a.cookie("sid")
	a.click("Déconnecter les autres").sees("Les autres sessions sont fermées.").misses("Déconnecter les autres")
	if c.alive() || !a.alive() || a.cookie("sid") == old {
		t.Error("the others are not ended, or this one is, or has its old token")
	}
	if r := o.ask(t, http.MethodGet, "/clients", "", header{"Cookie", "sid=" + old}); r.StatusCode != http.StatusSeeOther {
		t.Error("the old token still opens the book")
	}
	a.visit("/security").in("li", "cet appareil").click("Déconnecter")
	if a.alive() {
		t.Error("it is not signed out")
	}
	d := o.entering(t, "", demo.Password)
	d.receive(d.request(http.MethodPost, "/sessions/"+data.SessionName("of nobody")+"/delete", ""))
	d.is(http.StatusNotFound)
}

func TestPasswordPage(t *testing.T) {
	// The password is changed by who knows it; then the others are out, this one
	// has another token, and only the new password lets in.
	t.Parallel()
	o := agency(t)
	a, b := o.entering(t, "", demo.Password), o.entering(t, "", demo.Password)
	a.visit("/security").click("Mot de passe")
	change := func(current, next string) *browser {
		return a.fill("Mot de passe actuel", current).fill("Nouveau mot de passe", next)
	}
	change("wrong", "court").all().refused(422, "Enregistrer").sees("Ce n’est pas votre mot de passe actuel.", "C’est trop court : 12 caractères au moins.")
	change(demo.Password, "azertyuiop2026").all().refused(422, "Enregistrer").sees("parmi les plus courants")
	change(demo.Password, "Atelier Horizon").all().refused(422, "Enregistrer").sees("votre nom")
	if a.all().value("Nouveau mot de passe") != "" || strings.Contains(a.body, demo.Password) || !b.alive() {
		t.Error("a password came back, or what was refused ended a session")
	}
	old := a.cookie("sid")
	change(demo.Password, nextPassword).click("Enregistrer").sees("Mot de passe changé.")
	if b.alive() || !a.alive() || a.cookie("sid") == old {
		t.Error("the others are not out, or this one is, or has its old token")
	}
	o.entering(t, "", demo.Password).is(422)
	o.entering(t, "", nextPassword).is(200).sees(lambert)
	a.visit("/password")
	for range triesAccount {
		change("wrong", nextPassword+" two").all().refused(422, "Enregistrer")
	}
	change(nextPassword, nextPassword+" two").all().refused(429, "Enregistrer").sees("Trop d’essais. Attendez")
}

// withFactor turns the second factor on in the page, and returns its secret and
// the codes for paper.
func (b *browser) withFactor() (string, []string) {
	b.t.Helper()
	b.visit("/security").click("Code à usage unique").fill("Mot de passe actuel", demo.Password).click("Continuer")
	secret := strings.Join(strings.Fields(text(tags(b.page, "dd")[0])), "")
	b.fill("Code à six chiffres", "000000").all().refused(422, "Activer").sees("Ce code n’est pas le bon")
	b.fill("Code à six chiffres", b.code(secret, 0)).click("Activer")
	var codes []string
	for _, n := range tags(b.page, "li") {
		if within(n, "ol") != nil {
			codes = append(codes, text(n))
		}
	}
	if len(codes) != data.RecoveryCodes || b.Header.Get("Cache-Control") != "no-store" {
		b.t.Fatalf("the codes are %q", codes)
	}
	return secret, codes
}

func (b *browser) code(secret string, offset time.Duration) string {
	b.t.Helper()
	code, err := totp.GenerateCode(secret, time.Now().Add(offset))
	if err != nil {
		b.t.Fatal(err)
	}
	return code
}

func TestFactorPage(t *testing.T) {
	// A second factor is set up with a picture or a key and a code; then the
	// password alone gives access to nothing; a code lets in, once; so does one on
	// paper; and it is turned off with the password.
	t.Parallel()
	o := agency(t)
	a, other := o.entering(t, "", demo.Password), o.entering(t, "", demo.Password)
	old := a.cookie("sid")
	secret, codes := a.withFactor()
	if other.alive() || !a.alive() || a.cookie("sid") == old {
		t.Error("the others are not out, or this one is, or has its old token")
	}
	a.visit("/factor").sees("Il reste 10 codes de secours.").misses(secret, codes[0])

	b := o.browser(t).visit("/clients?q=lambert").signIn(demo.Email, demo.Password).is(200).sees("Les six chiffres de votre application")
	if b.cookie("sid") != "" || b.alive() {
		t.Error("the password alone gave access")
	}
	b.visit("/session/factor?next=/clients%3Fq=lambert")
	b.fill("Code", a.code(secret, 5*time.Minute)).all().refused(422, "Continuer").sees("Ce code n’est pas le bon, ou il a déjà servi.")
	next := b.code(secret, 30*time.Second) // the one of now confirmed the set-up
	if b.fill("Code", next).click("Continuer").sees(lambert); b.at.RequestURI() != "/clients?q=lambert" {
		t.Errorf("it leads to %s", b.at)
	}
	again := o.browser(t).visit("/clients").signIn(demo.Email, demo.Password)
	again.fill("Code", next).all().refused(422, "Continuer").sees("il a déjà servi")
	again.fill("Code", strings.ToUpper(codes[3])).click("Continuer").sees("Il vous reste 9 codes de secours.")
	replay := o.browser(t).visit("/clients").signIn(demo.Email, demo.Password)
	for i := range stepTries {
		if replay.fill("Code", codes[3]).all().refused(422, "Continuer"); i == stepTries-1 {
			break
		}
	}
	replay.fill("Code", codes[4]).all().refused(422, "Continuer").sees("Cette étape a expiré : reconnectez-vous.", "Mot de passe oublié")

	a.visit("/factor").fill("Mot de passe actuel", "wrong").all().refused(422, "Désactiver").sees("Ce n’est pas votre mot de passe actuel.")
	a.fill("Mot de passe actuel", demo.Password).click("Faire de nouveaux codes").misses(codes[4]).sees("À garder sur papier")
	a.visit("/factor").fill("Mot de passe actuel", demo.Password).click("Désactiver").sees("Le code à usage unique est désactivé.")
	o.entering(t, "", demo.Password).is(200).sees(lambert)
	for _, canary := range append(codes, secret, next) {
		if strings.Contains(o.log.String(), canary) {
			t.Errorf("the log holds %q", canary)
		}
	}
}

func TestStepEndsWithTheSessions(t *testing.T) {
	// Who owes a code owes their password again once the sessions were ended, or
	// the program was started anew; a form that was kept comes back after both.
	t.Parallel()
	o := agency(t)
	secret, codes := o.entering(t, "", demo.Password).withFactor()
	u, err := o.store.FirstUser(bg)
	if err != nil {
		t.Fatal(err)
	}
	b := o.browser(t).visit("/clients").signIn(demo.Email, demo.Password)
	if err := o.store.EndSessions(bg, u.ID, ""); err != nil {
		t.Fatal(err)
	}
	b.fill("Code", codes[0]).all().refused(422, "Continuer").sees("Cette étape a expiré")
	b.signIn(demo.Email, demo.Password).sees("Les six chiffres")
	b.app = open(t, o.store) // started anew
	b.fill("Code", codes[0]).all().refused(422, "Continuer").sees("Cette étape a expiré")

	c := o.browser(t)
	c.send(http.MethodPost, "/clients/new", "name=Gardé")
	c.is(401).signIn(demo.Email, demo.Password).is(200)
	c.fill("Code", codes[1]).click("Continuer").sees("Ce que vous aviez saisi est encore là.").click("Continuer").sees("Gardé")
	_ = secret
}

func TestSameAnswerAndTime(t *testing.T) {
	// An unknown user and a wrong password get the same answer, after the same
	// time: the quickest of each differ by less than half.
	o := agency(t)
	ask := func(email string) (string, time.Duration) {
		begun := time.Now()
		a := open(t, o.store).ask(t, http.MethodPost, "/session/new", url.Values{"email": {email}, "password": {"wrong password"}}.Encode())
		took := time.Since(begun)
		if a.StatusCode != 422 {
			t.Fatalf("status %d", a.StatusCode)
		}
		return strings.ReplaceAll(a.body, email, "…"), took
	}
	var known, unknown []time.Duration
	for range 15 {
		a, took := ask(demo.Email)
		known = append(known, took)
		b, took := ask("personne@exemple.example")
		unknown = append(unknown, took)
		if a != b {
			t.Fatalf("the answers are\n%s\n%s", a, b)
		}
	}
	slices.Sort(known)
	slices.Sort(unknown)
	ratio := float64(known[0]) / float64(unknown[0])
	t.Logf("known %v, unknown %v, ratio %.2f", known[0], unknown[0], ratio)
	if ratio < 0.67 || ratio > 1.5 {
		t.Errorf("known %v, unknown %v", known[0], unknown[0])
	}
}

func TestSignInIsInTheJournal(t *testing.T) {
	// A sign-in and one that failed are in the journal, by the account's id and
	// never by what was typed.
	t.Parallel()
	o := agency(t)
	u, err := o.store.FirstUser(bg)
	if err != nil {
		t.Fatal(err)
	}
	o.entering(t, "", "wrong password").is(422)
	o.browser(t).visit("/clients").signIn("canary@exemple.example", "wrong password").is(422)
	if known, unknown := o.told("session.refuse", u.ID); known != 1 || unknown != 1 {
		t.Errorf("%d refusals of the account, %d of none", known, unknown)
	}
	before, _ := o.told("session.create", u.ID)
	a := o.entering(t, "", demo.Password).is(200)
	if after, _ := o.told("session.create", u.ID); after != before+1 {
		t.Errorf("%d sign-ins, after %d", after, before)
	}
	secret, codes := a.withFactor()
	a.visit("/security").click("Se déconnecter").signIn(demo.Email, demo.Password).fill("Code", codes[0]).click("Continuer")
	a.click("Se déconnecter").signIn(demo.Email, demo.Password).fill("Code", a.code(secret, 30*time.Second)).click("Continuer").is(200)
	page, err := o.store.Events(bg, data.EventFilter{User: u.ID})
	if err != nil {
		t.Fatal(err)
	}
	var means []string
	for _, e := range page.Events {
		if e.Action == data.SessionCreate {
			means = append(means, e.Detail)
		}
	}
	if want := []string{"code", "recovery", "session", "password"}; len(means) < 4 || !slices.Equal(means[:4], want) {
		t.Errorf("the means are %q, want %q", means, want)
	}
	for _, action := range []string{"factor.enable", "session.delete"} {
		if known, _ := o.told(action, u.ID); known == 0 {
			t.Errorf("%s is not told", action)
		}
	}
	if _, anywhere := o.told("canary@", u.ID); anywhere > 0 || strings.Contains(o.log.String(), "canary@") {
		t.Error("what was typed is kept")
	}
}

// told counts the records of the book that hold a word: with an id, and without.
func (o office) told(word string, id data.ID) (with, without int) {
	o.t.Helper()
	err := o.engine.View(bg, func(r kv.Reader) error {
		with, without = 0, 0
		for scan := (kv.Range{}); ; {
			page, err := r.Scan(scan)
			if err != nil || len(page) == 0 {
				return err
			}
			for _, e := range page {
				switch {
				case !bytes.Contains(e.Value, []byte(word)):
				case bytes.Contains(e.Value, []byte(id)):
					with++
				default:
					without++
				}
			}
			scan.After = slices.Clone(page[len(page)-1].Key)
		}
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return with, without
}

func TestProfileHasLanguageAndTheme(t *testing.T) {
	// Language and theme are set in the profile, and left to the browser there.
	t.Parallel()
	o := agency(t)
	b := o.entering(t, "", demo.Password)
	b.visit("/profile").fill("Langue", "Anglais").fill("Thème", "Sombre").click("Enregistrer").sees("Profile saved.", "Settings")
	html := tags(b.page, "html")[0]
	if attr(html, "lang") != "en" || attr(html, "data-theme") != "dark" {
		t.Errorf("the page is %s, %s", attr(html, "lang"), attr(html, "data-theme"))
	}
	b.visit("/profile").fill("Language", "The browser’s").fill("Theme", "The system’s").click("Save")
	u, err := o.store.FirstUser(bg)
	if err != nil || u.Language != "" || u.Theme != "" {
		t.Errorf("kept %q, %q, %v", u.Language, u.Theme, err)
	}
}

func TestProfileOfReader(t *testing.T) {
	// A reader is not asked for what only a sender has, and keeps what they had of
	// it as a member.
	t.Parallel()
	o := agency(t)
	u := o.person(t, data.Member)
	o.browserOf(t, u).visit("/profile").fill("Signature", "Bien à vous").fill("Délai d’annulation, en secondes", "7").click("Enregistrer").is(200)
	if _, err := o.store.SetRole(bg, u.ID, data.Reader); err != nil {
		t.Fatal(err)
	}
	b := o.browserOf(t, u).visit("/profile").misses("Signature", "annulation").fill("Nom", "Louise").click("Enregistrer").sees("Profil enregistré.")
	b.send(http.MethodPost, "/profile", "name=Louise&signature=autre&undo=20")
	after, err := o.store.User(bg, u.ID)
	if err != nil || after.Name != "Louise" || after.Signature != "Bien à vous" || after.UndoSeconds() != 7 {
		t.Errorf("%+v, %v", after, err)
	}
}
