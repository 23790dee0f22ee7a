package cli

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// Edge is how Carnet meets the network: its own TLS, or proxies in front, and
// how many connections it takes.
type Edge struct {
	TrustedProxies []netip.Prefix // whose X-Forwarded-For is believed
	TLSCert        string         // paths of a certificate and its key; empty: none
	TLSKey         string
	ACMEDomain     string // the one name to have a certificate made for; empty: none
	ACMEEmail      string
	ACMEDirectory  string // of the certificate authority; empty: Let's Encrypt
	HTTPAddr       string // where plain http leads to https; empty: nowhere
	Connections    int    // at once, in all
	PerAddress     int    // of them, from one address that is no trusted proxy
}

// TLS tells whether Carnet itself speaks https.
func (e Edge) TLS() bool { return e.TLSCert != "" || e.ACMEDomain != "" }

func (e *Edge) flags(f *flag.FlagSet) (proxies *string) {
	proxies = f.String("trusted-proxies", "", "`addresses` of the proxies whose X-Forwarded-For is believed, as 10.0.0.5,fd00::/8")
	f.StringVar(&e.TLSCert, "tls-cert", "", "`file` of a certificate and its chain (PEM): Carnet speaks https itself; read again when it changes, and on SIGHUP")
	f.StringVar(&e.TLSKey, "tls-key", "", "`file` of that certificate's key (PEM)")
	f.StringVar(&e.ACMEDomain, "acme-domain", "", "`name` of this server, for which a certificate is had from Let's Encrypt; their terms are taken as agreed to")
	f.StringVar(&e.ACMEEmail, "acme-email", "", "`address` that the certificate authority may write to")
	f.StringVar(&e.ACMEDirectory, "acme-directory", "", "`URL` of another certificate authority's ACME directory")
	f.StringVar(&e.HTTPAddr, "http-addr", "", "with https, a second `address`, such as :80, that leads plain http there")
	f.IntVar(&e.Connections, "connections", 1024, "how `many` connections are open at once")
	f.IntVar(&e.PerAddress, "connections-per-address", 128, "how `many` of them from one address, trusted proxies aside")
	return proxies
}

// read checks the settings against each other.
func (e *Edge) read(proxies string, public *url.URL, demo bool) (err error) {
	if e.TrustedProxies, err = prefixes(proxies); err != nil {
		return err
	}
	switch {
	case (e.TLSCert == "") != (e.TLSKey == ""):
		return errors.New("-tls-cert and -tls-key go together")
	case e.TLSCert != "" && e.ACMEDomain != "":
		return errors.New("-tls-cert and -acme-domain: a certificate comes from one of them")
	case e.ACMEDomain == "" && (e.ACMEEmail != "" || e.ACMEDirectory != ""):
		return errors.New("-acme-email and -acme-directory go with -acme-domain")
	case e.HTTPAddr != "" && !e.TLS():
		return errors.New("-http-addr leads to https, which needs -tls-cert or -acme-domain")
	case demo && e.TLS():
		return errors.New("-demo is for this machine alone, without https")
	case e.TLS() && public != nil && public.Scheme != "https":
		return fmt.Errorf("-public-url: %q is not https, which -tls-cert and -acme-domain turn on", public)
	case e.Connections < 1 || e.PerAddress < 1:
		return errors.New("-connections and -connections-per-address: one at least")
	}
	if e.HTTPAddr != "" {
		if _, _, err := net.SplitHostPort(e.HTTPAddr); err != nil {
			return fmt.Errorf("-http-addr: %q is not host:port", e.HTTPAddr)
		}
	}
	if e.ACMEDirectory != "" {
		if u, err := url.Parse(e.ACMEDirectory); err != nil || u.Scheme != "https" || u.Host == "" {
			return fmt.Errorf("-acme-directory: %q is not an https URL", e.ACMEDirectory)
		}
	}
	if e.ACMEDomain != "" {
		return e.readDomain(public)
	}
	return nil
}

func (e *Edge) readDomain(public *url.URL) error {
	e.ACMEDomain = strings.ToLower(e.ACMEDomain)
	if u, err := url.Parse("https://" + e.ACMEDomain); err != nil || u.Host != e.ACMEDomain || u.Port() != "" ||
		!strings.Contains(strings.Trim(e.ACMEDomain, "."), ".") || net.ParseIP(e.ACMEDomain) != nil || strings.ContainsAny(e.ACMEDomain, "*,") {
		return fmt.Errorf("-acme-domain: %q is not one full name, as carnet.agence.example", e.ACMEDomain)
	}
	if public != nil && !strings.EqualFold(public.Hostname(), e.ACMEDomain) {
		return fmt.Errorf("-public-url: its host is not %q, the name of -acme-domain", e.ACMEDomain)
	}
	return nil
}

// prefixes reads addresses and prefixes, comma-separated. One that covers a
// whole family would believe everybody, and is refused.
func prefixes(list string) (found []netip.Prefix, err error) {
	for text := range strings.SplitSeq(list, ",") {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		p, err := netip.ParsePrefix(text)
		if a, errAddr := netip.ParseAddr(text); errAddr == nil {
			a = a.Unmap().WithZone("")
			p, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if err != nil || p.Addr().Is4In6() {
			return nil, fmt.Errorf("-trusted-proxies: %q is neither an address nor a prefix such as 10.0.0.0/8", text)
		}
		if p.Bits() == 0 {
			return nil, fmt.Errorf("-trusted-proxies: %q would believe everybody", text)
		}
		found = append(found, p.Masked())
	}
	return found, nil
}
