package handlers

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
)

// wanted are the headers of every answer.
var wanted = map[string]string{
	"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
		"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types htmx",
	"X-Content-Type-Options":     "nosniff",
	"Referrer-Policy":            "same-origin",
	"Cross-Origin-Opener-Policy": "same-origin",
	"Cache-Control":              "private, no-cache",

	"Cross-Origin-Resource-Policy": "same-origin",
	"Permissions-Policy":           "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

// framing are the policies of the pages that hold a mail in a frame, and of what
// is in it.
var framing = map[string]string{
	"GET /clients/:client/drafts/:draft/preview": wanted["Content-Security-Policy"] + "; frame-src 'self'",
	"GET /clients/:client/drafts/:draft/body":    letterHolds,
	"GET /messages/:message":                     wanted["Content-Security-Policy"] + "; frame-src 'self'",
	"GET /messages/:message/body":                letterHolds,
}

const letterHolds = "default-src 'none'; style-src 'unsafe-inline'; img-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"

// unkept are the routes whose answers hold a secret, which no browser keeps.
var unkept = []string{"/password/reset/:token", "/factor", "/session/passkey/challenge", "/passkeys/challenge"}

func checkHeaders(t *testing.T, what string, a *http.Response) {
	t.Helper()
	for name, want := range wanted {
		if name == "Cache-Control" && a.Header.Get(name) == "no-store" && slices.ContainsFunc(unkept, func(r string) bool { return strings.Contains(what, r) }) {
			continue
		}
		if got := a.Header.Get(name); got != want {
			t.Errorf("%s (%d): %s is %q, want %q", what, a.StatusCode, name, got, want)
		}
	}
	if !strings.Contains(strings.Join(a.Header.Values("Vary"), ","), "HX-Request") {
		t.Errorf("%s (%d): Vary is %q", what, a.StatusCode, a.Header.Values("Vary"))
	}
}

func TestHeadersOnEveryAnswer(t *testing.T) {
	// Every answer carries the headers that protect it, errors too.
	t.Parallel()
	o := agency(t)
	b, to := o.member(t), o.addresses(t)
	for _, v := range every {
		method, route, _ := strings.Cut(v.route, " ")
		if strings.HasPrefix(route, "/static/") || strings.HasSuffix(route, "/attachments/:number") || route == "/annexes/:annex" {
			continue // a file has a policy of its own (TestAttachments)
		}
		if route == "/invitations/:token" {
			continue // it keeps its address to itself (TestInvitationTokenStays)
		}
		for _, htmx := range []string{"", "true"} {
			if method == http.MethodGet {
				b.receive(b.request(method, to.Replace(route), "", header{"HX-Request", htmx}))
				if csp, own := framing[v.route]; own && (htmx == "" || !strings.HasSuffix(route, ":message")) {
					if got := b.Header.Get("Content-Security-Policy"); b.StatusCode != 200 || got != csp {
						t.Errorf("%s (%d): the policy is %q, want %q", v.route, b.StatusCode, got, csp)
					}
					b.Header.Set("Content-Security-Policy", wanted["Content-Security-Policy"])
				}
				checkHeaders(t, v.route, b.Response)
			}
			checkHeaders(t, v.route+" signed out", o.ask(t, method, to.Replace(route), v.form, header{"HX-Request", htmx}).Response)
			foreign := o.ask(t, http.MethodPost, to.Replace(route), v.form, header{"HX-Request", htmx, "Sec-Fetch-Site", "cross-site"})
			checkHeaders(t, v.route+" from another site", foreign.Response)
		}
	}
	for _, path := range []string{"/nowhere", "/clients/x", "/clients?after=x", "/static/x/y"} {
		b.receive(b.request(http.MethodGet, path, ""))
		b.is(404)
		checkHeaders(t, path, b.Response)
	}
	if o.ask(t, http.MethodGet, "/clients", "").Header.Get("Strict-Transport-Security") != "" {
		t.Error("HSTS on plain http")
	}
}

func TestStaticFilesAreKept(t *testing.T) {
	// A static file has its hash in its address and is kept for good; with
	// another hash it is not there.
	t.Parallel()
	o := shared(t)
	b := o.browser(t).visit("/clients")
	sheet := ""
	for _, n := range tags(b.page, "link") {
		if attr(n, "rel") == "stylesheet" {
			sheet = attr(n, "href")
		}
	}
	a := o.ask(t, http.MethodGet, sheet, "", header{"Accept-Encoding", "gzip"})
	if a.StatusCode != 200 || a.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" || a.Header.Get("Content-Encoding") != "gzip" ||
		a.Header.Get("Vary") != "Accept-Encoding" || a.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%s: %d %v", sheet, a.StatusCode, a.Header)
	}
	parts := strings.Split(sheet, "/")
	parts[2] = "000000000000"
	if a := o.ask(t, http.MethodGet, strings.Join(parts, "/"), ""); a.StatusCode != 404 {
		t.Errorf("another hash: %d", a.StatusCode)
	}
}

