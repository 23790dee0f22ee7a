package handlers

import (
	"net/url"

	"carnet/views"

	"github.com/gofiber/fiber/v2"
)

// favoritesUpdate: POST /clients/:client/contacts/:contact/favorite with the
// state wanted. It answers with the star that was clicked, and changes the
// others of this contact, the count and the block beside it.
func (h *handlers) favoritesUpdate(c *fiber.Ctx) error {
	id, err := clientID(c)
	if err != nil {
		return err
	}
	contact, err := contactID(c)
	if err != nil {
		return err
	}
	wanted := c.FormValue("favorite")
	if wanted != "0" && wanted != "1" {
		return fiber.ErrBadRequest
	}
	saved, tally, err := h.Store.Star(c.UserContext(), id, contact, wanted == "1")
	if err != nil {
		return err
	}
	l := h.lang(c)
	text := l.T("%s n’est plus en favori.", "%s is no longer a favorite.", saved.Label())
	if saved.Favorite {
		text = l.T("%s est maintenant en favori.", "%s is now a favorite.", saved.Label())
	}
	if !isFragment(c) {
		return h.seeOther(c, back(c, views.Path("clients", id)), toast{Lang: l, ID: "info", Text: text})
	}
	count, err := h.row(contactsCount{l, tally}, "", tally.Contacts, tally.Favorites)
	if err != nil {
		return err
	}
	besides := []partial{besideHTML("contacts-count", count), live(text)}
	for _, star := range []string{"contacts-star", "contacts-mini-star"} {
		html, err := h.row(contactsStar{l, saved, star}, contact, star, saved.Version, saved.Favorite)
		if err != nil {
			return err
		}
		besides = append(besides, besideHTML(star+"-"+string(contact), html))
	}
	return h.fragment(c, fiber.StatusOK, nil, besides...)
}

// back returns the page of ours that a form was on, or another. A row that is
// kept for all pages cannot name the one that it stands on: the browser does.
func back(c *fiber.Ctx, otherwise views.Address) views.Address {
	if n := c.FormValue("next"); ours(n) {
		return views.Address(n)
	}
	if from, err := url.Parse(c.Get(fiber.HeaderReferer)); err == nil && ours(from.RequestURI()) {
		return views.Address(from.RequestURI())
	}
	return otherwise
}
