package handlers

import (
	"bytes"
	"errors"
	"image/png"
	"net/url"
	"strings"

	"carnet/data"

	"github.com/gofiber/fiber/v2"
	"github.com/pquerna/otp"
)

// factorsShow is the second factor: off, being set up, or on.
type factorsShow struct {
	form
	zone
	Factor data.Factor
	Secret string // being set up
	Locked bool   // the key of the secrets is another
	Error  string
}

func (factorsShow) Template() string { return "factors/show" }
func (v factorsShow) Title() string  { return v.T("Code à usage unique", "One-time code") }

// CodesLeft is how many codes on paper are left, Codes how many there are at first.
func (v factorsShow) CodesLeft() int { return len(v.Factor.Recovery) }
func (factorsShow) Codes() int       { return data.RecoveryCodes }

// Since is when the factor was turned on.
func (v factorsShow) Since() string { return v.Moment(v.at(v.Factor.Enabled)) }

// Grouped is the secret in groups of four, to be typed.
func (v factorsShow) Grouped() string {
	var b strings.Builder
	for i, r := range v.Secret {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// factorsShow: GET /factor
func (h *handlers) factorsShow(c *fiber.Ctx) error {
	return h.factorPage(c, fiber.StatusOK, factorsShow{form: form{Lang: h.lang(c)}})
}

func (h *handlers) factorPage(c *fiber.Ctx, status int, v factorsShow) (err error) {
	c.Set(fiber.HeaderCacheControl, "no-store")
	v.zone = zoneOf(c)
	if v.Factor, err = h.Store.Factor(c.UserContext(), user(c).ID); err != nil {
		return err
	}
	v.Secret, err = h.Store.NewFactor(c.UserContext(), user(c).ID)
	switch {
	case errors.Is(err, data.ErrKey):
		v.Locked = true
	case err != nil && !errors.Is(err, data.ErrNotFound):
		return err
	}
	return h.page(c, status, v)
}

// factorsCreate: POST /factor/new makes a secret for the app.
func (h *handlers) factorsCreate(c *fiber.Ctx) error {
	return h.withPassword(c, func(password string) error {
		if err := h.Store.BeginFactor(c.UserContext(), user(c).ID, password); err != nil {
			return err
		}
		return h.seeOther(c, "/factor")
	})
}

// withPassword does what the password of who is signed in is asked for, and shows
// the page again if it is wrong.
func (h *handlers) withPassword(c *fiber.Ctx, do func(password string) error) error {
	v := factorsShow{form: form{Lang: h.lang(c)}}
	if v.Error = h.slow(c, v.form); v.Error != "" {
		return h.factorPage(c, fiber.StatusTooManyRequests, v)
	}
	err := do(c.FormValue("current"))
	if errors.As(err, &v.Problems) {
		return h.factorPage(c, fiber.StatusUnprocessableEntity, v)
	}
	h.rightAfterAll(c, nil)
	if errors.Is(err, data.ErrKey) {
		v.Locked = true
		return h.factorPage(c, fiber.StatusConflict, v)
	}
	return err
}

// factorsImage: GET /factor/image is the secret that is being set up, as a QR code
// that apps read.
func (h *handlers) factorsImage(c *fiber.Ctx) error {
	secret, err := h.Store.NewFactor(c.UserContext(), user(c).ID)
	if err != nil {
		return err
	}
	label := url.PathEscape("Carnet:" + user(c).Email)
	k, err := otp.NewKeyFromURL("otpauth://totp/" + label + "?" + url.Values{"secret": {secret}, "issuer": {"Carnet"}}.Encode())
	if err != nil {
		return err
	}
	image, err := k.Image(240, 240)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := png.Encode(&out, image); err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Type("png").Send(out.Bytes())
}

// factorsEnable: POST /factor turns the factor on with a first code. The other
// sessions end, and this one goes on under a new token.
func (h *handlers) factorsEnable(c *fiber.Ctx) error {
	v := factorsShow{form: form{Lang: h.lang(c)}}
	codes, err := h.Store.EnableFactor(c.UserContext(), user(c).ID, c.FormValue("code"), current(c).ID)
	if errors.Is(err, data.ErrNotFound) { // it expired while the code was looked for
		return h.factorPage(c, fiber.StatusConflict, v)
	}
	if errors.Is(err, data.ErrCode) {
		v.Problems = data.Invalid{{Field: "code", Problem: data.Wrong}}
		return h.factorPage(c, fiber.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	if err := h.signIn(c, user(c), data.BySession); err != nil {
		return err
	}
	return h.showCodes(c, v, codes, true)
}

// factorsRecovery: POST /factor/recovery makes new codes for paper.
func (h *handlers) factorsRecovery(c *fiber.Ctx) error {
	return h.withPassword(c, func(password string) error {
		codes, err := h.Store.MakeRecovery(c.UserContext(), user(c).ID, password)
		if err != nil {
			return err
		}
		return h.showCodes(c, factorsShow{form: form{Lang: h.lang(c)}}, codes, false)
	})
}

// factorsDestroy: POST /factor/delete turns the factor off.
func (h *handlers) factorsDestroy(c *fiber.Ctx) error {
	return h.withPassword(c, func(password string) error {
		if err := h.Store.DisableFactor(c.UserContext(), user(c).ID, password); err != nil {
			return err
		}
		if err := h.signIn(c, user(c), data.BySession); err != nil {
			return err
		}
		l := h.lang(c)
		return h.seeOther(c, "/security", toast{Lang: l, ID: "info", Text: l.T("Le code à usage unique est désactivé.", "The one-time code is turned off.")})
	})
}

// factorsCodes are the codes for paper, shown once.
type factorsCodes struct {
	form
	Codes []string
	Fresh bool // the factor has just been turned on
}

func (factorsCodes) Template() string { return "factors/codes" }
func (v factorsCodes) Title() string  { return v.T("Codes de secours", "Recovery codes") }

// Copy is the button that copies them all.
func (v factorsCodes) Copy() copyButton { return copyButton{v.Lang, strings.Join(v.Codes, "\n")} }

func (h *handlers) showCodes(c *fiber.Ctx, v factorsShow, codes []string, fresh bool) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	return h.page(c, fiber.StatusOK, factorsCodes{v.form, codes, fresh})
}
