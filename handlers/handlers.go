// Package handlers is HTTP: an address in, a page or a fragment out. routes.go
// holds every address; a noun's handlers stand in the file of its name.
package handlers

import (
	"log/slog"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"carnet/data"
	"carnet/i18n"
	"carnet/mail"
	"carnet/static"
	"carnet/views"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// Config is what the handlers need.
type Config struct {
	Store     *data.Store
	Log       *slog.Logger
	PublicURL *url.URL   // where browsers find Carnet; nil: wherever they say
	InClear   bool       // others come by plain http: warn of it
	Demo      bool       // sign everybody in, and say that nothing leaves
	Public    bool       // the demo is a stranger's own copy, and closed where it could reach others
	SetupCode string     // asked of who makes the first account
	Post      *mail.Post // how mails leave

	TrustedProxies []netip.Prefix // whose X-Forwarded-For is believed; of no IPv4-mapped addresses
	OwnHostOnly    bool           // answer under the host of PublicURL alone: no proxy stands in front
}

// Limits of a request.
const (
	maxBody   = 256 << 10
	maxFields = 1000 // of a form

	readTimeout   = 15 * time.Second // of a request but a file's, whose bytes may take longer (arriving)
	writeTimeout  = 30 * time.Second // of an answer but a file
	idleTimeout   = 60 * time.Second // between two requests
	slowestReader = 64 << 10         // bytes a second, of who downloads a file
)

// New returns the application. An error is a broken template or asset.
func New(cfg Config) (*fiber.App, error) {
	s, err := newSite()
	if err != nil {
		return nil, err
	}
	return s.app(cfg), nil
}

// site is what the applications of one process share, and nobody changes.
type site struct {
	assets *static.Assets
	views  *views.Views
}

func newSite() (site, error) {
	assets, err := static.New()
	if err != nil {
		return site{}, err
	}
	s := site{assets, views.New(assets.Path)}
	if err := s.views.Load(); err != nil {
		return site{}, err
	}
	return s, s.rehearse()
}

// app returns an application of its own on a book of its own: nothing that it
// keeps is another's.
func (s site) app(cfg Config) *fiber.App {
	h := s.handlers(cfg)
	app := h.blank()
	app.Hooks().OnShutdown(func() error { h.posting.Wait(); return nil })
	h.routes(app)
	return app
}

func (s site) handlers(cfg Config) *handlers {
	h := &handlers{Config: cfg, site: s, sessions: newSessions(cfg.Store, cfg.PublicURL), tries: newTries(), rates: newRates(), steps: newSteps()}
	if cfg.Public {
		h.kept = newKept(visitorRows, visitorWholes)
	} else {
		h.kept = newKept(keptRows, keptWholes)
	}
	return h
}

// blank returns an application without routes.
func (h *handlers) blank() *fiber.App {
	app := fiber.New(fiber.Config{
		AppName:                      "Carnet",
		Views:                        h.views,
		ErrorHandler:                 h.unread,
		Immutable:                    true, // what a handler keeps must not change under it
		DisableStartupMessage:        true,
		ReadTimeout:                  readTimeout,
		WriteTimeout:                 writeTimeout,
		IdleTimeout:                  idleTimeout,
		BodyLimit:                    maxBody, // read beforehand; what is larger is a stream (limits)
		StreamRequestBody:            true,
		DisablePreParseMultipartForm: true,
		ReadBufferSize:               16 << 10,
		Concurrency:                  4096,
		// Fiber believes no proxy: addresses in pages are relative or of
		// PublicURL, and remote says who asks.
		EnableTrustedProxyCheck: true,
	})
	app.Server().FormValueFunc = posted
	// At the first Render, Fiber notes without a lock what it reads again where a
	// request cannot be read: it does so here, before there are any requests.
	c := app.AcquireCtx(&fasthttp.RequestCtx{})
	defer app.ReleaseCtx(c)
	_ = c.Render(shell{}.Template(), shell{}) // rehearse has drawn it
	return app
}

// posted is a field of a form as it was posted: fasthttp would look in the query
// first, so that an address that somebody was given could fill a form in.
func posted(c *fasthttp.RequestCtx, name string) []byte { return c.PostArgs().Peek(name) }

type handlers struct {
	Config
	site
	sessions *sessionStore
	kept     *kept
	tries    *tries
	rates    *rates
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
