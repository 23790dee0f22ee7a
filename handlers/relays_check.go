package handlers

import (
	"context"
	"errors"
	"time"

	"carnet/data"
	"carnet/mail"

	"github.com/gofiber/fiber/v2"
)

// relayAsked returns the server and the sender that the form asks to try, or
// what keeps them from being tried as they would from being kept.
func (h *handlers) relayAsked(f form, kept data.Relay, password *string) (mail.Server, data.Mailbox, error) {
	route := h.Post.Route()
	asked, err := kept.With(password, func(x *data.Relay) { fillRelay(x, f, route) })
	if asked.Host == "" && !route.FixedServer {
		problems, _ := errors.AsType[data.Invalid](err)
		err = append(data.Invalid{{Field: "host", Problem: data.Required}}, problems...)
	}
	from := asked.From
	if route.FixedFrom {
		from.Address = route.From.Address
	}
	if route.FixedName {
		from.Name = route.From.Name
	}
	switch {
	case err != nil:
		return mail.Server{}, from, err
	case route.FixedServer:
		return route.Server, from, nil
	case password != nil:
		return mail.ServerOf(asked, *password), from, nil
	}
	secret, err := h.Store.RelayPassword(asked)
	if errors.Is(err, data.ErrKey) {
		err = data.Invalid{{Field: "password", Problem: data.Locked}}
	}
	return mail.ServerOf(asked, secret), from, err
}

// checkTime bounds a check, so that its answer still reaches the browser.
const checkTime = 20 * time.Second

// relayCheck talks to the server that the form, or the command line, says, and
// shows each step of it.
func (h *handlers) relayCheck(c *fiber.Ctx, f form, kept data.Relay, password *string, try bool) error {
	v := h.relayForm(f, kept)
	server, from, err := h.relayAsked(f, kept, password)
	if len(v.Problems) > 0 || errors.As(err, &v.Problems) {
		v.Refused = true
		return h.page(c, fiber.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(c.UserContext(), checkTime)
	defer cancel()
	transport := mail.NewSMTP(server, mail.Options{Connect: checkTime / 2, Command: checkTime / 2, Final: checkTime / 2})
	defer transport.Close()
	said, err := transport.Check(ctx, from.Address)
	v.Steps, v.Checked, v.Bad = relaySteps(v.Lang, said, err != nil), true, err != nil
	switch {
	case err != nil:
		v.Said = v.T("La connexion a échoué à la dernière étape ci-dessous.", "The connection failed at the last step below.")
	case !try:
		v.Said = v.T("La connexion fonctionne.", "The connection works.")
	default:
		v.Said, v.Bad = h.trial(ctx, f, transport, from, user(c))
	}
	return h.page(c, fiber.StatusOK, v)
}

// trial sends a mail to the user who asks for it, and says what became of it.
func (h *handlers) trial(ctx context.Context, f form, transport *mail.SMTP, from data.Mailbox, u data.User) (said string, bad bool) {
	raw, err := mail.Render(mail.Message{From: from, To: []data.Mailbox{u.Mailbox()},
		Subject: f.T("Essai d’envoi de Carnet", "A trial mail from Carnet"),
		Text:    f.T("Si vous lisez ceci, Carnet peut envoyer des e-mails.", "If you read this, Carnet can send emails."),
		ID:      mail.NewMessageID(string(data.NewID()), h.host()), Date: time.Now()})
	if err != nil {
		return f.T("L’essai n’a pas pu être écrit : vérifiez l’expéditeur.", "The trial could not be written: check the sender."), true
	}
	result, err := transport.Send(ctx, mail.Envelope{From: from.Address, To: []string{u.Email}, Body: raw}, func() error { return nil })
	if pause, ok := errors.AsType[*mail.PauseError](err); ok {
		return f.T("L’essai n’est pas parti. %s", "The trial did not leave. %s", pauseWords(f.Lang, pause)), true
	}
	if err != nil {
		return f.T("L’essai n’est pas parti.", "The trial did not leave."), true
	}
	o := result.Outcomes[0]
	if o.State == mail.Accepted {
		return f.T("Essai accepté par le serveur pour %s : « %s ».", "The server accepted the trial for %s: “%s”.", u.Email, serverWords(o.Code, o.Reply)), false
	}
	words := serverWords(o.Code, o.Reply)
	if words == "" {
		words = reasonWords(f.Lang, string(o.Reason))
	}
	return f.T("Essai refusé pour %s : « %s ».", "The trial for %s was refused: “%s”.", u.Email, words), true
}
