// Package handlers is HTTP: an address in, a page or a fragment out. routes.go
// holds every address; a noun's handlers stand in the file of its name.
package handlers

import (
	"log/slog"
	"net/url"
	"sync"
	"time"

	"carnet/data"
	"carnet/i18n"
	"carnet/mail"
	"carnet/static"
	"carnet/views"

	"github.com/gofiber/fiber/v2"
)

// Config is what the handlers need.
type Config struct {
	Store     *data.Store
	Log       *slog.Logger
	PublicURL *url.URL   // where browsers find Carnet; nil: wherever they say
	InClear   bool       // others come by plain http: warn of it
	Demo      bool       // sign everybody in, and say that nothing leaves
	SetupCode string     // asked of who makes the first account
	Post      *mail.Post // how mails leave
}

// Limits of a request.
const (
	maxBody   = 256 << 10
	maxFields = 1000 // of a form
)

// New returns the application. An error is a broken template or asset.
func New(cfg Config) (*fiber.App, error) {
	assets, err := static.New()
	if err != nil {
		return nil, err
	}
	h := &handlers{Config: cfg, assets: assets, views: views.New(assets.Path), kept: newKept(), tries: newTries(), steps: newSteps()}
	if err := h.views.Load(); err != nil {
		return nil, err
	}
	if err := h.rehearse(); err != nil {
		return nil, err
	}
	h.sessions = newSessions(cfg.Store, cfg.PublicURL)
	app := fiber.New(fiber.Config{
		AppName:                      "Carnet",
		Views:                        h.views,
		ErrorHandler:                 h.unread,
		Immutable:                    true, // what a handler keeps must not change under it
		DisableStartupMessage:        true,
		ReadTimeout:                  15 * time.Second,
		WriteTimeout:                 30 * time.Second,
		IdleTimeout:                  60 * time.Second,
		BodyLimit:                    maxBody, // read beforehand; what is larger is a stream (limits)
		StreamRequestBody:            true,
		DisablePreParseMultipartForm: true,
		ReadBufferSize:               16 << 10,
		Concurrency:                  4096,
		// No proxy is believed: addresses in pages are relative or of PublicURL.
		EnableTrustedProxyCheck: true,
	})
	app.Hooks().OnShutdown(func() error { h.posting.Wait(); return nil })
	h.routes(app)
	return app, nil
}

type handlers struct {
	Config
	assets   *static.Assets
	views    *views.Views
	sessions *sessionStore
	kept     *kept
	tries    *tries
	typed    typed
	steps    *steps
	posting  sync.WaitGroup // notices on their way
}

// lang returns the language of a request: the user's choice, else the cookie's,
// else the browser's, else French.
func (h *handlers) lang(c *fiber.Ctx) i18n.Lang {
	if u := user(c); u.Language != "" {
		return i18n.Lang(u.Language)
	}
	if l := i18n.Lang(c.Cookies("lang")); l == i18n.French || l == i18n.English {
		return l
	}
	return i18n.Parse(c.Get(fiber.HeaderAcceptLanguage))
}
