package browser

import (
	"fmt"
	"io"
	"net"
	"regexp"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// typeInto presses Tab until the field has the focus, and types over what it
// holds.
func (p *page) typeInto(role, name, text string) {
	p.t.Helper()
	p.reachByTab(role, name)
	p.press("a", ctrl)
	p.typeKeys(text)
}

// The profile is changed with the keyboard alone; what is wrong is said beside
// its field, and a signature stands in the next mail.
func TestProfile(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.visit("/settings")
	p.axe("the settings")
	p.reachByTab("link", "Mon profil")
	p.enter()
	p.typeInto("spinbutton", "Délai d’annulation, en secondes", "999")
	p.reachByTab("button", "Enregistrer")
	p.enter()
	p.waitFocus("spinbutton", "Délai d’annulation, en secondes")
	p.waitAttr("spinbutton", "Délai d’annulation, en secondes", "aria-invalid", "true")
	p.axe("a profile with an error")
	p.press("a", ctrl)
	p.typeKeys("0")
	p.press("Tab", shift)
	p.waitFocus("textbox", "Signature")
	p.typeKeys("Camille\nL’Agence")
	p.reachByTab("button", "Enregistrer")
	p.enter()
	p.waitText("Profil enregistré.")
	p.visit(lambert(p) + "/messages/new")
	if got := p.value("textbox", "Message"); got != "\n\nCamille\nL’Agence" {
		t.Errorf("a new mail holds %q", got)
	}
	p.fill("textbox", "Objet", "Sans délai")
	p.follow("button", "Envoyer")
	p.waitText("Mis en boîte d’envoi pour 3 destinataires.")
	if p.has("button", "Annuler") {
		t.Error("the sending can be undone, without a time for it")
	}
}

// enter presses Enter and waits for the document that it leads to.
func (p *page) enter() {
	p.t.Helper()
	p.loading("Enter", func() error {
		p.press("Enter")
		return nil
	})
}

// post is an SMTP server on this machine, which takes nothing from one sender,
// and knows one user.
func post(t *testing.T) (port string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return visitor{}, nil }))
	server.AllowInsecureAuth = true
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return fmt.Sprint(listener.Addr().(*net.TCPAddr).Port)
}

type visitor struct{}

func (visitor) Reset()        {}
func (visitor) Logout() error { return nil }
func (visitor) AuthMechanisms() []string {
	return []string{sasl.Plain}
}
func (visitor) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "agence" || password != "le bon" {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "authentication failed"}
		}
		return nil
	}), nil
}
func (visitor) Mail(from string, _ *smtp.MailOptions) error {
	if from == "refusee@exemple.fr" {
		return &smtp.SMTPError{Code: 553, Message: "not your sender"}
	}
	return nil
}
func (visitor) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (visitor) Data(r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	return err
}

// agency starts an empty book, with flags, and makes its first account, an
// administrator's.
func agency(t *testing.T, flags ...string) *page {
	t.Helper()
	c := run(t, nil, append([]string{"-addr", "127.0.0.1:0"}, flags...)...)
	code := regexp.MustCompile(`code=(\S+)`).FindStringSubmatch(c.out.String())
	if code == nil {
		t.Fatal("no code was printed")
	}
	p := c.open(t)
	p.visit("/setup")
	p.fill("textbox", "Code de mise en route", code[1])
	p.fill("textbox", "Nom de l’agence", "Agence")
	p.fill("textbox", "Votre nom", "Anne Martin")
	p.fill("textbox", "Adresse e-mail", "anne@exemple.fr")
	p.fill("textbox", "Mot de passe", "douze lettres au moins")
	p.follow("button", "Créer le compte")
	return p
}

// The mail server is set and tried with the keyboard alone; each step of the
// conversation is shown, the one that failed too, and nothing typed is lost.
func TestRelay(t *testing.T) {
	t.Parallel()
	port := post(t)
	p := agency(t)
	p.visit("/relay")
	p.axe("the mail server")
	p.typeInto("textbox", "Nom du serveur", "127.0.0.1")
	p.typeInto("spinbutton", "Port", port)
	p.reachByTab("combobox", "Chiffrement")
	p.typeKeys("Aucun")
	p.typeInto("textbox", "Adresse de l’agence", "refusee@exemple.fr")
	p.reachByTab("button", "Tester la connexion")
	p.enter()
	p.waitText("La connexion a échoué")
	p.waitText("553 5.0.0 not your sender")
	p.axe("a connection that failed")
	if role, _ := p.focused(); role != "status" {
		t.Errorf("the focus is on %s, want what became of the check", role)
	}
	if got := p.value("textbox", "Nom du serveur"); got != "127.0.0.1" {
		t.Errorf("the server is %q", got)
	}
	p.typeInto("textbox", "Adresse de l’agence", "agence@exemple.fr")
	p.reachByTab("button", "Tester la connexion")
	p.enter()
	p.waitText("La connexion fonctionne.")
	for _, step := range []string{"Connexion", "Accueil", "Présentation", "Expéditeur"} {
		p.waitText(step)
	}
	p.axe("a connection that works")

	p.typeInto("textbox", "Identifiant", "agence")
	p.typeInto("textbox", "Mot de passe", "le mauvais")
	p.reachByTab("button", "Tester la connexion")
	p.enter()
	p.waitText("535 5.7.8 authentication failed")
	p.typeInto("textbox", "Mot de passe", "le bon")
	p.reachByTab("button", "Tester la connexion")
	p.enter()
	p.waitText("La connexion fonctionne.")
	p.waitText("Le mot de passe que vous avez tapé est gardé quinze minutes")
	if got := p.value("textbox", "Mot de passe"); got != "" {
		t.Errorf("the password came back as %q", got)
	}
	p.axe("a password that is kept for the form")

	p.typeInto("spinbutton", "Connexions à la fois", "99")
	p.press("Enter")
	p.waitText("Rien n’a été enregistré : 1 champ à corriger.")
	p.waitFocus("spinbutton", "Connexions à la fois")
	p.axe("a mail server with an error")
	p.press("a", ctrl)
	p.typeKeys("2")
	p.enter()
	p.waitText("Réglages d’envoi enregistrés.")
	p.reachByTab("button", "Tester la connexion")
	p.enter()
	p.waitText("La connexion fonctionne.") // with the password that was tested
}
