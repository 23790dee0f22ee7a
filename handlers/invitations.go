package handlers

import (
	"errors"
	"net/url"
	"time"

	"carnet/data"
	"carnet/i18n"
	"carnet/mail"

	"github.com/gofiber/fiber/v2"
)

// private keeps an address or a page that holds a token out of caches and of the
// Referer. The origin stays in it: without one, forms on plain http would have
// none either.
func private(c *fiber.Ctx) {
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set(fiber.HeaderReferrerPolicy, "strict-origin")
}

type usersNew struct{ form }

func (usersNew) Template() string { return "users/new" }
func (v usersNew) Title() string  { return v.T("Inviter une personne", "Invite a person") }

// usersNew: GET /users/new
func (h *handlers) usersNew(c *fiber.Ctx) error {
	return h.page(c, fiber.StatusOK, usersNew{form{Lang: h.lang(c), Values: map[string]string{"user_role": string(data.Member)}}})
}

// usersCreate: POST /users/new invites somebody, and shows the link this once.
func (h *handlers) usersCreate(c *fiber.Ctx) error {
	f := h.posted(c, "email", "name", "user_role")
	i, token, err := h.Store.Invite(c.UserContext(), data.Invitation{Email: f.Values["email"], Name: f.Values["name"],
		Role: data.Role(f.Values["user_role"]), Language: data.Language(f.Lang)})
	if errors.As(err, &f.Problems) {
		return h.page(c, fiber.StatusUnprocessableEntity, usersNew{f})
	}
	if err != nil {
		return err
	}
	return h.invited(c, h.invitationLink(c, i, token))
}

// invitationsLink is an invitation that was just made, with its link. The token
// is in this page only: it comes back with the form that sends it.
type invitationsLink struct {
	i18n.Lang
	Invitation  data.Invitation
	Token, Link string
	Said        string // what became of the mail
	Bad, Sent   bool
}

func (invitationsLink) Template() string { return "invitations/_link" }

func (v invitationsLink) Title() string {
	return v.T("Invitation de %s", "Invitation of %s", label(data.Token{Mailbox: v.Invitation.Mailbox()}))
}

type invitationsMade struct {
	i18n.Lang
	Link invitationsLink
}

func (invitationsMade) Template() string { return "invitations/link" }
func (v invitationsMade) Title() string  { return v.Link.Title() }

func (h *handlers) invitationLink(c *fiber.Ctx, i data.Invitation, token string) invitationsLink {
	return invitationsLink{Lang: h.lang(c), Invitation: i, Token: token, Link: h.base(c) + "/invitations/" + token}
}

// invited answers with the link of an invitation.
func (h *handlers) invited(c *fiber.Ctx, v invitationsLink) error {
	private(c)
	if isFragment(c) {
		return h.fragment(c, fiber.StatusOK, v)
	}
	return h.page(c, fiber.StatusOK, invitationsMade{v.Lang, v})
}

// base is where browsers find Carnet: the public URL, else where this request
// came to, as the browser says. What a proxy forwards is not believed.
func (h *handlers) base(c *fiber.Ctx) string {
	if h.PublicURL != nil {
		return h.PublicURL.Scheme + "://" + h.PublicURL.Host
	}
	host := string(c.Request().Host())
	if from, err := url.Parse(c.Get(fiber.HeaderOrigin)); err == nil && from.Scheme == "https" && from.Host == host {
		return "https://" + host
	}
	return "http://" + host
}

func invitationID(c *fiber.Ctx) (data.ID, error) { return data.ParseID(c.Params("invitation")) }

// invitationsRenew: POST /invitations/:invitation/renewal
func (h *handlers) invitationsRenew(c *fiber.Ctx) error {
	id, err := invitationID(c)
	if err != nil {
		return err
	}
	i, token, err := h.Store.RenewInvitation(c.UserContext(), id)
	if err != nil {
		return err
	}
	return h.invited(c, h.invitationLink(c, i, token))
}

// invitationsNotice: POST /invitations/:invitation/notice mails the link that
// the form brings back.
func (h *handlers) invitationsNotice(c *fiber.Ctx) error {
	i, err := h.Store.Invitation(c.UserContext(), c.FormValue("token"))
	if err == nil && string(i.ID) != c.Params("invitation") {
		err = data.ErrNotFound
	}
	if err != nil {
		return err
	}
	v := h.invitationLink(c, i, c.FormValue("token"))
	if !h.tries.allow(time.Now(), h.remote(c), "notice") {
		v.Bad, v.Said = true, words(v.Lang, fiber.StatusTooManyRequests)
		return h.invited(c, v)
	}
	agency, err := h.Store.Agency(c.UserContext())
	if err != nil {
		return err
	}
	l := v.Lang
	if i.Language != "" {
		l = i18n.Lang(i.Language)
	}
	err = h.notice(c.UserContext(), i.Mailbox(), data.Language(l), l.T("%s vous invite dans son carnet", "%s invites you to its address book", agency.Name),
		l.T("Bonjour,\n\n%s (%s) vous invite dans son carnet d’adresses. Ouvrez ce lien pour choisir votre mot de passe :\n\n%s\n\nIl sert une seule fois, jusqu’au %s. Si vous n’attendiez pas cette invitation, ne faites rien.\n",
			"Hello,\n\n%s (%s) invites you to its address book. Open this link to choose your password:\n\n%s\n\nIt works once, until %s. If you did not expect this invitation, do nothing.\n",
			user(c).Name, agency.Name, v.Link, l.Moment(zoneOf(c).at(i.Expires))))
	switch {
	case errors.Is(err, mail.ErrNowhere):
		v.Bad, v.Said = true, v.T("Rien n’est parti : aucun serveur d’envoi n’est réglé. Copiez le lien et transmettez-le vous-même.", "Nothing left: no mail server is set. Copy the link and pass it on yourself.")
	case err != nil:
		h.Log.Warn("an invitation was not mailed", "cause", err)
		v.Bad, v.Said = true, v.T("Le serveur d’envoi n’a pas pris l’e-mail. Réessayez, ou copiez le lien et transmettez-le vous-même.", "The mail server did not take the email. Try again, or copy the link and pass it on yourself.")
	default:
		v.Sent, v.Said = true, v.T("Envoyé à %s.", "Sent to %s.", i.Email)
	}
	return h.invited(c, v)
}

