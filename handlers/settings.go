package handlers

import (
	"carnet/i18n"

	"github.com/gofiber/fiber/v2"
)

type settingsIndex struct {
	i18n.Lang
	Admin bool
}

func (settingsIndex) Template() string { return "settings/index" }
func (v settingsIndex) Title() string  { return v.T("Réglages", "Settings") }

// settingsIndex: GET /settings leads to all that can be set.
func (h *handlers) settingsIndex(c *fiber.Ctx) error {
	return h.page(c, fiber.StatusOK, settingsIndex{h.lang(c), user(c).Administers() && !h.Public})
}
