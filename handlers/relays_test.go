package handlers

import (
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"carnet/data"
	"carnet/mail"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// mailbox is a real SMTP server on this machine, and what it was given.
type mailbox struct {
	addr *net.TCPAddr

	mu     sync.Mutex
	got    []string
	signed []string // the passwords that came with an AUTH, all of which are refused
}

func newMailbox(t *testing.T) *mailbox {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &mailbox{addr: listener.Addr().(*net.TCPAddr)}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &visitor{m}, nil }))
	server.AllowInsecureAuth = true
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return m
}

func (m *mailbox) letters() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]string(nil), m.got...)
}

func (m *mailbox) passwords() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.signed)
}

type visitor struct{ m *mailbox }

func (*visitor) AuthMechanisms() []string { return []string{sasl.Plain} }
func (v *visitor) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, _, password string) error {
		v.m.mu.Lock()
		defer v.m.mu.Unlock()
		v.m.signed = append(v.m.signed, password)
		return smtp.ErrAuthFailed
	}), nil
}

func (*visitor) Reset()        {}
func (*visitor) Logout() error { return nil }
func (*visitor) Mail(from string, _ *smtp.MailOptions) error {
	if strings.HasPrefix(from, "refuse@") {
		return &smtp.SMTPError{Code: 553, Message: "not your sender"}
	}
	return nil
}
func (*visitor) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (v *visitor) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	v.m.mu.Lock()
	defer v.m.mu.Unlock()
	v.m.got = append(v.m.got, string(b))
	return err
}

func TestRelay(t *testing.T) {
	// The mail server is set in the page, tried step by step, and used from then
	// on; the password is never shown again.
	t.Parallel()
	box := newMailbox(t)
	o := atelier(t, func(c *Config) { c.Post = post(t, c.Store, nil) })
	b := o.browser(t).visit("/clients").click(lambert).click("Envoyer un e-mail").sees("Aucun serveur d’envoi n’est réglé")
	b.visit("/settings").click("Envoi des e-mails")
	b.visit("/relay")
	b.fill("Nom du serveur", "127.0.0.1").fill("Port", strconv.Itoa(box.addr.Port)).fill("Chiffrement", "Aucun : relais sur cette machine")
	b.fill("Adresse de l’agence", "refuse@exemple.example")
	b.click("Tester la connexion").sees("La connexion a échoué", "Connexion", "127.0.0.1", "Expéditeur", "553 5.0.0 not your sender")
	b.fill("Adresse de l’agence", "agence@exemple.example").fill("Nom affiché", "L’Agence")
	b.click("Tester la connexion").sees("La connexion fonctionne.")
	b.click("M’envoyer un essai").sees("Essai accepté par le serveur pour camille@")
	if got := box.letters(); len(got) != 1 || !strings.Contains(got[0], "From: =?utf-8?q?L=E2=80=99Agence?= <agence@exemple.example>") {
		t.Errorf("the server got %q", got)
	}
	b.click("Enregistrer").sees("Réglages d’envoi enregistrés.")
	if r := o.post.Route(); r.Outgoing != mail.Leaving || r.Server.Port != box.addr.Port || r.From.Name != "L’Agence" {
		t.Errorf("the route is %+v", r)
	}
	b.visit("/clients").click(lambert).click("Envoyer un e-mail").misses("Aucun serveur d’envoi n’est réglé")

	// What can go wrong is said in words, and nothing typed is lost.
	b.visit("/relay").fill("Chiffrement", "STARTTLS (port 587)")
	b.click("Tester la connexion").sees("Le serveur n’offre pas STARTTLS")
	b.fill("Chiffrement", "TLS dès la connexion (port 465)")
	b.click("Tester la connexion").sees("Ce port ne parle pas TLS")
	b.fill("Nom du serveur", "smtp.invalid").fill("Port", "x").fill("Connexions à la fois", "99")
	b.all().refused(422, "Enregistrer").sees("Cette valeur n’est pas valable.", "Un nombre jusqu’à 16.")
	if b.all().value("Nom du serveur") != "smtp.invalid" {
		t.Error("what was typed is lost")
	}
}

func TestRelayPasswordStaysHere(t *testing.T) {
	// A kept password is in no page, and a check sends it to no other server.
	t.Parallel()
	box := newMailbox(t)
	o := atelier(t, func(c *Config) { c.Post = post(t, c.Store, nil) })
	const password = "canary-of-a-password"
	if _, err := o.store.SetRelay(bg, 0, new(password), func(x *data.Relay) {
		x.Host, x.User, x.From.Address = "smtp.exemple.example", "agence", "agence@exemple.example"
	}); err != nil {
		t.Fatal(err)
	}
	b := o.browser(t).visit("/relay").sees("Un mot de passe est enregistré, chiffré.")
	b.fill("Nom du serveur", "127.0.0.1").fill("Port", strconv.Itoa(box.addr.Port)).fill("Chiffrement", "Aucun : relais sur cette machine")
	b.click("Tester la connexion").sees("Identification", "535")
	if got := box.passwords(); !slices.Equal(got, []string{""}) {
		t.Errorf("the other server was given %q", got)
	}
	if strings.Contains(b.body, password) || strings.Contains(o.log.String(), password) {
		t.Error("the password is in the page or in the log")
	}
}
