package handlers

import "github.com/gofiber/fiber/v2"

// routes is every address, by noun. The form of a page posts to the address that
// shows it, a button to its own.
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
	app.Get("/clients/:client/drafts", h.draftsIndex)
	app.Get("/clients/:client/drafts/:draft", h.draftsEdit)
	app.Post("/clients/:client/drafts/:draft", h.draftsUpdate)
	app.Post("/clients/:client/drafts/:draft/delete", h.draftsDestroy)
	app.Post("/clients/:client/drafts/:draft/restore", h.draftsRestore)
	app.Get("/clients/:client/drafts/:draft/attachments", h.attachmentsIndex)
	app.Post("/clients/:client/drafts/:draft/attachments", h.attachmentsCreate)
	app.Get("/clients/:client/drafts/:draft/attachments/:number", h.attachmentsShow)
	app.Post("/clients/:client/drafts/:draft/attachments/:number/delete", h.attachmentsDestroy)
	app.Get("/clients/:client/drafts/:draft/preview", h.previewsShow)
	app.Get("/clients/:client/drafts/:draft/body", h.draftsBody)
	app.Get("/messages", h.messagesIndex)
	app.Get("/messages/:message", h.messagesShow)
	app.Get("/messages/:message/body", h.messagesBody)
	app.Get("/messages/:message/source", h.messagesSource)
	app.Get("/messages/:message/attachments/:number", h.messagesAttachment)
	app.Post("/messages/:message/delivery", h.deliveriesUpdate)
	app.Post("/messages/:message/undo", h.sendingsUndo)

	app.Get("/settings", h.settingsIndex)
	app.Get("/profile", h.profilesEdit)
	app.Post("/profile", h.profilesUpdate)
	app.Get("/relay", h.relaysEdit)
	app.Post("/relay", h.relaysUpdate)
	app.Get("/annexes", h.annexesIndex)
	app.Post("/annexes/attachments", h.annexesCreate)
	app.Get("/annexes/:annex", h.annexesShow)
	app.Post("/annexes/:annex/delete", h.annexesDestroy)
	app.Get("/templates", h.templatesIndex)
	app.Get("/templates/new", h.templatesNew)
	app.Post("/templates/new", h.templatesCreate)
	app.Get("/templates/:template/edit", h.templatesEdit)
	app.Post("/templates/:template/edit", h.templatesUpdate)
	app.Post("/templates/:template/delete", h.templatesDestroy)
	app.Post("/templates/:template/restore", h.templatesRestore)

	app.Get("/trash", h.trashIndex)

	app.Use(func(*fiber.Ctx) error { return fiber.ErrNotFound })
}
