package mail

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// mailServer is a real server that keeps what it gets. It knows one
// user, with rightPassword.
type mailServer struct {
	*smtp.Server
	port      int
	mechanism string // the only one it offers

	mu       sync.Mutex
	signedIn bool
	from     string
	options  smtp.MailOptions
	to       []string
	body     string
}

// newMailServer starts a server, changed by set, whose certificate is for host
// and signed by the authority in the pool.
func newMailServer(t *testing.T, host string, implicitTLS bool, set func(*smtp.Server)) (*mailServer, *x509.CertPool) {
	t.Helper()
	cert, pool := certificate(t, host, time.Now().Add(time.Hour))
	s := &mailServer{mechanism: sasl.Plain}
	s.Server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &mailSession{s}, nil }))
	s.Domain, s.ErrorLog = "mail.test", log.New(io.Discard, "", 0)
	s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}}
	if set != nil {
		set(s.Server)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.port = l.Addr().(*net.TCPAddr).Port
	if implicitTLS {
		l = tls.NewListener(l, s.TLSConfig)
	}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	return s, pool
}

// certificate makes an authority and a certificate of it for host, until then.
func certificate(t *testing.T, host string, until time.Time) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"},
		NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: until,
		IsCA: true, BasicConstraintsValid: true,
	}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{host}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

type mailSession struct{ s *mailServer }

func (c *mailSession) AuthMechanisms() []string { return []string{c.s.mechanism} }

func (c *mailSession) Auth(string) (sasl.Server, error) {
	return saslServer(c.s.mechanism, func() {
		c.s.mu.Lock()
		defer c.s.mu.Unlock()
		c.s.signedIn = true
	}), nil
}

func (c *mailSession) Mail(from string, o *smtp.MailOptions) error {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.s.from, c.s.options = from, *o
	return nil
}

func (c *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	if strings.HasPrefix(to, "bounce@") {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.s.to = append(c.s.to, to)
	return nil
}

func (c *mailSession) Data(r io.Reader) error {
	body, err := io.ReadAll(r)
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.s.body = string(body)
	return err
}

func (c *mailSession) Reset()        {}
func (c *mailSession) Logout() error { return nil }
