package handlers

import "github.com/gofiber/fiber/v2"

// routes is every address, by noun, with who it is for: everybody above
// signedIn, all who are signed in below it, unless the route itself names those
// who write or who administer. The form of a page posts to the address that
// shows it, a button to its own.
func (h *handlers) routes(app *fiber.App) {
	app.Use(h.log, h.headers, h.local)
	app.Get("/static/:hash/:name", h.staticShow)
	app.Get("/healthz", h.healthShow)
	app.Get("/favicon.ico", h.faviconShow)

	app.Use(h.origin(), h.limits, h.visitors)
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
	app.Get("/clients/new", h.writes, h.clientsNew)
	app.Post("/clients/new", h.writes, h.clientsCreate)
	app.Get("/clients/:client", h.clientsShow)
	app.Get("/clients/:client/edit", h.writes, h.clientsEdit)
	app.Post("/clients/:client/edit", h.writes, h.clientsUpdate)
	app.Get("/clients/:client/delete", h.writes, h.clientsDelete)
	app.Post("/clients/:client/delete", h.writes, h.clientsDestroy)
	app.Post("/clients/:client/restore", h.writes, h.clientsRestore)

	app.Get("/clients/:client/contacts", h.contactsIndex)
	app.Get("/clients/:client/contacts/new", h.writes, h.contactsNew)
	app.Post("/clients/:client/contacts/new", h.writes, h.contactsCreate)
	app.Get("/clients/:client/contacts/:contact/edit", h.writes, h.contactsEdit)
	app.Post("/clients/:client/contacts/:contact/edit", h.writes, h.contactsUpdate)
	app.Get("/clients/:client/contacts/:contact/delete", h.writes, h.contactsDelete)
	app.Post("/clients/:client/contacts/:contact/delete", h.writes, h.contactsDestroy)
	app.Post("/clients/:client/contacts/:contact/restore", h.writes, h.contactsRestore)
	app.Post("/clients/:client/contacts/:contact/favorite", h.writes, h.favoritesUpdate)
	app.Post("/clients/:client/contacts/:contact/main", h.writes, h.mainsUpdate)

	app.Get("/clients/:client/messages/new", h.writes, h.messagesNew)
	app.Post("/clients/:client/messages/new", h.writes, h.messagesCreate)
	app.Post("/clients/:client/recipients/:field", h.writes, h.recipientsIndex)
	app.Get("/clients/:client/drafts", h.writes, h.draftsIndex)
	app.Get("/clients/:client/drafts/:draft", h.writes, h.draftsEdit)
	app.Post("/clients/:client/drafts/:draft", h.writes, h.draftsUpdate)
	app.Post("/clients/:client/drafts/:draft/delete", h.writes, h.draftsDestroy)
	app.Post("/clients/:client/drafts/:draft/restore", h.writes, h.draftsRestore)
	app.Get("/clients/:client/drafts/:draft/attachments", h.writes, h.attachmentsIndex)
	app.Post("/clients/:client/drafts/:draft/attachments", h.writes, h.attachmentsCreate)
	app.Get("/clients/:client/drafts/:draft/attachments/:number", h.writes, h.attachmentsShow)
	app.Post("/clients/:client/drafts/:draft/attachments/:number/delete", h.writes, h.attachmentsDestroy)
	app.Get("/clients/:client/drafts/:draft/preview", h.writes, h.previewsShow)
	app.Get("/clients/:client/drafts/:draft/body", h.writes, h.draftsBody)
	app.Get("/messages", h.messagesIndex)
	app.Get("/messages/:message", h.messagesShow)
	app.Get("/messages/:message/body", h.messagesBody)
	app.Get("/messages/:message/source", h.messagesSource)
	app.Get("/messages/:message/attachments/:number", h.messagesAttachment)
	app.Post("/messages/:message/delivery", h.writes, h.deliveriesUpdate)
	app.Post("/messages/:message/undo", h.writes, h.sendingsUndo)

	app.Get("/settings", h.settingsIndex)
	app.Get("/profile", h.profilesEdit)
	app.Post("/profile", h.profilesUpdate)
	app.Get("/relay", h.administers, h.relaysEdit)
	app.Post("/relay", h.administers, h.relaysUpdate)
	app.Get("/annexes", h.annexesIndex)
	app.Post("/annexes/attachments", h.writes, h.annexesCreate)
	app.Get("/annexes/:annex", h.annexesShow)
	app.Post("/annexes/:annex/delete", h.writes, h.annexesDestroy)
	app.Get("/templates", h.templatesIndex)
	app.Get("/templates/new", h.writes, h.templatesNew)
	app.Post("/templates/new", h.writes, h.templatesCreate)
	app.Get("/templates/:template/edit", h.writes, h.templatesEdit)
	app.Post("/templates/:template/edit", h.writes, h.templatesUpdate)
	app.Post("/templates/:template/delete", h.writes, h.templatesDestroy)
	app.Post("/templates/:template/restore", h.writes, h.templatesRestore)

	app.Get("/trash", h.trashIndex)

	app.Use(func(*fiber.Ctx) error { return fiber.ErrNotFound })
}
