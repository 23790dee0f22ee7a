package handlers

import (
	"net/http"
	"strings"
	"testing"

	"carnet/data"
	"carnet/data/demo"
)

// signedOut tells whether the next click of a browser leads to the sign-in.
func (b *browser) signedOut() bool {
	b.t.Helper()
	b.visit("/clients")
	return b.at.Path == "/session/new"
}

func TestRoles(t *testing.T) {
	// An administrator changes a role: its owner is asked to sign in with the next
	// click, and then has the rights of the new one.
	t.Parallel()
	o := agency(t)
	admin, u := o.member(t), o.person(t, data.Reader)
	b := o.browserOf(t, u).visit("/clients")
	b.misses("Nouveau client")
	admin.visit("/users").click(u.Name).fill("Rôle", asMember).click("Enregistrer")
	if !strings.Contains(admin.toast(), u.Name+" : Membre.") {
		t.Errorf("the toast is %q", admin.toast())
	}
	if !b.signedOut() {
		t.Error("the old session lives on")
	}
	b.signIn(u.Email, "un long mot de passe").is(200).sees("Nouveau client").visit("/settings").misses("Personnes")
}

func TestOwnRole(t *testing.T) {
	// Who changes their own role goes on in this browser, with a new session and
	// the new rights; their other browsers sign in anew.
	t.Parallel()
	o := agency(t)
	u := o.person(t, data.Administrator)
	b, other := o.browserOf(t, u), o.browserOf(t, u)
	token := b.cookie("sid")
	b.visit("/users").click(u.Name).fill("Rôle", asMember).click("Enregistrer").is(200).misses("Personnes")
	if b.at.Path != "/settings" || b.cookie("sid") == token || b.signedOut() || !other.signedOut() {
		t.Errorf("at %s", b.at)
	}
}

func TestDisable(t *testing.T) {
	// Disabling asks first. Who is disabled is out with the next click and gets the
	// answer of a wrong password; enabled again, they come in.
	t.Parallel()
	o := agency(t)
	admin, u := o.member(t), o.person(t, data.Member)
	b := o.browserOf(t, u).visit("/clients")
	admin.visit("/users").click(u.Name).click("Désactiver").sees("Désactiver "+u.Name+" ?", "se ferment aussitôt")
	if b.signedOut() {
		t.Fatal("the question alone signed out")
	}
	admin.click("Désactiver").sees("est désactivé")
	if !b.signedOut() {
		t.Error("the session lives on")
	}
	wrong := text(b.signIn(u.Email, "another long password").is(422).page)
	if right := text(b.signIn(u.Email, "un long mot de passe").is(422).page); right != wrong {
		t.Errorf("the answers are\n%s\n%s", right, wrong)
	}
	admin.click(u.Name).click("Réactiver").sees("Réactiver " + u.Name + " ?").click("Réactiver")
	b.signIn(u.Email, "un long mot de passe").is(200).sees("Nouveau client")
}

func TestLastAdministratorStays(t *testing.T) {
	// The last administrator can be neither demoted nor disabled, and the page says
	// what to do.
	t.Parallel()
	o := agency(t)
	admin := o.member(t)
	me, err := o.store.FirstUser(bg)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range demoUsers(t) {
		if u.ID != me.ID && u.Administers() {
			if _, err := o.store.SetRole(bg, u.ID, data.Member); err != nil {
				t.Fatal(err)
			}
		}
	}
	before := o.digest(t)
	admin.visit("/users/"+string(me.ID)+"/edit").fill("Rôle", asReader)
	admin.all().refused(409, "Enregistrer")
	admin.sees("C’est le dernier administrateur : donnez d’abord ce rôle à une autre personne.")
	admin.visit("/users/"+string(me.ID)+"/access").all().refused(409, "Désactiver")
	admin.sees("C’est le dernier administrateur")
	admin.send(http.MethodPost, "/users/"+string(me.ID)+"/access", "enabled=perhaps")
	if admin.is(400); o.digest(t) != before {
		t.Error("something changed")
	}
}

