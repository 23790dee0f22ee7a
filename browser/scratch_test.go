package browser

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// strict is the policy of the product.
const strict = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types htmx"

// scratch serves one page with a script and a style of its own, under the
// strict policy, and opens it.
func scratch(t *testing.T, body, script, style string) *page {
	t.Helper()
	return serve(t, map[string]string{
		"/": `<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Essai</title>` +
			`<meta name="viewport" content="width=device-width, initial-scale=1">` +
			`<link rel="stylesheet" href="/x.css"></head>` +
			`<body><main><h1>Essai</h1>` + body + `</main><script src="/x.js"></script></body></html>`,
		"/x.js":  script,
		"/x.css": style,
	}, "/")
}

// serve opens the first of these pages. A path that is "/status/503" answers
// with that status.
func serve(t *testing.T, files map[string]string, first string) *page {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", strict)
		var status int
		if n, _ := fmt.Sscanf(r.URL.Path, "/status/%d", &status); n == 1 {
			w.WriteHeader(status)
			return
		}
		if r.URL.Path == "/cut" {
			panic(http.ErrAbortHandler)
		}
		if r.URL.Path == "/favicon.ico" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		text, ok := files[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", kind(r.URL.Path))
		if r.URL.Path == "/headers" {
			text = r.Header.Get(text)
		}
		io.WriteString(w, text)
	}))
	t.Cleanup(srv.Close)
	p := open(t, srv.URL)
	p.visit(first)
	return p
}

func kind(path string) string {
	switch {
	case strings.HasSuffix(path, ".js"):
		return "text/javascript"
	case strings.HasSuffix(path, ".css"):
		return "text/css"
	}
	return "text/html; charset=utf-8"
}

// refusal runs an act of a page that has little patience, and returns what the
// test would have failed with, or "".
func refusal(p *page, act func(p *page)) string {
	said := &listener{TB: p.t}
	q := *p
	q.t, q.patience = said, 300*time.Millisecond
	done := make(chan struct{})
	go func() {
		defer close(done)
		act(&q)
	}()
	<-done
	return said.text.String()
}

// listener hears a test fail in its place.
type listener struct {
	testing.TB
	text bytes.Buffer
}

func (l *listener) Error(args ...any)            { fmt.Fprintln(&l.text, args...) }
func (l *listener) Errorf(f string, args ...any) { fmt.Fprintf(&l.text, f+"\n", args...) }
func (l *listener) Fatal(args ...any)            { l.Error(args...); runtime.Goexit() }
func (l *listener) Fatalf(f string, args ...any) { l.Errorf(f, args...); runtime.Goexit() }
func (l *listener) Skip(args ...any)             { l.Fatal(args...) }
func (l *listener) Failed() bool                 { return l.text.Len() > 0 }

// wantRefusal holds the act to fail, with this text in what it says.
func wantRefusal(t *testing.T, p *page, text string, act func(p *page)) {
	t.Helper()
	if got := refusal(p, act); !strings.Contains(got, text) {
		t.Errorf("failed with %q, want %q in it", got, text)
	}
}

// scratchProgram is what the test binary becomes under SCRATCH_PROGRAM, to be
// started and stopped as Carnet is. It ends with that exit code.
func scratchProgram() {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, os.Args[1:], os.Getenv("GREETING"))
	}))
	fmt.Fprintf(os.Stderr, "time=12:00 level=INFO msg=listening url=%s\n", srv.URL)
	<-stop
	var code int
	fmt.Sscan(os.Getenv("SCRATCH_PROGRAM"), &code)
	os.Exit(code)
}
