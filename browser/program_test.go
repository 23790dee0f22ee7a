package browser

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Carnet is a program that runs for one test.
type Carnet struct {
	URL string // http://127.0.0.1:PORT, no slash at the end

	t      testing.TB
	cmd    *exec.Cmd
	out    output
	exited chan struct{}
	once   sync.Once
}

// start runs the demonstration on a free port, with more flags if given, and
// stops it when the test ends.
func start(t testing.TB, flags ...string) *Carnet {
	t.Helper()
	return run(t, nil, append([]string{"-demo", "-addr", "127.0.0.1:0"}, flags...)...)
}

// run starts the program with exactly these settings ("NAME=value") and flags.
// It runs in an empty folder and sees no other environment than PATH and HOME,
// which is that folder.
func run(t testing.TB, env []string, flags ...string) *Carnet {
	t.Helper()
	_, err := findChrome()
	require(t, err)
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return launch(t, binary, env, flags...)
}

func launch(t testing.TB, binary string, env []string, flags ...string) *Carnet {
	t.Helper()
	c := &Carnet{t: t, cmd: exec.Command(binary, flags...), exited: make(chan struct{})}
	c.cmd.Dir = t.TempDir()
	c.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + c.cmd.Dir}, env...)
	c.out.address = make(chan string, 1)
	c.cmd.Stdout, c.cmd.Stderr = &c.out, &c.out
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		c.cmd.Wait()
		close(c.exited)
	}()
	t.Cleanup(c.stop)
	if err := c.ready(patience); err != nil {
		t.Fatalf("%v\n%s", err, c.out.String())
	}
	return c
}

// ready waits for the address that the program prints, then for its first 200
// to GET /healthz.
func (c *Carnet) ready(limit time.Duration) error {
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case c.URL = <-c.out.address:
		case <-c.exited:
			return fmt.Errorf("the program stopped by itself: %v", c.cmd.ProcessState)
		case <-deadline.C:
			return fmt.Errorf("not ready after %v", limit)
		case <-tick.C:
		}
		if c.URL != "" && healthy(c.URL) {
			return nil
		}
	}
}

func healthy(url string) bool {
	visitor := http.Client{Timeout: patience}
	res, err := visitor.Get(url + "/healthz")
	if err != nil {
		return false
	}
	defer res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// stop ends the program with SIGTERM and holds it to exit 0 in time
// (the program gives up by itself after 20 s). Only its first call counts, so a test may stop the program early.
func (c *Carnet) stop() {
	c.once.Do(func() {
		c.t.Helper()
		c.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-c.exited:
		case <-time.After(patience):
			c.cmd.Process.Kill()
			<-c.exited
			c.t.Error("the program still ran long after SIGTERM")
		}
		if code := c.cmd.ProcessState.ExitCode(); code != 0 {
			c.t.Errorf("the program ended with %v, want exit 0", c.cmd.ProcessState)
		}
		if c.t.Failed() {
			c.t.Logf("the program said:\n%s", c.out.String())
		}
	})
}

var addressLine = regexp.MustCompile(`(http://(?:127\.0\.0\.1|localhost|\[::1\]):\d+)\D`)

// output keeps what the program prints, and sends the first address in it.
type output struct {
	mu      sync.Mutex
	text    bytes.Buffer
	told    bool
	address chan string
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text.Write(b)
	if m := addressLine.FindSubmatch(o.text.Bytes()); m != nil && !o.told {
		o.told = true
		o.address <- string(m[1])
	}
	return len(b), nil
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

var buildDir string

// build compiles the program once for the run of the tests.
var build = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "carnet-browser-")
	if err != nil {
		return "", err
	}
	buildDir = dir
	binary := filepath.Join(dir, "carnet")
	args := []string{"build", "-o", binary}
	if os.Getenv("RACE") == "1" {
		args = append(args, "-race")
	}
	cmd := exec.Command("go", append(args, "carnet")...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return binary, nil
})

func removeBuild() {
	if buildDir != "" {
		os.RemoveAll(buildDir)
	}
}
