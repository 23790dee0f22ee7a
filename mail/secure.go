package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"time"
)

// startTLS never goes on in clear, and takes no byte that came before TLS: an
// attacker could have put it there (CVE-2011-0411).
func (s *SMTP) startTLS(ctx context.Context, c *session) error {
	if !c.offers("STARTTLS") {
		return c.stopped(StepTLS, &PauseError{Step: StepTLS, Reason: NoStartTLS, Err: errors.New("the server does not offer STARTTLS, which smtp:// requires")})
	}
	r, err := c.command("STARTTLS")
	if err := c.agreed(StepTLS, r, err); err != nil {
		return err
	}
	if c.r.Buffered() > 0 {
		return c.stopped(StepTLS, &PauseError{Step: StepTLS, Reason: BadReply, Err: errors.New("the server sent data ahead of the TLS handshake")})
	}
	return s.encrypt(ctx, c)
}

// encrypt goes on over TLS, the certificate checked for the server's name.
func (s *SMTP) encrypt(ctx context.Context, c *session) error {
	conn := tls.Client(c.conn, &tls.Config{
		ServerName: s.server.Host,
		RootCAs:    s.options.RootCAs,
		MinVersion: tls.VersionTLS12,
	})
	if err := c.conn.SetDeadline(time.Now().Add(s.options.Connect)); err != nil {
		return c.stopped(StepTLS, err)
	}
	if err := conn.HandshakeContext(ctx); err != nil {
		if wrong, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
			c.at(StepTLS).TLS = presented(wrong.UnverifiedCertificates[0])
		}
		return c.stopped(StepTLS, tlsError(err))
	}
	c.at(StepTLS).TLS = secured(conn.ConnectionState())
	c.use(conn)
	return nil
}

// tlsError tells a network that broke during a handshake, which passes, from a
// certificate, a version or a port that is wrong, which does not.
func tlsError(err error) error {
	op, ok := errors.AsType[*net.OpError](err)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || ok && (op.Op == "read" || op.Op == "write") {
		return err
	}
	return &PauseError{Step: StepTLS, Reason: tlsReason(err), Err: err}
}

func tlsReason(err error) Reason {
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return NoTLS
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return CertificateName
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return CertificateExpired
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return CertificateUnknown
	}
	return ""
}

func secured(state tls.ConnectionState) *Secured {
	s := presented(state.PeerCertificates[0])
	s.Version, s.Cipher = tls.VersionName(state.Version), tls.CipherSuiteName(state.CipherSuite)
	return s
}

func presented(c *x509.Certificate) *Secured {
	s := &Secured{Subject: clean(c.Subject.String()), Issuer: clean(c.Issuer.String()), Expires: c.NotAfter}
	for _, name := range c.DNSNames {
		s.Names = append(s.Names, clean(name))
	}
	for _, ip := range c.IPAddresses {
		s.Names = append(s.Names, ip.String())
	}
	return s
}
