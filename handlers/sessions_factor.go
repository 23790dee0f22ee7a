package handlers

import (
	"errors"
	"strings"
	"time"

	"carnet/data"
	"carnet/i18n"

	"github.com/gofiber/fiber/v2"
)

// sessionsFactor is the second step of a sign-in.
type sessionsFactor struct {
	i18n.Lang
	Next, Kept string // as sessionsNew
	Error      string
}

func (sessionsFactor) Template() string { return "sessions/factor" }
func (v sessionsFactor) Title() string  { return v.T("Votre code", "Your code") }

// sessionsFactor: GET /session/factor?next= asks who gave their password for a
// code.
func (h *handlers) sessionsFactor(c *fiber.Ctx) error {
	if _, ok := h.steps.look(time.Now(), c.Cookies(h.stepCookie(codeStep))); !ok || user(c).ID != "" {
		return h.seeOther(c, "/session/new")
	}
	return h.page(c, fiber.StatusOK, sessionsFactor{Lang: h.lang(c), Next: c.Query("next")})
}

// sessionsCode: POST /session/factor takes a code of the app or one on paper. Five
// wrong ones, five minutes or a restart, and the password is asked for again.
func (h *handlers) sessionsCode(c *fiber.Ctx) error {
	v := h.signingIn(c)
	again := sessionsFactor{Lang: v.Lang, Next: v.Next, Kept: v.Kept}
	now, code := time.Now(), c.FormValue("code")
	s, ok := h.steps.look(now, c.Cookies(h.stepCookie(codeStep)))
	if ok { // a try is counted against the account first: a step that waits is not used up
		if !h.tries.allow(now, h.remote(c), "code of "+string(s.user)) {
			again.Error = later(c, v.Lang, h.tries.wait(now, h.remote(c), "code of "+string(s.user)))
			return h.page(c, fiber.StatusTooManyRequests, again)
		}
		s, ok = h.steps.try(now, c.Cookies(h.stepCookie(codeStep)))
	}
	u, err := h.stepUser(c, s, ok)
	if errors.Is(err, data.ErrNotFound) {
		h.endStep(c, codeStep)
		v.Error = v.T("Cette étape a expiré : reconnectez-vous.", "This step has expired: sign in again.")
		return h.page(c, fiber.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	by, toasts, err := h.useCode(c, v.Lang, u, code)
	switch {
	case errors.Is(err, data.ErrKey):
		again.Error = v.T("Le serveur ne lit plus le secret de votre application : sa clé a changé. Entrez un code de secours, ou demandez à un administrateur.",
			"The server no longer reads your app’s secret: its key has changed. Enter a recovery code, or ask an administrator.")
	case errors.Is(err, data.ErrCode):
		if err := h.Store.RefuseSession(c.UserContext(), u.ID); err != nil {
			return err
		}
		again.Error = problemWords(v.Lang, data.FieldError{Field: "code", Problem: data.Wrong})
	case err != nil:
		return err
	default:
		h.tries.forget(h.remote(c), "code of "+string(u.ID))
		account, _ := data.AddressKey(u.Email)
		return h.enter(c, u, account, v, by, toasts...)
	}
	return h.page(c, fiber.StatusUnprocessableEntity, again)
}

// stepUser returns whose step it is; ErrNotFound if it is over, or their sessions
// were ended since.
func (h *handlers) stepUser(c *fiber.Ctx, s step, ok bool) (data.User, error) {
	if !ok || s.user == "" {
		return data.User{}, data.ErrNotFound
	}
	u, err := h.Store.User(c.UserContext(), s.user)
	if err == nil && u.Epoch != s.epoch {
		err = data.ErrNotFound
	}
	return u, err
}

// useCode takes six figures for a code of the app, and anything else for one on
// paper, of which it says how many are left.
func (h *handlers) useCode(c *fiber.Ctx, l i18n.Lang, u data.User, code string) (data.Means, []toast, error) {
	if digits := strings.Join(strings.Fields(code), ""); len(digits) == 6 && strings.Trim(digits, "0123456789") == "" {
		return data.ByCode, nil, h.Store.UseCode(c.UserContext(), u.ID, digits)
	}
	left, err := h.Store.UseRecovery(c.UserContext(), u.ID, code)
	if err != nil {
		return "", nil, err
	}
	return data.ByRecovery, []toast{{Lang: l, ID: "info", More: "/factor", Link: l.T("En faire d’autres", "Make new ones"),
		Text: l.N(left, "Il vous reste %d code de secours.", "Il vous reste %d codes de secours.", "You have %d recovery code left.", "You have %d recovery codes left.")}}, nil
}
