package edge

import (
	"crypto/tls"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

// alpnProto is what a certificate authority asks for when it checks who answers
// under a name (TLS-ALPN-01, RFC 8737).
const alpnProto = acme.ALPNProto

// newManager has a certificate made for one name, and made anew 30 days before
// its end. Names that a stranger asks for are refused before anything is asked
// of the authority.
func newManager(cfg Config) *autocert.Manager {
	m := &autocert.Manager{Prompt: autocert.AcceptTOS, Cache: autocert.DirCache(cfg.Cache),
		HostPolicy: autocert.HostWhitelist(cfg.Domain), Email: cfg.Email}
	if cfg.Directory != "" {
		m.Client = &acme.Client{DirectoryURL: cfg.Directory, UserAgent: "carnet"}
	}
	return m
}

// first asks for the certificate before a browser does, so that nobody waits
// for it, and the log says why there is none. If it fails, each connection
// tries again, once a minute at most.
func (e *Edge) first() {
	hello := &tls.ClientHelloInfo{ServerName: e.Domain, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}}
	certificate, err := e.manager.GetCertificate(hello)
	if err != nil {
		e.Log.Error("no certificate yet: the authority must reach this server under its name, on port 443, or on port 80 with -http-addr", "cause", err)
		return
	}
	e.Log.Info("certificate at hand", "until", certificate.Leaf.NotAfter.Format("2006-01-02"))
}
