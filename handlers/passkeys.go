package handlers

import (
	"errors"

	"carnet/data"
	"carnet/views"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/gofiber/fiber/v2"
)

type passkeysIndex struct {
	form
	zone
	Open     bool // they can be used here
	Passkeys []data.Passkey
	Error    string
}

func (passkeysIndex) Template() string { return "passkeys/index" }
func (v passkeysIndex) Title() string  { return v.T("Clés d’accès", "Passkeys") }

// When says when a passkey was made, and last used.
func (v passkeysIndex) When(p data.Passkey) string {
	made := v.Date(v.at(p.Created))
	if p.Used.IsZero() {
		return v.T("Ajoutée le %s · jamais utilisée", "Added %s · never used", made)
	}
	return v.T("Ajoutée le %s · utilisée le %s", "Added %s · last used %s", made, v.Moment(v.at(p.Used)))
}

// Most is how many passkeys a user has at most.
func (passkeysIndex) Most() int { return data.MaxPasskeys }

// passkeysIndex: GET /passkeys
func (h *handlers) passkeysIndex(c *fiber.Ctx) error {
	return h.passkeysPage(c, fiber.StatusOK, passkeysIndex{form: form{Lang: h.lang(c)}})
}

func (h *handlers) passkeysPage(c *fiber.Ctx, status int, v passkeysIndex) (err error) {
	v.zone, v.Open = zoneOf(c), h.relying(c) != nil
	if v.Passkeys, err = h.Store.Passkeys(c.UserContext(), user(c).ID); err != nil {
		return err
	}
	return h.page(c, status, v)
}

// passkeysChallenge: POST /passkeys/challenge answers the script with what the
// device is asked for, once the password is right.
func (h *handlers) passkeysChallenge(c *fiber.Ctx) error {
	f, w := form{Lang: h.lang(c)}, h.relying(c)
	if w == nil {
		return data.ErrState
	}
	if words := h.slow(c, f); words != "" {
		return c.Status(fiber.StatusTooManyRequests).JSON(fiber.Map{"error": words})
	}
	name := c.FormValue("name")
	err := h.Store.CheckPasskey(c.UserContext(), user(c).ID, &name, c.FormValue("current"))
	if errors.As(err, &f.Problems) {
		h.rightAfterAll(c, f.Problems)
		first := f.Problems[0]
		return c.Status(fiber.StatusUnprocessableEntity).JSON(fiber.Map{"error": problemWords(f.Lang, first)})
	}
	if err != nil {
		return err
	}
	h.rightAfterAll(c, nil)
	o := owner{User: user(c)}
	if o.keys, err = h.Store.Passkeys(c.UserContext(), o.ID); err != nil {
		return err
	}
	creation, ceremony, err := w.BeginRegistration(o, webauthn.WithExclusions(webauthn.Credentials(o.WebAuthnCredentials()).CredentialDescriptors()))
	if err != nil {
		return err
	}
	h.beginStep(c, passkeyStep, step{user: o.ID, epoch: o.Epoch, ceremony: ceremony, name: name})
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.JSON(creation)
}

