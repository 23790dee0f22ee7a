package handlers

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"carnet/data"
	"carnet/mail"

	"github.com/gofiber/fiber/v2"
)

// policy is the Content-Security-Policy of every page: nothing but our own
// files, no inline script or style, and one Trusted Types policy, htmx's.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types htmx"

// log writes a line a request, and turns a panic into an error. It never holds
// an address, a query or a body.
func (h *handlers) log(c *fiber.Ctx) (err error) {
	start := time.Now()
	defer func() {
		if r := recover(); r != nil {
			h.Log.Error("panic", "cause", fmt.Sprint(r), "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", r)
		}
		if err != nil {
			err = h.fail(c, err)
		}
		h.Log.LogAttrs(c.UserContext(), slog.LevelInfo, "request",
			slog.String("method", c.Method()), slog.String("route", c.Route().Path),
			slog.Int("status", c.Response().StatusCode()), slog.Int("bytes", size(c)),
			slog.Duration("took", time.Since(start)))
	}()
	return c.Next()
}

// size is how many bytes an answer has; -1 if they are made as they are sent. A
// stream is not read for it.
func size(c *fiber.Ctx) int {
	if c.Response().IsBodyStream() {
		return c.Response().Header.ContentLength()
	}
	return len(c.Response().Body())
}

// headers are on every answer.
func (h *handlers) headers(c *fiber.Ctx) error {
	h.protect(c)
	return c.Next()
}

// local refuses to a demo that signs everybody in to one book every name but
// those of this machine: another site may have its own name lead here (DNS
// rebinding).
func (h *handlers) local(c *fiber.Ctx) error {
	host := string(c.Request().Host())
	if h.Demo && !h.Public && !mail.Loopback((&url.URL{Host: host}).Hostname()) && (h.PublicURL == nil || host != h.PublicURL.Host) {
		return fiber.ErrForbidden
	}
	return c.Next()
}

// named refuses a name that is not ours, where no proxy stands in front that
// would: what is asked under another name was meant for another site, or leads
// here by a trick. A health check may ask by address.
func (h *handlers) named(c *fiber.Ctx) error {
	if h.OwnHostOnly && h.PublicURL != nil && !sameHost(string(c.Request().Host()), h.PublicURL) && c.Path() != "/healthz" {
		return fiber.ErrMisdirectedRequest
	}
	return c.Next()
}

// sameHost tells whether a Host header names the host and port of a URL.
func sameHost(host string, u *url.URL) bool {
	if strings.EqualFold(host, u.Host) {
		return true
	}
	standard := map[string]string{"https": ":443", "http": ":80"}[u.Scheme]
	return strings.EqualFold(strings.TrimSuffix(host, standard), strings.TrimSuffix(u.Host, standard))
}

// unread answers a request that could not be read, and so reached no route.
func (h *handlers) unread(c *fiber.Ctx, err error) error {
	h.protect(c)
	return h.fail(c, err)
}

func (h *handlers) protect(c *fiber.Ctx) {
	c.Set("Content-Security-Policy", policy)
	c.Set("X-Content-Type-Options", "nosniff")
	c.Set("Referrer-Policy", "same-origin")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	if h.secure() {
		c.Set("Strict-Transport-Security", "max-age=31536000")
	}
	c.Set(fiber.HeaderCacheControl, "private, no-cache")
	c.Vary("HX-Request")
}

// secure tells whether browsers come by https.
func (h *handlers) secure() bool { return h.PublicURL != nil && h.PublicURL.Scheme == "https" }

// origin refuses a request that another site made a browser send: Go's
// CrossOriginProtection, and a request with our cookie that says neither where
// it comes from nor how it was fetched.
func (h *handlers) origin() fiber.Handler {
	guard := http.NewCrossOriginProtection()
	if h.PublicURL != nil {
		// An error is a URL that main has refused already.
		_ = guard.AddTrustedOrigin(h.PublicURL.Scheme + "://" + h.PublicURL.Host)
	}
	return func(c *fiber.Ctx) error {
		switch c.Method() {
		case fiber.MethodGet, fiber.MethodHead:
			return c.Next()
		case fiber.MethodPost:
		default:
			return fiber.ErrMethodNotAllowed
		}
		site, origin := c.Get("Sec-Fetch-Site"), c.Get(fiber.HeaderOrigin)
		r := &http.Request{Method: c.Method(), Host: string(c.Request().Host()), URL: &url.URL{Path: c.Path()}, Header: http.Header{}}
		if site != "" {
			r.Header.Set("Sec-Fetch-Site", site)
		}
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		if err := guard.Check(r); err != nil {
			return fiber.ErrForbidden
		}
		if h.secure() && strings.HasPrefix(origin, "http://") { // Check compares hosts: Host names no scheme
			return fiber.ErrForbidden
		}
		if site == "" && origin == "" && (h.Demo || c.Cookies(h.sessions.name) != "") {
			return fiber.ErrForbidden
		}
		return c.Next()
	}
}

