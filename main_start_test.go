package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"carnet/data"
)

// Packages depend on each other in one direction, as docs/architecture.md
// draws it.
func TestArrows(t *testing.T) {
	t.Parallel()
	may := map[string][]string{
		"":               {"cli", "edge", "handlers", "mail", "data", "data/blob", "data/demo", "data/kv/bolt"},
		"bench":          {"handlers", "mail", "data", "data/kv/bolt"},
		"browser":        {},
		"cli":            {"data", "mail"},
		"edge":           {},
		"handlers":       {"views", "static", "i18n", "mail", "data", "data/blob"},
		"mail":           {"data"},
		"data":           {"data/blob", "data/kv"},
		"data/blob":      {},
		"data/demo":      {"data", "data/blob", "data/kv", "data/kv/bolt"},
		"data/datatest":  {"data", "data/kv", "data/kv/bolt", "data/kv/kvtest"},
		"data/kv":        {},
		"data/kv/bolt":   {"data/kv"},
		"data/kv/kvtest": {"data/kv"},
		"views":          {},
		"static":         {},
		"i18n":           {},
	}
	out, err := exec.Command("go", "list", "-e", "-f", `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`, "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	ours := func(path string) (string, bool) {
		rest, ok := strings.CutPrefix(path, "carnet")
		return strings.TrimPrefix(rest, "/"), ok && (rest == "" || rest[0] == '/')
	}
	packages := 0
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		from, _ := ours(fields[0])
		allowed, known := may[from]
		if !known {
			t.Errorf("package %q has no place in this table", from)
		}
		packages++
		for _, path := range fields[1:] {
			if to, ok := ours(path); ok && !slices.Contains(allowed, to) {
				t.Errorf("%q may not import %q", from, to)
			}
		}
	}
	if packages < 8 {
		t.Errorf("go list knows %d packages only", packages)
	}
}

// runOnce runs the program to its end.
func runOnce(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := command(t, nil, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// What is wrong at the start is said in one line; exit 2 is for the command
// line, 1 for the rest.
func TestRefusals(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	write := func(name string, content []byte, mode os.FileMode) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, content, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	refusals := map[string]struct {
		code int
		args []string
	}{
		"unknown flag":     {2, []string{"-nope"}},
		"unknown command":  {2, []string{"sevre"}},
		"no such format":   {2, []string{"-log-format", "xml"}},
		"another engine":   {2, []string{"-db", "postgres://localhost/carnet"}},
		"demo of a book":   {1, []string{"serve", "-demo", "-addr", ":0", "-db", write("real.db", []byte("x"), 0o600)}},
		"no sender":        {2, []string{"-smtp", "smtp://mail.example"}},
		"clear, not local": {2, []string{"-smtp", "smtp+insecure://mail.example", "-from", "a@b.example"}},
		"zero bytes":       {1, []string{"-db", write("zero.db", nil, 0o600)}},
		"not ours":         {1, []string{"-db", write("text.db", bytes.Repeat([]byte("not a database\n"), 9999), 0o600)}},
		"a folder":         {1, []string{"-db", folder}},
		"no such folder":   {1, []string{"-db", filepath.Join(folder, "none", "carnet.db")}},
		"no blobs":         {1, []string{"-db", strings.TrimSuffix(write("other.db.blobs", nil, 0o600), ".blobs")}},
		"port in use":      {1, []string{"-addr", taken.Addr().String(), "-db", filepath.Join(folder, "new.db")}},
	}
	if os.Geteuid() != 0 { // root reads everything
		refusals["unreadable"] = struct {
			code int
			args []string
		}{1, []string{"-db", write("closed.db", []byte("x"), 0)}}
	}
	for name, x := range refusals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, errs, code := runOnce(t, x.args...)
			if code != x.code {
				t.Errorf("exit %d, want %d", code, x.code)
			}
			if out != "" || !strings.HasPrefix(errs, "carnet: ") || strings.Count(errs, "\n") != 1 {
				t.Errorf("it printed %q and %q", out, errs)
			}
		})
	}
}

