package mail

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

const (
	rightUser     = "agence@exemple.fr"
	rightPassword = "p@ss: wörd"
)

// Each mechanism signs in with the right password and pauses with a wrong one.
func TestMechanisms(t *testing.T) {
	t.Parallel()
	for _, mechanism := range []string{"PLAIN", "LOGIN", "SCRAM-SHA-256"} {
		t.Run(mechanism, func(t *testing.T) {
			t.Parallel()
			s, pool := newMailServer(t, "127.0.0.1", true, nil)
			s.mechanism = mechanism
			server := Server{Host: "127.0.0.1", Port: s.port, Security: TLS, User: rightUser, Password: "wrong"}
			_, _, err := send(t, NewSMTP(server, Options{RootCAs: pool}), three())
			if pause, ok := errors.AsType[*PauseError](err); !ok || pause.Step != StepAuth || pause.Code != 535 {
				t.Errorf("wrong password: %v", err)
			}
			server.Password = rightPassword
			res, _, err := send(t, NewSMTP(server, Options{RootCAs: pool}), three())
			if err != nil || res.Outcomes[0].State != Accepted || !s.signedIn {
				t.Errorf("right password: %v, %v", res, err)
			}
		})
	}
}

// A SCRAM server that cannot prove that it knows the password is not believed.
func TestImpostor(t *testing.T) {
	t.Parallel()
	f := newFake(t, map[string]string{
		"EHLO": "250-f\r\n250 AUTH SCRAM-SHA-256\r\n",
		"AUTH": "334 " + base64.StdEncoding.EncodeToString([]byte("v=forged")) + "\r\n",
		"else": "235 welcome\r\n",
	})
	tr := f.smtp()
	tr.server.User, tr.server.Password = rightUser, rightPassword
	_, commits, err := send(t, tr, three())
	if pause, ok := errors.AsType[*PauseError](err); !ok || pause.Step != StepAuth || commits != 0 {
		t.Errorf("%v", err)
	}
	if len(f.commands("*")) != 1 {
		t.Errorf("the exchange was not cancelled: %q", f.commands(""))
	}
}

// steps is a sasl.Server made of one function a step.
type steps []func(response []byte) (challenge []byte, err error)

func (s *steps) Next(response []byte) ([]byte, bool, error) {
	step := (*s)[0]
	*s = (*s)[1:]
	challenge, err := step(response)
	return challenge, challenge == nil, err
}

func ask(challenge string) func([]byte) ([]byte, error) {
	return func([]byte) ([]byte, error) { return []byte(challenge), nil }
}

// saslServer checks the right user and password in its own way.
func saslServer(mechanism string, signedIn func()) sasl.Server {
	check := func(ok bool) error {
		if !ok {
			return smtp.ErrAuthFailed
		}
		signedIn()
		return nil
	}
	switch mechanism {
	case "LOGIN":
		var user string
		return &steps{ask("Username:"),
			func(r []byte) ([]byte, error) { user = string(r); return []byte("Password:"), nil },
			func(r []byte) ([]byte, error) { return nil, check(user == rightUser && string(r) == rightPassword) }}
	case "SCRAM-SHA-256":
		return scramServer(check)
	}
	return sasl.NewPlainServer(func(_, user, password string) error {
		return check(user == rightUser && password == rightPassword)
	})
}

// scramServer is RFC 5802 with one salt and no channel binding.
func scramServer(check func(bool) error) sasl.Server {
	h := sha256.New
	mac := func(key []byte, s string) []byte {
		m := hmac.New(h, key)
		m.Write([]byte(s))
		return m.Sum(nil)
	}
	salted, _ := pbkdf2.Key(h, rightPassword, []byte("salt"), 4096, h().Size())
	b64 := base64.StdEncoding.EncodeToString
	var transcript string
	return &steps{ask(""),
		func(r []byte) ([]byte, error) {
			bare := strings.TrimPrefix(string(r), "n,,")
			_, nonce, _ := strings.Cut(bare, ",r=")
			first := "r=" + nonce + "srv,s=" + b64([]byte("salt")) + ",i=4096"
			transcript = bare + "," + first
			return []byte(first), nil
		},
		func(r []byte) ([]byte, error) {
			final, proof, _ := strings.Cut(string(r), ",p=")
			transcript += "," + final
			clientKey := mac(salted, "Client Key")
			stored := h()
			stored.Write(clientKey)
			want := mac(stored.Sum(nil), transcript)
			for i := range want {
				want[i] ^= clientKey[i]
			}
			if proof != b64(want) {
				return nil, check(false)
			}
			return []byte("v=" + b64(mac(mac(salted, "Server Key"), transcript))), nil
		},
		func([]byte) ([]byte, error) { return nil, check(true) },
	}
}
