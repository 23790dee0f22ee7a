package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"carnet/data"

	"golang.org/x/net/dns/dnsmessage"
)

// pebbleModule is Let's Encrypt's small ACME server for tests.
const pebbleModule = "github.com/letsencrypt/pebble/v2/cmd/pebble@v2.10.1"

// pebble is a certificate authority that checks names for real: it finds each
// at 127.0.0.1, and knocks at these ports.
type pebble struct {
	directory string // its URL
	trust     string // a file with the certificate of its own address
	root      *x509.CertPool
}

func startPebble(t *testing.T, httpPort, tlsPort string) *pebble {
	t.Helper()
	dir := t.TempDir()
	build := exec.Command("go", "install", pebbleModule)
	build.Dir = dir
	build.Env = append(os.Environ(), "GOBIN="+dir)
	if out, err := build.CombinedOutput(); err != nil {
		if os.Getenv("REQUIRE_NETWORK") != "" {
			t.Fatalf("REQUIRE_NETWORK=1: %v\n%s", err, out)
		}
		t.Skipf("this test builds %s, which could not be had: %v; REQUIRE_NETWORK=1 requires it", pebbleModule, err)
	}
	a := newAuthority(t)
	at := func(name string) string { return filepath.Join(dir, name) }
	a.sign(at("cert.pem"), at("key.pem"), "127.0.0.1")
	a.write(at("trust.pem"), "CERTIFICATE", a.cert.Raw)
	listen, manage := freePort(t), freePort(t)
	config, err := json.Marshal(map[string]any{"pebble": map[string]any{"listenAddress": listen, "managementListenAddress": manage,
		"certificate": at("cert.pem"), "privateKey": at("key.pem"), "httpPort": number(t, httpPort), "tlsPort": number(t, tlsPort),
		"keyAlgorithm": "ecdsa", "retryAfter": map[string]int{"authz": 1, "order": 1},
		"profiles": map[string]any{"default": map[string]any{"description": "a test's", "validityPeriod": 7776000}}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(at("config.json"), config, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), at("pebble"), "-strict", "-config", at("config.json"), "-dnsserver", startNames(t))
	cmd.Env = []string{"PEBBLE_VA_NOSLEEP=1", "PEBBLE_AUTHZREUSE=0"}
	launch := &said{more: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = launch, launch
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			text, _ := launch.now()
			t.Logf("the authority said\n%s", text)
		}
	})
	client := a.client(manage)
	p := &pebble{directory: "https://" + listen + "/dir", trust: at("trust.pem"), root: x509.NewCertPool()}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.After(patience); ; {
		if res, err := client.Get("https://" + manage + "/roots/0"); err == nil {
			root, err := io.ReadAll(res.Body)
			_ = res.Body.Close()
			if err != nil || !p.root.AppendCertsFromPEM(root) {
				t.Fatalf("its root: %v, %q", err, root)
			}
			return p
		}
		select {
		case <-tick.C:
		case <-end:
			text, _ := launch.now()
			t.Fatalf("the authority never listened:\n%s", text)
		}
	}
}

func number(t *testing.T, address string) int {
	t.Helper()
	tcp, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	return tcp.Port
}

// startNames is a name server, over TCP, to which every name is at 127.0.0.1.
func startNames(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_ = name(conn)
			}()
		}
	}()
	return listener.Addr().String()
}

// name answers one question (RFC 1035, 4.2.2).
func name(conn net.Conn) error {
	var size uint16
	if err := binary.Read(conn, binary.BigEndian, &size); err != nil {
		return err
	}
	buf := make([]byte, size)
	if _, err := io.ReadFull(conn, buf); err != nil {
		return err
	}
	var m dnsmessage.Message
	if err := m.Unpack(buf); err != nil {
		return err
	}
	m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
	if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
		m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 60}, Body: &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}}}}
	}
	out, err := m.Pack()
	if err != nil {
		return err
	}
	_, err = conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(out))), out...))
	return err
}

// Carnet has a certificate made for its name by an authority that checks it, by
// TLS-ALPN-01 on its own port or by HTTP-01 on -http-addr; it keeps it in a
// folder that nobody else reads, asks for no other name, and starts again
// without asking.
func TestACME(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"tls-alpn-01", "http-01"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			address, plain, dead := freePort(t), freePort(t), freePort(t)
			knocks := map[string]string{"tls-alpn-01": address, "http-01": dead}[way]
			ca := startPebble(t, plain, knocks)
			b := newBook(t, func(*data.Store, data.ID) error { return nil })
			again := func(directory string) *program {
				t.Helper()
				args := []string{"serve", "-db", b.path, "-addr", address, "-acme-domain", "carnet.example", "-acme-email", "admin@agence.example", "-acme-directory", directory}
				if way == "http-01" {
					args = append(args, "-http-addr", plain)
				}
				p := launch(t, command(t, []string{"SSL_CERT_FILE=" + ca.trust}, args...))
				p.URL = p.wait(`listens on (https://\S+)`)[1]
				p.wait(`certificate at hand`)
				return p
			}
			p := again(ca.directory)
			ask := func() *x509.Certificate {
				t.Helper()
				client := &http.Client{Timeout: patience, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: ca.root}, DialContext: dialTo(address)}}
				res, err := client.Get(fmt.Sprintf("https://carnet.example:%d/healthz", number(t, address)))
				if err != nil {
					t.Fatal(err)
				}
				defer res.Body.Close()
				if res.StatusCode != http.StatusOK || res.Header.Get("Strict-Transport-Security") == "" {
					t.Errorf("%d %v", res.StatusCode, res.Header)
				}
				return res.TLS.PeerCertificates[0]
			}
			first := ask()
			if _, err := tls.Dial("tcp", address, &tls.Config{RootCAs: ca.root, ServerName: "other.example"}); err == nil {
				t.Error("it has a certificate for another name")
			}
			if info, err := os.Stat(b.path + ".acme"); err != nil || info.Mode().Perm() != 0o700 {
				t.Errorf("the folder of the certificate: %v, %v", info, err)
			}
			p.stop()
			p = again("https://" + dead + "/dir") // nobody is there to ask
			if second := ask(); !second.Equal(first) {
				t.Error("it has another certificate after a restart")
			}
			p.stop()
		})
	}
}
