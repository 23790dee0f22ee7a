package handlers

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"carnet/data/demo"

	"github.com/fxamacker/cbor/v2"
)

// device is an authenticator of its own: it makes one passkey (ES256, attestation
// "none") and signs with it, as WebAuthn level 3 says.
type device struct {
	t      *testing.T
	origin string
	key    *ecdsa.PrivateKey
	id     []byte
	user   string
	count  uint32
	flags  byte // beside attested data: 0x05 is present and verified
}

func newDevice(t *testing.T) *device {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &device{t: t, origin: "http://localhost", key: key, id: []byte("credential " + rand.Text()), flags: 0x05}
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// options are what the server asks a device for.
type options struct {
	PublicKey struct {
		Challenge string `json:"challenge"`
		RPID      string `json:"rpId"`
		RP        struct {
			ID string `json:"id"`
		} `json:"rp"`
		User struct {
			ID string `json:"id"`
		} `json:"user"`
		UserVerification string `json:"userVerification"`
	} `json:"publicKey"`
}

func (d *device) client(kind, challenge string) []byte {
	return []byte(`{"type":"` + kind + `","challenge":"` + challenge + `","origin":"` + d.origin + `","crossOrigin":false}`)
}

func (d *device) data(rp string, flags byte) []byte {
	hash := sha256.Sum256([]byte(rp))
	d.count++
	return binary.BigEndian.AppendUint32(append(hash[:], flags), d.count)
}

func (d *device) encode(v any) []byte {
	b, err := cbor.Marshal(v)
	if err != nil {
		d.t.Fatal(err)
	}
	return b
}

// create answers a challenge with a new passkey.
func (d *device) create(o options) string {
	d.user = o.PublicKey.User.ID
	point := func(n *big.Int) []byte { return n.FillBytes(make([]byte, 32)) }
	key := d.encode(map[int]any{1: 2, 3: -7, -1: 1, -2: point(d.key.X), -3: point(d.key.Y)})
	auth := append(d.data(o.PublicKey.RP.ID, d.flags|0x40), make([]byte, 16)...)
	auth = append(binary.BigEndian.AppendUint16(auth, uint16(len(d.id))), d.id...)
	object := d.encode(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": append(auth, key...)})
	return d.answer(map[string]any{"attestationObject": b64(object), "clientDataJSON": b64(d.client("webauthn.create", o.PublicKey.Challenge))})
}

// get answers a challenge with a signature.
func (d *device) get(o options) string {
	client, auth := d.client("webauthn.get", o.PublicKey.Challenge), d.data(o.PublicKey.RPID, d.flags)
	hash := sha256.Sum256(client)
	signed := sha256.Sum256(append(append([]byte{}, auth...), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, d.key, signed[:])
	if err != nil {
		d.t.Fatal(err)
	}
	return d.answer(map[string]any{"authenticatorData": b64(auth), "clientDataJSON": b64(client), "signature": b64(signature), "userHandle": d.user})
}

func (d *device) answer(response map[string]any) string {
	b, err := json.Marshal(map[string]any{"id": b64(d.id), "rawId": b64(d.id), "type": "public-key", "response": response,
		"clientExtensionResults": map[string]any{}, "authenticatorAttachment": "platform"})
	if err != nil {
		d.t.Fatal(err)
	}
	return string(b)
}

// challenge asks the server for one, as the script does.
func (b *browser) challenge(address string, form url.Values) (o options) {
	b.t.Helper()
	b.receive(b.request(http.MethodPost, address, form.Encode()))
	b.gets(http.StatusOK)
	if err := json.Unmarshal([]byte(b.body), &o); err != nil {
		b.t.Fatal(err)
	}
	return o
}

func (b *browser) gets(status int) {
	b.t.Helper()
	if b.StatusCode != status {
		b.t.Fatalf("status %d, want %d: %s", b.StatusCode, status, b.body)
	}
}

// withPasskey gives a signed-in user a passkey on a device.
func (b *browser) withPasskey(d *device, name string) {
	b.t.Helper()
	o := b.challenge("/passkeys/challenge", url.Values{"name": {name}, "current": {demo.Password}})
	b.send(http.MethodPost, "/passkeys", url.Values{"credential": {d.create(o)}}.Encode())
	b.is(200).sees("Clé d’accès ajoutée.", name)
}

func (b *browser) enterWith(d *device, answer func(options) string) *browser {
	b.t.Helper()
	o := b.challenge("/session/passkey/challenge", nil)
	if o.PublicKey.UserVerification != "required" {
		b.t.Errorf("verification is %q", o.PublicKey.UserVerification)
	}
	b.send(http.MethodPost, "/session/passkey", url.Values{"credential": {answer(o)}, "next": {"/messages"}}.Encode())
	return b
}

func TestPasskeyPage(t *testing.T) {
	// A passkey is added with the password, listed with its name and last use,
	// signs in alone, second factor or not, and is removed with the password.
	t.Parallel()
	o := agency(t)
	a, d := o.entering(t, "", demo.Password), newDevice(t)
	a.withFactor()
	a.visit("/security").click("Clés d’accès").sees("Pas encore de clé d’accès.")
	for _, bad := range []struct{ name, current, want string }{{"x", "wrong", "mot de passe actuel"}, {"", demo.Password, "Indiquez un nom."}} {
		a.receive(a.request(http.MethodPost, "/passkeys/challenge", url.Values{"name": {bad.name}, "current": {bad.current}}.Encode()))
		if a.StatusCode != 422 || !strings.Contains(a.body, bad.want) {
			t.Errorf("%+v: %d %s", bad, a.StatusCode, a.body)
		}
	}
	a.withPasskey(d, "Mon téléphone")
	a.sees("jamais utilisée")
	b := o.browser(t)
	if b.enterWith(d, d.get).is(200); b.at.Path != "/messages" || !b.alive() {
		t.Errorf("it leads to %s: %s", b.at, text(b.page))
	}
	a.visit("/passkeys").sees("utilisée le").click("Retirer Mon téléphone")
	a.fill("Mot de passe actuel", "wrong").all().refused(422, "Retirer")
	a.fill("Mot de passe actuel", demo.Password).click("Retirer").sees("Clé d’accès retirée.", "Pas encore de clé d’accès.")
	o.browser(t).enterWith(d, d.get).is(422).sees("Cette clé d’accès n’est pas reconnue")
}

func TestPasskeyAnswers(t *testing.T) {
	// An answer is good once, for the challenge of its browser, its site, and with
	// its owner verified; and a device that counts back is not believed.
	t.Parallel()
	o := agency(t)
	d := newDevice(t)
	o.entering(t, "", demo.Password).withPasskey(d, "Clé")
	refused := func(what string, answer func(options) string) {
		t.Helper()
		b := o.browser(t).enterWith(d, answer)
		if b.StatusCode != 422 || b.alive() {
			t.Errorf("%s: status %d", what, b.StatusCode)
		}
	}
	b := o.browser(t)
	good := d.get(b.challenge("/session/passkey/challenge", nil))
	form := url.Values{"credential": {good}}.Encode()
	foreign := o.browser(t)
	foreign.challenge("/session/passkey/challenge", nil)
	if foreign.send(http.MethodPost, "/session/passkey", form); foreign.StatusCode != 422 || foreign.alive() {
		t.Errorf("another browser's challenge: %d", foreign.StatusCode)
	}
	if b.send(http.MethodPost, "/session/passkey", form); b.StatusCode != 200 || !b.alive() {
		t.Errorf("its own challenge: %d", b.StatusCode)
	}
	again := o.browser(t)
	again.jar = b.jar // the same browser, signed out
	again.receive(again.request(http.MethodPost, "/session/delete", ""))
	if again.send(http.MethodPost, "/session/passkey", form); again.StatusCode != 422 || again.alive() {
		t.Errorf("the same answer again: %d", again.StatusCode)
	}
	refused("an old answer to a new challenge", func(options) string { return good })
	refused("an answer made for another site", func(o options) string {
		evil := *d
		evil.origin = "http://evil.example"
		return evil.get(o)
	})
	refused("an answer for another id of a site", func(o options) string { o.PublicKey.RPID = "evil.example"; return d.get(o) })
	refused("an owner who was not verified", func(o options) string {
		d.flags = 0x01
		defer func() { d.flags = 0x05 }()
		return d.get(o)
	})
	refused("another key", func(o options) string {
		other := newDevice(t)
		other.id, other.user, other.count = d.id, d.user, 1000
		return other.get(o)
	})
	refused("another user", func(o options) string {
		other := *d
		other.user = b64([]byte("somebody"))
		return other.get(o)
	})
	refused("a device that counts back", func(o options) string {
		other := *d
		other.count = 0
		return other.get(o)
	})
	for _, nonsense := range []string{"", "x", "{}", `{"id":"x","rawId":"x","type":"public-key","response":{}}`, strings.Repeat("[", 10_000)} {
		refused("nonsense", func(options) string { return nonsense })
	}
	var challenge string
	o.browser(t).enterWith(d, func(x options) string { challenge = x.PublicKey.Challenge; return d.get(x) }).is(200)
	if _, kept := o.told(challenge, "nobody"); kept > 0 || strings.Contains(o.log.String(), challenge) {
		t.Error("a challenge is in the book or in the log")
	}
	if strings.Contains(o.log.String(), "level=ERROR") {
		t.Errorf("the log says %s", o.log)
	}
}

func TestPasskeyOfAnotherChallenge(t *testing.T) {
	// A passkey is added for the challenge of its browser and user only.
	t.Parallel()
	o := agency(t)
	a, b := o.entering(t, "", demo.Password), o.entering(t, "", demo.Password)
	form := url.Values{"name": {"Clé"}, "current": {demo.Password}}
	answer := newDevice(t).create(a.challenge("/passkeys/challenge", form))
	b.challenge("/passkeys/challenge", form)
	for range 2 {
		b.send(http.MethodPost, "/passkeys", url.Values{"credential": {answer}}.Encode())
		b.is(422).sees("Pas encore de clé d’accès.")
	}
	a.send(http.MethodPost, "/passkeys", url.Values{"credential": {answer}}.Encode())
	a.is(200).sees("Clé d’accès ajoutée.")
	a.send(http.MethodPost, "/passkeys", url.Values{"credential": {answer}}.Encode())
	a.is(422).sees("La demande a expiré.")
}

func TestWherePasskeysWork(t *testing.T) {
	// Passkeys belong to the host of the public URL on https, or to localhost;
	// elsewhere the page says so, and the sign-in does not offer them.
	t.Parallel()
	for _, c := range []struct {
		public, host string
		want         bool
	}{
		{"", "localhost", true}, {"", "localhost:8080", true}, {"", "127.0.0.1:8080", false}, {"", "carnet.example", false},
		{"https://carnet.example", "evil.example", true}, {"http://carnet.example", "localhost", false}, {"http://localhost:8080", "x", true},
		{"https://192.0.2.1", "192.0.2.1", false},
	} {
		o := agency(t, func(cfg *Config) {
			if c.public != "" {
				cfg.PublicURL, _ = url.Parse(c.public)
			}
		})
		b := o.browser(t)
		b.at.Host = c.host
		b.visit("/session/new")
		if got := strings.Contains(b.body, "Se connecter avec une clé d’accès"); got != c.want {
			t.Errorf("public URL %q, host %q: offered %t", c.public, c.host, got)
		}
	}
}
