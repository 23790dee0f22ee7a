package browser

import (
	"io"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/emersion/go-smtp"
	"github.com/pquerna/otp/totp"
)

const firstPassword = "douze lettres au moins"

// signIn fills in the sign-in with the account that agency made.
func (p *page) signIn(password string) {
	p.t.Helper()
	p.signInAs("anne@exemple.fr", password)
}

func (p *page) signInAs(email, password string) {
	p.t.Helper()
	p.fill("textbox", "Adresse e-mail", email)
	p.fill("textbox", "Mot de passe", password)
	p.follow("button", "Se connecter")
}

func (p *page) signOut() {
	p.t.Helper()
	p.click("button", "Compte de Anne Martin")
	p.follow("button", "Se déconnecter")
}

// A second factor is set up with the key that the page shows, and asked for at the
// next sign-in; a code on paper stands in for the app.
func TestSignInWithCode(t *testing.T) {
	t.Parallel()
	p := agency(t)
	p.visit("/security")
	p.looks("security")
	p.visit("/password")
	p.looks("password")
	p.visit("/security")
	p.follow("link", "Code à usage unique")
	p.looks("factor-off")
	p.fill("textbox", "Mot de passe actuel", firstPassword)
	p.follow("button", "Continuer")
	p.looks("factor-new")
	secret, err := eval[string](p, `document.querySelector("dd").textContent.replaceAll(" ", "")`)
	p.must(err)
	if loaded, err := eval[bool](p, `document.querySelector("main img").naturalWidth === 240`); err != nil || !loaded {
		t.Errorf("the picture is not there: %v", err)
	}
	code := func(offset time.Duration) string {
		code, err := totp.GenerateCode(secret, time.Now().Add(offset))
		p.must(err)
		return code
	}
	p.fill("textbox", "Code à six chiffres", code(0))
	p.follow("button", "Activer")
	p.waitText("Ils ne seront plus jamais montrés.")
	p.looks("recovery-codes")
	paper, err := eval[string](p, `document.querySelector("main ol li").textContent`)
	p.must(err)
	p.follow("link", "Je les ai notés")
	p.waitText("Activé · il reste 10 codes de secours")
	p.follow("link", "Code à usage unique")
	p.looks("factor-on")
	p.signOut()

	p.signIn(firstPassword)
	p.waitText("Les six chiffres de votre application")
	p.looks("second-step")
	p.fill("textbox", "Code", "12345")
	p.follow("button", "Continuer")
	p.waitText("Ce code n’est pas le bon")
	p.looks("second-step-wrong")
	p.fill("textbox", "Code", code(30*time.Second))
	p.follow("button", "Continuer")
	p.waitPath("/clients")
	p.signOut()

	p.signIn(firstPassword)
	p.fill("textbox", "Code", paper)
	p.follow("button", "Continuer")
	p.waitText("Il vous reste 9 codes de secours.")
	p.axe("after a code on paper")
	p.allow("422") // a code that was wrong
}

// A passkey is added, and signs in without a password, on localhost.
func TestSignInWithPasskey(t *testing.T) {
	t.Parallel()
	first := agency(t)
	p := open(t, strings.Replace(first.base, "127.0.0.1", "localhost", 1))
	_, err := call(p, webauthn.Enable, webauthn.EnableParams{})
	p.must(err)
	_, err = call(p, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}})
	p.must(err)
	p.visit("/session/new")
	p.looks("sign-in")
	p.signIn(firstPassword)
	p.visit("/passkeys")
	p.looks("passkeys-none")
	p.fill("textbox", "Nom de la clé", "Mon téléphone")
	p.fill("textbox", "Mot de passe actuel", "ce n’est pas lui")
	p.click("button", "Ajouter cet appareil")
	p.waitText("Ce n’est pas votre mot de passe actuel.")
	p.axe("a wrong password")
	p.fill("textbox", "Mot de passe actuel", firstPassword)
	p.follow("button", "Ajouter cet appareil")
	p.waitText("Clé d’accès ajoutée.")
	p.waitText("Mon téléphone")
	p.looks("passkeys-one")
	p.signOut()
	p.follow("button", "Se connecter avec une clé d’accès")
	p.waitPath("/clients")
	p.visit("/passkeys")
	p.waitText("utilisée le")
	p.follow("link", "Retirer Mon téléphone")
	p.looks("passkey-remove")
	p.fill("textbox", "Mot de passe actuel", firstPassword)
	p.follow("button", "Retirer")
	p.waitText("Pas encore de clé d’accès.")
	p.signOut()
	p.follow("button", "Se connecter avec une clé d’accès")
	p.waitText("Cette clé d’accès n’est pas reconnue")
	p.allow("422")
}

