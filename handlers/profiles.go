package handlers

import (
	"errors"
	"strconv"

	"carnet/data"
	"carnet/i18n"

	"github.com/gofiber/fiber/v2"
)

type profilesEdit struct {
	form
	Writes bool // and so has a signature, and a time to undo
}

func (profilesEdit) Template() string { return "profiles/edit" }
func (v profilesEdit) Title() string  { return v.T("Mon profil", "My profile") }

// profilesEdit: GET /profile
func (h *handlers) profilesEdit(c *fiber.Ctx) error {
	u := user(c)
	return h.page(c, fiber.StatusOK, profilesEdit{Writes: u.Writes(), form: form{Lang: h.lang(c), Values: map[string]string{
		"name": u.Name, "signature": u.Signature, "undo": strconv.Itoa(u.UndoSeconds()),
		"language": string(u.Language), "theme": string(u.Theme)}}})
}

// profilesUpdate: POST /profile
func (h *handlers) profilesUpdate(c *fiber.Ctx) error {
	f := h.posted(c, "name", "signature", "undo", "language", "theme")
	p := data.Profile{Name: f.Values["name"], Signature: f.Values["signature"], Undo: f.number("undo"),
		Language: data.Language(f.Values["language"]), Theme: data.Theme(f.Values["theme"])}
	if u := user(c); !u.Writes() { // the form does not ask: what they had as a writer stays
		p.Signature, p.Undo = u.Signature, u.UndoSeconds()
	}
	u, err := h.Store.SetProfile(c.UserContext(), user(c).ID, p)
	if errors.As(err, &f.Problems) {
		return h.page(c, fiber.StatusUnprocessableEntity, profilesEdit{f, user(c).Writes()})
	}
	if err != nil {
		return err
	}
	h.prefer(c, map[string]string{"lang": string(u.Language), "theme": string(u.Theme)})
	if u.Language != "" {
		f.Lang = i18n.Lang(u.Language)
	}
	return h.seeOther(c, "/settings", toast{Lang: f.Lang, ID: "info", Text: f.T("Profil enregistré.", "Profile saved.")})
}

// Most is the longest time to undo a sending, in seconds.
func (profilesEdit) Most() int { return data.MaxUndo }
