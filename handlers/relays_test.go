package handlers

import (
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"

	"carnet/data"
	"carnet/i18n"
	"carnet/mail"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// mailbox is a real SMTP server on this machine, and what it was given.
type mailbox struct {
	addr *net.TCPAddr

	mu  sync.Mutex
	got []string
}

func newMailbox(t *testing.T) *mailbox {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &mailbox{addr: listener.Addr().(*net.TCPAddr)}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &dialogue{m}, nil }))
	server.AllowInsecureAuth = true // as a relay on this machine does
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return m
}

func (m *mailbox) letters() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]string(nil), m.got...)
}

// goodPassword is the one of the user that the server knows, agence.
const goodPassword = "canary-that-is-good"

type dialogue struct{ m *mailbox }

func (*dialogue) Reset()        {}
func (*dialogue) Logout() error { return nil }
func (*dialogue) AuthMechanisms() []string {
	return []string{sasl.Plain}
}
func (*dialogue) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "agence" || password != goodPassword {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "authentication failed"}
		}
		return nil
	}), nil
}
func (*dialogue) Mail(from string, _ *smtp.MailOptions) error {
	if strings.HasPrefix(from, "refuse@") {
		return &smtp.SMTPError{Code: 553, Message: "not your sender"}
	}
	return nil
}
func (*dialogue) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (v *dialogue) Data(r io.Reader) error {
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
	b.all().refused(422, "Enregistrer").sees("Un port est un nombre de 1 à 65535.", "Un nombre jusqu’à 16.")
	if b.all().value("Nom du serveur") != "smtp.invalid" {
		t.Error("what was typed is lost")
	}
}

// signsIn opens the page of a book whose mail server is box, with a user and a
// password that is wrong.
func signsIn(t *testing.T, box *mailbox) (office, *browser) {
	t.Helper()
	o := atelier(t, func(c *Config) { c.Post = post(t, c.Store, nil) })
	if _, err := o.store.SetRelay(bg, 0, new("canary-that-is-wrong"), func(x *data.Relay) {
		x.Host, x.Port, x.Security, x.User, x.From.Address = "127.0.0.1", box.addr.Port, data.Clear, "agence", "agence@exemple.example"
	}); err != nil {
		t.Fatal(err)
	}
	return o, o.browser(t).visit("/relay")
}

// secrecy fails if a password is in the page or in the log.
func (b *browser) secrecy(o office) {
	b.t.Helper()
	if strings.Contains(b.body, "canary") || strings.Contains(o.log.String(), "canary") {
		b.t.Error("a password is in the page or in the log")
	}
}

func (o office) relayPassword(t *testing.T) string {
	t.Helper()
	kept, err := o.store.Relay(bg)
	if err != nil {
		t.Fatal(err)
	}
	password, err := o.store.RelayPassword(kept)
	if err != nil {
		t.Fatal(err)
	}
	return password
}

func TestRelayTypedPasswordIsTheOneKept(t *testing.T) {
	// What was typed before the page came back, with a test or with an error, is
	// what is saved, and is in no page.
	t.Parallel()
	for name, back := range map[string]func(b *browser){
		"a test that works": func(b *browser) { b.click("Tester la connexion").sees("La connexion fonctionne.") },
		"two tests": func(b *browser) {
			b.fill("Nom du serveur", "smtp.invalid").click("Tester la connexion").sees("La connexion a échoué")
			b.fill("Nom du serveur", "127.0.0.1").click("Tester la connexion").sees("La connexion fonctionne.")
		},
		"an error": func(b *browser) {
			b.fill("Connexions à la fois", "99").all().refused(422, "Enregistrer")
			b.fill("Connexions à la fois", "3")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, b := signsIn(t, newMailbox(t))
			b.fill("Mot de passe", goodPassword)
			back(b)
			b.sees("Le mot de passe que vous avez tapé est gardé quinze minutes")
			b.secrecy(o)
			b.click("Enregistrer").sees("Réglages d’envoi enregistrés.", "Un mot de passe est enregistré, chiffré.")
			b.secrecy(o)
			if got := o.relayPassword(t); got != goodPassword {
				t.Errorf("the password is %q", got)
			}
			b.click("Tester la connexion").sees("La connexion fonctionne.")
		})
	}
}

