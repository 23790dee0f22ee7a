package browser

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// imitate starts the test binary as a program that ends with this exit code.
func imitate(t testing.TB, code string, flags ...string) *Carnet {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return launch(t, self, []string{"SCRATCH_PROGRAM=" + code, "GREETING=bonjour"}, flags...)
}

func TestProgram(t *testing.T) {
	// A program runs with its flags and settings, is ready when started, and
	// is gone when stopped.
	t.Parallel()
	c := imitate(t, "0", "-demo")
	res, err := http.Get(c.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	if got := string(body); got != "[-demo]bonjour" {
		t.Errorf("the program got %q", got)
	}
	c.stop()
	if healthy(c.URL) {
		t.Error("it still answers")
	}
}

func TestProgramFails(t *testing.T) {
	// A bad exit, a program that dies and one that says nothing are failures.
	t.Parallel()
	said := &listener{TB: t}
	c := imitate(t, "66")
	c.t = said
	c.stop()
	if got := said.text.String(); !strings.Contains(got, "exit status 66, want exit 0") {
		t.Errorf("failed with %q", got)
	}

	for flag, want := range map[string]string{"die": "stopped by itself", "mute": "not ready after"} {
		c, limit := imitate(t, "0"), 100*time.Millisecond
		c.URL = ""
		if flag == "die" {
			c.stop()
			limit = patience
		}
		if err := c.ready(limit); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", flag, err, want)
		}
	}
}

func TestRequire(t *testing.T) {
	// What is missing skips, and fails where nothing may be skipped.
	for setting, want := range map[string]string{"": "no browser", "1": "REQUIRE_BROWSER=1: no browser"} {
		t.Setenv("REQUIRE_BROWSER", setting)
		t.Setenv("PATH", t.TempDir())
		t.Setenv("CHROME", "")
		said := &listener{TB: t}
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, err := findChrome()
			require(said, err)
		}()
		<-done
		if got := said.text.String(); !strings.HasPrefix(got, want) {
			t.Errorf("said %q, want %q first", got, want)
		}
	}
	t.Setenv("CHROME", "/nowhere/chrome")
	if _, err := findChrome(); err == nil || !strings.Contains(err.Error(), "CHROME") {
		t.Errorf("a browser that is not there: %v", err)
	}
}
