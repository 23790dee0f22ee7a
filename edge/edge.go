// Package edge stands between the network and the handlers: it bounds how many
// connections are open, and speaks TLS with a certificate from files or from an
// ACME server (RFC 8555).
package edge

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/crypto/acme/autocert"
)

// Config says how Carnet meets the network. Without a certificate and a domain
// it speaks plain http.
type Config struct {
	Addr     string // where to listen
	HTTPAddr string // with TLS, where plain http leads to https; empty: nowhere
	Public   *url.URL
	Log      *slog.Logger

	Connections int            // at once, in all
	PerAddress  int            // of them, from one IPv4 address or one IPv6 /64
	Trusted     []netip.Prefix // proxies, of which PerAddress does not hold

	CertFile, KeyFile string

	Domain    string // of the ACME certificate
	Email     string // for the ACME server; empty: none
	Directory string // of the ACME server; empty: Let's Encrypt
	Cache     string // a folder for its certificates and keys, made 0700
}

// Edge listens. Close it when the listener it gave out was closed.
type Edge struct {
	Config
	listener net.Listener
	public   *url.URL
	files    *files            // the certificate's, or nil
	manager  *autocert.Manager // of the ACME certificate, or nil
	plain    *plain            // the http side, or nil
	limit    *limit
}

// Listen opens the addresses. Its errors are one line: an address in use, a
// certificate that cannot be read, a name that is missing.
func Listen(cfg Config) (*Edge, error) {
	e := &Edge{Config: cfg, limit: newLimit(cfg), public: cfg.Public}
	var certificate func(*tls.ClientHelloInfo) (*tls.Certificate, error)
	protocols := []string{"http/1.1"} // fasthttp has no other
	switch {
	case cfg.CertFile != "":
		var err error
		if e.files, err = openFiles(cfg.CertFile, cfg.KeyFile, cfg.Log); err != nil {
			return nil, err
		}
		certificate = e.files.certificate
	case cfg.Domain != "":
		e.manager = newManager(cfg)
		certificate = e.manager.GetCertificate
		protocols = append(protocols, alpnProto)
	}
	listener, err := net.Listen("tcp", cfg.Addr)
	if err != nil {
		return nil, err
	}
	e.listener = e.limit.on(listener, certificate == nil)
	if certificate == nil {
		return e, nil
	}
	e.listener = tls.NewListener(e.listener, &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: certificate, NextProtos: protocols})
	if e.public == nil {
		if e.public, err = e.derive(); err != nil {
			return nil, errors.Join(err, listener.Close())
		}
	}
	if cfg.HTTPAddr != "" {
		if e.plain, err = e.openPlain(); err != nil {
			return nil, errors.Join(err, listener.Close())
		}
	}
	return e, nil
}

// Listener is where the handlers get their connections from.
func (e *Edge) Listener() net.Listener { return e.listener }

// TLS tells whether Carnet itself speaks https.
func (e *Edge) TLS() bool { return e.files != nil || e.manager != nil }

// URL is where the listener itself is reached: "https://127.0.0.1:8443".
func (e *Edge) URL() string {
	scheme := "http://"
	if e.TLS() {
		scheme = "https://"
	}
	return scheme + e.listener.Addr().String()
}

// Public is where browsers find Carnet: what was given, or what the certificate
// says; nil for plain http without either.
func (e *Edge) Public() *url.URL { return e.public }

// derive makes the public URL of the certificate's name and the listener's port.
func (e *Edge) derive() (*url.URL, error) {
	name := e.Domain
	if e.files != nil {
		if name = e.files.name(); name == "" {
			return nil, fmt.Errorf("-tls-cert: %s is for no single name; say with -public-url which one browsers use", e.CertFile)
		}
	}
	host := name
	if strings.Contains(name, ":") {
		host = "[" + name + "]"
	}
	if _, port, err := net.SplitHostPort(e.listener.Addr().String()); err == nil && port != "443" {
		host = net.JoinHostPort(name, port)
	}
	return &url.URL{Scheme: "https", Host: host}, nil
}

// Run does what goes on beside the requests until ctx ends: it has the first
// certificate made, and answers plain http.
func (e *Edge) Run(ctx context.Context) {
	if e.manager != nil {
		go e.first()
	}
	if e.plain != nil {
		e.plain.run(ctx, e.Log)
	}
}

// Reload reads the certificate's files again, if there are any; when they are
// bad the one in use stays, and the log says so.
func (e *Edge) Reload() {
	if e.files != nil {
		e.files.reload()
	}
}