// `carnet version` says what runs, and opens nothing.
func TestVersion(t *testing.T) {
	t.Parallel()
	out, errs, code := runOnce(t, "version")
	if code != 0 || !strings.HasPrefix(out, "carnet ") || errs != "" {
		t.Errorf("exit %d, %q, %q", code, out, errs)
	}
}

// A second process on a file that is in use does not wait for it, and says so.
func TestSecondProcess(t *testing.T) {
	t.Parallel()
	b := newBook(t, func(*data.Store, data.ID) error { return nil })
	p := start(t, "-db", b.path)
	if _, err := p.visit(b.token).post("/preferences", url.Values{"language": {"en"}}); err != nil {
		t.Fatal(err) // a write, which leaves the file in use and unclean
	}
	begin := time.Now()
	_, errs, code := runOnce(t, "-addr", "127.0.0.1:0", "-db", b.path)
	if took := time.Since(begin); took > patience {
		t.Errorf("it took %v to refuse", took)
	}
	if code != 1 || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, "in use by another process") {
		t.Errorf("exit %d, %q", code, errs)
	}
	if got, err := p.visit("").get("/healthz"); err != nil || got.status != http.StatusOK {
		t.Errorf("the first then answers %d, %v", got.status, err)
	}
}

// A fresh book prints a code and asks for it before it takes its first
// account, once.
func TestFirstStart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "carnet.db")
	p := start(t, "-db", path)
	code := p.wait(`code=([A-Z2-7]{4}-[A-Z2-7]{4})`)[1]
	form := url.Values{"code": {"AAAA-AAAA"}, "agency": {"Agence"}, "name": {"Élise Martin"},
		"email": {"elise@agence.example"}, "password": {"a canary of a password"}}
	v := p.visit("")
	if got, err := v.get("/clients"); err != nil || got.status != http.StatusSeeOther || got.location != "/setup" {
		t.Fatalf("a stranger is sent to %q, %d, %v", got.location, got.status, err)
	}
	if got, err := v.post("/setup", form); err != nil || got.status != http.StatusUnprocessableEntity {
		t.Fatalf("a wrong code: %d, %v", got.status, err)
	}
	if got, err := v.get("/clients"); err != nil || got.status != http.StatusSeeOther {
		t.Fatalf("a wrong code lets in: %d, %v", got.status, err)
	}
	form.Set("code", strings.ToLower(code))
	if got, err := v.post("/setup", form); err != nil || got.status != http.StatusSeeOther {
		t.Fatalf("the right code: %d, %v", got.status, err)
	}
	if got, err := v.get("/clients"); err != nil || got.status != http.StatusOK {
		t.Fatalf("signed in: %d, %v", got.status, err)
	}
	if got, err := p.visit("").post("/setup", form); err != nil || got.status != http.StatusConflict {
		t.Errorf("a second account: %d, %v", got.status, err)
	}
	p.stop()
	if text, _ := p.said.now(); strings.Contains(text, "canary") || strings.Contains(text, "elise") {
		t.Errorf("the log holds what a person typed:\n%s", text)
	}
	again := start(t, "-db", path)
	if got, err := again.visit("").get("/setup"); err != nil || got.status != http.StatusSeeOther {
		t.Errorf("/setup after a restart: %d, %v", got.status, err)
	}
	if text, _ := again.said.now(); strings.Contains(text, "code=") {
		t.Errorf("a book with an account prints a code:\n%s", text)
	}
}

