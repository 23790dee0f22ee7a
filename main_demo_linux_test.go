package main

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// from is a visitor who comes from another address of this machine.
func (p *program) from(n int) *visitor {
	v := p.visit("")
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 1, byte(n))}}
	v.client.Transport = &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true}
	return v
}

// memory is what the system counts for a process, in MiB: all that it maps and
// has touched, and its own share of that.
func (p *program) memory() (resident, share, anonymous int) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", p.cmd.Process.Pid))
	if err != nil {
		return 0, 0, 0
	}
	read := func(name string) int {
		m := regexp.MustCompile(`(?m)^` + name + `:\s+(\d+) kB`).FindSubmatch(text)
		if m == nil {
			return 0
		}
		n, _ := strconv.Atoi(string(m[1]))
		return n >> 10
	}
	return read("Rss"), read("Pss"), read("Anonymous")
}

// 200 visitors have a copy each, which answers all of them, within 400 MiB of
// memory and of disk; the one after them is told that the demo is full.
// It takes a minute and much memory, so it runs with CARNET_DEEP=1 only.
func TestFullPublicDemo(t *testing.T) {
	if os.Getenv("CARNET_DEEP") == "" {
		t.Skip("takes a minute; CARNET_DEEP=1 runs it")
	}
	t.Parallel()
	p := start(t, "-demo", "-public-url", "http://demo.example")
	rss, pss, own := p.memory()
	t.Logf("alone: RSS %d MiB, PSS %d, anonymous %d", rss, pss, own)
	const most, each = 200, 5
	var mu sync.Mutex
	var first []time.Duration
	visitors := make([]*visitor, most)
	places := make(chan struct{}, 4)
	var work sync.WaitGroup
	for i := range most {
		work.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			v := p.from(1 + i/each)
			begin := time.Now()
			got, err := v.post("/demo", url.Values{})
			if err != nil || got.status != http.StatusSeeOther {
				t.Errorf("visitor %d: %d, %v", i, got.status, err)
				return
			}
			if got, err = v.get("/clients"); err != nil || got.status != http.StatusOK {
				t.Errorf("visitor %d: %d, %v", i, got.status, err)
				return
			}
			mu.Lock()
			first = append(first, time.Since(begin))
			mu.Unlock()
			client := regexp.MustCompile(`/clients/[a-z0-9]{20,}`).FindString(got.body)
			for _, path := range []string{client, client + "/contacts", client + "/messages/new", "/messages"} {
				if got, err := v.get(path); err != nil || got.status != http.StatusOK {
					t.Errorf("visitor %d: %s: %d, %v", i, path, got.status, err)
				}
			}
			if got, err := v.post("/clients/new", url.Values{"name": {"Nouveau"}, "kind": {"company"}, "language": {"fr"}}); err != nil || got.status != http.StatusSeeOther {
				t.Errorf("visitor %d: a form: %d, %v", i, got.status, err)
			}
			visitors[i] = v
		})
	}
	work.Wait()
	if t.Failed() {
		return
	}
	late := p.from(250)
	if got, err := late.post("/demo", url.Values{}); err != nil || got.status != http.StatusServiceUnavailable || !strings.Contains(got.body, "La démo est complète") {
		t.Errorf("one too many: %d, %v", got.status, err)
	}
	slices.Sort(first)
	rss, pss, own = p.memory()
	files, bytes := 0, int64(0)
	err := filepath.WalkDir(p.cmd.Dir, func(_ string, e os.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			if info, err := e.Info(); err == nil {
				files, bytes = files+1, bytes+info.Size()
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d visitors: RSS %d MiB, PSS %d, anonymous %d; %d files, %d MiB; a click and the first page p50 %v, p99 %v, 4 at a time",
		most, rss, pss, own, files, bytes>>20, first[most/2], first[most*99/100])
	if own > 400 || bytes > most<<21 {
		t.Error("that is more than 400 MiB")
	}
	v := visitors[0]
	begin := time.Now()
	if got, err := v.post("/demo", url.Values{}); err == nil && got.status == http.StatusTooManyRequests {
		t.Logf("a sixth from one address is told to wait, in %v", time.Since(begin))
	} else {
		t.Errorf("a sixth from one address: %d, %v", got.status, err)
	}
}
