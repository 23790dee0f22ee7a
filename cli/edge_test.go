package cli

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// How Carnet meets the network is set by flags and their twins; what goes with
// nothing, or believes everybody, is refused in one line that names the setting.
func TestEdge(t *testing.T) {
	t.Parallel()
	s, err := parse([]string{"-trusted-proxies", "10.0.0.5, fd00::/8,192.0.2.77/24,::ffff:198.51.100.1", "-http-addr=:80"},
		"CARNET_ACME_DOMAIN=Carnet.Agence.example", "CARNET_ACME_EMAIL=a@agence.example", "CARNET_CONNECTIONS_PER_ADDRESS=7")
	if got := fmt.Sprint(s.TrustedProxies); err != nil || got != "[10.0.0.5/32 fd00::/8 192.0.2.0/24 198.51.100.1/32]" {
		t.Errorf("the proxies are %s, %v", got, err)
	}
	if !s.TLS() || s.ACMEDomain != "carnet.agence.example" || s.HTTPAddr != ":80" || s.PerAddress != 7 || s.Connections != 1024 || s.InClear() {
		t.Errorf("%+v", s)
	}
	if s, err := parse([]string{"-addr", ":443", "-tls-cert=c.pem"}, "CARNET_TLS_KEY=k.pem"); err != nil || !s.TLS() || s.InClear() {
		t.Errorf("files: %+v, %v", s, err)
	}
	for _, x := range []struct{ args, names string }{
		{"-trusted-proxies proxy.example", "-trusted-proxies"},
		{"-trusted-proxies 10.0.0.0/33", "-trusted-proxies"},
		{"-trusted-proxies 0.0.0.0/0", "everybody"},
		{"-trusted-proxies 10.0.0.1,::/0", "everybody"},
		{"-trusted-proxies ::ffff:10.0.0.0/104", "-trusted-proxies"},
		{"-tls-cert c.pem", "-tls-key"},
		{"-tls-key k.pem", "-tls-cert"},
		{"-tls-cert c.pem -tls-key k.pem -acme-domain carnet.example", "-acme-domain"},
		{"-tls-cert c.pem -tls-key k.pem -public-url http://carnet.example", "-public-url"},
		{"-tls-cert c.pem -tls-key k.pem -demo", "-demo"},
		{"-acme-domain carnet", "-acme-domain"},
		{"-acme-domain *.carnet.example", "-acme-domain"},
		{"-acme-domain a.example,b.example", "-acme-domain"},
		{"-acme-domain 192.0.2.1", "-acme-domain"},
		{"-acme-domain carnet.example:443", "-acme-domain"},
		{"-acme-domain carnet.example/x", "-acme-domain"},
		{"-acme-domain carnet.example -public-url https://other.example", "-public-url"},
		{"-acme-domain carnet.example -acme-directory http://ca.example/dir", "-acme-directory"},
		{"-acme-email a@agence.example", "-acme-domain"},
		{"-http-addr :80", "-http-addr"},
		{"-tls-cert c.pem -tls-key k.pem -http-addr 80", "-http-addr"},
		{"-connections 0", "-connections"},
		{"-connections-per-address many", "-connections-per-address"},
	} {
		_, err := parse(strings.Fields(x.args))
		if !errors.As(err, new(UsageError)) || !strings.Contains(err.Error(), x.names) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", x.args, err)
		}
	}
}
