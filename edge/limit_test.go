package edge

import (
	"bufio"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// Connections are counted in all and by address, a /64 of IPv6 as one; a trusted
// proxy has no limit of its own; closing one makes room, once.
func TestLimit(t *testing.T) {
	t.Parallel()
	l := newLimit(Config{Connections: 5, PerAddress: 2, Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, Log: slog.New(slog.DiscardHandler)})
	at := func(s string) net.Addr { return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(s)) }
	for i, x := range []struct {
		peer string
		want bool
	}{
		{"192.0.2.1:1", true}, {"[::ffff:192.0.2.1]:2", true}, {"192.0.2.1:3", false},
		{"[2001:db8::1]:1", true}, {"[2001:db8::ffff:1]:1", true}, {"[2001:db8::2]:1", false},
		{"10.1.1.1:1", true}, // the fifth in all
		{"10.1.1.1:2", false}, {"198.51.100.1:1", false},
	} {
		if _, ok := l.enter(at(x.peer)); ok != x.want {
			t.Errorf("%d %s: %v", i, x.peer, ok)
		}
	}
	l.leave(l.key(at("192.0.2.1:1")))
	for i, x := range []string{"10.1.1.1:3", "192.0.2.1:5"} {
		if _, ok := l.enter(at(x)); ok != (i == 0) {
			t.Errorf("after one left, %s: %v", x, ok)
		}
	}
}

// One connection too many gets a whole answer in words, and those that were
// there are left alone; when one closes, however often, one may come.
func TestTooMany(t *testing.T) {
	t.Parallel()
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	listener := newLimit(Config{Connections: 1, PerAddress: 9, Log: slog.New(slog.DiscardHandler)}).on(plain, true)
	accepted := make(chan net.Conn)
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				close(accepted)
				return
			}
			accepted <- c
		}
	}()
	dial := func() net.Conn {
		c, err := net.Dial("tcp", plain.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		_ = c.SetDeadline(time.Now().Add(time.Minute))
		return c
	}
	dial()
	first := <-accepted
	refused := func() {
		t.Helper()
		res, err := http.ReadResponse(bufio.NewReader(dial()), nil)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != 503 || res.Header.Get("Content-Security-Policy") != policy || !res.Close || !strings.HasSuffix(string(body), "in a moment.\n") {
			t.Errorf("%d, %v: %q", res.StatusCode, err, body)
		}
	}
	refused()
	_, _ = first.Close(), first.Close()
	dial()
	second := <-accepted
	refused()
	_ = second.Close()
}