func TestBehindHTTPS(t *testing.T) {
	// Behind a proxy that ends TLS, our own forms are taken though the host
	// that Carnet sees is another; a forwarded host is believed from nobody.
	t.Parallel()
	o := agency(t, func(c *Config) { c.PublicURL, _ = url.Parse("https://carnet.example") })
	form := "email=a%40b.example&password=x"
	for _, c := range []struct {
		from header
		want int
	}{
		{header{"Origin", "https://carnet.example"}, 422},
		{header{"Origin", "https://carnet.example", "Sec-Fetch-Site", "same-origin"}, 422},
		{header{"Origin", "http://carnet.example"}, 403},
		{header{"Origin", "https://evil.example", "X-Forwarded-Host", "evil.example"}, 403},
		{header{"Origin", "https://evil.example", "X-Forwarded-Host", "evil.example", "X-Forwarded-Proto", "https"}, 403},
	} {
		r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:8080/session/new", strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		c.from.set(r)
		if a := o.do(t, r); a.StatusCode != c.want {
			t.Errorf("%v: status %d, want %d", c.from, a.StatusCode, c.want)
		} else if a.Header.Get("Strict-Transport-Security") == "" {
			t.Errorf("%v: no HSTS", c.from)
		}
	}
}

// serve listens on a port of this machine, for what Test cannot send.
func (o office) serve(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- o.app.Listener(l) }()
	t.Cleanup(func() {
		if err := o.app.Shutdown(); err != nil {
			t.Error(err)
		}
		<-done
	})
	return l.Addr().String()
}

// raw sends bytes as they are, and reads what comes back until it ends.
func raw(t *testing.T, address, request string) []*http.Response {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, request); err != nil && !strings.Contains(err.Error(), "reset") && !strings.Contains(err.Error(), "broken pipe") {
		t.Fatal(err)
	}
	if c, ok := conn.(*net.TCPConn); ok {
		_ = c.CloseWrite() // it may be closed already
	}
	var out []*http.Response
	for r := bufio.NewReader(conn); ; {
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			return out
		}
		body, err := io.ReadAll(res.Body)
		if err != nil {
			return out
		}
		res.Body = io.NopCloser(strings.NewReader(string(body)))
		out = append(out, res)
	}
}

func TestHugeRequests(t *testing.T) {
	// What is too large is refused before it is read, in words, with the
	// headers of every answer (45).
	t.Parallel()
	address := agency(t).serve(t)
	const head = "POST /session/new HTTP/1.1\r\nHost: carnet.test\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n"
	for _, c := range []struct {
		name, request string
		want          int
		words         string
	}{
		{"a body of 10 MB", head + "Content-Length: 10485760\r\n\r\n" + "email=" + strings.Repeat("a", 10<<20-6), 413, "C’est trop long pour être envoyé d’un coup."},
		{"a body of 10 MB in English", head + "Accept-Language: en\r\nContent-Length: 10485760\r\n\r\n" + strings.Repeat("a", 10<<20), 413, "This is too long to be sent at once."},
		{"a body of 10 MB in chunks", head + "Transfer-Encoding: chunked\r\n\r\nA00000\r\n" + strings.Repeat("a", 10<<20) + "\r\n0\r\n\r\n", 413, "C’est trop long"},
		{"headers of 20 KB", "GET /clients HTTP/1.1\r\nHost: carnet.test\r\nConnection: close\r\nX: " + strings.Repeat("a", 20<<10) + "\r\n\r\n", 431, ""},
	} {
		answers := raw(t, address, c.request)
		if len(answers) != 1 || answers[0].StatusCode != c.want {
			t.Errorf("%s: %v", c.name, answers)
			continue
		}
		body, _ := io.ReadAll(answers[0].Body)
		if !strings.Contains(string(body), c.words) {
			t.Errorf("%s: %s", c.name, body)
		}
		checkHeaders(t, c.name, answers[0])
	}
}

