package handlers

import (
	"context"
	"errors"
	"time"

	"carnet/data"
	"carnet/i18n"
	"carnet/mail"

	"github.com/gofiber/fiber/v2"
)

// How often a new password may be asked for: for an account, and from a network.
const (
	resetsAccount = 3
	resetsNetwork = 20
	resetsTime    = time.Hour
)

type resetsNew struct {
	form
	Closed bool // no such mail leaves from here
	Sent   bool
	Error  string
}

func (resetsNew) Template() string { return "resets/new" }
func (v resetsNew) Title() string  { return v.T("Mot de passe oublié", "Forgotten password") }

// resetsOpen tells whether a link can be sent. It is built from the public URL
// only: who asks for it says what the Host header is.
func (h *handlers) resetsOpen() bool {
	return h.PublicURL != nil && h.Post.Route().Outgoing == mail.Leaving
}

// resetsNew: GET /password/reset
func (h *handlers) resetsNew(c *fiber.Ctx) error {
	return h.page(c, fiber.StatusOK, resetsNew{form: form{Lang: h.lang(c)}, Closed: !h.resetsOpen()})
}

// resetsCreate: POST /password/reset answers all alike, at once: whether there is
// such an account, and whether a mail leaves, is found out afterwards.
func (h *handlers) resetsCreate(c *fiber.Ctx) error {
	v := resetsNew{form: h.posted(c, "email"), Closed: !h.resetsOpen()}
	if v.Closed {
		return h.page(c, fiber.StatusUnprocessableEntity, v)
	}
	account, err := data.AddressKey(v.Values["email"])
	if err != nil {
		v.Problems = data.Invalid{{Field: "email", Problem: data.Malformed}}
		return h.page(c, fiber.StatusUnprocessableEntity, v)
	}
	now := time.Now()
	if !h.tries.few(now, "resets from "+data.Network(h.remote(c)), resetsNetwork, resetsTime) {
		v.Error = v.T("Trop de demandes depuis ce réseau. Réessayez dans une heure.", "Too many requests from this network. Try again in an hour.")
		return h.page(c, fiber.StatusTooManyRequests, v)
	}
	if h.tries.few(now, "resets of "+account, resetsAccount, resetsTime) {
		ctx := context.WithoutCancel(c.UserContext())
		h.posting.Go(func() { h.sendReset(ctx, account) })
	}
	v.Sent = true
	return h.page(c, fiber.StatusOK, v)
}

// sendReset mails a link to who has an address, if anybody has.
func (h *handlers) sendReset(ctx context.Context, account string) {
	u, token, err := h.Store.CreateResetFor(ctx, account)
	if errors.Is(err, data.ErrNotFound) {
		return
	}
	if err == nil {
		l := i18n.Lang(u.Language)
		if l == "" {
			l = i18n.French
		}
		address := h.PublicURL.Scheme + "://" + h.PublicURL.Host + "/password/reset/" + token
		err = h.notice(ctx, u.Mailbox(), data.Language(l), l.T("Votre nouveau mot de passe", "Your new password"),
			l.T("Bonjour,\n\nQuelqu’un, sans doute vous, demande un nouveau mot de passe pour Carnet. Pour le choisir, ouvrez cette adresse dans l’heure ; elle sert une fois :\n\n%s\n\nSi ce n’est pas vous, ne faites rien : votre mot de passe reste le même.",
				"Hello,\n\nSomebody, probably you, asks for a new password for Carnet. To choose it, open this address within the hour; it works once:\n\n%s\n\nIf it was not you, do nothing: your password stays the same.", address))
	}
	if err != nil { // whose words may hold the address
		h.Log.Error("the mail of a reset did not leave; the server of Réglages, Envoi des e-mails, can be tested there")
	}
}

// resetsEdit is the page that the link leads to.
type resetsEdit struct {
	form
	Token string
	Gone  bool // the link is not good any more
	Error string
}

func (resetsEdit) Template() string { return "resets/edit" }
func (v resetsEdit) Title() string  { return v.T("Nouveau mot de passe", "New password") }

// resetsEdit: GET /password/reset/:token
func (h *handlers) resetsEdit(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	v := resetsEdit{form: form{Lang: h.lang(c)}, Token: c.Params("token")}
	_, err := h.Store.ResetUser(c.UserContext(), v.Token)
	return h.resetPage(c, v, err)
}

// resetsUpdate: POST /password/reset/:token. The second factor is asked for at the
// sign-in that follows.
func (h *handlers) resetsUpdate(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	v := resetsEdit{form: form{Lang: h.lang(c)}, Token: c.Params("token")}
	if now := time.Now(); !h.tries.allow(now, h.remote(c), "reset") {
		v.Error = later(c, v.Lang, max(h.tries.wait(now, h.remote(c), "reset"), time.Second))
		return h.page(c, fiber.StatusTooManyRequests, v)
	}
	u, err := h.Store.Reset(c.UserContext(), v.Token, c.FormValue("password"))
	if err != nil {
		if errors.As(err, &v.Problems) {
			h.tries.forget(h.remote(c), "reset")
		}
		return h.resetPage(c, v, err)
	}
	account, _ := data.AddressKey(u.Email)
	h.tries.forget(h.remote(c), "reset")
	h.tries.forget(h.remote(c), account)
	if err := h.signOut(c); err != nil {
		return err
	}
	return h.page(c, fiber.StatusOK, resetsDone{v.Lang})
}

func (h *handlers) resetPage(c *fiber.Ctx, v resetsEdit, err error) error {
	switch {
	case err == nil:
		return h.page(c, fiber.StatusOK, v)
	case errors.As(err, &v.Problems):
		return h.page(c, fiber.StatusUnprocessableEntity, v)
	case errors.Is(err, data.ErrNotFound):
		v.Gone, v.Token = true, ""
		return h.page(c, fiber.StatusNotFound, v)
	}
	return err
}

// resetsDone says that the password is set.
type resetsDone struct{ i18n.Lang }

func (resetsDone) Template() string { return "resets/done" }
func (v resetsDone) Title() string  { return v.T("Mot de passe changé", "Password changed") }
