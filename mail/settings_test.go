package mail

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// The address of a server says how it is reached, and defaults are those of
// its scheme.
func TestParseURL(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]Server{
		"smtp://mail.example.org":                  {"mail.example.org", 587, StartTLS, "", ""},
		"smtp://mail.example.org:25/":              {"mail.example.org", 25, StartTLS, "", ""},
		"SMTPS://me:secret@mail.example.org":       {"mail.example.org", 465, TLS, "me", "secret"},
		"smtps://me%40x.fr:p%40ss%3A%2F%25@h:4650": {"h", 4650, TLS, "me@x.fr", "p@ss:/%"},
		"smtp://u:p%C3%A9@courrier.société.fr":     {"courrier.xn--socit-esab.fr", 587, StartTLS, "u", "pé"},
		"smtp://[2001:db8::1]:587":                 {"2001:db8::1", 587, StartTLS, "", ""},
		"smtp+insecure://127.0.0.1:2525":           {"127.0.0.1", 2525, Clear, "", ""},
		"smtp+insecure://[::1]:2525":               {"::1", 2525, Clear, "", ""},
		"smtp+insecure://u:p@localhost":            {"localhost", 25, Clear, "u", "p"},
		"smtp://mail_relay:2500":                   {"mail_relay", 2500, StartTLS, "", ""},
	} {
		got, err := ParseURL(raw)
		if err != nil || got != want {
			t.Errorf("%s: %#v, %v", raw, got, err)
		}
	}
}

// A wrong address is refused in one line that shows nothing of the password,
// whichever way it was typed.
func TestParseURLRefuses(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		"", "mail.example.org", "mail.example.org:587", "http://u:canary@h", "smtp://", "smtp://:587", "smtp:h",
		"smtp://u:canary@", "smtp://u:can%ary@h", "smtp://u:can#ary@h", "smtp://u:canary/x@h", "smtp://u:ca?nary@h", "smtp://u:12/canary@h",
		"smtp://u:canary@h:0", "smtp://u:canary@h:65536", "smtp://u:canary@h:canary", "smtp://u:canary@h/path", "smtp://u:canary@h?x=1", "smtp://u:canary@h#x",
		"smtp://u@h", "smtp://:canary@h", "smtp://u:canary%0d%0a@h", "smtp://u:canary@[::1", "smtp://u:canary@h h", "smtp://u:canary@h!h",
		"smtp+insecure://u:canary@192.0.2.1:25", "smtp+insecure://u:canary@mail.example.org", "smtp+insecure://u:canary@localhost.example.org",
	} {
		s, err := ParseURL(raw)
		if err == nil || s != (Server{}) {
			t.Errorf("%q was taken: %v", raw, s)
			continue
		}
		if text := err.Error(); strings.Contains(text, "canary") || strings.Contains(text, "ary") || strings.ContainsAny(text, "\r\n") {
			t.Errorf("%q: the error is %q", raw, text)
		}
	}
}

// A server prints as its address, and never with its password.
func TestServerHidesPassword(t *testing.T) {
	t.Parallel()
	s, err := ParseURL("smtps://me%40x.fr:canary@[::1]:4650")
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("start", "smtp", s)
	printed := fmt.Sprintf("%v %+v %#v %s %q %v %#v", s, s, s, s, s, &s, []Server{s}) + log.String()
	if strings.Contains(printed, "canary") || s.String() != "smtps://me%40x.fr:***@[::1]:4650" {
		t.Errorf("%s", printed)
	}
}

// This machine is told by its name, whatever its case, and by its addresses, in
// every way in which they are written.
func TestLoopback(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"localhost": true, "LocalHost": true, "127.0.0.1": true, "127.8.8.8": true, "::1": true, "::ffff:127.0.0.1": true,
		"": false, "0.0.0.0": false, "::": false, "10.0.0.1": false, "::ffff:10.0.0.1": false, "localhost.example": false, "127.0.0.1.example": false, "127.1": false,
	} {
		if got := Loopback(host); got != want {
			t.Errorf("Loopback(%q) is %t", host, got)
		}
	}
}
