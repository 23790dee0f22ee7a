package handlers

import (
	"net/netip"
	"net/url"
	"strings"

	"carnet/data"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/gofiber/fiber/v2"
)

// relying is what passkeys belong to (WebAuthn level 3, 5.1.2): the host of the
// public URL on https, or localhost; nil where browsers offer none.
func (h *handlers) relying(c *fiber.Ctx) *webauthn.WebAuthn {
	site := h.PublicURL
	if site == nil {
		site = &url.URL{Scheme: "http", Host: string(c.Request().Host())}
	}
	host := strings.ToLower(site.Hostname())
	if _, err := netip.ParseAddr(host); err == nil || site.Scheme != "https" && host != "localhost" || h.PublicURL == nil && host != "localhost" {
		return nil
	}
	w, err := webauthn.New(&webauthn.Config{
		RPID: host, RPDisplayName: "Carnet", RPOrigins: []string{site.Scheme + "://" + strings.ToLower(site.Host)},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired},
	})
	if err != nil {
		return nil // a host that no passkey can belong to
	}
	return w
}

// owner is a user with passkeys, as the library wants one.
type owner struct {
	data.User
	keys []data.Passkey
}

func (o owner) WebAuthnID() []byte          { return []byte(o.ID) }
func (o owner) WebAuthnName() string        { return o.Email }
func (o owner) WebAuthnDisplayName() string { return o.Name }

func (o owner) WebAuthnCredentials() []webauthn.Credential {
	out := make([]webauthn.Credential, len(o.keys))
	for i, k := range o.keys {
		out[i] = webauthn.Credential{ID: k.ID, PublicKey: k.Key,
			Flags:         webauthn.CredentialFlags{UserPresent: true, UserVerified: true, BackupEligible: k.Synced, BackupState: k.Copied},
			Authenticator: webauthn.Authenticator{SignCount: k.Count}}
	}
	return out
}
