package mail

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// Security is how a connection to a server is protected.
type Security int

const (
	StartTLS Security = iota // clear, then STARTTLS, which is required (RFC 3207)
	TLS                      // TLS from the first byte (RFC 8314, section 3.3)
	Clear                    // no protection: loopback addresses only
)

// Server is where mail is handed over, and as whom. The zero Server is nowhere.
type Server struct {
	Host     string // ASCII name (A-labels) or address literal without brackets
	Port     int
	Security Security
	User     string // empty: no authentication
	Password string // never printed: see String
}

// schemes gives each scheme of the flag its security and its default port.
var schemes = map[string]struct {
	security Security
	port     int
}{
	"smtp":          {StartTLS, 587},
	"smtps":         {TLS, 465},
	"smtp+insecure": {Clear, 25},
}

var (
	errURL = errors.New("mail: the SMTP server must read smtp://user:password@host:587, smtps://… or smtp+insecure://127.0.0.1:2525; " +
		"write special characters of the user and of the password as %XX")
	errUser     = errors.New("mail: the SMTP server needs both a user and a password, or neither")
	errInsecure = errors.New("mail: smtp+insecure:// sends in clear, so it only goes to a loopback address; use smtp:// or smtps://")
)

// ParseURL reads the address of a server, as the flag -smtp gives it:
//
//	smtp://user:pass@host:587         STARTTLS required; port 587 by default
//	smtps://user:pass@host:465        TLS at once; port 465 by default
//	smtp+insecure://127.0.0.1:2525    in clear, to loopback only; port 25 by default
//
// The user and the password are percent-decoded; the host may be an
// internationalised name or an IPv6 address in brackets. Errors are one line
// and quote nothing of raw: net/url's would show pieces of a password that
// was not escaped.
func ParseURL(raw string) (Server, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return Server{}, errURL
	}
	scheme, known := schemes[u.Scheme]
	if !known || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.ForceQuery || strings.Contains(raw, "#") {
		return Server{}, errURL
	}
	s := Server{Port: scheme.port, Security: scheme.security, User: u.User.Username()}
	s.Password, _ = u.User.Password()
	if (s.User == "") != (s.Password == "") {
		return Server{}, errUser
	}
	if hasControl(s.User) || hasControl(s.Password) {
		return Server{}, errURL
	}
	if s.Host, err = asciiHost(u.Hostname()); err != nil {
		return Server{}, errURL
	}
	if port := u.Port(); port != "" {
		if s.Port, err = strconv.Atoi(port); err != nil || s.Port < 1 || s.Port > 65535 {
			return Server{}, errURL
		}
	}
	if s.Security == Clear && !Loopback(s.Host) {
		return Server{}, errInsecure
	}
	return s, nil
}

// asciiHost is a host name or an IP address as it is dialled and as TLS checks it.
func asciiHost(host string) (string, error) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.String(), nil
	}
	return asciiDomain(host)
}

// Loopback tells whether a host, a name or an address without brackets, is this
// machine. It asks no name server: dial checks the address that was reached.
func Loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.Unmap().IsLoopback()
}

// addr is what net.Dial takes.
func (s Server) addr() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

// String is the server's URL, the password hidden.
func (s Server) String() string {
	if s.Host == "" {
		return "no SMTP server"
	}
	var user string
	if s.User != "" {
		user = url.User(s.User).String() + ":***@"
	}
	for name, scheme := range schemes {
		if scheme.security == s.Security {
			return fmt.Sprintf("%s://%s%s", name, user, s.addr())
		}
	}
	return s.addr()
}

// GoString hides the password from %#v.
func (s Server) GoString() string { return s.String() }

// LogValue hides the password from slog, JSON handlers included.
func (s Server) LogValue() slog.Value { return slog.StringValue(s.String()) }
