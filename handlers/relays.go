package handlers

import (
	"errors"
	"strconv"
	"time"

	"carnet/data"
	"carnet/mail"

	"github.com/gofiber/fiber/v2"
)

type relaysEdit struct {
	form
	Route   mail.Route // how mails leave now
	Secret  bool       // a password is kept
	Steps   []relaysStep
	Refused bool // a check or a trial was asked for, and the form has Problems
	Checked bool // a check or a trial was made; Bad tells that it failed
	Bad     bool
	Said    string // what became of it
}

func (relaysEdit) Template() string { return "relays/edit" }
func (v relaysEdit) Title() string  { return v.T("Envoi des e-mails", "Sending emails") }

// Server is the server that the command line set, in words.
func (v relaysEdit) Server() string {
	s := v.Route.Server
	words := v.T("%s, port %d, %s", "%s, port %d, %s", s.Host, s.Port, map[mail.Security]string{
		mail.StartTLS: "STARTTLS", mail.TLS: v.T("TLS dès la connexion", "TLS from the start"), mail.Clear: v.T("sans chiffrement", "without encryption")}[s.Security])
	if s.User == "" {
		return words
	}
	return v.T("%s, identifiant %s", "%s, user %s", words, s.User)
}

// From is the sender that the command line set.
func (v relaysEdit) From() string {
	if !v.Route.FixedName {
		return v.Route.From.Address
	}
	return v.Route.From.String()
}

// Kept says which password an empty field stands for.
func (v relaysEdit) Kept() string {
	switch {
	case v.Values["typed"] != "":
		return v.T("Le mot de passe que vous avez tapé est gardé quinze minutes, sans être montré : « Enregistrer » l’enregistre. Laissez le champ vide.",
			"The password that you typed is kept for fifteen minutes and not shown: “Save” saves it. Leave the field empty.")
	case v.Secret:
		return v.T("Un mot de passe est enregistré, chiffré. Laissez le champ vide pour le garder.", "A password is kept, encrypted. Leave the field empty to keep it.")
	}
	return ""
}

// MaxFiles and MaxMegabytes are the widest limits of what goes with an email.
func (relaysEdit) MaxFiles() int     { return data.MaxFiles }
func (relaysEdit) MaxMegabytes() int { return data.MaxMegabytes }

// Demo tells whether nothing leaves whatever is set.
func (v relaysEdit) Demo() bool { return v.Route.Outgoing == mail.Captured }

// relayFields are the fields of the form, but for the password; typed is the
// handle of one that was typed before the page came back.
var relayFields = []string{"version", "typed", "host", "port", "security", "user", "from", "from_name", "reply_to", "reply_to_name", "connections", "per_minute", "files", "megabytes"}

// relaysEdit: GET /relay
func (h *handlers) relaysEdit(c *fiber.Ctx) error {
	kept, err := h.Store.Relay(c.UserContext())
	if err != nil {
		return err
	}
	return h.page(c, fiber.StatusOK, h.relayForm(form{Lang: h.lang(c), Values: relayValues(kept)}, kept))
}

func (h *handlers) relayForm(f form, kept data.Relay) relaysEdit {
	return relaysEdit{form: f, Route: h.Post.Route(), Secret: len(kept.Password) > 0}
}

func relayValues(x data.Relay) map[string]string {
	return map[string]string{
		"version": strconv.FormatUint(x.Version, 10), "host": x.Host, "port": strconv.Itoa(x.Port), "security": string(x.Security), "user": x.User,
		"from": x.From.Address, "from_name": x.From.Name, "reply_to": x.ReplyTo.Address, "reply_to_name": x.ReplyTo.Name,
		"connections": strconv.Itoa(x.Connections), "per_minute": strconv.Itoa(x.PerMinute),
		"files": strconv.Itoa(x.Files), "megabytes": strconv.Itoa(x.Megabytes),
	}
}

// fillRelay takes from a form what route does not have from the command line.
func fillRelay(x *data.Relay, f form, route mail.Route) {
	if !route.FixedServer {
		x.Host, x.Port, x.User, x.Security = f.Values["host"], f.number("port"), f.Values["user"], data.Security(f.Values["security"])
	}
	switch {
	case !route.FixedFrom:
		x.From.Address = f.Values["from"]
	case x.From.Address == "" && x.Host != "":
		x.From.Address = route.From.Address // a server that is kept has a sender
	}
	if !route.FixedName {
		x.From.Name = f.Values["from_name"]
	}
	x.Connections, x.PerMinute = f.number("connections"), f.number("per_minute")
	x.Files, x.Megabytes = f.number("files"), f.number("megabytes")
	x.ReplyTo = data.Mailbox{Name: f.Values["reply_to_name"], Address: f.Values["reply_to"]}
}

// relaysUpdate: POST /relay keeps how mails leave; with op=check it goes through
// the conversation with the server instead, and with op=try sends a mail to the
// user.
func (h *handlers) relaysUpdate(c *fiber.Ctx) error {
	kept, err := h.Store.Relay(c.UserContext())
	if err != nil {
		return err
	}
	route := h.Post.Route()
	if h.Demo && route.Outgoing == mail.Captured {
		return data.ErrState
	}
	f := h.posted(c, relayFields...)
	password := h.relayPassword(c, &f)
	if op := c.FormValue("op"); op == "check" || op == "try" {
		return h.relayCheck(c, f, kept, password, op == "try")
	}
	if len(f.Problems) > 0 {
		return h.page(c, fiber.StatusUnprocessableEntity, h.relayForm(f, kept))
	}
	saved, err := h.Store.SetRelay(c.UserContext(), f.version(), password, func(x *data.Relay) { fillRelay(x, f, route) })
	switch {
	case errors.Is(err, data.ErrStale):
		f.Values["version"] = strconv.FormatUint(saved.Version, 10)
		v := h.relayForm(f, saved)
		v.Checked, v.Bad = true, true
		v.Said = v.T("Ces réglages ont changé entre-temps. Rien n’a été enregistré : vérifiez, puis enregistrez de nouveau.",
			"These settings changed in the meantime. Nothing was saved: check, then save again.")
		return h.page(c, fiber.StatusConflict, v)
	case errors.As(err, &f.Problems):
		return h.page(c, fiber.StatusUnprocessableEntity, h.relayForm(f, kept))
	case err != nil:
		return err
	}
	h.typed.forget(f.Values["typed"])
	if err := h.Post.Reload(c.UserContext()); err != nil {
		return err
	}
	return h.seeOther(c, "/relay", toast{Lang: f.Lang, ID: "info", Text: f.T("Réglages d’envoi enregistrés.", "Sending settings saved.")})
}

// relayPassword returns the password that was typed into the form, now or before
// the page came back with its handle; nil if none was. That it is not kept any
// more is a problem of the form: the one of before is no answer to it.
func (h *handlers) relayPassword(c *fiber.Ctx, f *form) *string {
	if password := c.FormValue("password"); password != "" {
		f.Values["typed"] = h.typed.keep(time.Now(), user(c).ID, password)
		return &password
	}
	if f.Values["typed"] == "" || f.Values["user"] == "" {
		return nil
	}
	password, ok := h.typed.password(time.Now(), user(c).ID, f.Values["typed"])
	if !ok {
		f.Values["typed"] = ""
		f.Problems = data.Invalid{{Field: "password", Problem: data.Expired}}
		return nil
	}
	return &password
}
