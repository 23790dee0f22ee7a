package mail

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"
)

// A mail goes through STARTTLS or TLS, signed in, to the recipients that the
// server takes, byte for byte.
func TestSendOverTLS(t *testing.T) {
	t.Parallel()
	for _, security := range []Security{StartTLS, TLS} {
		s, pool := newMailServer(t, "127.0.0.1", security == TLS, nil)
		server := Server{Host: "127.0.0.1", Port: s.port, Security: security, User: "agence@exemple.fr", Password: rightPassword}
		e := three()
		e.To = append(e.To, "bounce@société.fr", "paul@société.fr")
		e.Body = []byte("Subject: points\r\n\r\n.\r\n..deux\r\n.fin")
		res, commits, err := send(t, NewSMTP(server, Options{RootCAs: pool}), e)
		if err != nil || commits != 1 || !slices.Equal(states(res), []State{Accepted, Accepted, Accepted, Failed, Accepted}) {
			t.Fatalf("%v: %v, %v", server, res, err)
		}
		if o := res.Outcomes[3]; o.Code != 550 || o.Reply != "5.1.1 no such user" {
			t.Errorf("refusal: %+v", o)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if !s.signedIn || s.from != e.From || s.to[3] != "paul@xn--socit-esab.fr" || s.body != string(e.Body)+"\r\n" {
			t.Errorf("the server got %q from %q to %q", s.body, s.from, s.to)
		}
		if s.options.Body != smtp.Body8BitMIME || s.options.UTF8 || s.options.Size == 0 {
			t.Errorf("options of MAIL: %+v", s.options)
		}
	}
}

// A certificate of another name or of an unknown authority, and a refused
// password, pause the queue; the password is in no error.
func TestTLSAndAuthErrorsPause(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, host string
		security   Security
		trust      bool
		password   string
		step       Step
	}{
		{"another name", "other.test", StartTLS, true, rightPassword, StepTLS},
		{"another name, TLS at once", "other.test", TLS, true, rightPassword, StepTLS},
		{"unknown authority", "127.0.0.1", StartTLS, false, rightPassword, StepTLS},
		{"wrong password", "127.0.0.1", StartTLS, true, "canary-7f3a", StepAuth},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, pool := newMailServer(t, tt.host, tt.security == TLS, nil)
			if !tt.trust {
				pool = nil
			}
			server := Server{Host: "127.0.0.1", Port: s.port, Security: tt.security, User: "agence@exemple.fr", Password: tt.password}
			_, commits, err := send(t, NewSMTP(server, Options{RootCAs: pool}), three())
			var pause *PauseError
			if !errors.As(err, &pause) || pause.Step != tt.step || commits != 0 {
				t.Fatalf("%v; want a pause at %s", err, tt.step)
			}
			if strings.Contains(err.Error(), tt.password) {
				t.Errorf("the password shows: %v", err)
			}
		})
	}
}

// SMTPUTF8 is asked for only when an address needs it and the server has it.
func TestSMTPUTF8(t *testing.T) {
	t.Parallel()
	s, _ := newMailServer(t, "127.0.0.1", false, func(s *smtp.Server) { s.EnableSMTPUTF8 = true })
	tr := NewSMTP(Server{Host: "127.0.0.1", Port: s.port, Security: Clear}, Options{})
	for _, tt := range []struct {
		from, to, cc string
		want         bool
	}{
		{"agence@example.fr", "ana@société.fr", "ana@example.org", false},
		{"agence@example.fr", "josé@société.fr", "ana@example.org", true},
		{"agencé@example.fr", "ana@example.org", "ana@example.org", true},
		{"agence@example.fr", "ana@example.org", "josé@example.org", true},
	} {
		e := Envelope{From: tt.from, To: []string{tt.to}, Body: []byte("Cc: " + tt.cc + "\r\n\r\nété\r\n")}
		res, _, err := send(t, tr, e)
		if err != nil || res.Outcomes[0].State != Accepted {
			t.Fatalf("%v, %v", res, err)
		}
		s.mu.Lock()
		if s.options.UTF8 != tt.want {
			t.Errorf("%+v: SMTPUTF8 %v", tt, s.options.UTF8)
		}
		s.mu.Unlock()
	}
}

// A message over the size that the server announces fails without being sent.
func TestAnnouncedSize(t *testing.T) {
	t.Parallel()
	s, _ := newMailServer(t, "127.0.0.1", false, func(s *smtp.Server) { s.MaxMessageBytes = 100 })
	tr := NewSMTP(Server{Host: "127.0.0.1", Port: s.port, Security: Clear}, Options{})
	for size, want := range map[int]Outcome{101: {State: Failed, Reason: TooLarge}, 90: {State: Accepted, Code: 250, Reply: "2.0.0 OK: queued"}} {
		e := three()
		e.Body = []byte(strings.Repeat("x", size))
		res, _, err := send(t, tr, e)
		if err != nil || res.Outcomes[2] != want {
			t.Errorf("%d bytes: %v, %v", size, res, err)
		}
	}
}