func TestRelayForgottenPasswordIsAskedAgain(t *testing.T) {
	// A password that was typed too long ago is asked again, in words: the one
	// before it is not kept in its place without a word.
	t.Parallel()
	o, b := signsIn(t, newMailbox(t))
	b.fill("Mot de passe", goodPassword).click("Tester la connexion").sees("La connexion fonctionne.")
	setValue(t, b.all().hidden("typed"), "forgotten")
	b.all().refused(422, "Enregistrer").sees("Tapez de nouveau le mot de passe", "Rien n’a été enregistré")
	b.fill("Mot de passe", goodPassword).click("Enregistrer").sees("Réglages d’envoi enregistrés.")
	if got := o.relayPassword(t); got != goodPassword {
		t.Errorf("the password is %q", got)
	}
}

func TestRelaySignInKeepsNoPassword(t *testing.T) {
	// A form that was posted after the session ran out comes back without its
	// password, and asks for it again.
	t.Parallel()
	box := newMailbox(t)
	o := agency(t, func(c *Config) { c.Post = post(t, c.Store, nil) })
	b := o.browser(t)
	b.send("POST", "/relay", "version=0&typed=x&password=canary&host=127.0.0.1&port="+strconv.Itoa(box.addr.Port)+
		"&security=clear&user=agence&from=a%40exemple.example&connections=2&per_minute=300&files=10&megabytes=20")
	b.is(401).secrecy(o)
	if got := b.all().hidden("kept"); strings.Contains(attr(got, "value"), "typed=x") {
		t.Errorf("the form is kept as %q", attr(got, "value"))
	}
}

func TestRelayTestIsAsStrictAsSaving(t *testing.T) {
	// A test looks at the form first: a port that is none, or no sender, is told
	// beside its field, and not taken for a connection that works or fails.
	t.Parallel()
	box := newMailbox(t)
	o := atelier(t, func(c *Config) { c.Post = post(t, c.Store, nil) })
	for _, button := range []string{"Tester la connexion", "M’envoyer un essai"} {
		b := o.browser(t).visit("/relay")
		b.all().refused(422, button).sees("Rien n’a été testé : 1 champ à corriger.", "Indiquez le serveur.")
		b.fill("Nom du serveur", "127.0.0.1").fill("Port", strconv.Itoa(box.addr.Port)).fill("Chiffrement", "Aucun : relais sur cette machine")
		b.all().refused(422, button).sees("Indiquez l’adresse d’où partent les e-mails.").misses("La connexion fonctionne")
		b.fill("Adresse de l’agence", "agence@exemple.example").fill("Port", "99999")
		b.all().refused(422, button).sees("Un port est un nombre de 1 à 65535.").misses("injoignable")
		b.fill("Port", strconv.Itoa(box.addr.Port)).fill("Identifiant", "agence")
		b.all().refused(422, button).sees("Remplissez ce champ.")
		b.fill("Mot de passe", goodPassword).click(button).sees("Expéditeur")
	}
	if got := box.letters(); len(got) != 1 {
		t.Errorf("%d letters came", len(got))
	}
}

func TestRelayPasswordStaysHere(t *testing.T) {
	// A kept password is in no page, and goes to no other server, by a test or by
	// saving.
	t.Parallel()
	o, b := signsIn(t, newMailbox(t))
	b.sees("Un mot de passe est enregistré, chiffré.")
	for _, button := range []string{"Tester la connexion", "Enregistrer"} {
		b.visit("/relay").fill("Nom du serveur", "localhost")
		b.all().refused(422, button).sees("Tapez de nouveau le mot de passe").secrecy(o)
		b.visit("/relay").fill("Identifiant", "agence2")
		b.all().refused(422, button).sees("Tapez de nouveau le mot de passe").secrecy(o)
	}
}

