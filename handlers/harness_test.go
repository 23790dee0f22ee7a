package handlers

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"carnet/data"
	"carnet/data/blob"
	"carnet/data/datatest"
	"carnet/data/demo"
	"carnet/data/kv"
	"carnet/data/kv/bolt"
	"carnet/mail"

	"github.com/gofiber/fiber/v2"
)

func TestMain(m *testing.M) {
	bolt.CheckMain()
	os.Exit(m.Run())
}

// office is the application of a test with its book and its log.
type office struct {
	t     testing.TB
	app   *fiber.App
	store *data.Store
	log   *lines
	post  *mail.Post

	engine *counted      // nil for a book that is not the test's own
	tally  *atomic.Int64 // of requests; nil for the application that tests share
}

// counted is an engine that counts the transactions that write, and those of
// them that were committed.
type counted struct {
	kv.Store
	writes, commits atomic.Int64
}

func (c *counted) Update(ctx context.Context, fn func(kv.Writer) error) error {
	c.writes.Add(1)
	err := c.Store.Update(ctx, fn)
	if err == nil {
		c.commits.Add(1)
	}
	return err
}

// lines is a log that many requests write to.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// digest sums up all that the book holds.
func (o office) digest(t testing.TB) uint64 {
	t.Helper()
	sum := fnv.New64a()
	err := o.engine.View(bg, func(r kv.Reader) error {
		sum.Reset()
		for scan := (kv.Range{}); ; {
			page, err := r.Scan(scan)
			if err != nil || len(page) == 0 {
				return err
			}
			for _, e := range page {
				fmt.Fprintf(sum, "%q %q", e.Key, e.Value)
			}
			scan.After = slices.Clone(page[len(page)-1].Key)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return sum.Sum64()
}

// open starts the application on a book.
func open(t testing.TB, store *data.Store, change ...func(*Config)) office {
	t.Helper()
	o := office{t: t, store: store, log: &lines{}, tally: &atomic.Int64{}}
	t.Cleanup(func() { // `make attack` adds these lines up
		wrong := 0
		if t.Failed() {
			wrong = 1
		}
		t.Logf("In the end: %d requests, %d wrong", o.tally.Load(), wrong)
	})
	cfg := Config{Store: store, Log: slog.New(slog.NewTextHandler(o.log, nil)), SetupCode: setupCode}
	cfg.Post = post(t, store, &mail.Route{Outgoing: mail.Captured, From: demo.Sender})
	for _, f := range change {
		f(&cfg)
	}
	app, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	o.app, o.post = app, cfg.Post
	return o
}

// post is how the mails of a test leave; nil: as the page says.
func post(t testing.TB, store *data.Store, fixed *mail.Route) *mail.Post {
	t.Helper()
	p, err := mail.NewPost(bg, store, slog.New(slog.DiscardHandler), fixed)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const setupCode = "ABCD-EFGH"

func inDemo(c *Config) { c.Demo = true }

// atelier opens the demo agency, on a copy of its own, with everybody signed in.
func atelier(t testing.TB, change ...func(*Config)) office {
	t.Helper()
	return agency(t, append([]func(*Config){inDemo}, change...)...)
}

// shared opens the demo agency on a book for all tests that only read.
func shared(t testing.TB) office {
	t.Helper()
	o, err := sharedOffice()
	if err != nil {
		t.Fatal(err)
	}
	o.t = t
	return o
}

// agency opens the demo agency to who signs in.
func agency(t testing.TB, change ...func(*Config)) office {
	t.Helper()
	store, engine := demoBook(t)
	o := open(t, store, change...)
	o.engine = engine
	return o
}

// demoBook returns a copy of the demo agency's book, and its engine.
func demoBook(t testing.TB) (*data.Store, *counted) {
	t.Helper()
	file, err := demoFile()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "carnet.db")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	engine := &counted{Store: datatest.Engine(t, path)}
	blobs, err := blob.OpenFolder(path + blob.Suffix)
	if err != nil {
		t.Fatal(err)
	}
	return datatest.On(t, engine, data.WithBlobs(blobs), data.WithKey(func() (data.Key, error) { return data.Key{1}, nil })), engine
}

// demoFile is the file of the demo agency, made once: copies are quicker.
var demoFile = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "carnet-test-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "carnet.db")
	store, _, err := demo.Open(bg, path, mail.Bytes)
	if err != nil {
		return nil, err
	}
	if err := store.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// sharedOffice is never closed: it ends with the process.
var sharedOffice = sync.OnceValues(func() (office, error) {
	file, err := demoFile()
	if err != nil {
		return office{}, err
	}
	dir, err := os.MkdirTemp("", "carnet-test-")
	if err != nil {
		return office{}, err
	}
	defer os.RemoveAll(dir) // the open file lives on
	path := filepath.Join(dir, "carnet.db")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		return office{}, err
	}
	engine, err := bolt.Open(path, bolt.Options{NoCheck: true})
	if err != nil {
		return office{}, err
	}
	store, err := data.Open(bg, engine)
	if err != nil {
		return office{}, err
	}
	log := &lines{}
	p, err := mail.NewPost(bg, store, slog.New(slog.DiscardHandler), &mail.Route{Outgoing: mail.Captured, From: demo.Sender})
	if err != nil {
		return office{}, err
	}
	app, err := New(Config{Store: store, Log: slog.New(slog.NewTextHandler(log, nil)), Demo: true, Post: p})
	return office{app: app, store: store, log: log}, err
})

// answer is what came back, its body read.
type answer struct {
	*http.Response
	body string
}

// header is a change of a request's header: a name and a value, in turn.
type header []string

func (h header) set(r *http.Request) {
	for i := 0; i+1 < len(h); i += 2 {
		r.Header.Set(h[i], h[i+1])
	}
}

// ask sends a request as it is, without cookies; a body is a form's.
func (o office) ask(t testing.TB, method, address, body string, headers ...header) answer {
	t.Helper()
	r := httptest.NewRequest(method, address, strings.NewReader(body))
	r.Host = "localhost"
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if method == http.MethodPost {
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for _, h := range headers {
		h.set(r)
	}
	return o.do(t, r)
}

func (o office) do(t testing.TB, r *http.Request) answer {
	t.Helper()
	r.RequestURI = r.URL.RequestURI() // the dump that Test makes drops the host of a whole URL
	if o.tally != nil {
		o.tally.Add(1)
	}
	res, err := o.app.Test(r, -1)
	if err != nil {
		t.Fatalf("%s %s: %v", r.Method, r.URL, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", r.Method, r.URL, err)
	}
	return answer{res, string(body)}
}

// clientNamed returns a client of the book.
func (o office) clientNamed(name string) data.Client {
	o.t.Helper()
	page, err := o.store.Clients(bg, data.ClientFilter{Query: name})
	if err != nil || len(page.Clients) == 0 {
		o.t.Fatalf("no client %q: %v", name, err)
	}
	return page.Clients[0].Client
}

// contactAt returns the contact of a client that has an address.
func (o office) contactAt(client data.Client, email string) data.Contact {
	o.t.Helper()
	found, err := o.store.Recipients(bg, client.ID, []data.Mailbox{{Address: email}})
	if err != nil || found[0].Contact == nil {
		o.t.Fatalf("no contact %s: %v", email, err)
	}
	return *found[0].Contact
}

// member returns a browser whose user is signed in.
func (o office) member(t testing.TB) *browser {
	t.Helper()
	u, err := o.store.FirstUser(bg)
	if err != nil {
		t.Fatal(err)
	}
	return o.browserOf(t, u)
}

// person makes an account with a role.
func (o office) person(t testing.TB, role data.Role) data.User {
	t.Helper()
	_, token, err := o.store.Invite(bg, data.Invitation{Email: string(data.NewID()) + "@exemple.example", Role: role})
	if err != nil {
		t.Fatal(err)
	}
	u, err := o.store.Join(bg, token, data.User{Name: "Dominique " + string(role)}, "un long mot de passe")
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// browserOf returns a browser where a user is signed in.
func (o office) browserOf(t testing.TB, u data.User) *browser {
	t.Helper()
	token := newToken()
	if err := o.store.CreateSession(bg, token, u.ID); err != nil {
		t.Fatal(err)
	}
	b := o.browser(t)
	b.jar.SetCookies(b.at, []*http.Cookie{{Name: "sid", Value: token, Path: "/"}})
	return b
}
