package edge

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"
)

// files is a certificate that lies in two files. Who renews it writes them: the
// next connection then gets the new one, those that are open go on.
type files struct {
	cert, key string
	log       *slog.Logger

	mu      sync.Mutex
	current *tls.Certificate
	stamp   string    // of the files that current came from
	looked  time.Time // when the stamp was last compared
}

// lookEvery bounds how often connections make the files be looked at.
const lookEvery = time.Second

func openFiles(cert, key string, log *slog.Logger) (*files, error) {
	f := &files{cert: cert, key: key, log: log, stamp: stamp(cert, key), looked: time.Now()}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, fmt.Errorf("-tls-cert, -tls-key: %w", err)
	}
	if time.Now().After(pair.Leaf.NotAfter) {
		log.Warn("the certificate has expired", "file", cert, "on", pair.Leaf.NotAfter.Format(time.DateOnly))
	}
	f.current = &pair
	return f, nil
}

// certificate is a tls.Config's GetCertificate.
func (f *files) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := time.Now(); now.Sub(f.looked) >= lookEvery {
		f.looked = now
		if s := stamp(f.cert, f.key); s != f.stamp {
			f.load(s)
		}
	}
	return f.current, nil
}

func (f *files) reload() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.load(stamp(f.cert, f.key))
}

// load takes what the files hold; bad files are told of once for each change.
// One of the two may be written a moment before the other: the change of the
// second leads here again.
func (f *files) load(stamp string) {
	f.stamp = stamp
	pair, err := tls.LoadX509KeyPair(f.cert, f.key)
	if err != nil {
		f.log.Error("the new certificate cannot be used: the one before stays", "cause", err)
		return
	}
	f.current = &pair
	f.log.Info("certificate read", "until", pair.Leaf.NotAfter.Format(time.DateOnly))
}

// name is the certificate's name, if it has one for a browser to use.
func (f *files) name() string {
	for _, n := range f.current.Leaf.DNSNames {
		if !strings.HasPrefix(n, "*") {
			return strings.ToLower(n)
		}
	}
	for _, ip := range f.current.Leaf.IPAddresses {
		return ip.String()
	}
	return ""
}

// stamp changes when one of the files does.
func stamp(paths ...string) (s string) {
	for _, p := range paths {
		if info, err := os.Stat(p); err == nil {
			s += fmt.Sprintf("%d %d\n", info.ModTime().UnixNano(), info.Size())
		}
	}
	return s
}