// limits refuses a form with too many fields before it is taken apart, and a
// body that is no form, or is packed: unpacked it may be a thousand times larger.
func (h *handlers) limits(c *fiber.Ctx) error {
	if c.Method() == fiber.MethodPost && isUpload(c) {
		return c.Next() // it is counted as it arrives
	}
	if err := h.large(c); err != nil {
		return err
	}
	body := c.BodyRaw()
	if c.Method() != fiber.MethodPost || len(body) == 0 {
		return c.Next()
	}
	if bytes.Count(body, []byte("&")) >= maxFields {
		return fiber.ErrRequestEntityTooLarge
	}
	if !strings.HasPrefix(c.Get(fiber.HeaderContentType), fiber.MIMEApplicationForm) || c.Get(fiber.HeaderContentEncoding) != "" {
		return fiber.ErrUnsupportedMediaType
	}
	return c.Next()
}

// isUpload tells whether a request brings a file to where files are taken.
func isUpload(c *fiber.Ctx) bool {
	return strings.HasSuffix(c.Path(), "/attachments") && strings.HasPrefix(c.Get(fiber.HeaderContentType), fiber.MIMEMultipartForm)
}

// session reads who is signed in. In a demo everybody is.
func (h *handlers) session(c *fiber.Ctx) error {
	session, err := h.sessions.read(c)
	if err != nil {
		return err
	}
	if !session.IsNew {
		c.Locals(sessionLocal, session)
	}
	h.act(c, "")
	if !session.IsNew || !h.Demo {
		return c.Next()
	}
	u, err := h.Store.FirstUser(c.UserContext())
	if err != nil {
		return err
	}
	if err := h.signIn(c, u, ""); err != nil {
		return err
	}
	return c.Next()
}

// signedIn lets in who is signed in, and asks the others to. A form that was
// posted after the session ran out is kept for after the sign-in.
func (h *handlers) signedIn(c *fiber.Ctx) error {
	if user(c).ID != "" {
		return c.Next()
	}
	if empty, err := h.Store.Empty(c.UserContext()); err != nil {
		return err
	} else if empty {
		return c.Redirect("/setup", fiber.StatusSeeOther)
	}
	if isFragment(c) {
		l := h.lang(c)
		return h.fragment(c, fiber.StatusUnauthorized, nil, say(toast{Lang: l, ID: "session", Bad: true,
			Text: l.T("Votre session a expiré. Vos saisies sont conservées : reconnectez-vous, puis réessayez.",
				"Your session has expired. Your input is kept: sign in again, then try again."),
			More: "/session/new", Link: l.T("Se connecter dans un nouvel onglet", "Sign in in a new tab")})...)
	}
	v := sessionsNew{Lang: h.lang(c), Next: c.OriginalURL()}
	if c.Method() == fiber.MethodPost && !isUpload(c) { // a file is not taken from strangers
		if v.Kept = withoutPassword(string(c.BodyRaw())); v.Kept == "" {
			v.Kept = "&" // a form without fields is to be posted again too
		}
		return h.page(c, fiber.StatusUnauthorized, v)
	}
	if c.Path() == "/" {
		return c.Redirect("/session/new", fiber.StatusSeeOther)
	}
	return c.Redirect("/session/new?next="+url.QueryEscape(c.OriginalURL()), fiber.StatusSeeOther)
}

// writes lets in who may change clients, contacts and mails.
func (h *handlers) writes(c *fiber.Ctx) error {
	if !user(c).Writes() {
		return errRole
	}
	return c.Next()
}

// administers lets in who may change what is the agency's.
func (h *handlers) administers(c *fiber.Ctx) error {
	if h.Public {
		return errClosed
	}
	if !user(c).Administers() {
		return errRole
	}
	return c.Next()
}

// visitors closes to those of a public demo all that is not known to be
// harmless: what sends, signs in, invites, imports or takes a copy.
func (h *handlers) visitors(c *fiber.Ctx) error {
	if h.Public && !openToVisitors(c.Path()) {
		return errClosed
	}
	return c.Next()
}

// openToVisitors tells whether the noun that an address begins with is open in a public
// demo. A new noun is closed until it stands here.
func openToVisitors(path string) bool {
	noun, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch noun {
	case "", "clients", "messages", "annexes", "templates", "trash":
		return true
	}
	switch path { // these alone, not what may come under them
	case "/settings", "/profile", "/preferences":
		return true
	}
	return false
}

// ours tells whether an address is a path of this site, and so safe to send a
// browser to.
func ours(address string) bool {
	return len(address) > 1 && address[0] == '/' && isAlnum(address[1]) &&
		!strings.ContainsAny(address, "\\\r\n\x00")
}

func isAlnum(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9'
}

// theme returns the theme of a request: the user's, else the cookie's.
func theme(c *fiber.Ctx) data.Theme {
	if t := user(c).Theme; t != "" {
		return t
	}
	if t := data.Theme(c.Cookies("theme")); t == data.Light || t == data.Dark {
		return t
	}
	return ""
}
