package handlers

import (
	"crypto/subtle"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"carnet/data"
	"carnet/i18n"
	"carnet/views"

	"github.com/gofiber/fiber/v2"
)

type sessionsNew struct {
	i18n.Lang
	Email string
	Next  string // where to go afterwards
	Kept  string // the form that was posted without a session, as it came
	Error string

	Passkeys bool // can be used here
}

func (sessionsNew) Template() string { return "sessions/new" }
func (v sessionsNew) Title() string  { return v.T("Se connecter", "Sign in") }

// sessionsNew: GET /session/new?next=
func (h *handlers) sessionsNew(c *fiber.Ctx) error {
	if user(c).ID != "" {
		return h.seeOther(c, "/clients")
	}
	if empty, err := h.Store.Empty(c.UserContext()); err != nil {
		return err
	} else if empty {
		return h.seeOther(c, "/setup")
	}
	return h.page(c, fiber.StatusOK, sessionsNew{Lang: h.lang(c), Next: c.Query("next"), Passkeys: h.relying(c) != nil})
}

// sessionsCreate: POST /session/new. A form that was posted without a session
// is given back, to be posted again by its author's own click.
func (h *handlers) sessionsCreate(c *fiber.Ctx) error {
	v := h.signingIn(c)
	account, _ := data.AddressKey(v.Email) // all spellings are one account; what is no address is nobody's
	wait, err := h.tooMany(c, account)
	if err != nil {
		return err
	}
	if wait > 0 {
		v.Error = later(c, v.Lang, wait)
		return h.page(c, fiber.StatusTooManyRequests, v)
	}
	u, err := h.Store.Authenticate(c.UserContext(), v.Email, c.FormValue("password"))
	if errors.Is(err, data.ErrCredentials) {
		v.Error = v.T("Adresse ou mot de passe inconnus. Vérifiez les deux, puis réessayez.", "Unknown address or password. Check both, then try again.")
		return h.page(c, fiber.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	factor, err := h.Store.Factor(c.UserContext(), u.ID)
	if err != nil {
		return err
	}
	if factor.On() {
		return h.oweCode(c, u, v)
	}
	return h.enter(c, u, account, v, data.ByPassword)
}

// signingIn returns what a form of the sign-in says, but for its secrets.
func (h *handlers) signingIn(c *fiber.Ctx) sessionsNew {
	return sessionsNew{Lang: h.lang(c), Email: c.FormValue("email"), Next: c.FormValue("next"), Kept: c.FormValue("kept"),
		Passkeys: h.relying(c) != nil}
}

// tooMany counts a try to sign in to an account, and returns how long to wait for
// the next one; 0 if this one is taken.
func (h *handlers) tooMany(c *fiber.Ctx, account string) (time.Duration, error) {
	now := time.Now()
	if wait := h.tries.wait(now, h.remote(c), account); wait > 0 {
		return wait, nil
	}
	if wait := h.tries.crowd(now, account); wait > 0 {
		known, err := h.Store.Familiar(c.UserContext(), account, h.remote(c))
		if err != nil || !known {
			return wait, err
		}
	}
	if !h.tries.allow(now, h.remote(c), account) {
		return max(h.tries.wait(now, h.remote(c), account), time.Second), nil
	}
	return 0, nil
}

// later says how long to wait before the next try, and to the browser too.
func later(c *fiber.Ctx, l i18n.Lang, wait time.Duration) string {
	seconds := int((wait + time.Second - 1) / time.Second)
	c.Set(fiber.HeaderRetryAfter, strconv.Itoa(seconds))
	if seconds <= 60 {
		return l.N(seconds, "Trop d’essais. Attendez %d seconde, puis réessayez.", "Trop d’essais. Attendez %d secondes, puis réessayez.",
			"Too many tries. Wait %d second, then try again.", "Too many tries. Wait %d seconds, then try again.")
	}
	return l.N((seconds+59)/60, "Trop d’essais. Attendez %d minute, puis réessayez.", "Trop d’essais. Attendez %d minutes, puis réessayez.",
		"Too many tries. Wait %d minute, then try again.", "Too many tries. Wait %d minutes, then try again.")
}

// enter begins the session of who gave all that was asked for, and leads to where
// they wanted to go.
func (h *handlers) enter(c *fiber.Ctx, u data.User, account string, v sessionsNew, by data.Means, toasts ...toast) error {
	h.tries.forget(h.remote(c), account)
	h.endStep(c, codeStep)
	if err := h.signIn(c, u, by); err != nil {
		return err
	}
	if !ours(v.Next) {
		v.Next = "/clients"
	}
	if v.Kept != "" {
		if err := h.flash(c, toasts...); err != nil {
			return err
		}
		return h.page(c, fiber.StatusOK, resume(v))
	}
	return h.seeOther(c, views.Address(v.Next), toasts...)
}

// oweCode asks who gave their password for a code.
func (h *handlers) oweCode(c *fiber.Ctx, u data.User, v sessionsNew) error {
	h.beginStep(c, codeStep, step{user: u.ID, epoch: u.Epoch})
	if v.Kept != "" {
		return h.page(c, fiber.StatusOK, sessionsFactor{Lang: v.Lang, Next: v.Next, Kept: v.Kept})
	}
	if !ours(v.Next) {
		return h.seeOther(c, "/session/factor")
	}
	return h.seeOther(c, views.Address("/session/factor?next="+url.QueryEscape(v.Next)))
}

// sessionsResume gives a form back after the sign-in.
type sessionsResume struct {
	i18n.Lang
	Next   string
	Fields []keptField
}

type keptField struct{ Name, Value string }

func (sessionsResume) Template() string { return "sessions/resume" }
func (v sessionsResume) Title() string  { return v.T("Vous êtes connecté", "You are signed in") }

// resume takes a posted form apart, in its order.
func resume(v sessionsNew) sessionsResume {
	r := sessionsResume{Lang: v.Lang, Next: v.Next}
	for pair := range strings.SplitSeq(v.Kept, "&") {
		name, value, _ := strings.Cut(pair, "=")
		n, err1 := url.QueryUnescape(name)
		x, err2 := url.QueryUnescape(value)
		if err1 == nil && err2 == nil && n != "" {
			r.Fields = append(r.Fields, keptField{n, x})
		}
	}
	return r
}

// sessionsDestroy: POST /session/delete
func (h *handlers) sessionsDestroy(c *fiber.Ctx) error {
	if err := h.signOut(c); err != nil {
		return err
	}
	c.Set("Clear-Site-Data", `"cache"`)
	return h.seeOther(c, "/session/new")
}

type setupNew struct {
	form
	Error string
}

func (setupNew) Template() string { return "setup/new" }
func (v setupNew) Title() string  { return v.T("Bienvenue dans Carnet", "Welcome to Carnet") }

// setupNew: GET /setup, until there is an account.
func (h *handlers) setupNew(c *fiber.Ctx) error {
	if empty, err := h.Store.Empty(c.UserContext()); err != nil {
		return err
	} else if !empty {
		return h.seeOther(c, "/clients")
	}
	return h.page(c, fiber.StatusOK, setupNew{form: form{Lang: h.lang(c)}})
}

// setupCreate: POST /setup. The code was printed when the server started, so
// that a stranger cannot take a fresh book.
func (h *handlers) setupCreate(c *fiber.Ctx) error {
	f := h.posted(c, "code", "agency", "name", "email", "password")
	if !h.tries.allow(time.Now(), h.remote(c), "setup") {
		return h.page(c, fiber.StatusTooManyRequests, setupNew{f, words(f.Lang, fiber.StatusTooManyRequests)})
	}
	typed := strings.ToUpper(strings.TrimSpace(f.Values["code"]))
	if h.SetupCode == "" || subtle.ConstantTimeCompare([]byte(typed), []byte(h.SetupCode)) != 1 {
		f.Problems = data.Invalid{{Field: "code", Problem: data.Malformed}}
		return h.page(c, fiber.StatusUnprocessableEntity, setupNew{form: f})
	}
	u, err := h.Store.SetUp(c.UserContext(), data.Agency{Name: f.Values["agency"]},
		data.User{Name: f.Values["name"], Email: f.Values["email"], Language: data.Language(f.Lang)}, f.Values["password"])
	if errors.As(err, &f.Problems) {
		return h.page(c, fiber.StatusUnprocessableEntity, setupNew{form: f})
	}
	if err != nil {
		return err
	}
	if err := h.signIn(c, u, data.BySetUp); err != nil {
		return err
	}
	return h.seeOther(c, "/clients")
}

// preferencesUpdate: POST /preferences with a language or a theme: kept for
// the user, or in a cookie for who is not signed in.
func (h *handlers) preferencesUpdate(c *fiber.Ctx) error {
	l, t := data.Language(c.FormValue("language")), data.Theme(c.FormValue("theme"))
	if l != "" && l != data.French && l != data.English || t != "" && t != data.Light && t != data.Dark {
		return fiber.ErrBadRequest
	}
	if u := user(c); u.ID != "" {
		if _, err := h.Store.Prefer(c.UserContext(), u.ID, l, t); err != nil {
			return err
		}
	}
	h.prefer(c, map[string]string{"lang": string(l), "theme": string(t)})
	return h.seeOther(c, back(c, "/clients"))
}

// prefer keeps choices in cookies, for the pages of who is not signed in; an empty
// one leaves what was chosen.
func (h *handlers) prefer(c *fiber.Ctx, choices map[string]string) {
	for name, value := range choices {
		if value != "" {
			c.Cookie(&fiber.Cookie{Name: name, Value: value, Path: "/", MaxAge: 365 * 24 * 3600,
				HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode, Secure: h.sessions.options.Secure})
		}
	}
}
