package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"carnet/data"
)

// authority signs certificates for a test.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
	dir  string
	made int64
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t, dir: t.TempDir(), pool: x509.NewCertPool(), made: 1}
	a.key = a.newKey()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "a test's authority"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &a.key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	a.pool.AddCert(a.cert)
	return a
}

func (a *authority) newKey() *ecdsa.PrivateKey {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	return key
}

// sign writes a certificate for some names and addresses, and its key.
func (a *authority) sign(certFile, keyFile string, names ...string) (serial int64) {
	a.t.Helper()
	a.made++
	template := &x509.Certificate{SerialNumber: big.NewInt(a.made), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	for _, n := range names {
		if ip := net.ParseIP(n); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, n)
		}
	}
	key := a.newKey()
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		a.t.Fatal(err)
	}
	a.write(keyFile, "PRIVATE KEY", secret)
	a.write(certFile, "CERTIFICATE", der)
	return a.made
}

func (a *authority) write(path, kind string, der []byte) {
	a.t.Helper()
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		a.t.Fatal(err)
	}
}

// client trusts the authority, and finds every name at an address.
func (a *authority) client(address string) *http.Client {
	return &http.Client{Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: a.pool}, DialContext: dialTo(address)}}
}

// With a certificate Carnet speaks https itself, TLS 1.2 at least: its cookie is
// bound to the host and secure, HSTS is set, its own forms are taken without a
// -public-url, and it answers under its own name alone.
func TestTLS(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	cert, key := filepath.Join(a.dir, "cert.pem"), filepath.Join(a.dir, "key.pem")
	a.sign(cert, key, "carnet.example")
	b := newBook(t, func(*data.Store, data.ID) error { return nil })
	p := start(t, "-db", b.path, "-tls-cert", cert, "-tls-key", key, "-http-addr", "127.0.0.1:0")
	address := strings.TrimPrefix(p.URL, "https://")
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	origin := "https://carnet.example:" + port
	client := a.client(address)
	form := url.Values{"email": {"elise@agence.example"}, "password": {"a long password"}}.Encode()
	post := func(origin string) *http.Response {
		t.Helper()
		r, _ := http.NewRequest(http.MethodPost, "https://carnet.example:"+port+"/session/new", strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", origin)
		res, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		return res
	}
	res := post(origin)
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("its own form: %d %v", res.StatusCode, res.Header)
	}
	if c := res.Cookies(); len(c) != 1 || c[0].Name != "__Host-sid" || !c[0].Secure || !c[0].HttpOnly || c[0].SameSite != http.SameSiteLaxMode || c[0].Domain != "" || c[0].Path != "/" {
		t.Errorf("the cookies are %v", c)
	}
	for _, foreign := range []string{"https://evil.example", "http://carnet.example:" + port, "https://sub.carnet.example:" + port, "https://carnet.example", "null"} {
		if res := post(foreign); res.StatusCode != http.StatusForbidden || len(res.Cookies()) > 0 {
			t.Errorf("a form of %s: %d", foreign, res.StatusCode)
		}
	}
	r, _ := http.NewRequest(http.MethodGet, origin+"/session/new", nil)
	r.Host = "evil.example"
	if res, err := client.Do(r); err != nil || res.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("under another name: %v, %v", res, err)
	}
	if _, err := tls.Dial("tcp", address, &tls.Config{RootCAs: a.pool, ServerName: "carnet.example", MaxVersion: tls.VersionTLS11}); err == nil {
		t.Error("it speaks TLS 1.1")
	}
	if res, err := http.Get("http://" + address + "/"); err == nil && res.StatusCode < 400 {
		t.Errorf("plain http on the port of https: %v", res)
	}
	if text, _ := p.said.now(); strings.Contains(text, "in clear") {
		t.Errorf("it warns of plain http:\n%s", text)
	}
}

