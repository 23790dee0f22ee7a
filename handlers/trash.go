package handlers

import (
	"carnet/i18n"
	"carnet/views"

	"github.com/gofiber/fiber/v2"
)

type trashIndex struct {
	i18n.Lang
	Rows   []trashRow
	Writes bool
}

func (trashIndex) Template() string { return "trash/index" }
func (v trashIndex) Title() string  { return v.T("Corbeille", "Trash") }

type trashRow struct {
	Name, What, When string
	Restore          views.Address
	Erase            views.Address // empty: not by this user, or a client
}

// trashIndex: GET /trash, what was deleted last.
func (h *handlers) trashIndex(c *fiber.Ctx) error {
	v, z := trashIndex{Lang: h.lang(c), Writes: user(c).Writes()}, zoneOf(c)
	binned, err := h.Store.Trash(c.UserContext())
	if err != nil {
		return err
	}
	for _, b := range binned {
		row := trashRow{Name: b.Client.Name, What: v.T("Client", "Client"), When: v.Moment(z.at(b.Deleted)),
			Restore: views.Path("clients", b.Client.ID, "restore")}
		if b.Contact != nil {
			row.Name, row.What = b.Contact.Label(), v.T("Contact de %s", "Contact of %s", b.Client.Name)
			row.Restore = views.Path("clients", b.Client.ID, "contacts", b.Contact.ID, "restore")
			if user(c).Administers() {
				row.Erase = views.Path("clients", b.Client.ID, "contacts", b.Contact.ID, "erase")
			}
		}
		v.Rows = append(v.Rows, row)
	}
	return h.page(c, fiber.StatusOK, v)
}
