package mail

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// What would meet every mail alike pauses the queue instead of spending
// attempts.
func TestPauses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		answers map[string]string
		change  func(*Server, *Envelope)
		step    Step
		code    int
	}{
		{"greeting refused", map[string]string{"greeting": "554 no service\r\n"}, nil, StepGreeting, 554},
		{"EHLO refused", map[string]string{"EHLO": "502 what\r\n"}, nil, StepHello, 502},
		{"no STARTTLS", nil, func(s *Server, _ *Envelope) { s.Security = StartTLS }, StepTLS, 0},
		{"STARTTLS refused", map[string]string{"EHLO": "250-f\r\n250 STARTTLS\r\n", "STARTTLS": "502 no\r\n"}, func(s *Server, _ *Envelope) { s.Security = StartTLS }, StepTLS, 502},
		{"data ahead of TLS", map[string]string{"EHLO": "250-f\r\n250 STARTTLS\r\n", "STARTTLS": "220 go\r\n250 AUTH PLAIN\r\n"}, func(s *Server, _ *Envelope) { s.Security = StartTLS }, StepTLS, 0},
		{"clear text where TLS is due", nil, func(s *Server, _ *Envelope) { s.Security = TLS }, StepTLS, 0},
		{"no AUTH", nil, func(s *Server, _ *Envelope) { s.User, s.Password = "u", "p" }, StepAuth, 0},
		{"broken hashes alone", map[string]string{"EHLO": "250-f\r\n250 AUTH CRAM-MD5 SCRAM-SHA-1\r\n"}, func(s *Server, _ *Envelope) { s.User, s.Password = "u", "p" }, StepAuth, 0},
		{"AUTH refused", map[string]string{"EHLO": "250-f\r\n250 AUTH PLAIN\r\n", "AUTH": "535 5.7.8 no\r\n"}, func(s *Server, _ *Envelope) { s.User, s.Password = "u", "p" }, StepAuth, 535},
		{"challenges without end", map[string]string{"EHLO": "250-f\r\n250 AUTH LOGIN\r\n", "AUTH": "334 eA==\r\n", "else": "334 eA==\r\n"}, func(s *Server, _ *Envelope) { s.User, s.Password = "u", "p" }, StepAuth, 0},
		{"sender refused", map[string]string{"MAIL": "550 not yours\r\n"}, nil, StepSender, 550},
		{"sender is no address", nil, func(_ *Server, e *Envelope) { e.From = "nobody" }, StepSender, 0},
		{"sender outside ASCII", nil, func(_ *Server, e *Envelope) { e.From = "josé@example.fr" }, StepSender, 0},
		{"no server", nil, func(s *Server, _ *Envelope) { *s = Server{} }, StepResolve, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f, e := newFake(t, tt.answers), three()
			tr := f.smtp()
			if tt.change != nil {
				tt.change(&tr.server, &e)
			}
			res, commits, err := send(t, tr, e)
			var pause *PauseError
			if !errors.As(err, &pause) || pause.Step != tt.step || pause.Code != tt.code {
				t.Fatalf("%v, %v; want a pause at %s with %d", res, err, tt.step, tt.code)
			}
			if commits != 0 || res.Outcomes != nil || strings.ContainsAny(err.Error(), "\r\n") {
				t.Errorf("%d commits, %v, %q", commits, res, err)
			}
		})
	}
}

// A temporary refusal to sign in or to start TLS is no reason to pause.
func TestTemporaryRefusalsAreDeferred(t *testing.T) {
	t.Parallel()
	f := newFake(t, map[string]string{"EHLO": "250-f\r\n250 AUTH PLAIN\r\n", "AUTH": "454 4.7.0 later\r\n"})
	tr := f.smtp()
	tr.server.User, tr.server.Password = "u", "p"
	res, _, err := send(t, tr, three())
	if err != nil || res.Outcomes[0].State != Deferred || res.Outcomes[0].Code != 454 {
		t.Fatalf("%v, %v", res, err)
	}
}

// Silence and cuts while the connection is made are tried again later, at
// whichever step.
func TestFaultsBeforeMail(t *testing.T) {
	t.Parallel()
	for verb, ehlo := range map[string]string{"AUTH": "250-f\r\n250 AUTH PLAIN\r\n", "STARTTLS": "250-f\r\n250 STARTTLS\r\n"} {
		for fault, want := range map[string]Reason{mute: TimedOut, hangUp: Cut, "nonsense\r\n": BadReply} {
			tr := newFake(t, map[string]string{"EHLO": ehlo, verb: fault}).smtp()
			if fault == mute {
				tr.options.Command = 100 * time.Millisecond
			}
			tr.server.User, tr.server.Password = "u", "p"
			if verb == "STARTTLS" {
				tr.server.Security = StartTLS
			}
			res, commits, err := send(t, tr, three())
			if err != nil || commits != 0 || res.Outcomes[2] != (Outcome{State: Deferred, Reason: want}) {
				t.Errorf("%s, %q: %v, %v", verb, fault, res, err)
			}
		}
	}
}

// A port where nobody listens is tried again later.
func TestNobodyListens(t *testing.T) {
	t.Parallel()
	f := newFake(t, nil)
	f.listener.Close()
	res, _, err := send(t, f.smtp(), three())
	if err != nil || res.Outcomes[2] != (Outcome{State: Deferred, Reason: Unreachable}) {
		t.Fatalf("%v, %v", res, err)
	}
}