// A certificate that is renewed is used from the next connection on, when its
// files change or on SIGHUP, and connections that are open go on; files that
// cannot be used leave the one before.
func TestTLSReload(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	cert, key := filepath.Join(a.dir, "cert.pem"), filepath.Join(a.dir, "key.pem")
	first := a.sign(cert, key, "carnet.example")
	b := newBook(t, func(*data.Store, data.ID) error { return nil })
	p := start(t, "-db", b.path, "-tls-cert", cert, "-tls-key", key)
	address := strings.TrimPrefix(p.URL, "https://")
	dial := func() *tls.Conn {
		t.Helper()
		c, err := tls.Dial("tcp", address, &tls.Config{RootCAs: a.pool, ServerName: "carnet.example"})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	serial := func() int64 {
		t.Helper()
		c := dial()
		defer c.Close()
		return c.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
	}
	old := dial()
	defer old.Close()
	if got := serial(); got != first {
		t.Fatalf("certificate %d, want %d", got, first)
	}
	second := a.sign(cert, key, "carnet.example")
	if err := p.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	p.wait("certificate read")
	if got := serial(); got != second {
		t.Errorf("after SIGHUP certificate %d, want %d", got, second)
	}
	fmt.Fprint(old, "GET /healthz HTTP/1.1\r\nHost: carnet.example\r\nConnection: close\r\n\r\n")
	if got, err := io.ReadAll(old); err != nil || !strings.HasPrefix(string(got), "HTTP/1.1 200 ") {
		t.Errorf("the connection from before: %v, %q", err, got)
	}
	third := a.sign(cert, key, "carnet.example")
	for end := time.Now().Add(patience); serial() != third; { // each is a handshake: none is counted as a sleep
		if time.Now().After(end) {
			t.Fatal("the new files are never used")
		}
	}
	if err := os.WriteFile(cert, []byte("rubbish"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	p.wait("cannot be used")
	if got := serial(); got != third {
		t.Errorf("with rubbish certificate %d, want %d", got, third)
	}
}

// Plain http beside https leads to the same path of it, under its own name
// alone, and keeps the method.
func TestPlainLeadsToTLS(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	cert, key := filepath.Join(a.dir, "cert.pem"), filepath.Join(a.dir, "key.pem")
	a.sign(cert, key, "carnet.example")
	b := newBook(t, func(*data.Store, data.ID) error { return nil })
	plain := freePort(t)
	start(t, "-db", b.path, "-tls-cert", cert, "-tls-key", key, "-http-addr", plain, "-public-url", "https://carnet.example")
	for _, x := range []struct {
		method, host, target string
		status               int
		location             string
	}{
		{"GET", "carnet.example", "/clients?q=a%20b", 308, "https://carnet.example/clients?q=a%20b"},
		{"POST", "Carnet.example:80", "/session/new", 308, "https://carnet.example/session/new"},
		{"GET", "carnet.example", "//evil.example/", 308, "https://carnet.example//evil.example/"},
		{"GET", "evil.example", "/", 421, ""},
		{"GET", "127.0.0.1", "/", 421, ""},
		{"GET", "carnet.example", "/.well-known/acme-challenge/x", 308, "https://carnet.example/.well-known/acme-challenge/x"},
	} {
		conn, err := net.Dial("tcp", plain)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: %s\r\nContent-Length: 0\r\n\r\n", x.method, x.target, x.host)
		answer, _ := io.ReadAll(conn)
		_ = conn.Close()
		head := string(answer)
		if !strings.HasPrefix(head, fmt.Sprintf("HTTP/1.1 %d ", x.status)) || !strings.Contains(head, "frame-ancestors 'none'") || x.location != "" && !strings.Contains(head, "\r\nLocation: "+x.location+"\r\n") {
			t.Errorf("%s %s of %s: %q", x.method, x.target, x.host, head)
		}
	}
}

// What is wrong with a certificate is said in one line at the start, and a name
// that it does not say must be given.
func TestTLSRefusals(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	at := func(name string) string { return filepath.Join(a.dir, name) }
	a.sign(at("cert.pem"), at("key.pem"), "carnet.example")
	a.sign(at("wild.pem"), at("wild.key"), "*.example")
	for _, x := range []struct{ cert, key, says string }{
		{"none.pem", "key.pem", "no such file"},
		{"cert.pem", "wild.key", "private key does not match"},
		{"key.pem", "key.pem", "-tls-cert"},
		{"wild.pem", "wild.key", "-public-url"},
	} {
		_, errs, code := runOnce(t, "-addr", "127.0.0.1:0", "-db", at("carnet.db"), "-tls-cert", at(x.cert), "-tls-key", at(x.key))
		var last string
		for line := range strings.Lines(errs) {
			last = line
		}
		if code != 1 || !strings.HasPrefix(last, "carnet: ") || !strings.Contains(last, x.says) {
			t.Errorf("%s and %s: exit %d, %q", x.cert, x.key, code, errs)
		}
	}
}
