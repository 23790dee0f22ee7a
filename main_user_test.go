package main

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"carnet/data"
)

// user runs `carnet user …` on a book to its end.
func (b book) user(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	return runOnce(t, append([]string{"user", "-db", b.path}, args...)...)
}

// says runs a command that is to be done, and returns what its output matches.
func (b book) says(t *testing.T, pattern string, args ...string) []string {
	t.Helper()
	out, errs, code := b.user(t, args...)
	m := regexp.MustCompile(pattern).FindStringSubmatch(out)
	if code != 0 || errs != "" || m == nil {
		t.Fatalf("user %v: exit %d, %q, %q", args, code, out, errs)
	}
	return m
}

// refuses runs a command that is not to be done.
func (b book) refuses(t *testing.T, words string, args ...string) {
	t.Helper()
	out, errs, code := b.user(t, args...)
	if code != 1 || out != "" || errs != "carnet: "+words+"\n" {
		t.Errorf("user %v: exit %d, %q, %q", args, code, out, errs)
	}
}

const resetLink = `^elise@agence\.example is signed out everywhere\. .*\n(https?://\S+)/password/reset/[0-9a-f]{64}\n$`

// The commands about people work while the server runs, whose sessions they end
// from the next request on, and while it does not; the socket is for its owner
// only, and nothing of the links is in the log.
func TestUserCommands(t *testing.T) {
	t.Parallel()
	b := newBook(t, func(*data.Store, data.ID) error { return nil })
	p := start(t, "-db", b.path)
	if info, err := os.Lstat(b.path + ".sock"); err != nil || info.Mode() != os.ModeSocket|0o600 {
		t.Errorf("the socket: %v, %v", info, err)
	}
	b.says(t, `(?m)^EMAIL +ROLE +LAST SIGN-IN +NAME\nelise@agence\.example +administrator +\d{4}-\S+Z +Élise Martin\n$`, "list")
	b.refuses(t, "no administrator left: give the role to another person first", "disable", "elise@agence.example")
	b.refuses(t, "no administrator left: give the role to another person first", "role", "elise@agence.example", "member")
	b.refuses(t, "no such person: nobody@agence.example", "reset", "nobody@agence.example")
	b.refuses(t, "elise@agence.example has an account already", "invite", "elise@agence.example", "Élise", "member")
	b.refuses(t, "no such role: king; there are administrator, member and reader", "invite", "bob@agence.example", "Bob", "king")
	b.refuses(t, "not an address: bob", "invite", "bob", "Bob", "member")

	m := b.says(t, `^bob@agence\.example is invited as reader\. .*\n(http://[^/]+)(/invitations/[0-9a-f]{64})\n$`, "invite", "bob@agence.example", "Bob", "reader")
	if m[1] != p.URL {
		t.Errorf("the link leads to %s", m[1])
	}
	bob := p.visit("")
	if got, err := bob.post(m[2], url.Values{"name": {"Bob"}, "password": {"a password of bob"}}); err != nil || got.status != http.StatusSeeOther {
		t.Fatalf("the link: %d, %v", got.status, err)
	}
	in := func(v *visitor, want int) {
		t.Helper()
		if got, err := v.get("/clients"); err != nil || got.status != want {
			t.Errorf("status %d, want %d, %v", got.status, want, err)
		}
	}
	in(bob, http.StatusOK)
	b.says(t, `^bob@agence\.example is member, and signs in anew\.\n$`, "role", "BOB@agence.example", "member")
	in(bob, http.StatusSeeOther)
	signIn := func(want int) {
		t.Helper()
		got, err := bob.post("/session/new", url.Values{"email": {"bob@agence.example"}, "password": {"a password of bob"}})
		if err != nil || got.status != want {
			t.Errorf("the sign-in: %d, want %d, %v", got.status, want, err)
		}
	}
	signIn(http.StatusSeeOther)
	in(bob, http.StatusOK)
	b.says(t, `^bob@agence\.example is disabled, and signed out everywhere\.\n$`, "disable", "bob@agence.example")
	in(bob, http.StatusSeeOther)
	signIn(http.StatusUnprocessableEntity)
	b.says(t, `bob@agence\.example +member \(disabled\)`, "list")
	b.refuses(t, "bob@agence.example is disabled: enable them first", "reset", "bob@agence.example")
	b.says(t, `^bob@agence\.example can sign in\.\n$`, "enable", "bob@agence.example")
	signIn(http.StatusSeeOther)

	elise := p.visit(b.token)
	in(elise, http.StatusOK)
	if m := b.says(t, resetLink, "reset", "elise@agence.example"); m[1] != p.URL {
		t.Errorf("the link leads to %s", m[1])
	}
	in(elise, http.StatusSeeOther)
	p.stop()
	text, _ := p.said.now()
	for _, secret := range []string{"agence.example", "/invitations/" + strings.TrimPrefix(m[2], "/invitations/")} {
		if strings.Contains(text, secret) {
			t.Errorf("the log holds %q:\n%s", secret, text)
		}
	}
	if _, err := os.Lstat(b.path + ".sock"); !os.IsNotExist(err) {
		t.Errorf("the socket is still there: %v", err)
	}
	if m := b.says(t, resetLink, "reset", "elise@agence.example", "-public-url", "https://carnet.example/"); m[1] != "https://carnet.example" {
		t.Errorf("the link leads to %s", m[1])
	}
	b.says(t, `bob@agence\.example +member +\d`, "list")
}

// After a crash the commands open the database themselves, and the next server
// answers them again.
func TestUserCommandsAfterACrash(t *testing.T) {
	t.Parallel()
	b := newBook(t, func(*data.Store, data.ID) error { return nil })
	p := start(t, "-db", b.path)
	b.says(t, `elise`, "list")
	p.kill()
	if _, err := os.Lstat(b.path + ".sock"); err != nil {
		t.Fatal("the crash left no socket: it proves nothing")
	}
	if m := b.says(t, resetLink, "reset", "elise@agence.example"); m[1] != "http://127.0.0.1:8080" {
		t.Errorf("the link leads to %s", m[1])
	}
	p = start(t, "-db", b.path)
	if m := b.says(t, resetLink, "reset", "elise@agence.example"); m[1] != p.URL {
		t.Errorf("the link leads to %s", m[1])
	}
}

// A command about a database that is not there makes none.
func TestUserWithoutDatabase(t *testing.T) {
	t.Parallel()
	b := book{path: filepath.Join(t.TempDir(), "none.db")}
	b.refuses(t, "there is no database at "+b.path+"; look at -db", "list")
	if files, err := os.ReadDir(filepath.Dir(b.path)); err != nil || len(files) != 0 {
		t.Errorf("it made %v, %v", files, err)
	}
	if _, errs, code := b.user(t, "fly"); code != 2 || strings.Count(errs, "\n") != 1 {
		t.Errorf("exit %d, %q", code, errs)
	}
}