// invitationsDestroy: POST /invitations/:invitation/delete
func (h *handlers) invitationsDestroy(c *fiber.Ctx) error {
	id, err := invitationID(c)
	if err != nil {
		return err
	}
	i, err := h.Store.RevokeInvitation(c.UserContext(), id)
	if err != nil {
		return err
	}
	l := h.lang(c)
	return h.seeOther(c, "/users", toast{Lang: l, ID: "info", Text: l.T("Invitation de %s révoquée : son lien n’ouvre plus rien.", "Invitation of %s revoked: its link opens nothing any more.", i.Email)})
}

// invitationsShow is what somebody sees who was invited.
type invitationsShow struct {
	form
	Token, Agency, Email string
	Error                string
}

func (invitationsShow) Template() string { return "invitations/show" }

func (v invitationsShow) Title() string {
	return v.T("Bienvenue chez %s", "Welcome to %s", v.Agency)
}

// invitationsGone is what a link shows that opens nothing, whatever the cause.
type invitationsGone struct{ i18n.Lang }

func (invitationsGone) Template() string { return "invitations/gone" }

func (v invitationsGone) Title() string {
	return v.T("Ce lien n’est plus valable", "This link is no longer valid")
}

// invitation returns the page of the link that an address is; a kind one, and
// no error, if it opens nothing. An address that opens nothing counts as a try.
func (h *handlers) invitation(c *fiber.Ctx) (v invitationsShow, gone func() error, err error) {
	private(c)
	v = invitationsShow{form: form{Lang: h.lang(c)}, Token: c.Params("token")}
	gone = func() error { return h.page(c, fiber.StatusNotFound, invitationsGone{v.Lang}) }
	i, err := h.Store.Invitation(c.UserContext(), v.Token)
	if errors.Is(err, data.ErrNotFound) {
		if !h.tries.allow(time.Now(), h.remote(c), "invitation") {
			return v, nil, fiber.ErrTooManyRequests
		}
		return v, gone, err
	}
	if err != nil {
		return v, nil, err
	}
	agency, err := h.Store.Agency(c.UserContext())
	v.Email, v.Agency = i.Email, agency.Name
	v.Values = map[string]string{"name": i.Name}
	return v, gone, err
}

// invitationsShow: GET /invitations/:token
func (h *handlers) invitationsShow(c *fiber.Ctx) error {
	v, gone, err := h.invitation(c)
	switch {
	case errors.Is(err, data.ErrNotFound):
		return gone()
	case err != nil:
		return err
	}
	return h.page(c, fiber.StatusOK, v)
}

// invitationsJoin: POST /invitations/:token makes the account, and signs in.
func (h *handlers) invitationsJoin(c *fiber.Ctx) error {
	v, gone, err := h.invitation(c)
	switch {
	case errors.Is(err, data.ErrNotFound):
		return gone()
	case err != nil:
		return err
	}
	v.form = h.posted(c, "name", "password")
	if !h.tries.allow(time.Now(), h.remote(c), "invitation") {
		v.Error = words(v.Lang, fiber.StatusTooManyRequests)
		return h.page(c, fiber.StatusTooManyRequests, v)
	}
	u, err := h.Store.Join(c.UserContext(), v.Token, data.User{Name: v.Values["name"], Language: data.Language(v.Lang)}, v.Values["password"])
	switch {
	case errors.Is(err, data.ErrNotFound):
		return gone()
	case errors.As(err, &v.Problems) && v.Problems.Field("email") != nil:
		return gone() // the address got an account by another way
	case errors.As(err, &v.Problems):
		return h.page(c, fiber.StatusUnprocessableEntity, v)
	case err != nil:
		return err
	}
	h.tries.forget(h.remote(c), "invitation")
	if err := h.signIn(c, u, data.ByInvitation); err != nil {
		return err
	}
	return h.seeOther(c, "/clients", toast{Lang: v.Lang, ID: "info", Text: v.T("Bienvenue, %s.", "Welcome, %s.", u.Name)})
}