// Credentials and mails in clear go to loopback alone, whatever the name says.
func TestClearIsForLoopback(t *testing.T) {
	t.Parallel()
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(addresses, func(a net.Addr) bool {
		n, ok := a.(*net.IPNet)
		return ok && n.IP.IsGlobalUnicast() && n.IP.To4() != nil
	})
	if i < 0 {
		skip := t.Skip
		if os.Getenv("REQUIRE_NETWORK") != "" {
			skip = t.Fatal
		}
		skip("this machine has no IPv4 address but loopback; REQUIRE_NETWORK=1 requires one")
	}
	ip := addresses[i].(*net.IPNet).IP.String()
	l, err := net.Listen("tcp", ip+":0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	tr := NewSMTP(Server{Host: ip, Port: l.Addr().(*net.TCPAddr).Port, Security: Clear}, Options{Command: time.Second})
	_, _, err = send(t, tr, three())
	if pause, ok := errors.AsType[*PauseError](err); !ok || pause.Step != StepConnect {
		t.Errorf("%v", err)
	}
}

// A name that does not exist pauses; a name server that is down does not.
func TestDialErrors(t *testing.T) {
	t.Parallel()
	for notFound, want := range map[bool]Step{true: StepResolve, false: ""} {
		_, err := dialError(&net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "x.test", IsNotFound: notFound, IsTemporary: !notFound}})
		var step Step
		if pause, ok := errors.AsType[*PauseError](err); ok {
			step = pause.Step
		}
		if step != want || !notFound && outcome(err) != (Outcome{State: Deferred, Reason: Unreachable}) {
			t.Errorf("%v: %q", err, step)
		}
	}
}

// A connection that breaks during the TLS handshake is tried again later.
func TestCutDuringHandshake(t *testing.T) {
	t.Parallel()
	f := newFake(t, map[string]string{"greeting": hangUp})
	tr := f.smtp()
	tr.server.Security = TLS
	res, _, err := send(t, tr, three())
	if err != nil || res.Outcomes[0] != (Outcome{State: Deferred, Reason: Cut}) {
		t.Errorf("cut: %v, %v", res, err)
	}
	f = newFake(t, map[string]string{"greeting": mute})
	tr = f.smtp()
	tr.server.Security, tr.options.Connect = TLS, 2*time.Second // for the dial too
	res, _, err = send(t, tr, three())
	if err != nil || res.Outcomes[0] != (Outcome{State: Deferred, Reason: TimedOut}) {
		t.Errorf("silence: %v, %v", res, err)
	}
}

// STARTTLS is not tried where it is not offered, nor goes on over what came
// ahead of TLS.
func TestStartTLSIsStrict(t *testing.T) {
	t.Parallel()
	for ehlo, want := range map[string][]string{
		"250 f\r\n":                 {"EHLO carnet.test"},
		"250-f\r\n250 STARTTLS\r\n": {"EHLO carnet.test", "STARTTLS"},
	} {
		f := newFake(t, map[string]string{"EHLO": ehlo, "STARTTLS": "220 go\r\n250 AUTH PLAIN\r\n"})
		tr := f.smtp()
		tr.server.Security = StartTLS
		_, _, err := send(t, tr, three())
		if pause, ok := errors.AsType[*PauseError](err); !ok || pause.Step != StepTLS || !slices.Equal(f.commands(""), want) {
			t.Errorf("%v; the server heard %q", err, f.commands(""))
		}
	}
}

// The name given to the server is a name, whatever the host is called.
func TestHelloName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"carnet.example.org": "carnet.example.org", "[192.0.2.1]": "[192.0.2.1]", "a b": "localhost", "x\r\nQUIT": "localhost", "été": "localhost"} {
		if got := NewSMTP(Server{}, Options{Hello: name}).options.Hello; got != want {
			t.Errorf("%q became %q", name, got)
		}
	}
}

// If the commit fails the dot is not sent, the connection is closed without
// QUIT, and the caller gets its own error back.
func TestCommitFails(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	committing := func() error { return fmt.Errorf("commit: %w", full) }
	f := newFake(t, nil)
	for _, tr := range []Transport{f.smtp(), &Capture{}} {
		res, err := tr.Send(t.Context(), three(), committing)
		if !errors.Is(err, full) || res.Outcomes != nil {
			t.Errorf("%T: %v, %v", tr, res, err)
		}
	}
	if body, quits := f.received(), f.commands("QUIT"); body != "" || len(quits) > 0 || len(f.commands("DATA")) != 1 {
		t.Errorf("received %q, %q", body, quits)
	}
}

// Before the dot a stop is obeyed and nothing was sent; after it, the answer
// is waited for.
func TestStop(t *testing.T) {
	t.Parallel()
	stop := errors.New("shutdown")
	for verb, wants := range map[string]error{"greeting": context.Canceled, "RCPT": context.Canceled, "": nil} {
		f := newFake(t, map[string]string{verb: mute})
		tr := f.smtp()
		tr.options.Command = time.Hour
		ctx, cancel := context.WithCancelCause(t.Context())
		f.whenMute(func() { cancel(stop) })
		res, err := tr.Send(ctx, three(), func() error { cancel(stop); return nil })
		if !errors.Is(err, wants) {
			t.Errorf("stopped at %q: %v, %v", verb, res, err)
		}
		if wants == nil && !slices.Equal(states(res), []State{Accepted, Accepted, Accepted}) {
			t.Errorf("stopped while committing: %v", res)
		}
		cancel(nil)
	}
}
