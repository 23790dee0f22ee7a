package handlers

import (
	"context"
	"errors"

	"carnet/data"
	"carnet/data/blob"
	"carnet/i18n"

	"github.com/gofiber/fiber/v2"
)

// errRole: the user's role does not allow this.
var errRole = errors.New("handlers: not for this role")

// errClosed: not in a public demo.
var errClosed = errors.New("handlers: closed in a public demo")

// status is the one place where an error becomes a status.
func status(err error) int {
	var f *fiber.Error
	var invalid data.Invalid
	switch {
	case errors.As(err, &f):
		return f.Code
	case errors.Is(err, errRole), errors.Is(err, errClosed):
		return fiber.StatusForbidden
	case errors.As(err, &invalid):
		return fiber.StatusUnprocessableEntity
	case errors.Is(err, data.ErrNotFound), errors.Is(err, blob.ErrNotFound):
		return fiber.StatusNotFound
	case errors.Is(err, data.ErrErased):
		return fiber.StatusGone
	case errors.Is(err, data.ErrStale), errors.Is(err, data.ErrState), errors.Is(err, data.ErrTaken), errors.Is(err, data.ErrConflict), errors.Is(err, data.ErrLastAdministrator):
		return fiber.StatusConflict
	case errors.Is(err, data.ErrBusy), errors.Is(err, context.Canceled), errors.Is(err, data.ErrClosed):
		return fiber.StatusServiceUnavailable
	case errors.Is(err, data.ErrFull), errors.Is(err, blob.ErrFull):
		return fiber.StatusInsufficientStorage
	}
	return fiber.StatusInternalServerError
}

// words says what a status means to who reads it.
func words(l i18n.Lang, status int) string {
	switch status {
	case fiber.StatusBadRequest:
		return l.T("Cette demande est illisible. Revenez à la page précédente et réessayez.", "This request cannot be read. Go back and try again.")
	case fiber.StatusForbidden:
		return l.T("Cette demande vient d’un autre site : rien n’a été modifié.", "This request comes from another site: nothing was changed.")
	case fiber.StatusNotFound:
		return l.T("Cette page n’existe pas, ou ce qu’elle montrait a été supprimé.", "This page does not exist, or what it showed was deleted.")
	case fiber.StatusMethodNotAllowed:
		return l.T("Cette adresse ne prend pas ce genre de demande.", "This address does not take this kind of request.")
	case fiber.StatusConflict:
		return l.T("Ceci a changé entre-temps. Rechargez la page pour voir où en sont les choses.", "This has changed in the meantime. Reload the page to see where things stand.")
	case fiber.StatusGone:
		return l.T("La source de cet e-mail a été effacée avec l’un de ses destinataires : il ne peut être ni lu ainsi ni renvoyé.", "The source of this email was erased with one of its recipients: it can be neither read like this nor sent again.")
	case fiber.StatusMisdirectedRequest:
		return l.T("Carnet ne répond pas sous ce nom. Utilisez l’adresse que votre administrateur vous a donnée.", "Carnet does not answer under this name. Use the address that your administrator gave you.")
	case fiber.StatusRequestEntityTooLarge:
		return l.T("C’est trop long pour être envoyé d’un coup. Raccourcissez, puis réessayez.", "This is too long to be sent at once. Shorten it, then try again.")
	case fiber.StatusUnsupportedMediaType:
		return l.T("Ce format n’est pas accepté.", "This format is not accepted.")
	case fiber.StatusTooManyRequests:
		return l.T("Trop d’essais. Attendez une minute, puis réessayez.", "Too many tries. Wait a minute, then try again.")
	case fiber.StatusServiceUnavailable:
		return l.T("Le serveur est très occupé. Réessayez dans un instant.", "The server is very busy. Try again in a moment.")
	case fiber.StatusInsufficientStorage:
		return l.T("Le disque du serveur est plein : rien n’a été modifié. La lecture reste possible.", "The server’s disk is full: nothing was changed. Reading still works.")
	}
	if status < 500 {
		return l.T("Cette demande n’est pas acceptée.", "This request is not accepted.")
	}
	return l.T("Une erreur est survenue de notre côté. Rien n’a été modifié.", "Something went wrong on our side. Nothing was changed.")
}

// errorsShow is the page of an error.
type errorsShow struct {
	i18n.Lang
	Status int
	Words  string
	Number string // of the error in the log; empty for one that is not ours
}

func (errorsShow) Template() string { return "errors/show" }
func (v errorsShow) Title() string {
	switch v.Status {
	case fiber.StatusNotFound:
		return v.T("Page introuvable", "Page not found")
	case fiber.StatusConflict:
		return v.T("Modifié entre-temps", "Changed in the meantime")
	}
	return v.T("Cela n’a pas marché", "That did not work")
}

// fail answers an error: a page, or a toast to htmx. The cause of ours goes to
// the log under a number, never to the browser.
func (h *handlers) fail(c *fiber.Ctx, err error) error {
	v := errorsShow{Lang: h.lang(c), Status: status(err)}
	v.Words = words(v.Lang, v.Status)
	if errors.Is(err, errRole) {
		v.Words = v.T("Votre rôle ne permet pas cela. Demandez à un administrateur.", "Your role does not allow this. Ask an administrator.")
	}
	if errors.Is(err, errClosed) {
		v.Words = v.T("C’est fermé dans la démo publique. Installez Carnet pour l’essayer.", "This is closed in the public demo. Install Carnet to try it.")
	}
	if h.Public && v.Status == fiber.StatusInsufficientStorage { // not the server's disk: the copy
		v.Status = fiber.StatusRequestEntityTooLarge
		v.Words = v.T("Votre démo est pleine : rien n’a été enregistré. Supprimez quelque chose, ou recommencez avec une copie neuve.",
			"Your demo is full: nothing was saved. Delete something, or start over with a fresh copy.")
	}
	if errors.Is(err, data.ErrUnknown) {
		v.Words = v.T("Le disque du serveur a failli : nous ne savons pas si c’est enregistré. Vérifiez avant de recommencer.",
			"The server’s disk failed: we do not know whether this was saved. Look before you try again.")
	}
	if v.Status == fiber.StatusInternalServerError {
		v.Number = string(data.NewID()[:13])
		h.Log.Error("failed", "number", v.Number, "route", c.Route().Path, "cause", err)
	}
	if isFragment(c) && v.Status < 500 {
		return h.fragment(c, v.Status, nil, say(toast{Lang: v.Lang, Text: v.Words, Bad: true})...)
	}
	if err := h.page(c, v.Status, v); err != nil {
		return c.Status(v.Status).SendString(v.Words)
	}
	return nil
}