// Passkeys say that they need a script where there is none.
func TestPasskeysWithoutScript(t *testing.T) {
	t.Parallel()
	first := agency(t)
	p := open(t, strings.Replace(first.base, "127.0.0.1", "localhost", 1))
	p.noJS()
	p.visit("/session/new")
	p.waitText("Pour se connecter avec une clé d’accès, il faut JavaScript.")
	p.signIn(firstPassword)
	p.visit("/passkeys")
	p.waitText("Pour ajouter une clé d’accès, il faut JavaScript.")
	if p.has("button", "Ajouter cet appareil") {
		t.Error("a button that does nothing is shown")
	}
}

// letterbox is an SMTP server on this machine that keeps what it gets.
type letterbox chan string

func newLetterbox(t *testing.T) (box letterbox, address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	box = make(letterbox, 10)
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return keeper{visitor{}, box}, nil }))
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return box, listener.Addr().String()
}

type keeper struct {
	visitor
	box letterbox
}

func (k keeper) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	k.box <- string(b)
	return err
}

// Who forgot their password gets a link by mail, and sets a new one with it.
func TestForgottenPassword(t *testing.T) {
	t.Parallel()
	box, address := newLetterbox(t)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	here := free.Addr().String()
	_ = free.Close()
	p := agency(t, "-addr", here, "-public-url", "http://"+here, "-smtp", "smtp+insecure://"+address, "-from", "Agence <agence@exemple.fr>")
	p.signOut()
	p.follow("link", "Mot de passe oublié ?")
	p.looks("reset")
	p.fill("textbox", "Adresse e-mail", "anne@exemple.fr")
	p.follow("button", "Recevoir un lien")
	p.waitText("Si un compte a cette adresse")
	p.looks("reset-sent")
	var letter string
	select {
	case letter = <-box:
	case <-time.After(patience):
		t.Fatal("no mail came")
	}
	link := regexp.MustCompile(`/password/reset/[0-9a-f]{64}`).FindString(strings.ReplaceAll(letter, "=\r\n", ""))
	if link == "" {
		t.Fatalf("no link in %s", letter)
	}
	p.visit(link)
	p.looks("reset-new")
	p.fill("textbox", "Nouveau mot de passe", "anne martin 2026")
	p.follow("button", "Enregistrer")
	p.waitText("Ce mot de passe est fait de votre nom")
	p.axe("a password that is easy to guess")
	p.fill("textbox", "Nouveau mot de passe", "quatre chaises bleues")
	p.follow("button", "Enregistrer")
	p.waitText("Votre nouveau mot de passe est enregistré")
	p.looks("reset-done")
	p.follow("link", "Se connecter")
	p.signIn("quatre chaises bleues")
	p.waitPath("/clients")
	p.visit(link)
	p.waitText("Ce lien ne sert plus")
	p.looks("reset-gone")
	p.allow("422", "404")
}

// Signing out the others ends them from their very next request on.
func TestSignOutTheOthers(t *testing.T) {
	t.Parallel()
	p := agency(t)
	other := open(t, p.base)
	other.visit("/session/new")
	other.signIn(firstPassword)
	other.waitPath("/clients")
	p.visit("/security")
	p.waitText("cet appareil")
	p.looks("sessions")
	p.follow("button", "Déconnecter les autres")
	p.waitText("Les autres sessions sont fermées.")
	p.axe("the others are out")
	other.visit("/clients")
	other.waitPath("/session/new?next=%2Fclients")
	p.visit("/profile")
	p.looks("profile")
}