// The demo signs in by itself, shows its agency, and leaves nothing behind.
func TestDemo(t *testing.T) {
	t.Parallel()
	p := start(t, "-demo")
	got, err := p.visit("").get("/clients")
	if err != nil || got.status != http.StatusOK || !strings.Contains(got.body, "Menuiserie Lambert") {
		t.Errorf("%d, %v:\n%s", got.status, err, got.body)
	}
	folder := p.cmd.Dir
	if files, err := os.ReadDir(folder); err != nil || len(files) != 1 {
		t.Errorf("while it runs: %v, %v", files, err)
	}
	p.stop()
	if files, err := os.ReadDir(folder); err != nil || len(files) != 0 {
		t.Errorf("it left %v, %v", files, err)
	}
}

// A public demo makes a book for who asks for one, shows it to nobody else, and
// leaves nothing behind; what one before it left when it was killed, it removes.
func TestPublicDemo(t *testing.T) {
	t.Parallel()
	p := start(t, "-demo", "-public-url", "http://demo.example")
	if got, err := p.visit("").get("/clients"); err != nil || got.status != http.StatusSeeOther || got.location != "/demo" {
		t.Errorf("a stranger: %d to %q, %v", got.status, got.location, err)
	}
	v := p.visit("")
	if got, err := v.post("/demo", nil); err != nil || got.status != http.StatusSeeOther || got.location != "/clients" {
		t.Fatalf("a click: %d to %q, %v", got.status, got.location, err)
	}
	if got, err := v.get("/clients"); err != nil || got.status != http.StatusOK || !strings.Contains(got.body, "Menuiserie Lambert") {
		t.Errorf("then: %d, %v", got.status, err)
	}
	folder := p.cmd.Dir
	p.kill()
	if files, err := os.ReadDir(folder); err != nil || len(files) != 1 {
		t.Errorf("killed, it left %v, %v", files, err)
	}
	next := command(t, nil, "-demo", "-addr", "127.0.0.1:0", "-public-url", "http://demo.example")
	next.Dir, next.Env = folder, p.cmd.Env
	again := launch(t, next)
	again.wait(`listens on (http://\S+)`)
	if files, err := os.ReadDir(folder); err != nil || len(files) != 1 {
		t.Errorf("the next one has %v, %v", files, err)
	}
	again.stop()
	if files, err := os.ReadDir(folder); err != nil || len(files) != 0 {
		t.Errorf("it left %v, %v", files, err)
	}
}

// SIGTERM closes the door, finishes the request under way, which is kept, and
// ends with exit 0.
func TestStop(t *testing.T) {
	t.Parallel()
	b := newBook(t, func(*data.Store, data.ID) error { return nil })
	p := start(t, "-db", b.path)
	address := strings.TrimPrefix(p.URL, "http://")
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(2 * patience)); err != nil {
		t.Fatal(err)
	}
	body := url.Values{"name": {"Dernier Client"}, "kind": {"company"}, "language": {"fr"}}.Encode()
	fmt.Fprintf(conn, "POST /clients/new HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nCookie: sid=%s\r\nExpect: 100-continue\r\n"+
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n", address, p.URL, b.token, len(body))
	answer := bufio.NewReader(conn)
	if line, err := answer.ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("%q, %v", line, err)
	}
	if _, err := answer.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	p.signal()
	knock := time.NewTicker(20 * time.Millisecond)
	defer knock.Stop()
	for end := time.After(patience); ; {
		late, err := net.Dial("tcp", address)
		if err != nil {
			break // the door is closed; the request is still under way
		}
		_ = late.Close()
		select {
		case <-knock.C:
		case <-end:
			t.Fatal("it still takes requests long after SIGTERM")
		}
	}
	if _, err := conn.Write([]byte(body)); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(answer, nil)
	if err != nil || res.StatusCode != http.StatusSeeOther {
		t.Fatalf("the request under way: %v, %v", res, err)
	}
	_ = res.Body.Close()
	_ = conn.Close()
	p.stop()
	if err := b.open(t, func(s *data.Store) error {
		found, err := s.Clients(t.Context(), data.ClientFilter{Query: "dernier"})
		if len(found.Clients) != 1 {
			t.Errorf("it was answered, and is not kept: %v", found)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
