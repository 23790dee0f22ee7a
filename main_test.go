package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"carnet/data"
	"carnet/data/kv/bolt"
)

// These tests start Carnet as its users do: a process, a file, a signal.

const asProgram = "CARNET_TEST_PROGRAM"

// TestMain makes the test binary the program where a test started it as that.
func TestMain(m *testing.M) {
	bolt.CheckMain()
	switch os.Getenv(asProgram) {
	case "":
		os.Exit(m.Run())
	case asNaive:
		naive(os.Args[1], os.Args[2])
	default:
		main()
	}
}

// patience is how long a test waits for what must come: it bounds a hang, and
// measures nothing.
const patience = time.Minute

// program is Carnet as a process of its own.
type program struct {
	URL string // without a slash at its end

	t      *testing.T
	cmd    *exec.Cmd
	said   said
	exited chan struct{}
}

// command is a process that sees no environment but this, and the temporary
// folder of the test.
func command(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*patience)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Dir = t.TempDir()
	cmd.Env = append([]string{asProgram + "=1", "TMPDIR=" + cmd.Dir}, env...)
	return cmd
}

// start starts a server on a free port and waits until it listens. It is
// stopped when the test ends, if it still runs.
func start(t *testing.T, args ...string) *program {
	t.Helper()
	p := launch(t, command(t, nil, append([]string{"serve", "-addr", "127.0.0.1:0"}, args...)...))
	p.URL = p.wait(`listens on (https?://\S+)`)[1]
	return p
}

func launch(t *testing.T, cmd *exec.Cmd) *program {
	t.Helper()
	p := &program{t: t, cmd: cmd, exited: make(chan struct{})}
	p.said.more = make(chan struct{})
	p.cmd.Stdout, p.cmd.Stderr = &p.said, &p.said
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait()
		close(p.exited)
	}()
	t.Cleanup(p.stop)
	return p
}

// wait waits until the program has printed what the pattern matches.
func (p *program) wait(pattern string) []string {
	p.t.Helper()
	re, end := regexp.MustCompile(pattern), time.After(patience)
	for over := false; ; {
		text, more := p.said.now()
		if m := re.FindStringSubmatch(text); m != nil {
			return m
		}
		if over {
			p.t.Fatalf("it never printed %q but\n%s", pattern, text)
		}
		select {
		case <-more:
		case <-p.exited:
			over = true
		case <-end:
			over = true
		}
	}
}

// signal asks the program to stop; it must then end by itself, with exit 0.
func (p *program) signal() { _ = p.cmd.Process.Signal(syscall.SIGTERM) }

func (p *program) stop() {
	p.t.Helper()
	p.signal()
	select {
	case <-p.exited:
	case <-time.After(patience):
		p.kill()
		p.t.Error("it still ran long after SIGTERM")
	}
	text, _ := p.said.now()
	if state := p.cmd.ProcessState; !state.Success() && state.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		p.t.Errorf("it ended with %v:\n%s", state, text)
	}
	if strings.Contains(text, "panic") || strings.Contains(text, "DATA RACE") {
		p.t.Errorf("it printed\n%s", text)
	}
}

// kill is kill -9.
func (p *program) kill() {
	_ = p.cmd.Process.Kill()
	<-p.exited
}

// said is what a program has printed so far.
type said struct {
	mu   sync.Mutex
	text []byte
	more chan struct{} // closed when there is more
}

func (s *said) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = append(s.text, b...)
	close(s.more)
	s.more = make(chan struct{})
	return len(b), nil
}

func (s *said) now() (string, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.text), s.more
}

// book is a file with one user, signed in, and one client.
type book struct {
	path, token string
	client      data.ID
}

// newBook makes a book, and then what prepare wants in it.
func newBook(t *testing.T, prepare func(*data.Store, data.ID) error) book {
	t.Helper()
	b := book{path: filepath.Join(t.TempDir(), "carnet.db"), token: "token-of-a-test"}
	err := b.open(t, func(s *data.Store) error {
		u, err := s.SetUp(t.Context(), data.Agency{Name: "Agence"},
			data.User{Name: "Élise Martin", Email: "elise@agence.example"}, "a long password")
		if err != nil {
			return err
		}
		if err := s.CreateSession(t.Context(), b.token, u.ID); err != nil {
			return err
		}
		c, err := s.CreateClient(t.Context(), "", data.Client{Name: "Menuiserie Lambert", Kind: data.Company, Language: "fr"})
		if err != nil {
			return err
		}
		b.client = c.ID
		return prepare(s, c.ID)
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// open opens the book while no program has it.
func (b book) open(t *testing.T, fn func(*data.Store) error) error {
	engine, err := bolt.Open(b.path, bolt.Options{})
	if err != nil {
		return err
	}
	s, err := data.Open(t.Context(), engine)
	if err != nil {
		return errors.Join(err, engine.Close())
	}
	return errors.Join(fn(s), s.Close())
}

// visitor is a browser without a screen: it keeps cookies, says where its
// forms come from, and does not follow a redirect by itself.
type visitor struct {
	base   string
	client *http.Client
}

// visit returns a visitor of a program with the session that token stands for;
// an empty one is nobody's.
func (p *program) visit(token string) *visitor {
	jar, _ := cookiejar.New(nil) // its error is always nil
	v := &visitor{p.URL, &http.Client{Jar: jar, Timeout: patience, Transport: &http.Transport{},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	if token != "" {
		u, _ := url.Parse(p.URL)
		jar.SetCookies(u, []*http.Cookie{{Name: "sid", Value: token}})
	}
	return v
}

// page is an answer.
type page struct {
	status         int
	location, body string
}

func (v *visitor) get(path string) (page, error) {
	r, err := http.NewRequest(http.MethodGet, v.base+path, nil)
	if err != nil {
		return page{}, err
	}
	return v.do(r)
}

func (v *visitor) post(path string, form url.Values) (page, error) {
	r, err := http.NewRequest(http.MethodPost, v.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return page{}, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", v.base)
	return v.do(r)
}

func (v *visitor) do(r *http.Request) (page, error) {
	res, err := v.client.Do(r)
	if err != nil {
		return page{}, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return page{res.StatusCode, res.Header.Get("Location"), string(body)}, err
}