// passkeysCreate: POST /passkeys keeps the passkey that the device made for the
// last challenge of this browser and user.
func (h *handlers) passkeysCreate(c *fiber.Ctx) error {
	v, w := passkeysIndex{form: h.posted(c, "name")}, h.relying(c)
	if c.FormValue("credential") == "" {
		return h.passkeysUnscripted(c, v)
	}
	s, ok := h.takeStep(c, passkeyStep)
	o := owner{User: user(c)}
	if !ok || w == nil || s.ceremony == nil || s.user != o.ID || s.epoch != o.Epoch {
		v.Error = v.T("La demande a expiré. Rien n’a été ajouté : réessayez.", "The request has expired. Nothing was added: try again.")
		return h.passkeysPage(c, fiber.StatusUnprocessableEntity, v)
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(c.FormValue("credential")))
	var made *webauthn.Credential
	if err == nil {
		made, err = w.CreateCredential(o, *s.ceremony, parsed)
	}
	if err != nil {
		v.Error = v.T("Votre appareil a donné une clé que Carnet ne peut pas vérifier. Rien n’a été ajouté : réessayez, ou prenez un autre appareil.", "Your device gave a key that Carnet cannot verify. Nothing was added: try again, or take another device.")
		return h.passkeysPage(c, fiber.StatusUnprocessableEntity, v)
	}
	err = h.Store.AddPasskey(c.UserContext(), data.Passkey{ID: made.ID, User: o.ID, Name: s.name, Key: made.PublicKey,
		Count: made.Authenticator.SignCount, Synced: made.Flags.BackupEligible, Copied: made.Flags.BackupState})
	switch {
	case errors.As(err, &v.Problems):
		return h.passkeysPage(c, fiber.StatusUnprocessableEntity, v)
	case err != nil:
		return err
	}
	return h.seeOther(c, "/passkeys", toast{Lang: v.Lang, ID: "info", Text: v.T("Clé d’accès ajoutée.", "Passkey added.")})
}

// passkeysUnscripted answers a form that came without its script.
func (h *handlers) passkeysUnscripted(c *fiber.Ctx, v passkeysIndex) error {
	if v.Error = h.slow(c, v.form); v.Error != "" {
		return h.passkeysPage(c, fiber.StatusTooManyRequests, v)
	}
	name := c.FormValue("name")
	err := h.Store.CheckPasskey(c.UserContext(), user(c).ID, &name, c.FormValue("current"))
	if err != nil && !errors.As(err, &v.Problems) {
		return err
	}
	h.rightAfterAll(c, v.Problems)
	v.Error = v.T("Pour ajouter une clé d’accès, il faut JavaScript.", "Adding a passkey needs JavaScript.")
	return h.passkeysPage(c, fiber.StatusUnprocessableEntity, v)
}

type passkeysDelete struct {
	form
	Passkey data.Passkey
	Error   string
}

func (passkeysDelete) Template() string { return "passkeys/delete" }
func (v passkeysDelete) Title() string {
	return v.T("Retirer la clé « %s » ?", "Remove the passkey “%s”?", v.Passkey.Name)
}

// passkey returns one of one's own passkeys.
func (h *handlers) passkey(c *fiber.Ctx) (data.Passkey, error) {
	all, err := h.Store.Passkeys(c.UserContext(), user(c).ID)
	if err != nil {
		return data.Passkey{}, err
	}
	for _, p := range all {
		if p.Handle() == c.Params("passkey") {
			return p, nil
		}
	}
	return data.Passkey{}, data.ErrNotFound
}

// passkeysDelete: GET /passkeys/:passkey/delete
func (h *handlers) passkeysDelete(c *fiber.Ctx) error {
	p, err := h.passkey(c)
	if err != nil {
		return err
	}
	return h.page(c, fiber.StatusOK, passkeysDelete{form: form{Lang: h.lang(c)}, Passkey: p})
}

// passkeysDestroy: POST /passkeys/:passkey/delete
func (h *handlers) passkeysDestroy(c *fiber.Ctx) error {
	p, err := h.passkey(c)
	if err != nil {
		return err
	}
	v := passkeysDelete{form: form{Lang: h.lang(c)}, Passkey: p}
	if v.Error = h.slow(c, v.form); v.Error != "" {
		return h.page(c, fiber.StatusTooManyRequests, v)
	}
	err = h.Store.DeletePasskey(c.UserContext(), user(c).ID, p.Handle(), c.FormValue("current"))
	if errors.As(err, &v.Problems) {
		return h.page(c, fiber.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	h.rightAfterAll(c, nil)
	return h.seeOther(c, views.Path("passkeys"), toast{Lang: v.Lang, ID: "info", Text: v.T("Clé d’accès retirée.", "Passkey removed.")})
}
