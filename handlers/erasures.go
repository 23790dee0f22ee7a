package handlers

import (
	"context"
	"errors"
	"time"

	"carnet/data"
	"carnet/i18n"
	"carnet/views"

	"github.com/gofiber/fiber/v2"
)

// erasuresNew is what can be done with all that is known of a contact.
type erasuresNew struct {
	i18n.Lang
	Client  data.Client
	Contact data.Contact // in the trash too
	Main    bool         // its address is the client's main one
	Also    []data.Client
	Unsure  bool // the box was not ticked
	Busy    bool // a mail to it is being sent
}

func (erasuresNew) Template() string { return "erasures/new" }
func (v erasuresNew) Title() string {
	return v.T("Données de %s", "Data of %s", v.Contact.Label())
}

// anyContact returns the client and the contact that an address names, in the
// trash too.
func (h *handlers) anyContact(c *fiber.Ctx) (data.Client, data.Contact, error) {
	client, err := h.client(c)
	if err != nil {
		return client, data.Contact{}, err
	}
	id, err := contactID(c)
	if err != nil {
		return client, data.Contact{}, err
	}
	contact, err := h.Store.AnyContact(c.UserContext(), client.ID, id)
	return client, contact, err
}

// erasuresNew: GET /clients/:client/contacts/:contact/erase says what is known of
// a contact, and what erasing it does.
func (h *handlers) erasuresNew(c *fiber.Ctx) error {
	return h.erasure(c, fiber.StatusOK, erasuresNew{})
}

func (h *handlers) erasure(c *fiber.Ctx, status int, v erasuresNew) (err error) {
	v.Lang = h.lang(c)
	if v.Client, v.Contact, err = h.anyContact(c); err != nil {
		return err
	}
	v.Main = data.SameAddress(v.Client.Email, v.Contact.Email)
	if v.Also, err = h.Store.Elsewhere(c.UserContext(), v.Contact.Email, v.Client.ID); err != nil {
		return err
	}
	return h.page(c, status, v)
}

// erasePatience is how long a person waits for an erasure; Sweep does the rest.
const erasePatience = 10 * time.Second

// erasuresCreate: POST /clients/:client/contacts/:contact/erase, or goes on with
// what was begun.
func (h *handlers) erasuresCreate(c *fiber.Ctx) error {
	client, err := h.client(c)
	if err != nil {
		return err
	}
	id, err := contactID(c)
	if err != nil {
		return err
	}
	if c.FormValue("sure") != "1" {
		return h.erasure(c, fiber.StatusUnprocessableEntity, erasuresNew{Unsure: true})
	}
	ctx, cancel := context.WithTimeout(c.UserContext(), erasePatience)
	defer cancel()
	done, err := h.Store.EraseContact(ctx, client.ID, id)
	switch {
	case errors.Is(err, data.ErrState):
		return h.erasure(c, fiber.StatusConflict, erasuresNew{Busy: true})
	case errors.Is(err, context.DeadlineExceeded):
		return data.ErrBusy // it had not begun
	case err != nil:
		return err
	}
	l := h.lang(c)
	text := l.T("Contact effacé définitivement.", "Contact erased for good.")
	if !done {
		text = l.T("L’effacement est commencé : il se termine de lui-même dans l’heure.", "The erasure has begun: it finishes by itself within the hour.")
	}
	return h.seeOther(c, views.Path("clients", client.ID), toast{Lang: l, ID: "info", Text: text})
}
