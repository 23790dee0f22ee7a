package handlers

import (
	"context"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"carnet/data"
	"carnet/i18n"
	"carnet/mail"

	"github.com/gofiber/fiber/v2"
)

// DemoConfig is what a public demo needs.
type DemoConfig struct {
	Config // of every application: without a Store and a Post, which are each visitor's
	From   data.Mailbox

	// Open opens a new book, and returns what closes and erases it.
	Open func(context.Context) (*data.Store, func() error, error)
}

// Demo is a public demo: each visitor has an application of their own, on a book
// of their own, and whoever has none is offered one. Only a click makes one: no
// crawler or preview of a link does.
type Demo struct {
	*fiber.App
	handlers *handlers // of those who have no book: it has no store
	visitors *visitors
	cfg      DemoConfig
	cookie   string
}

// NewDemo returns a public demo. An error is a broken template or asset.
func NewDemo(cfg DemoConfig) (*Demo, error) {
	s, err := newSite()
	if err != nil {
		return nil, err
	}
	cfg.Demo, cfg.Public = true, true
	d := &Demo{cfg: cfg, cookie: "demo", handlers: s.handlers(cfg.Config)}
	if d.handlers.sessions.options.Secure {
		d.cookie = "__Host-demo"
	}
	d.visitors = newVisitors()
	d.App = d.handlers.blank()
	d.routes()
	return d, nil
}

// routes is every address of a demo that is not of a visitor's own application.
func (d *Demo) routes() {
	h := d.handlers
	d.Use(d.forward)
	d.Use(h.log, h.headers, h.strict, h.named)
	d.Get("/static/:hash/:name", h.staticShow)
	d.Get("/healthz", func(c *fiber.Ctx) error { return c.SendString("ok\n") })
	d.Get("/favicon.ico", h.faviconShow)

	d.Use(h.origin(), h.limits)
	d.Get("/demo", d.demosNew)
	d.Post("/demo", d.demosCreate)
	d.Post("/demo/delete", d.demosDestroy)
	d.Post("/preferences", h.preferencesUpdate)
	d.Use(d.stranger)
}

// Run erases what nobody uses any more, until ctx ends.
func (d *Demo) Run(ctx context.Context) { d.visitors.run(ctx) }

// Close erases all books, after the requests under way.
func (d *Demo) Close() { d.visitors.close() }

// begin makes a visitor with a book of their own, in the language and the theme
// of who asks for it.
func (d *Demo) begin(c *fiber.Ctx) (*visitor, error) {
	ctx := c.UserContext()
	store, erase, err := d.cfg.Open(ctx)
	if err != nil {
		return nil, err
	}
	post, err := mail.NewPost(ctx, store, d.cfg.Log, &mail.Route{Outgoing: mail.Captured, From: d.cfg.From})
	if err == nil {
		err = prefer(ctx, store, data.Language(d.handlers.lang(c)), theme(c))
	}
	if err != nil {
		return nil, errors.Join(err, erase())
	}
	own := d.cfg.Config
	own.Store, own.Post = store, post
	app := d.handlers.site.app(own)
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		post.Run(working)
	}()
	return &visitor{serve: app.Handler(), end: func() {
		stop()
		<-stopped
		if err := erase(); err != nil {
			d.cfg.Log.Error("a visitor's book was not erased", "cause", err)
		}
	}}, nil
}

func prefer(ctx context.Context, store *data.Store, l data.Language, t data.Theme) error {
	u, err := store.FirstUser(ctx)
	if err != nil {
		return err
	}
	_, err = store.Prefer(ctx, u.ID, l, t)
	return err
}

// forward hands a request over to the application of who sends it.
func (d *Demo) forward(c *fiber.Ctx) error {
	if path := c.Path(); path == "/demo" || strings.HasPrefix(path, "/demo/") {
		return c.Next()
	}
	x := d.visitors.hold(c.Cookies(d.cookie))
	if x == nil {
		return c.Next()
	}
	defer d.visitors.release(x)
	x.serve(c.Context())
	return nil
}

type demosNew struct {
	i18n.Lang
	Running bool // there is a book already
	Erased  bool // there was one
	Wait    int  // minutes, for who began too many
}

func (demosNew) Template() string { return "demos/new" }
func (v demosNew) Title() string {
	if v.Running {
		return v.T("Votre démo", "Your demo")
	}
	return v.T("Essayer Carnet", "Try Carnet")
}

// demosFull says that there is no place.
type demosFull struct {
	i18n.Lang
	Wait int // minutes
}

func (demosFull) Template() string { return "demos/full" }
func (v demosFull) Title() string  { return v.T("La démo est complète", "The demo is full") }

// offer is the page of who has no book, or leaves the one there is.
func (d *Demo) offer(c *fiber.Ctx) demosNew {
	v := demosNew{Lang: d.handlers.lang(c)}
	if token := c.Cookies(d.cookie); token != "" {
		v.Running = d.visitors.knows(token)
		v.Erased = !v.Running
	}
	return v
}

// demosNew: GET /demo
func (d *Demo) demosNew(c *fiber.Ctx) error {
	return d.handlers.page(c, fiber.StatusOK, d.offer(c))
}

// demosCreate: POST /demo begins a book, in place of the one there is.
func (d *Demo) demosCreate(c *fiber.Ctx) error {
	token, err := d.visitors.open(d.handlers.remote(c), c.Cookies(d.cookie), func() (*visitor, error) { return d.begin(c) })
	var none errVisitors
	if errors.As(err, &none) {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(math.Ceil(none.wait.Seconds()))))
		wait := int(math.Ceil(none.wait.Minutes()))
		if none.full {
			return d.handlers.page(c, fiber.StatusServiceUnavailable, demosFull{d.handlers.lang(c), wait})
		}
		v := d.offer(c)
		v.Erased, v.Wait = false, wait
		return d.handlers.page(c, fiber.StatusTooManyRequests, v)
	}
	if err != nil {
		return err
	}
	d.remember(c, token, int(visitorLife/time.Second))
	return d.handlers.seeOther(c, "/clients")
}

// demosDestroy: POST /demo/delete erases the book.
func (d *Demo) demosDestroy(c *fiber.Ctx) error {
	d.visitors.leave(c.Cookies(d.cookie))
	d.remember(c, "", -1)
	c.Set("Clear-Site-Data", `"cache"`)
	return d.handlers.seeOther(c, "/demo")
}

func (d *Demo) remember(c *fiber.Ctx, token string, seconds int) {
	c.Cookie(&fiber.Cookie{Name: d.cookie, Value: token, Path: "/", MaxAge: seconds, HTTPOnly: true,
		SameSite: fiber.CookieSameSiteLaxMode, Secure: d.handlers.sessions.options.Secure})
}

// stranger answers who has no book, whatever they ask for.
func (d *Demo) stranger(c *fiber.Ctx) error {
	l := d.handlers.lang(c)
	switch {
	case isFragment(c):
		return d.handlers.fragment(c, fiber.StatusUnauthorized, nil, say(toast{Lang: l, ID: "session", Bad: true,
			Text: l.T("Votre démo a été effacée.", "Your demo was erased."),
			More: "/demo", Link: l.T("En commencer une autre", "Begin another one")})...)
	case c.Method() == fiber.MethodPost:
		return d.handlers.page(c, fiber.StatusGone, demosNew{Lang: l, Erased: true})
	}
	return c.Redirect("/demo", fiber.StatusSeeOther)
}
