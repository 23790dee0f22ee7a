package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"carnet/data"
)

// oracle is Go's net/http: what it takes as a request is one.
type oracle struct {
	*httptest.Server
	mu   sync.Mutex
	seen []string // the methods and paths of what it took
}

func newOracle(t *testing.T) *oracle {
	t.Helper()
	o := &oracle{}
	o.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.mu.Lock()
		o.seen = append(o.seen, r.Method+" "+r.URL.Path)
		o.mu.Unlock()
		if _, err := io.Copy(io.Discard, io.LimitReader(r.Body, 1<<20)); err != nil {
			w.Header().Set("Connection", "close")
			w.WriteHeader(http.StatusBadRequest)
		}
	}))
	o.Config.MaxHeaderBytes = 12 << 10 // and 4 KiB of its own
	o.Start()
	t.Cleanup(o.Close)
	return o
}

// took returns what it took since it was last asked.
func (o *oracle) took() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	seen := o.seen
	o.seen = nil
	return seen
}

// logbook reads what Carnet took from its log.
type logbook struct {
	p    *program
	v    *visitor
	read int // bytes of the log that were read
}

var requestLine = regexp.MustCompile(`msg=request method=(\S+) route=(\S+) status=(\d+)`)

// took returns what Carnet took since it was last asked: all that was written
// before a request of the test's own.
func (w *logbook) took(t *testing.T) (seen []string) {
	t.Helper()
	if _, err := w.v.get("/favicon.ico"); err != nil {
		t.Fatalf("Carnet does not answer any more: %v", err)
	}
	for end := time.After(patience); ; {
		text, more := w.p.said.now()
		if i := strings.Index(text[w.read:], "route=/favicon.ico"); i >= 0 {
			i += strings.IndexByte(text[w.read+i:], '\n') + 1
			for _, m := range requestLine.FindAllStringSubmatch(text[w.read:w.read+i], -1) {
				refused := m[2] == "/" && (m[3] == "400" || m[3] == "505") // before its route was looked up (handlers/strict.go)
				if m[2] != "/favicon.ico" && !refused {
					seen = append(seen, m[1]+" "+m[2])
				}
			}
			w.read += i
			return seen
		}
		select {
		case <-more:
		case <-end:
			t.Fatal("the test's own request is not in the log")
		}
	}
}

// write sends bytes as they are, and returns what comes back until the other
// end closes. It must do so in time.
func write(address, request string, half bool) (answer []byte, err error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	_, _ = io.WriteString(conn, request) // who refuses it may close before its end
	if half {
		_ = conn.(*net.TCPConn).CloseWrite()
	}
	answer, err = io.ReadAll(conn)
	if err != nil && strings.Contains(err.Error(), "reset") {
		err = nil
	}
	return answer, err
}

// judge compares what the two made of a case; empty: all is well.
func judge(c rawCase, took, want []string, answer []byte) string {
	head, _, _ := bytes.Cut(answer, []byte("\r\n\r\n"))
	switch {
	case bytes.Contains(bytes.ToLower(answer), []byte(canary)), bytes.Contains(head, []byte("\r\nX-Echo")):
		return "it says what it was told"
	case bytes.Contains(answer, []byte("HTTP/1.1 500")):
		return "it fails"
	case len(took) > len(want) && c.lax == "":
		return fmt.Sprintf("it took %q, net/http %q", took, want)
	case len(took) < len(want) && len(took) > 0 && !bytes.Contains(answer, []byte("onnection: close")):
		return fmt.Sprintf("it took %q only, net/http %q, and stays", took, want)
	}
	return ""
}

// 200 ways of writing a request that two servers may read in two: Carnet parts
// the bytes as net/http does or refuses them, says nothing that it was told, and
// goes on answering others.
func TestRawAlone(t *testing.T) {
	t.Parallel()
	b := newBook(t, func(*data.Store, data.ID) error { return nil })
	p := start(t, "-db", b.path)
	w, o := &logbook{p: p, v: p.visit("")}, newOracle(t)
	requests, wrong, stricter := 0, 0, 0
	for _, c := range rawCases() {
		requests++
		if _, err := write(o.Listener.Addr().String(), c.bytes, true); err != nil {
			t.Fatalf("%s: net/http: %v", c.name, err)
		}
		answer, err := write(strings.TrimPrefix(p.URL, "http://"), c.bytes, true)
		want, took := o.took(), w.took(t)
		bad := judge(c, took, want, answer)
		if err != nil {
			bad = "it never closed: " + err.Error()
		}
		if bad != "" {
			wrong++
			t.Errorf("%q: %s; it answered %.300q", c.name, bad, answer)
		} else if c.lax != "" && len(took) <= len(want) {
			t.Errorf("%q is no case of laxness any more", c.name)
		}
		if len(took) < len(want) {
			stricter++
			t.Logf("stricter than net/http: %q", c.name)
		}
	}
	if requests < 100 {
		t.Errorf("%d cases only", requests)
	}
	t.Logf("In the end: %d requests, %d wrong, %d refused that net/http takes", requests, wrong, stricter)
}