func TestRelayOfTheCommandLine(t *testing.T) {
	// What the command line sets is shown as set by it and wins; the rest is set
	// in the page.
	t.Parallel()
	box := newMailbox(t)
	server := mail.Server{Host: "127.0.0.1", Port: box.addr.Port, Security: mail.Clear, User: "agence", Password: goodPassword}
	o := atelier(t, func(c *Config) {
		c.Post = post(t, c.Store, &mail.Route{Outgoing: mail.Leaving, Server: server, From: data.Mailbox{Address: "agence@exemple.example"}})
	})
	b := o.browser(t).visit("/relay")
	b.sees("Réglé au démarrage (-smtp, CARNET_SMTP) : 127.0.0.1, port "+strconv.Itoa(box.addr.Port)+", sans chiffrement, identifiant agence.",
		"Réglé au démarrage (-from, CARNET_FROM) : agence@exemple.example.", "Connexions à la fois", "E-mails par minute")
	if got := b.all().value("E-mails par minute"); got != "300" {
		t.Errorf("%s a minute are in force", got)
	}
	b.secrecy(o)
	b.misses("Nom du serveur", "Identifiant", "Mot de passe", "Adresse de l’agence")
	b.fill("Nom affiché", "L’Agence").fill("Réponses à", "reponses@exemple.example").fill("Connexions à la fois", "3").fill("E-mails par minute", "60")
	b.click("M’envoyer un essai").sees("Essai accepté par le serveur")
	if got := box.letters(); len(got) != 1 || !strings.Contains(got[0], "From: =?utf-8?q?L=E2=80=99Agence?= <agence@exemple.example>") {
		t.Errorf("the server got %q", got)
	}
	b.fill("Connexions à la fois", "99").all().refused(422, "Tester la connexion").sees("Un nombre jusqu’à 16.")
	b.fill("Connexions à la fois", "3").click("Enregistrer").sees("Réglages d’envoi enregistrés.")
	r := o.post.Route()
	if r.Server != server || r.From != (data.Mailbox{Name: "L’Agence", Address: "agence@exemple.example"}) || r.ReplyTo.Address != "reponses@exemple.example" || r.Connections != 3 || r.PerMinute != 60 {
		t.Errorf("the route is %+v", r)
	}
	if kept, err := o.store.Relay(bg); err != nil || kept.Host != "" || len(kept.Password) > 0 {
		t.Errorf("the page kept %+v, %v", kept, err)
	}
	// What a form says of what the command line sets is not taken.
	b.send("POST", "/relay", "version=1&host=smtp.ailleurs.example&port=25&security=tls&user=x&password=y&from=z%40exemple.example&connections=3&per_minute=60&files=10&megabytes=20")
	if kept, err := o.store.Relay(bg); err != nil || kept.Version != 2 || kept.Host != "" || kept.From.Address != "" {
		t.Errorf("the page kept %+v, %v", kept, err)
	}
}

func TestRelaySenderOfTheCommandLine(t *testing.T) {
	// A sender without a server on the command line is the page's server's.
	t.Parallel()
	box := newMailbox(t)
	o := atelier(t, func(c *Config) {
		c.Post = post(t, c.Store, &mail.Route{From: data.Mailbox{Name: "Ligne", Address: "ligne@exemple.example"}})
	})
	b := o.browser(t).visit("/relay").sees("Réglé au démarrage (-from, CARNET_FROM) : Ligne <ligne@exemple.example>.").misses("Adresse de l’agence", "Nom affiché")
	b.fill("Nom du serveur", "127.0.0.1").fill("Port", strconv.Itoa(box.addr.Port)).fill("Chiffrement", "Aucun : relais sur cette machine")
	b.click("M’envoyer un essai").sees("Essai accepté par le serveur")
	if got := box.letters(); len(got) != 1 || !strings.Contains(got[0], "<ligne@exemple.example>") {
		t.Errorf("the server got %q", got)
	}
	b.click("Enregistrer").sees("Réglages d’envoi enregistrés.")
	if r := o.post.Route(); r.Outgoing != mail.Leaving || r.From.Address != "ligne@exemple.example" || r.From.Name != "Ligne" {
		t.Errorf("the route is %+v", r)
	}
}

