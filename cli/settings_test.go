package cli

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"carnet/mail"
)

// parse reads a command line and an environment of "NAME=value".
func parse(args []string, environment ...string) (Settings, error) {
	getenv := func(name string) string {
		for _, e := range environment {
			if value, ok := strings.CutPrefix(e, name+"="); ok {
				return value
			}
		}
		return ""
	}
	return Parse(args, getenv, &bytes.Buffer{})
}

// Without a flag or an environment, Carnet listens on this machine only, and
// no mail leaves.
func TestDefaults(t *testing.T) {
	t.Parallel()
	s, err := parse(nil)
	want := Settings{Addr: "127.0.0.1:8080", DB: "carnet.db", LogFormat: "text", Edge: Edge{Connections: 1024, PerAddress: 128}}
	if err != nil || !reflect.DeepEqual(s, want) || !s.Loopback() {
		t.Errorf("%+v, %v", s, err)
	}
}

// Each flag has a twin in the environment that sets the same, and the flag
// wins over it.
func TestTwins(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		flag, twin, value, other string
		needs                    []string
		get                      func(Settings) string
		want                     string
	}{
		{"-addr", "CARNET_ADDR", "[::1]:9000", "127.0.0.1:1", nil, func(s Settings) string { return s.Addr }, "[::1]:9000"},
		{"-db", "CARNET_DB", "bolt:/srv/book.db", "other.db", nil, func(s Settings) string { return s.DB }, "/srv/book.db"},
		{"-public-url", "CARNET_PUBLIC_URL", "https://carnet.example", "http://other.example", nil,
			func(s Settings) string { return s.PublicURL.String() }, "https://carnet.example"},
		{"-smtp", "CARNET_SMTP", "smtp://u:p@mail.example", "smtps://v:q@other.example", []string{"-from", "a@agence.example"},
			func(s Settings) string { return s.SMTP.String() }, "smtp://u:***@mail.example:587"},
		{"-from", "CARNET_FROM", "Agence <a@agence.example>", "b@agence.example", nil,
			func(s Settings) string { return s.From.Name + "/" + s.From.Address }, "Agence/a@agence.example"},
		{"-demo", "CARNET_DEMO", "true", "false", nil, func(s Settings) string { return map[bool]string{true: "yes"}[s.Demo] }, "yes"},
		{"-log-format", "CARNET_LOG_FORMAT", "json", "text", nil, func(s Settings) string { return s.LogFormat }, "json"},
	} {
		t.Run(x.flag, func(t *testing.T) {
			t.Parallel()
			if s, err := parse(x.needs, x.twin+"="+x.value); err != nil || x.get(s) != x.want {
				t.Errorf("the twin alone: %+v, %v", s, err)
			}
			s, err := parse(append(x.needs, x.flag+"="+x.value), x.twin+"="+x.other)
			if err != nil || x.get(s) != x.want {
				t.Errorf("the flag with a twin that differs: %+v, %v", s, err)
			}
		})
	}
}

// What cannot be meant is refused in one line that names the setting; a
// password never shows in it.
func TestMistakes(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ args, names string }{
		{"-nope", "-nope"},
		{"serve", "serve"}, // main takes the command's name away
		{"-addr 8080", "-addr"},
		{"-addr=", "-addr"},
		{"-db postgres://localhost/carnet", "postgres"},
		{"-db fdb:cluster", "fdb"},
		{"-db bolt:", "-db"},
		{"-public-url carnet.example", "-public-url"},
		{"-public-url ftp://carnet.example", "-public-url"},
		{"-public-url https://carnet.example/under", "-public-url"},
		{"-public-url https://user@carnet.example", "-public-url"},
		{"-from nobody", "-from"},
		{"-from a@agence.example,b@agence.example", "-from"},
		{"-smtp smtp://u:s3cret@mail.example", "-from"},
		{"-from a@agence.example -smtp smtp+insecure://u:s3cret@mail.example", "-smtp"},
		{"-from a@agence.example -smtp http://u:s3cret@mail.example", "-smtp"},
		{"-log-format xml", "-log-format"},
		{"-demo=perhaps", "demo"},
	} {
		t.Run(x.args, func(t *testing.T) {
			t.Parallel()
			_, err := parse(strings.Fields(x.args))
			var usage UsageError
			if !errors.As(err, &usage) {
				t.Fatalf("%v is no UsageError", err)
			}
			if said := err.Error(); !strings.Contains(said, x.names) || strings.ContainsAny(said, "\n\r") || strings.Contains(said, "s3cret") {
				t.Errorf("it says %q", said)
			}
		})
	}
	if _, err := parse(nil, "CARNET_DEMO=perhaps"); err == nil || !strings.Contains(err.Error(), "CARNET_DEMO") {
		t.Errorf("a bad twin: %v", err)
	}
}

// A demo has no mail server, whatever the environment of the machine says.
func TestDemoSendsNothing(t *testing.T) {
	t.Parallel()
	s, err := parse([]string{"-demo"}, "CARNET_SMTP=smtp://u:p@mail.example", "CARNET_FROM=a@agence.example")
	if err != nil || s.SMTP != nil || !s.Demo {
		t.Errorf("%+v, %v", s, err)
	}
}

