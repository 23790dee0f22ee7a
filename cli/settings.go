// Package cli reads the command line and the environment, and does the commands
// beside "serve".
package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"

	"carnet/data"
	"carnet/mail"
)

// Settings of a server. Each is a flag with a twin in the environment; the
// flag wins.
type Settings struct {
	Addr      string       // where to listen
	DB        string       // the path of the database
	PublicURL *url.URL     // nil: not set
	SMTP      *mail.Server // nil: nothing leaves
	From      data.Mailbox
	Demo      bool
	LogFormat string // "text" or "json"
	Edge

	key, formerKey string // as they were given; empty: in a file beside the database, and none
}

// FormerKey returns the key that Key's replaces, and whether there is one.
func (s Settings) FormerKey() (data.Key, bool) {
	k, err := data.ParseKey(s.formerKey)
	return k, err == nil && s.formerKey != ""
}

// Key returns the key of the secrets in the database, from the environment or
// from a file beside it, which is made if there is none.
func (s Settings) Key() (data.Key, error) {
	if s.key != "" {
		return data.ParseKey(s.key)
	}
	return data.KeyFile(s.DB + ".key")
}

// ErrHelp: help was asked for and given.
var ErrHelp = flag.ErrHelp

// UsageError is a mistake on the command line, in one line.
type UsageError struct{ Err error }

func (e UsageError) Error() string { return e.Err.Error() }
func (e UsageError) Unwrap() error { return e.Err }

// Parse reads the arguments after the command's name, and the environment.
// The error is ErrHelp or a UsageError.
func Parse(args []string, getenv func(string) string, out io.Writer) (Settings, error) {
	var s Settings
	var db, public, smtp, from string
	f := flag.NewFlagSet("carnet", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&s.Addr, "addr", "127.0.0.1:8080", "`address` to listen on")
	f.StringVar(&db, "db", "carnet.db", "database: bolt:`PATH` or a plain path")
	f.StringVar(&public, "public-url", "", "`URL` at which browsers find Carnet, when it stands behind a proxy")
	f.StringVar(&smtp, "smtp", "", "mail server: smtp://user:pass@host:587, smtps://user:pass@host:465, or smtp+insecure://127.0.0.1:2525 for a relay on this machine; it wins over the one that the page sets; without either, mails are held")
	f.StringVar(&from, "from", "", "sender of every mail, over the one that the page sets: `\"Name <address>\"`")
	f.BoolVar(&s.Demo, "demo", false, "show the demo agency in a temporary file, signed in; no mail ever leaves. On an address, or with a -public-url, that other machines reach, it is a public demo: each visitor has a copy of their own for a while")
	f.StringVar(&s.LogFormat, "log-format", "text", "log as `text` or json")
	proxies := s.flags(f)
	err := f.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		f.SetOutput(out)
		fmt.Fprintln(out, "usage: carnet [serve] [flags] | carnet user … | carnet version\n\nEach flag has a twin in the environment: -public-url is CARNET_PUBLIC_URL.\nCARNET_KEY (32 bytes in base64) encrypts the secrets in the database; without it a file beside the database does.\nCARNET_KEY_PREVIOUS is the key that it replaces: what was encrypted with that one is encrypted anew at the start.\n\nflags:")
		f.PrintDefaults()
		return s, ErrHelp
	}
	if err != nil {
		return s, UsageError{err}
	}
	if f.NArg() > 0 {
		return s, UsageError{fmt.Errorf("unknown argument %q; see carnet -help", f.Arg(0))}
	}
	if err := fromEnvironment(f, getenv); err != nil {
		return s, UsageError{err}
	}
	if s.key = getenv("CARNET_KEY"); s.key != "" {
		if _, err := data.ParseKey(s.key); err != nil {
			return s, UsageError{fmt.Errorf("CARNET_KEY: %w", err)}
		}
	}
	if s.formerKey = getenv("CARNET_KEY_PREVIOUS"); s.formerKey != "" {
		if _, err := data.ParseKey(s.formerKey); err != nil {
			return s, UsageError{fmt.Errorf("CARNET_KEY_PREVIOUS: %w", err)}
		}
	}
	if err := s.read(db, public, smtp, from); err != nil {
		return s, UsageError{err}
	}
	if err := s.Edge.read(*proxies, s.PublicURL, s.Demo); err != nil {
		return s, UsageError{err}
	}
	return s, nil
}