func TestPeopleArePaged(t *testing.T) {
	// The list of people has a hundred on a page.
	t.Parallel()
	for _, c := range []struct{ people, page, first, shown, before, after int }{
		{1, 1, 0, 1, 0, 0}, {100, 1, 0, 100, 0, 0}, {101, 1, 0, 100, 0, 2}, {101, 2, 100, 1, 1, 0}, {250, 2, 100, 100, 1, 3},
		{250, 99, 200, 50, 2, 0}, {250, -1, 0, 100, 0, 2}, {0, 1, 0, 0, 0, 0},
	} {
		all := make([]data.User, c.people)
		for i := range all {
			all[i].Undo = i
		}
		var v usersIndex
		v.turn(all, c.page)
		if len(v.Users) != c.shown || v.Before != c.before || v.After != c.after || c.shown > 0 && v.Users[0].Undo != c.first {
			t.Errorf("page %d of %d: %d, with %d before and %d after", c.page, c.people, len(v.Users), v.Before, v.After)
		}
	}
}

func TestLostDevice(t *testing.T) {
	// An administrator sees how somebody comes in, signs them out everywhere, and
	// takes a lost device away, once they gave their own password.
	t.Parallel()
	o := agency(t)
	admin, u := o.member(t), o.person(t, data.Member)
	b, other := o.browserOf(t, u), o.browserOf(t, u)
	if err := o.store.AddPasskey(bg, data.Passkey{ID: []byte("phone"), User: u.ID, Name: "Téléphone", Key: []byte("key")}); err != nil {
		t.Fatal(err)
	}
	admin.visit("/users").click(u.Name).sees("2 sessions", "Pas de code à usage unique · 1 clé d’accès").click("Déconnecter partout")
	if !strings.Contains(admin.toast(), u.Name+" est déconnecté partout.") || !b.signedOut() || !other.signedOut() || admin.signedOut() {
		t.Errorf("the toast is %q", admin.toast())
	}
	b.signIn(u.Email, "un long mot de passe").is(200)
	admin.visit("/users").click(u.Name).click("Appareil perdu").sees("Appareil perdu par " + u.Name + " ?")
	before := o.digest(t)
	admin.fill("Votre mot de passe", "un long mot de passe").all().refused(422, "Retirer ses appareils").sees("Ce n’est pas votre mot de passe actuel.")
	if o.digest(t) != before || b.signedOut() {
		t.Error("a wrong password changed something")
	}
	admin.fill("Votre mot de passe", demo.Password).click("Retirer ses appareils")
	if !strings.Contains(admin.toast(), u.Name+" se connecte désormais avec son seul mot de passe.") || !b.signedOut() {
		t.Errorf("the toast is %q", admin.toast())
	}
	admin.visit("/users").click(u.Name).sees("Aucune", "0 clé").misses("Déconnecter partout")
	b.signIn(u.Email, "un long mot de passe").is(200)
	admin.visit("/events?noun=passkey").sees("a retiré une clé d’accès")
}

func TestOwnDevices(t *testing.T) {
	// One's own page of an administrator leads to the list of one's sessions; who
	// takes their own devices away goes on in this browser.
	t.Parallel()
	o := agency(t)
	u := o.person(t, data.Administrator)
	b, other := o.browserOf(t, u), o.browserOf(t, u)
	b.visit("/users/"+string(u.ID)+"/edit").misses("Déconnecter partout").send(http.MethodPost, "/users/"+string(u.ID)+"/sessions/delete", "")
	if b.signedOut() || !other.signedOut() {
		t.Error("of one's own sessions all but this one end")
	}
	other.signIn(u.Email, "un long mot de passe").is(200)
	b.visit("/users/"+string(u.ID)+"/devices").fill("Votre mot de passe", "un long mot de passe").click("Retirer ses appareils")
	if b.signedOut() || !other.signedOut() {
		t.Error("of one's own sessions all but this one end")
	}
}
