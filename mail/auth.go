package mail

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"

	"github.com/wneessen/go-mail/smtp"
)

// maxChallenges bounds an exchange: SCRAM, the longest, has three.
const maxChallenges = 8

// mechanism picks how to sign in among those the server offers. The plain ones
// come first: the connection is TLS, checked, or never leaves this machine, and
// servers often announce others without the secrets that they need. CRAM-MD5 and
// SCRAM-SHA-1 are not among them: their hashes are broken.
func (s *SMTP) mechanism(offered []string) smtp.Auth {
	user, password, host := s.server.User, s.server.Password, s.server.Host
	local := s.server.Security == Clear
	for _, m := range []struct {
		name string
		auth smtp.Auth
	}{
		{"PLAIN", smtp.PlainAuth("", user, password, host, local)},
		{"LOGIN", smtp.LoginAuth(user, password, host, local)},
		{"SCRAM-SHA-256", smtp.ScramSHA256Auth(user, password)},
	} {
		if slices.Contains(offered, m.name) {
			return m.auth
		}
	}
	return nil
}

// authenticate signs in (RFC 4954).
func (s *SMTP) authenticate(c *session) error {
	offered := strings.Fields(strings.ToUpper(c.ext["AUTH"]))
	auth := s.mechanism(offered)
	if auth == nil {
		return c.stopped(StepAuth, &PauseError{Step: StepAuth, Reason: NoMechanism, Err: errors.New("the server offers no way to sign in that is known here")})
	}
	name, first, err := auth.Start(&smtp.ServerInfo{Name: s.server.Host, TLS: s.server.Security != Clear, Auth: offered})
	if err != nil {
		return c.stopped(StepAuth, &PauseError{Step: StepAuth, Err: err})
	}
	r, err := c.command("%s", strings.TrimSpace("AUTH "+name+" "+base64.StdEncoding.EncodeToString(first)))
	for range maxChallenges {
		if err != nil || r.code != 334 {
			return c.agreed(StepAuth, r, err, name)
		}
		answer, refused := respond(auth, r.lines[0])
		if refused != nil {
			c.command("*") // RFC 4954, section 4: this cancels
			return c.stopped(StepAuth, &PauseError{Step: StepAuth, Err: refused})
		}
		r, err = c.command("%s", base64.StdEncoding.EncodeToString(answer))
	}
	return c.stopped(StepAuth, &PauseError{Step: StepAuth, Reason: BadReply})
}

// respond answers a challenge. Its errors may quote the server: they are cleaned.
func respond(auth smtp.Auth, challenge string) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(challenge)
	if err != nil {
		return nil, errors.New("the server's challenge is not base64")
	}
	answer, err := auth.Next(raw, true)
	if err != nil {
		return nil, errors.New(clean(err.Error()))
	}
	return answer, nil
}
