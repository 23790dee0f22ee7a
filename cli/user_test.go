package cli

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// serves answers at a socket with what a request asks for.
func serves(t *testing.T, path string) func() {
	t.Helper()
	l, err := listen(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	stop := answer(l, path, slog.New(slog.DiscardHandler), func(_ context.Context, r request) (string, error) {
		if r.Do == "fail" {
			return "", errors.New("no such person")
		}
		return strings.Repeat(r.Name, 1000) + r.Email, nil
	})
	t.Cleanup(stop)
	return stop
}

// A command gets what the server prints, or its error; the socket is for its
// owner only, nothing stays beside it, and it goes with the server.
func TestSocket(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := socketPath(filepath.Join(folder, "carnet.db"))
	if _, err := ask(t.Context(), path, request{}); !errors.Is(err, errNobody) {
		t.Errorf("nobody answers: %v", err)
	}
	stop := serves(t, path)
	if info, err := os.Lstat(path); err != nil || info.Mode() != fs.ModeSocket|0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if files, err := os.ReadDir(folder); err != nil || len(files) != 1 {
		t.Errorf("beside it: %v, %v", files, err)
	}
	if text, err := ask(t.Context(), path, request{Do: "x", Name: "é", Email: "a@x.fr"}); err != nil || text != strings.Repeat("é", 1000)+"a@x.fr" {
		t.Errorf("%d bytes, %v", len(text), err)
	}
	if _, err := ask(t.Context(), path, request{Do: "fail"}); err == nil || err.Error() != "no such person" {
		t.Errorf("the error is %v", err)
	}
	stop()
	if files, err := os.ReadDir(folder); err != nil || len(files) != 0 {
		t.Errorf("left: %v, %v", files, err)
	}
	if _, err := ask(t.Context(), path, request{}); !errors.Is(err, errNobody) {
		t.Errorf("nobody answers any more: %v", err)
	}
}

// What is too long or no JSON gets no answer and stops nobody else.
func TestSocketBounds(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s")
	serves(t, path)
	var waiting []net.Conn
	for range maxTalks - 1 { // who says nothing holds a place, and others go on
		conn, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		waiting = append(waiting, conn)
	}
	for _, said := range []string{`{"do":"` + strings.Repeat("x", maxAsked) + "\"}\n", "nonsense\n", "[]\n"} {
		conn, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = conn.Write([]byte(said))
		if n, err := conn.Read(make([]byte, 1)); n != 0 || err == nil {
			t.Errorf("%.20q was answered", said)
		}
		_ = conn.Close()
	}
	if _, err := ask(t.Context(), path, request{Do: "x"}); err != nil {
		t.Error(err)
	}
	for _, conn := range waiting {
		_ = conn.Close()
	}
}

// A socket that a crash left gives way; one that somebody answers on does not,
// nor does what is no socket.
func TestSocketInTheWay(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	stale := filepath.Join(folder, "stale")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: stale, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	_ = l.Close()
	if _, err := os.Lstat(stale); err != nil {
		t.Fatal(err)
	}
	if _, err := ask(t.Context(), stale, request{}); !errors.Is(err, errNobody) {
		t.Errorf("a stale one: %v", err)
	}
	serves(t, stale)
	if _, err := ask(t.Context(), stale, request{Do: "x"}); err != nil {
		t.Error(err)
	}
	if _, err := listen(t.Context(), stale); err == nil || !strings.Contains(err.Error(), "another process answers") {
		t.Errorf("a second one: %v", err)
	}
	file := filepath.Join(folder, "file")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := listen(t.Context(), file); err == nil || !strings.Contains(err.Error(), "it is no socket") {
		t.Errorf("a file: %v", err)
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "x" {
		t.Errorf("the file is %q, %v", text, err)
	}
}

// A command line is read with its flags anywhere, or refused in a line.
func TestUserArguments(t *testing.T) {
	t.Parallel()
	none := func(string) string { return "" }
	r, s, err := parseUser([]string{"-db", "x.db", "reset", "a@x.fr", "-second-factor", "-public-url", "https://carnet.example"}, none, &bytes.Buffer{})
	if err != nil || r != (request{Do: "reset", Email: "a@x.fr", SecondFactor: true}) || s.DB != "x.db" || s.base("http://y") != "https://carnet.example" {
		t.Errorf("%+v, %+v, %v", r, s, err)
	}
	r, s, err = parseUser([]string{"invite", "a@x.fr", "Ana", "member"}, func(name string) string { return map[string]string{"CARNET_DB": "y.db"}[name] }, &bytes.Buffer{})
	if err != nil || r != (request{Do: "invite", Email: "a@x.fr", Name: "Ana", Role: "member"}) || s.DB != "y.db" || s.base("http://y") != "http://y" {
		t.Errorf("%+v, %+v, %v", r, s, err)
	}
	for _, args := range []string{"", "fly", "reset", "reset a b", "list a", "role a@x.fr", "list -second-factor", "list -nope", "list -db postgres://x"} {
		if _, _, err := parseUser(strings.Fields(args), none, &bytes.Buffer{}); !errors.As(err, new(UsageError)) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v", args, err)
		}
	}
	var help bytes.Buffer
	if _, _, err := parseUser([]string{"-help"}, none, &help); !errors.Is(err, ErrHelp) || !strings.Contains(help.String(), "carnet user reset EMAIL") {
		t.Errorf("%v, %s", err, help.String())
	}
}
