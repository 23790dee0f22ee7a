package handlers

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"carnet/data"
	"carnet/data/demo"
	"carnet/mail"
)

// publicDemo is a public demo of a test, whose clock is moved by hand.
type publicDemo struct {
	*Demo
	office
	log *lines

	mu     sync.Mutex
	clock  time.Time
	stores []*data.Store // in the order in which they were opened
}

func (p *publicDemo) now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.clock
}

func (p *publicDemo) pass(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clock = p.clock.Add(d)
}

// opened returns the book that was opened last, and how many were.
func (p *publicDemo) opened() (*data.Store, int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.stores) == 0 {
		return nil, 0
	}
	return p.stores[len(p.stores)-1], len(p.stores)
}

// newcomer is a browser that has no book, on an address of its own.
func (p *publicDemo) newcomer(t testing.TB) *browser {
	t.Helper()
	p.visitors.begun.Purge()
	return p.browser(t)
}

// swept erases what is over, and waits until so many books are left.
func (p *publicDemo) swept(t testing.TB, books int) {
	t.Helper()
	p.visitors.mu.Lock()
	p.visitors.sweep(p.now())
	p.visitors.mu.Unlock()
	until(t, "books are erased", func() bool {
		p.visitors.mu.Lock()
		defer p.visitors.mu.Unlock()
		return p.visitors.books == books
	})
}

// until waits for what must come.
func until(t testing.TB, what string, done func() bool) {
	t.Helper()
	tick, end := time.NewTicker(5*time.Millisecond), time.After(time.Minute)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("%s: not so after a minute", what)
		}
	}
}

// demoFor opens a public demo, which is closed when the test ends.
func demoFor(t testing.TB, change ...func(*DemoConfig)) *publicDemo {
	t.Helper()
	copies, err := demo.NewCopies(bg, t.TempDir(), mail.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	p := &publicDemo{log: &lines{}, clock: time.Now()}
	cfg := DemoConfig{Config: Config{Log: slog.New(slog.NewTextHandler(p.log, nil))}, From: demo.Sender,
		Open: func(ctx context.Context) (*data.Store, func() error, error) {
			store, erase, err := copies.Open(ctx)
			p.mu.Lock()
			defer p.mu.Unlock()
			p.stores = append(p.stores, store)
			return store, erase, err
		}}
	for _, f := range change {
		f(&cfg)
	}
	if p.Demo, err = NewDemo(cfg); err != nil {
		t.Fatal(err)
	}
	p.visitors.now = p.now
	p.office = office{t: t, app: p.Demo.App}
	t.Cleanup(func() {
		p.Demo.Close()
		if err := copies.Close(); err != nil {
			t.Error(err)
		}
		if said := p.log.String(); strings.Contains(said, "level=ERROR") {
			t.Errorf("the log says\n%s", said)
		}
	})
	return p
}

// listen has a demo listen, for tests with requests at the same time.
func (p *publicDemo) listen(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- p.Listener(listener) }()
	t.Cleanup(func() {
		if err := errors.Join(p.ShutdownWithTimeout(time.Minute), <-served); err != nil {
			t.Error(err)
		}
	})
	return "http://" + listener.Addr().String()
}

// surfer is a browser without pages, over a real connection.
type surfer struct {
	base   string
	client *http.Client
}

func surf(base string) *surfer {
	jar, _ := cookiejar.New(nil) // its error is always nil
	return &surfer{base, &http.Client{Jar: jar, Timeout: time.Minute, Transport: &http.Transport{},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// ask posts a form, or gets a page if there is none.
func (s *surfer) ask(path string, form url.Values) (status int, location, body string, err error) {
	r, err := http.NewRequest(http.MethodGet, s.base+path, nil)
	if form != nil {
		r, err = http.NewRequest(http.MethodPost, s.base+path, strings.NewReader(form.Encode()))
	}
	if err != nil {
		return 0, "", "", err
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", s.base)
	}
	res, err := s.client.Do(r)
	if err != nil {
		return 0, "", "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return res.StatusCode, res.Header.Get("Location"), string(b), err
}