// fromEnvironment sets the flags that were not given from their twins.
func fromEnvironment(f *flag.FlagSet, getenv func(string) string) error {
	given := map[string]bool{}
	f.Visit(func(x *flag.Flag) { given[x.Name] = true })
	var failed error
	f.VisitAll(func(x *flag.Flag) {
		name := "CARNET_" + strings.ToUpper(strings.ReplaceAll(x.Name, "-", "_"))
		if v := getenv(name); v != "" && !given[x.Name] {
			if err := f.Set(x.Name, v); err != nil && failed == nil {
				failed = fmt.Errorf("%s: %w", name, err)
			}
		}
	})
	return failed
}

func (s *Settings) read(db, public, smtp, from string) (err error) {
	if _, _, err := net.SplitHostPort(s.Addr); err != nil {
		return fmt.Errorf("-addr: %q is not host:port", s.Addr)
	}
	if s.DB, err = databasePath(db); err != nil {
		return err
	}
	if public != "" {
		if s.PublicURL, err = publicURL(public); err != nil {
			return err
		}
	}
	if from != "" {
		tokens := data.SplitMailboxes(from)
		if len(tokens) != 1 || tokens[0].Err != nil {
			return fmt.Errorf("-from: %q is not an address", from)
		}
		s.From = tokens[0].Mailbox
	}
	if smtp != "" && !s.Demo {
		server, err := mail.ParseURL(smtp)
		if err != nil {
			return fmt.Errorf("-smtp: %w", err)
		}
		if from == "" {
			return errors.New("-smtp needs -from, the sender of the mails")
		}
		s.SMTP = &server
	}
	if s.LogFormat != "text" && s.LogFormat != "json" {
		return fmt.Errorf("-log-format: %q is neither text nor json", s.LogFormat)
	}
	return nil
}

// databasePath takes bolt:PATH or a plain path.
func databasePath(db string) (string, error) {
	scheme, path, found := strings.Cut(db, ":")
	switch {
	case found && scheme == "bolt":
		db = path
	case found && len(scheme) > 1 && !strings.ContainsAny(scheme, `/\.`):
		return "", fmt.Errorf("-db: there is no engine %q; use bolt:PATH or a plain path", scheme)
	}
	if db == "" {
		return "", errors.New("-db: the path is missing")
	}
	return db, nil
}

func publicURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" ||
		u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, fmt.Errorf("-public-url: %q is not of the form https://host", s)
	}
	return u, nil
}

// Loopback tells whether only this machine can reach the address.
func (s Settings) Loopback() bool {
	host, _, err := net.SplitHostPort(s.Addr)
	return err == nil && mail.Loopback(host)
}

// PublicDemo tells whether a demo is for strangers: others can reach the address
// it listens on, or the one at which browsers find it. Any other demo is one
// book for this machine.
func (s Settings) PublicDemo() bool {
	return s.Demo && (!s.Loopback() || s.PublicURL != nil && !mail.Loopback(s.PublicURL.Hostname()))
}

// InClear tells whether browsers on other machines come by plain http, so that
// passwords travel in clear.
func (s Settings) InClear() bool {
	switch {
	case s.TLS():
		return false
	case s.PublicURL == nil:
		return !s.Loopback()
	case s.PublicURL.Scheme == "https":
		return false
	}
	return !s.Loopback() || !mail.Loopback(s.PublicURL.Hostname())
}