// A demo that other machines reach, straight or through a proxy, is a public one.
func TestPublicDemo(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]bool{
		"-demo": false, "-demo -addr [::1]:1": false, "-demo -addr localhost:1": false,
		"-demo -public-url http://localhost:8080": false, "-demo -public-url https://127.0.0.1": false,
		"-demo -addr :8080": true, "-demo -addr 0.0.0.0:80": true, "-demo -addr 192.168.1.4:1": true,
		"-demo -addr :80 -public-url http://localhost": true,
		"-demo -public-url https://demo.example":       true, "-demo -public-url http://192.168.1.4": true,
		"-addr :8080": false, "-public-url https://carnet.example": false,
	} {
		s, err := parse(strings.Fields(args))
		if err != nil || s.PublicDemo() != want {
			t.Errorf("%s: %v, %v", args, s.PublicDemo(), err)
		}
	}
}

// A path is a path, with or without its engine's name, on every system.
func TestDatabasePath(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"carnet.db": "carnet.db", "bolt:carnet.db": "carnet.db", "bolt:/a b/c:d": "/a b/c:d",
		"/srv/x:y.db": "/srv/x:y.db", "./pg:x": "./pg:x", `C:\carnet.db`: `C:\carnet.db`,
	} {
		if s, err := parse([]string{"-db", in}); err != nil || s.DB != want {
			t.Errorf("%q is %q, %v; want %q", in, s.DB, err, want)
		}
	}
}

// Help goes to the output, names every flag and how to set it otherwise.
func TestHelp(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	_, err := Parse([]string{"-help"}, func(string) string { return "" }, &out)
	if !errors.Is(err, ErrHelp) {
		t.Fatal(err)
	}
	for _, name := range []string{"-addr", "-db", "-public-url", "-smtp", "-from", "-demo", "-log-format", "CARNET_PUBLIC_URL",
		"-trusted-proxies", "-tls-cert", "-tls-key", "-acme-domain", "-acme-email", "-acme-directory", "-http-addr", "-connections", "-connections-per-address"} {
		if !strings.Contains(out.String(), name) {
			t.Errorf("it does not name %s:\n%s", name, out.String())
		}
	}
}

// Only an address of this machine is a loopback address.
func TestLoopback(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]bool{
		"127.0.0.1:1": true, "127.9.9.9:1": true, "[::1]:1": true, "localhost:1": true, "LocalHost:1": true, "[::ffff:127.0.0.1]:1": true,
		":1": false, "0.0.0.0:1": false, "[::]:1": false, "192.168.1.4:1": false, "carnet.example:1": false, "nonsense": false,
	} {
		if got := (Settings{Addr: addr}).Loopback(); got != want {
			t.Errorf("%s: %v", addr, got)
		}
	}
}

// Passwords travel in clear where others come by plain http, also through a
// proxy.
func TestInClear(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		addr, public string
		want         bool
	}{
		{"127.0.0.1:1", "", false}, {"0.0.0.0:1", "", true}, {"0.0.0.0:1", "https://carnet.example", false},
		{"127.0.0.1:1", "http://carnet.example", true}, {"127.0.0.1:1", "http://localhost:1", false},
		{"0.0.0.0:1", "http://localhost:1", true},
	} {
		args := []string{"-addr", c.addr}
		if c.public != "" {
			args = append(args, "-public-url", c.public)
		}
		s, err := parse(args)
		if err != nil || s.InClear() != c.want {
			t.Errorf("%v: %v, %v", args, s.InClear(), err)
		}
	}
}

// The server of -smtp is kept whole, its password too.
func TestSMTP(t *testing.T) {
	t.Parallel()
	s, err := parse([]string{"-smtp", "smtps://user:p%40ss@mail.example:4465", "-from", "a@agence.example"})
	want := mail.Server{Host: "mail.example", Port: 4465, Security: mail.TLS, User: "user", Password: "p@ss"}
	if err != nil || *s.SMTP != want {
		t.Errorf("%#v, %v", s.SMTP, err)
	}
}

// The key of the secrets and the one that it replaces are read, and refused if
// they are none.
func TestKeys(t *testing.T) {
	t.Parallel()
	const a, b = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=", "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="
	s, err := parse(nil, "CARNET_KEY="+a, "CARNET_KEY_PREVIOUS="+b)
	now, _ := s.Key()
	former, rotates := s.FormerKey()
	if err != nil || now[0] != 1 || former[0] != 2 || !rotates {
		t.Errorf("%v, %v, %t, %v", now[0], former[0], rotates, err)
	}
	if s, err = parse(nil, "CARNET_KEY="+a); err != nil {
		t.Error(err)
	}
	if _, rotates := s.FormerKey(); rotates {
		t.Error("there is a former key")
	}
	for _, name := range []string{"CARNET_KEY", "CARNET_KEY_PREVIOUS"} {
		if _, err := parse(nil, name+"=short"); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