func TestRefusedStepsAreSaidInWords(t *testing.T) {
	// What a server refuses is said in words, with what to do, before its own.
	t.Parallel()
	for _, x := range []struct {
		step   mail.Step
		code   int
		reply  string
		fr, en string
	}{
		{mail.StepAuth, 535, "5.7.8 authentication failed", "Le serveur a refusé l’identifiant ou le mot de passe : vérifiez-les.", "The server refused the user or the password: check them."},
		{mail.StepAuth, 534, "5.7.9 too weak", "Le serveur demande un mot de passe d’application", "The server asks for an app password"},
		{mail.StepAuth, 530, "5.7.0 Must issue a STARTTLS command first", "Le serveur veut une connexion chiffrée avant le mot de passe", "The server wants an encrypted connection before the password"},
		{mail.StepAuth, 538, "5.7.11 encryption required", "Le serveur veut une connexion chiffrée avant le mot de passe", "The server wants an encrypted connection before the password"},
		{mail.StepAuth, 504, "5.5.4 unrecognized", "Le serveur n’accepte pas cette façon de s’identifier", "The server does not take this way to sign in"},
		{mail.StepAuth, 454, "4.7.0 temporary", "Le serveur ne peut pas vérifier le mot de passe en ce moment", "The server cannot check the password at the moment"},
		{mail.StepAuth, 432, "4.7.12 transition", "Le serveur veut que ce mot de passe soit changé", "The server wants this password to be changed"},
		{mail.StepSender, 530, "5.7.0 authentication required", "Le serveur veut une identification : indiquez un identifiant et un mot de passe.", "The server wants a sign-in: enter a user and a password."},
		{mail.StepSender, 553, "5.7.1 not yours", "Le serveur n’accepte pas d’e-mail de cet expéditeur", "The server takes no email from this sender"},
		{mail.StepSender, 451, "4.3.0 later", "Le serveur est occupé ou se méfie : réessayez dans quelques minutes.", "The server is busy or wary: try again in a few minutes."},
		{mail.StepGreeting, 554, "5.7.1 blocked", "Le serveur refuse de parler à cette machine", "The server refuses to talk to this machine"},
		{mail.StepGreeting, 421, "4.3.2 busy", "Le serveur est occupé ou se méfie", "The server is busy or wary"},
		{mail.StepHello, 550, "5.7.1 bad name", "Le serveur refuse le nom sous lequel cette machine se présente", "The server refuses the name that this machine gives"},
		{mail.StepTLS, 502, "5.5.1 no", "Le serveur a refusé de chiffrer", "The server refused to encrypt"},
	} {
		for l, want := range map[i18n.Lang]string{i18n.French: x.fr, i18n.English: x.en} {
			said := []mail.Said{{Step: mail.StepConnect}, {Step: x.step, Code: x.code, Reply: x.reply}}
			last := even(relaySteps(l, said, true)[1].Words)
			words := strconv.Itoa(x.code) + " " + x.reply
			if !strings.HasPrefix(last, want) || !strings.Contains(last, words) {
				t.Errorf("%s %d: the test says %q", x.step, x.code, last)
			}
			paused := even(pauseWords(l, &mail.PauseError{Step: x.step, Code: x.code, Reply: x.reply}))
			if !strings.Contains(paused, want) || !strings.Contains(paused, words) {
				t.Errorf("%s %d: the banner says %q", x.step, x.code, paused)
			}
		}
	}
	for _, x := range []struct {
		step   mail.Step
		reason mail.Reason
		fr     string
	}{
		{mail.StepSender, mail.BadAddress, "L’adresse de l’expéditeur ne peut pas être transmise : vérifiez-la."},
		{mail.StepSender, mail.NeedsSMTPUTF8, "Le serveur n’accepte pas d’accents dans l’adresse de l’expéditeur"},
		{mail.StepConnect, mail.Unreachable, "Le serveur est injoignable : vérifiez son nom et le port"},
		{mail.StepConnect, mail.TimedOut, "Le serveur n’a pas répondu à temps : vérifiez son nom et le port"},
		{mail.StepGreeting, mail.Cut, "La connexion s’est rompue : si le port est 465, choisissez « TLS dès la connexion »"},
		{mail.StepGreeting, mail.TimedOut, "Le serveur n’a rien dit : si le port est 465, choisissez « TLS dès la connexion »"},
		{mail.StepTLS, "", "Le chiffrement n’a pas pu être établi"},
		{mail.StepAuth, "", "L’identification n’a pas abouti"},
	} {
		if got := even(pauseWords(i18n.French, &mail.PauseError{Step: x.step, Reason: x.reason})); !strings.Contains(got, x.fr) {
			t.Errorf("%s %s: it says %q", x.step, x.reason, got)
		}
		if got := even(relaySteps(i18n.French, []mail.Said{{Step: x.step, Reason: x.reason}}, true)[0].Words); !strings.Contains(got, x.fr) {
			t.Errorf("%s %s: the test says %q", x.step, x.reason, got)
		}
	}
}

func TestRelayWrongPassword(t *testing.T) {
	// A wrong password is said in plain words, in the test and in what became of
	// a trial, before the server's.
	t.Parallel()
	_, b := signsIn(t, newMailbox(t))
	for _, button := range []string{"Tester la connexion", "M’envoyer un essai"} {
		b.click(button).sees("Le serveur a refusé l’identifiant ou le mot de passe", "« 535 5.7.8 authentication failed »")
	}
}
