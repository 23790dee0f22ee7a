package handlers

import (
	"errors"
	"strconv"

	"carnet/data"

	"github.com/gofiber/fiber/v2"
)

type profilesEdit struct{ form }

func (profilesEdit) Template() string { return "profiles/edit" }
func (v profilesEdit) Title() string  { return v.T("Mon profil", "My profile") }

// profilesEdit: GET /profile
func (h *handlers) profilesEdit(c *fiber.Ctx) error {
	u := user(c)
	return h.page(c, fiber.StatusOK, profilesEdit{form{Lang: h.lang(c), Values: map[string]string{
		"name": u.Name, "signature": u.Signature, "undo": strconv.Itoa(u.UndoSeconds())}}})
}

// profilesUpdate: POST /profile
func (h *handlers) profilesUpdate(c *fiber.Ctx) error {
	f := h.posted(c, "name", "signature", "undo")
	_, err := h.Store.SetProfile(c.UserContext(), user(c).ID, f.Values["name"], f.Values["signature"], f.number("undo"))
	if errors.As(err, &f.Problems) {
		return h.page(c, fiber.StatusUnprocessableEntity, profilesEdit{f})
	}
	if err != nil {
		return err
	}
	return h.seeOther(c, "/settings", toast{Lang: f.Lang, ID: "info", Text: f.T("Profil enregistré.", "Profile saved.")})
}

// Most is the longest time to undo a sending, in seconds.
func (profilesEdit) Most() int { return data.MaxUndo }
