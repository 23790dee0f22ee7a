package handlers

import (
	"errors"
	"time"

	"carnet/data"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/gofiber/fiber/v2"
)

// sessionsChallenge: POST /session/passkey/challenge answers the script with what
// the device is asked for. Nobody is named: the passkey says whose it is.
func (h *handlers) sessionsChallenge(c *fiber.Ctx) error {
	w := h.relying(c)
	if w == nil {
		return data.ErrState
	}
	now := time.Now()
	if !h.tries.few(now, "challenges from "+data.Network(h.remote(c)), triesNetwork, triesWindow) {
		return c.Status(fiber.StatusTooManyRequests).JSON(fiber.Map{"error": later(c, h.lang(c), triesWindow)})
	}
	request, ceremony, err := w.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return err
	}
	h.beginStep(c, passkeyStep, step{ceremony: ceremony})
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.JSON(request)
}

// sessionsPasskey: POST /session/passkey signs in with a passkey, which is two
// factors by itself: the device, and what it asks of its owner.
func (h *handlers) sessionsPasskey(c *fiber.Ctx) error {
	v := h.signingIn(c)
	u, err := h.usePasskey(c)
	if errors.Is(err, errPasskey) || errors.Is(err, data.ErrReplayed) {
		if u.ID != "" {
			if err := h.Store.RefuseSession(c.UserContext(), u.ID); err != nil {
				return err
			}
		}
		v.Error = v.T("Cette clé d’accès n’est pas reconnue, ou la demande a expiré. Réessayez, ou entrez votre mot de passe.",
			"This passkey is not recognised, or the request has expired. Try again, or enter your password.")
		return h.page(c, fiber.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	account, _ := data.AddressKey(u.Email)
	return h.enter(c, u, account, v, data.ByPasskey)
}

// errPasskey: there was no challenge, or its answer does not hold.
var errPasskey = errors.New("handlers: not the answer of a passkey")

// usePasskey returns the user whose device answered the last challenge of this
// browser. errPasskey for any other answer, data.ErrReplayed for a passkey that
// counts back.
func (h *handlers) usePasskey(c *fiber.Ctx) (data.User, error) {
	s, ok := h.takeStep(c, passkeyStep)
	w := h.relying(c)
	if !ok || w == nil || s.ceremony == nil || s.user != "" {
		return data.User{}, errPasskey
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(c.FormValue("credential")))
	if err != nil {
		return data.User{}, errPasskey
	}
	p, u, err := h.Store.Passkey(c.UserContext(), parsed.RawID)
	if errors.Is(err, data.ErrNotFound) {
		return data.User{}, errPasskey
	}
	if err != nil {
		return data.User{}, err
	}
	_, used, err := w.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
		if string(handle) != string(u.ID) {
			return nil, errPasskey
		}
		return owner{u, []data.Passkey{p}}, nil
	}, *s.ceremony, parsed)
	if err != nil {
		return u, errPasskey
	}
	return u, h.Store.UsePasskey(c.UserContext(), used.ID, used.Authenticator.SignCount, used.Flags.BackupState)
}
