package mail

import (
	"context"
	"crypto/tls"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

const sender = "agence@exemple.fr"

// Check tells what was learnt at each step, from the server's address to its
// answer to the sender, and begins no mail.
func TestCheck(t *testing.T) {
	t.Parallel()
	s, pool := newMailServer(t, "127.0.0.1", false, nil)
	server := Server{Host: "127.0.0.1", Port: s.port, User: rightUser, Password: rightPassword}
	said, err := NewSMTP(server, Options{RootCAs: pool}).Check(t.Context(), sender)
	if err != nil {
		t.Fatalf("%v, %v", said, err)
	}
	var steps []string
	for _, x := range said {
		steps = append(steps, fmt.Sprint(x.Step, " ", x.Code))
	}
	if got := strings.Join(steps, ", "); got != "resolve 0, connect 0, greeting 220, hello 250, tls 220, hello 250, auth 235, sender 250" {
		t.Fatal(got)
	}
	if said[0].Details[0] != "127.0.0.1" || said[1].Details[0] != server.addr() || said[6].Details[0] != "PLAIN" {
		t.Errorf("%v", said)
	}
	if !slices.Contains(said[3].Details, "STARTTLS") || !slices.Contains(said[5].Details, "AUTH PLAIN") {
		t.Errorf("extensions: %q, then %q", said[3].Details, said[5].Details)
	}
	if c := said[4].TLS; c.Version != "TLS 1.3" || c.Cipher == "" || c.Subject != "CN=test" || c.Issuer != "CN=test" ||
		c.Names[0] != "127.0.0.1" || time.Until(c.Expires) > time.Hour {
		t.Errorf("%+v", c)
	}
	if len(s.to) > 0 || s.body != "" {
		t.Errorf("a mail was begun to %q", s.to)
	}
}

// timed is a context whose time is over once it is cancelled.
type timed struct{ context.Context }

func (c timed) Err() error {
	if c.Context.Err() == nil {
		return nil
	}
	return context.DeadlineExceeded
}

// Where a check stops, its last step tells why, each cause apart, and the
// password shows nowhere.
func TestCheckFails(t *testing.T) {
	t.Parallel()
	secure := map[string]string{"EHLO": "250-f\r\n250 AUTH PLAIN\r\n", "AUTH": "535 5.7.8 no\r\n"}
	user := func(s *Server) { s.User, s.Password = "u", "canary-7f3a" }
	scripted := func(answers map[string]string, change func(*Server)) func(*testing.T, func()) *SMTP {
		return func(t *testing.T, over func()) *SMTP {
			f := newFake(t, answers)
			tr := f.smtp()
			if answers["greeting"] == mute { // who hears nothing cannot tell that the check has connected
				tr.options.Command = 50 * time.Millisecond
			} else {
				f.whenMute(over)
			}
			if change != nil {
				change(&tr.server)
			}
			return tr
		}
	}
	// real is a server with TLS, its certificate changed.
	real := func(host string, until time.Duration, trusted bool) func(*testing.T, func()) *SMTP {
		return func(t *testing.T, _ func()) *SMTP {
			cert, pool := certificate(t, host, time.Now().Add(until))
			s, _ := newMailServer(t, host, false, func(s *smtp.Server) { s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}} })
			o := Options{RootCAs: pool}
			if !trusted {
				o.RootCAs = nil
			}
			return NewSMTP(Server{Host: "127.0.0.1", Port: s.port, User: rightUser, Password: "canary-7f3a"}, o)
		}
	}
	for _, tt := range []struct {
		name   string
		smtp   func(t *testing.T, over func()) *SMTP // over ends the time of the check
		step   Step
		code   int
		reason Reason
	}{
		{"no server", scripted(nil, func(s *Server) { *s = Server{} }), StepResolve, 0, NoServer},
		{"no such name", scripted(nil, func(s *Server) { s.Host = "no..name" }), StepResolve, 0, NameNotFound},
		{"nobody listens", scripted(nil, func(s *Server) { s.Port = 1 }), StepConnect, 0, Unreachable},
		{"no greeting", scripted(map[string]string{"greeting": mute}, nil), StepGreeting, 0, TimedOut},
		{"cut at the greeting", scripted(map[string]string{"greeting": hangUp}, nil), StepGreeting, 0, Cut},
		{"another protocol", scripted(map[string]string{"greeting": "HTTP/1.1 400 Bad\r\n"}, nil), StepGreeting, 0, BadReply},
		{"busy", scripted(map[string]string{"greeting": "421 busy\r\n"}, nil), StepGreeting, 421, ""},
		{"turned away", scripted(map[string]string{"EHLO": "550 not you\r\n"}, nil), StepHello, 550, ""},
		{"no STARTTLS", scripted(nil, func(s *Server) { s.Security = StartTLS }), StepTLS, 0, NoStartTLS},
		{"no TLS", scripted(nil, func(s *Server) { s.Security = TLS }), StepTLS, 0, NoTLS},
		{"another name", real("mail.other.test", time.Hour, true), StepTLS, 220, CertificateName},
		{"expired", real("127.0.0.1", -time.Hour, true), StepTLS, 220, CertificateExpired},
		{"unknown authority", real("127.0.0.1", time.Hour, false), StepTLS, 220, CertificateUnknown},
		{"nothing to sign in with", scripted(nil, user), StepAuth, 0, NoMechanism},
		{"wrong password", scripted(secure, user), StepAuth, 535, ""},
		{"wrong password, over TLS", real("127.0.0.1", time.Hour, true), StepAuth, 535, ""},
		{"sender refused", scripted(map[string]string{"MAIL": "550 not yours\r\n"}, nil), StepSender, 550, ""},
		{"sender later", scripted(map[string]string{"MAIL": "451 later\r\n"}, nil), StepSender, 451, ""},
		{"silent at the sender", scripted(map[string]string{"MAIL": mute}, nil), StepSender, 0, TimedOut},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ctx, over := context.WithCancel(t.Context())
			defer over()
			said, err := tt.smtp(t, over).Check(timed{ctx}, sender)
			if err == nil || len(said) == 0 {
				t.Fatalf("%v, %v", said, err)
			}
			last := said[len(said)-1]
			if last.Step != tt.step || last.Code != tt.code || last.Reason != tt.reason {
				t.Errorf("%+v, %v", last, err)
			}
			if tt.reason == CertificateName && last.TLS.Names[0] != "mail.other.test" {
				t.Errorf("%+v", last.TLS)
			}
			if shown := fmt.Sprintf("%+v %v", said, err); strings.Contains(shown, "canary") {
				t.Error(shown)
			}
		})
	}
}

// A sender that no command can hold, or that needs what the server lacks, is
// found without a MAIL.
func TestCheckSender(t *testing.T) {
	t.Parallel()
	for from, want := range map[string]Reason{"nobody": BadAddress, "josé@example.fr": NeedsSMTPUTF8} {
		f := newFake(t, nil)
		said, err := f.smtp().Check(t.Context(), from)
		if last := said[len(said)-1]; err == nil || last.Step != StepSender || last.Reason != want || len(f.commands("MAIL")) > 0 {
			t.Errorf("%s: %+v, %v", from, last, err)
		}
	}
}
