package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"carnet/data"
)

// startNginx starts Debian's nginx in front of some servers, over connections
// that it keeps, and returns its address for each, in turn: as it is, and with
// bodies passed on as they arrive.
func startNginx(t *testing.T, servers ...string) (addresses []string) {
	t.Helper()
	nginx, err := exec.LookPath("nginx")
	if err != nil {
		if nginx = "/usr/sbin/nginx"; !there(nginx) {
			if os.Getenv("REQUIRE_NGINX") != "" {
				t.Fatalf("REQUIRE_NGINX=1: %v", err)
			}
			t.Skip("this test asks through nginx (apt-get install nginx-light); REQUIRE_NGINX=1 requires it")
		}
	}
	dir := t.TempDir()
	var conf strings.Builder
	if os.Geteuid() == 0 {
		conf.WriteString("user root;\n") // its folders are this test's
	}
	fmt.Fprintf(&conf, "daemon off; pid %s/pid; error_log stderr crit; worker_processes 1;\nevents { worker_connections 512; }\nhttp {\naccess_log off; server_tokens off;\n", dir)
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&conf, "%s_temp_path %s/%s;\n", kind, dir, kind)
	}
	conf.WriteString("client_header_timeout 2s; client_body_timeout 2s; keepalive_timeout 2s; send_timeout 5s; lingering_time 1s; lingering_timeout 1s; client_max_body_size 51m;\n" +
		"proxy_http_version 1.1; proxy_set_header Connection \"\"; proxy_set_header Host carnet.example; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n")
	for i, s := range servers {
		fmt.Fprintf(&conf, "upstream s%d { server %s; keepalive 4; }\n", i, s)
		for _, buffering := range []string{"on", "off"} {
			addresses = append(addresses, freePort(t))
			fmt.Fprintf(&conf, "server { listen %s; location / { proxy_pass http://s%d; proxy_request_buffering %s; } }\n", addresses[len(addresses)-1], i, buffering)
		}
	}
	conf.WriteString("}\n")
	path := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(path, []byte(conf.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(nginx, "-p", dir, "-c", path)
	out := &said{more: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
		if t.Failed() {
			text, _ := out.now()
			t.Logf("nginx said\n%s", text)
		}
	})
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.After(patience); ; {
		if c, err := net.Dial("tcp", addresses[len(addresses)-1]); err == nil {
			_ = c.Close()
			return addresses
		}
		select {
		case <-tick.C:
		case <-end:
			text, _ := out.now()
			t.Fatalf("nginx never listened:\n%s", text)
		}
	}
}

func there(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Behind nginx, which keeps its connections and so would pass a smuggled request
// on as another visitor's, Carnet takes as many requests as net/http does behind
// the same nginx.
func TestRawBehindNginx(t *testing.T) {
	t.Parallel()
	b := newBook(t, func(*data.Store, data.ID) error { return nil })
	p := start(t, "-db", b.path, "-public-url", "https://carnet.example", "-trusted-proxies", "127.0.0.1")
	w, o := &logbook{p: p, v: p.visit("")}, newOracle(t)
	at := startNginx(t, strings.TrimPrefix(p.URL, "http://"), o.Listener.Addr().String())
	requests, wrong, forwarded := 0, 0, 0
	for _, c := range rawCases() {
		for i, buffering := range []string{"on", "off"} {
			requests++
			if _, err := write(at[2+i], c.bytes, false); err != nil {
				t.Fatalf("%s: nginx before net/http: %v", c.name, err)
			}
			answer, err := write(at[i], c.bytes, false)
			want, took := o.took(), w.took(t)
			forwarded += len(took)
			bad := judge(c, took, want, answer)
			if err != nil {
				bad = "it never closed: " + err.Error()
			}
			if bad != "" {
				wrong++
				t.Errorf("%q, request buffering %s: %s; it answered %.300q", c.name, buffering, bad, answer)
			}
		}
	}
	if forwarded < requests/2 {
		t.Errorf("nginx passed on %d requests only", forwarded)
	}
	t.Logf("In the end: %d requests, %d wrong, %d passed on", requests, wrong, forwarded)
}
