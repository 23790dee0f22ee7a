package handlers

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
)

// peer is what the address at the other end is in app.Test.
const peer = "0.0.0.0"

func TestRemote(t *testing.T) {
	// Who asks is the other end of the connection; behind a trusted proxy it is
	// the rightmost address of X-Forwarded-For that no trusted proxy has, and
	// what is malformed ends the walk at the last sure address.
	t.Parallel()
	self, ten, six := netip.MustParsePrefix(peer+"/32"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")
	for _, x := range []struct {
		trusted []netip.Prefix
		lines   []string
		want    string
	}{
		{nil, nil, peer},
		{nil, []string{"192.0.2.1"}, peer},
		{[]netip.Prefix{ten}, []string{"192.0.2.1"}, peer},
		{[]netip.Prefix{self}, nil, peer},
		{[]netip.Prefix{self}, []string{""}, peer},
		{[]netip.Prefix{self}, []string{"192.0.2.1"}, "192.0.2.1"},
		{[]netip.Prefix{self}, []string{"203.0.113.9, 192.0.2.1"}, "192.0.2.1"},
		{[]netip.Prefix{self}, []string{"203.0.113.9", "192.0.2.1"}, "192.0.2.1"},
		{[]netip.Prefix{self}, []string{"192.0.2.1, 10.0.0.1"}, "10.0.0.1"},
		{[]netip.Prefix{self, ten}, []string{"192.0.2.1, 10.0.0.1"}, "192.0.2.1"},
		{[]netip.Prefix{self, ten}, []string{"203.0.113.9,192.0.2.1", "10.0.0.1,10.9.9.9"}, "192.0.2.1"},
		{[]netip.Prefix{self, ten}, []string{"10.0.0.1,10.9.9.9"}, "10.0.0.1"},
		{[]netip.Prefix{self, ten}, []string{"192.0.2.1, unknown, 10.0.0.1"}, "10.0.0.1"},
		{[]netip.Prefix{self, ten}, []string{"192.0.2.1, , 10.0.0.1"}, "10.0.0.1"},
		{[]netip.Prefix{self}, []string{"192.0.2.1, <script>"}, peer},
		{[]netip.Prefix{self}, []string{"192.0.2.1 203.0.113.9"}, peer},
		{[]netip.Prefix{self}, []string{"010.0.0.1"}, peer},
		{[]netip.Prefix{self}, []string{"192.0.2.1:4711"}, "192.0.2.1"},
		{[]netip.Prefix{self}, []string{"[2001:db8::1]:443"}, "2001:db8::1"},
		{[]netip.Prefix{self}, []string{"2001:db8::1"}, "2001:db8::1"},
		{[]netip.Prefix{self}, []string{"fe80::1%eth0"}, "fe80::1"},
		{[]netip.Prefix{self, six}, []string{"2001:db8::1, fd00::5"}, "2001:db8::1"},
		{[]netip.Prefix{self, ten}, []string{"192.0.2.1, ::ffff:10.0.0.1"}, "192.0.2.1"},
		{[]netip.Prefix{self}, []string{strings.Repeat(",", 5000)}, peer},
	} {
		h := &handlers{Config: Config{TrustedProxies: x.trusted}}
		app := fiber.New(fiber.Config{Immutable: true, DisableStartupMessage: true, ReadBufferSize: 16 << 10})
		app.Get("/", func(c *fiber.Ctx) error { return c.SendString(h.remote(c)) })
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header["X-Forwarded-For"] = x.lines
		r.Header.Set("X-Real-Ip", "198.51.100.66")
		r.Header.Set("Forwarded", "for=198.51.100.66")
		res, err := app.Test(r, -1)
		if err != nil {
			t.Fatal(err)
		}
		if body, _ := io.ReadAll(res.Body); string(body) != x.want {
			t.Errorf("%.60q of %v comes from %q, want %q", x.lines, x.trusted, body, x.want)
		}
	}
}

// forged are headers that strangers write, some under the name of a proxy.
var forged = []header{
	{"X-Forwarded-Host", "evil.example"}, {"X-Forwarded-Proto", "https"}, {"X-Forwarded-Proto", "javascript"}, {"X-Forwarded-Scheme", "https"},
	{"X-Forwarded-Port", "666"}, {"X-Forwarded-Server", "evil.example"}, {"X-Forwarded-Prefix", "/evil"}, {"X-Forwarded-Ssl", "on"},
	{"X-Forwarded-For", "203.0.113.66"}, {"X-Real-Ip", "203.0.113.66"}, {"X-Client-Ip", "203.0.113.66"}, {"True-Client-Ip", "203.0.113.66"},
	{"Cf-Connecting-Ip", "203.0.113.66"}, {"Forwarded", `for=203.0.113.66;host=evil.example;proto=https`}, {"X-Host", "evil.example"},
	{"X-Original-Url", "/settings"}, {"X-Rewrite-Url", "/settings"}, {"X-Http-Method-Override", "DELETE"}, {"X-Original-Host", "evil.example"},
	{"Front-End-Https", "on"}, {"X-Url-Scheme", "https"}, {"X-Wap-Profile", "http://evil.example/"}, {"Via", "1.1 evil.example"},
}

func TestForgedHeaders(t *testing.T) {
	// A forged Host or forwarded header changes nothing in an answer, neither
	// its status nor its headers nor its page, also where a proxy is trusted: of
	// it only the address in X-Forwarded-For is believed.
	t.Parallel()
	for name, change := range map[string]func(*Config){
		"as it is": func(*Config) {},
		"behind":   func(c *Config) { c.PublicURL, _ = url.Parse("https://carnet.example") },
		"trusted":  func(c *Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix(peer + "/32")} },
		"all of it": func(c *Config) {
			c.PublicURL, _ = url.Parse("https://carnet.example")
			c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix(peer + "/32")}
		},
	} {
		o := agency(t, change)
		for _, path := range []string{"/", "/clients", "/session/new", "/session/new?next=/clients", "/setup", "/nowhere", "/healthz", "/messages"} {
			ask := httptest.NewRequest(http.MethodGet, path, nil)
			ask.Host = "carnet.lan" // no name of this machine, under which passkeys are offered
			plain := o.do(t, ask)
			for _, f := range append(forged, header{"Host", "evil.example"}, header{"Host", "evil.example:99999"}, header{"Host", "<script>"}) {
				r := httptest.NewRequest(http.MethodGet, path, nil)
				r.Host = "carnet.lan"
				f.set(r)
				if f[0] == "Host" {
					r.Host = f[1]
				}
				a := o.do(t, r)
				plain.Header.Del("Date")
				a.Header.Del("Date")
				if f[0] == "Host" && f[1] == "<script>" && a.StatusCode == 400 && !strings.Contains(a.body, "<script>") {
					continue // no host at all
				}
				if a.StatusCode != plain.StatusCode || a.body != plain.body || strings.Contains(a.body, "evil") || !sameHeaders(a.Header, plain.Header) {
					t.Errorf("%s: %s with %v: %d %v, without %d %v", name, path, f, a.StatusCode, a.Header, plain.StatusCode, plain.Header)
				}
			}
		}
	}
}