func TestMalformedRequests(t *testing.T) {
	// A request that two servers may read in two ways is refused, and never
	// hides a second one.
	t.Parallel()
	address := agency(t).serve(t)
	const smuggled = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
	for name, request := range map[string]string{
		"two lengths":           "POST /session/new HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 38\r\n\r\n" + smuggled,
		"length and chunks":     "POST /session/new HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled,
		"a signed length":       "POST /session/new HTTP/1.1\r\nHost: x\r\nContent-Length: +38\r\n\r\n" + smuggled,
		"a space before colon":  "POST /session/new HTTP/1.1\r\nHost: x\r\nContent-Length : 38\r\n\r\n" + smuggled,
		"a strange coding":      "POST /session/new HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + smuggled,
		"no host":               "GET /clients HTTP/1.1\r\n\r\n",
		"a length of 2^64":      "POST /session/new HTTP/1.1\r\nHost: x\r\nContent-Length: 18446744073709551616\r\n\r\n" + smuggled,
		"a folded header":       "GET /clients HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n",
		"NUL in a header":       "GET /clients HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n",
		"a chunk of bad length": "POST /session/new HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n" + smuggled,
	} {
		for _, a := range raw(t, address, request) {
			if a.StatusCode < 400 && name != "a folded header" {
				t.Errorf("%s: status %d", name, a.StatusCode)
			}
		}
	}
}

func TestContractOfFasthttp(t *testing.T) {
	// Fiber was not tested with this fasthttp: no CR or LF gets through a
	// redirect or a cookie, and an answer may set two cookies.
	t.Parallel()
	app := fiber.New(fiber.Config{Immutable: true, DisableStartupMessage: true})
	app.Get("/redirect", func(c *fiber.Ctx) error { return c.Redirect("/a\r\nX-Injected: 1\r\n\r\n<script>", 303) })
	app.Get("/cookie", func(c *fiber.Ctx) error {
		c.Cookie(&fiber.Cookie{Name: "a", Value: "b\r\nX-Injected: 1"})
		c.Cookie(&fiber.Cookie{Name: "c\r\nX-Injected: 1", Value: "d"})
		c.Cookie(&fiber.Cookie{Name: "e", Value: "f", Path: "/\r\nX-Injected: 1"})
		return c.SendString("ok")
	})
	app.Get("/header", func(c *fiber.Ctx) error {
		c.Set("HX-Redirect", "/a\r\nX-Injected: 1")
		c.Response().Header.Add(fiber.HeaderSetCookie, "g=h\r\nX-Injected: 1")
		return c.SendString("ok")
	})
	app.Get("/two", func(c *fiber.Ctx) error {
		c.Response().Header.Add(fiber.HeaderSetCookie, "sid=1; Path=/")
		c.Response().Header.Add(fiber.HeaderSetCookie, "lang=fr; Path=/")
		c.Cookie(&fiber.Cookie{Name: "theme", Value: "dark"})
		return c.SendString("ok")
	})
	o := office{t: t, app: app}
	for _, path := range []string{"/redirect", "/cookie", "/header"} {
		a := o.ask(t, http.MethodGet, path, "")
		if _, injected := a.Header["X-Injected"]; injected || strings.Contains(a.body, "<script>") {
			t.Errorf("%s: %v\n%s", path, a.Header, a.body)
		}
	}
	var got []string
	for _, c := range o.ask(t, http.MethodGet, "/two", "").Cookies() {
		got = append(got, c.Name+"="+c.Value)
	}
	if fmt.Sprint(got) != "[sid=1 lang=fr theme=dark]" {
		t.Errorf("the cookies are %v", got)
	}
}

func TestDemoKnowsThisMachineOnly(t *testing.T) {
	// A demo signs everybody in, so it answers under the names of this machine
	// alone: a page of another site whose name leads here gets nothing, and is
	// not signed in.
	t.Parallel()
	o := atelier(t)
	before := o.engine.writes.Load()
	for _, host := range []string{"evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example", "evil.localhost", "192.0.2.1:8080",
		"0.0.0.0:8080", "2130706433", "127.1", "[::]:8080", "[2001:db8::1]", "localhost:80@evil.example", "localhost."} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			r := httptest.NewRequest(method, "/clients/new", strings.NewReader("name=X"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Sec-Fetch-Site", "same-origin")
			r.Host = host
			if a := o.do(t, r); a.StatusCode < 400 || len(a.Cookies()) > 0 || strings.Contains(a.body, `action="/clients/new"`) {
				t.Errorf("%s under %s: status %d with %v", method, host, a.StatusCode, a.Cookies())
			}
		}
	}
	if n := o.engine.writes.Load() - before; n != 0 {
		t.Errorf("%d writes", n)
	}
	public := atelier(t, func(c *Config) { c.PublicURL, _ = url.Parse("https://demo.example") })
	for _, host := range []string{"localhost", "localhost:8080", "127.0.0.1:8080", "127.0.0.9", "[::1]:8080", "[::1]", "demo.example"} {
		r := httptest.NewRequest(http.MethodGet, "/clients", nil)
		r.Host = host
		if a := public.do(t, r); a.StatusCode != 200 {
			t.Errorf("%s: status %d", host, a.StatusCode)
		}
	}
}
