package handlers

import (
	"crypto/subtle"
	"errors"
	"net/url"
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
	return h.page(c, fiber.StatusOK, sessionsNew{Lang: h.lang(c), Next: c.Query("next")})
}

// sessionsCreate: POST /session/new. A form that was posted without a session
// is given back, to be posted again by its author's own click.
func (h *handlers) sessionsCreate(c *fiber.Ctx) error {
	v := sessionsNew{Lang: h.lang(c), Email: c.FormValue("email"), Next: c.FormValue("next"), Kept: c.FormValue("kept")}
	account, _ := data.AddressKey(v.Email) // all spellings are one account; what is no address is nobody's
	if !h.tries.allow(time.Now(), h.remote(c), account) {
		v.Error = words(v.Lang, fiber.StatusTooManyRequests)
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
	h.tries.forget(h.remote(c), account)
	if err := h.signIn(c, u); err != nil {
		return err
	}
	if !ours(v.Next) {
		v.Next = "/clients"
	}
	if v.Kept != "" {
		return h.page(c, fiber.StatusOK, resume(v))
	}
	return h.seeOther(c, views.Address(v.Next))
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
	if err := h.signIn(c, u); err != nil {
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
	for name, value := range map[string]string{"lang": string(l), "theme": string(t)} {
		if value != "" {
			c.Cookie(&fiber.Cookie{Name: name, Value: value, Path: "/", MaxAge: 365 * 24 * 3600,
				HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode, Secure: h.sessions.options.Secure})
		}
	}
	return h.seeOther(c, back(c, "/clients"))
}
