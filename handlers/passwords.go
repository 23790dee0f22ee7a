package handlers

import (
	"errors"
	"time"

	"carnet/data"

	"github.com/gofiber/fiber/v2"
)

type passwordsEdit struct {
	form
	Error string
}

func (passwordsEdit) Template() string { return "passwords/edit" }
func (v passwordsEdit) Title() string  { return v.T("Changer de mot de passe", "Change password") }

// passwordsEdit: GET /password
func (h *handlers) passwordsEdit(c *fiber.Ctx) error {
	return h.page(c, fiber.StatusOK, passwordsEdit{form: form{Lang: h.lang(c)}})
}

// passwordsUpdate: POST /password. The other sessions end, and this one goes on
// under a new token.
func (h *handlers) passwordsUpdate(c *fiber.Ctx) error {
	f := form{Lang: h.lang(c)}
	if words := h.slow(c, f); words != "" {
		return h.page(c, fiber.StatusTooManyRequests, passwordsEdit{f, words})
	}
	u, err := h.Store.ChangePassword(c.UserContext(), user(c).ID, c.FormValue("current"), c.FormValue("password"), current(c).ID)
	if errors.As(err, &f.Problems) {
		h.rightAfterAll(c, f.Problems)
		return h.page(c, fiber.StatusUnprocessableEntity, passwordsEdit{form: f})
	}
	if err != nil {
		return err
	}
	h.rightAfterAll(c, nil)
	if err := h.signIn(c, u, data.BySession); err != nil {
		return err
	}
	return h.seeOther(c, "/security", toast{Lang: f.Lang, ID: "info", Text: f.T("Mot de passe changé. Vos autres sessions sont fermées.", "Password changed. Your other sessions are closed.")})
}

// slow counts a try of who is signed in at their own password, which somebody may
// be guessing at a screen left alone; it says how long to wait, or nothing.
func (h *handlers) slow(c *fiber.Ctx, f form) string {
	now, account := time.Now(), ownAccount(c)
	if h.tries.allow(now, h.remote(c), account) {
		return ""
	}
	return later(c, f.Lang, max(h.tries.wait(now, h.remote(c), account), time.Second))
}

// rightAfterAll forgets the tries unless the password is what was wrong.
func (h *handlers) rightAfterAll(c *fiber.Ctx, problems data.Invalid) {
	if problems.Field("current") == nil {
		h.tries.forget(h.remote(c), ownAccount(c))
	}
}

func ownAccount(c *fiber.Ctx) string { return "password of " + string(user(c).ID) }
