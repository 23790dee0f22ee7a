package handlers

import "github.com/gofiber/fiber/v2"

// routes is every address, by noun. A form posts to the address that shows it.
func (h *handlers) routes(app *fiber.App) {
	app.Use(h.log, h.headers, h.local)
	app.Get("/static/:hash/:name", h.staticShow)
	app.Get("/healthz", h.healthShow)
	app.Get("/favicon.ico", h.faviconShow)

	app.Use(h.origin(), h.limits)
	app.Get("/setup", h.setupNew)
	app.Post("/setup", h.setupCreate)

	app.Use(h.session)
	app.Get("/session/new", h.sessionsNew)
	app.Post("/session/new", h.sessionsCreate)
	app.Post("/session/delete", h.sessionsDestroy)
	app.Post("/preferences", h.preferencesUpdate)

	app.Use(h.signedIn)
	app.Get("/", h.home)

	app.Get("/clients", h.clientsIndex)
	app.Get("/clients/new", h.clientsNew)
	app.Post("/clients/new", h.clientsCreate)
	app.Get("/clients/:client", h.clientsShow)
	app.Get("/clients/:client/edit", h.clientsEdit)
	app.Post("/clients/:client/edit", h.clientsUpdate)
	app.Get("/clients/:client/delete", h.clientsDelete)
	app.Post("/clients/:client/delete", h.clientsDestroy)
	app.Post("/clients/:client/restore", h.clientsRestore)

	app.Get("/clients/:client/contacts", h.contactsIndex)
	app.Get("/clients/:client/contacts/new", h.contactsNew)
	app.Post("/clients/:client/contacts/new", h.contactsCreate)
	app.Get("/clients/:client/contacts/:contact/edit", h.contactsEdit)
	app.Post("/clients/:client/contacts/:contact/edit", h.contactsUpdate)
	app.Get("/clients/:client/contacts/:contact/delete", h.contactsDelete)
	app.Post("/clients/:client/contacts/:contact/delete", h.contactsDestroy)
	app.Post("/clients/:client/contacts/:contact/restore", h.contactsRestore)
	app.Post("/clients/:client/contacts/:contact/favorite", h.favoritesUpdate)
	app.Post("/clients/:client/contacts/:contact/main", h.mainsUpdate)

	app.Get("/clients/:client/messages/new", h.messagesNew)
	app.Post("/clients/:client/messages/new", h.messagesCreate)
	app.Post("/clients/:client/recipients/:field", h.recipientsIndex)
	app.Get("/messages", h.messagesIndex)
	app.Get("/messages/:message", h.messagesShow)
	app.Get("/messages/:message/source", h.messagesSource)
	app.Post("/messages/:message/delivery", h.deliveriesUpdate)

	app.Get("/trash", h.trashIndex)

	app.Use(func(*fiber.Ctx) error { return fiber.ErrNotFound })
}