func sameHeaders(a, b http.Header) bool {
	if len(a) != len(b) {
		return false
	}
	for name, values := range a {
		if strings.Join(values, "\n") != strings.Join(b[name], "\n") {
			return false
		}
	}
	return true
}

func TestOwnHostOnly(t *testing.T) {
	// Where no proxy stands in front, Carnet answers under its own name alone,
	// with or without the standard port, in any case; a health check may ask by
	// address.
	t.Parallel()
	o := agency(t, func(c *Config) { c.PublicURL, _ = url.Parse("https://carnet.example"); c.OwnHostOnly = true })
	for host, want := range map[string]int{
		"carnet.example": 200, "carnet.example:443": 200, "Carnet.Example": 200,
		"carnet.example:8443": 421, "evil.example": 421, "carnet.example.evil.example": 421, "192.0.2.1": 421, "localhost": 421,
		"carnet.example:80": 421, "carnet.example.": 421, "sub.carnet.example": 421,
	} {
		for path, want := range map[string]int{"/session/new": want, "/healthz": 200} {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Host = host
			a := o.do(t, r)
			if a.StatusCode != want {
				t.Errorf("%s under %s: %d, want %d", path, host, a.StatusCode, want)
			}
			checkHeaders(t, host, a.Response)
		}
	}
}
