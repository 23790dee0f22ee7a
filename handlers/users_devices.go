package handlers

import (
	"errors"

	"carnet/data"

	"github.com/gofiber/fiber/v2"
)

// usersSignOut: POST /users/:user/sessions/delete ends a person's sessions; of
// one's own all but this one.
func (h *handlers) usersSignOut(c *fiber.Ctx) error {
	u, err := h.person(c)
	if err != nil {
		return err
	}
	if u.ID == user(c).ID {
		return h.sessionsOthers(c)
	}
	if err := h.Store.EndSessions(c.UserContext(), u.ID, ""); err != nil {
		return err
	}
	l := h.lang(c)
	return h.seeOther(c, "/users", toast{Lang: l, ID: "info", Text: l.T("%s est déconnecté partout.", "%s is signed out everywhere.", u.Name)})
}

type usersDevices struct {
	form
	Person data.User
	Error  string
}

func (usersDevices) Template() string { return "users/devices" }

func (v usersDevices) Title() string {
	return v.T("Appareil perdu par %s ?", "Has %s lost a device?", v.Person.Name)
}

// usersDevices: GET /users/:user/devices asks first.
func (h *handlers) usersDevices(c *fiber.Ctx) error {
	u, err := h.person(c)
	if err != nil {
		return err
	}
	return h.page(c, fiber.StatusOK, usersDevices{form: form{Lang: h.lang(c)}, Person: u})
}

// usersDropDevices: POST /users/:user/devices/delete with the administrator's own
// password takes away all that lets a person in with a device.
func (h *handlers) usersDropDevices(c *fiber.Ctx) error {
	u, err := h.person(c)
	if err != nil {
		return err
	}
	v := usersDevices{form: form{Lang: h.lang(c)}, Person: u}
	if v.Error = h.slow(c, v.form); v.Error != "" {
		return h.page(c, fiber.StatusTooManyRequests, v)
	}
	err = h.Store.Confirm(c.UserContext(), user(c).ID, c.FormValue("current"))
	if errors.As(err, &v.Problems) {
		return h.page(c, fiber.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	h.rightAfterAll(c, nil)
	if err := h.Store.DropDevices(c.UserContext(), u.ID); err != nil {
		return err
	}
	if u.ID == user(c).ID {
		if err := h.signIn(c, u, data.BySession); err != nil {
			return err
		}
	}
	return h.seeOther(c, "/users", toast{Lang: v.Lang, ID: "info",
		Text: v.T("%s se connecte désormais avec son seul mot de passe.", "%s now signs in with their password alone.", u.Name)})
}
