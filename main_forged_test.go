package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"carnet/data"
)

// With the program itself, a stranger's headers decide nothing: Host and what is
// forwarded change neither status nor place of an answer, and ten wrong
// passwords are ten, whatever X-Forwarded-For says; only a trusted proxy's
// last entry tells people apart.
func TestForgedHeadersOfTheProgram(t *testing.T) {
	t.Parallel()
	b := newBook(t, func(*data.Store, data.ID) error { return nil })
	p := start(t, "-db", b.path, "-public-url", "https://carnet.example")
	requests, wrong := 0, 0
	for _, path := range []string{"/", "/clients", "/session/new", "/nowhere"} {
		want := ""
		for _, h := range []string{"Accept: */*", "Host: evil.example", "X-Forwarded-Host: evil.example", "X-Forwarded-Proto: http", "Forwarded: host=evil.example;for=192.0.2.1",
			"X-Forwarded-For: 127.0.0.1", "X-Real-IP: 127.0.0.1", "X-Original-URL: /healthz", "X-Rewrite-URL: /healthz", "X-HTTP-Method-Override: POST"} {
			name, value, _ := strings.Cut(h, ": ")
			r, _ := http.NewRequest(http.MethodGet, p.URL+path, nil)
			if r.Header.Set(name, value); name == "Host" {
				r.Host = value
			}
			got, err := p.visit("").do(r)
			if err != nil {
				t.Fatal(err)
			}
			requests++
			said := fmt.Sprint(got.status, got.location, got.body)
			if want == "" {
				want = said
			}
			if said != want || strings.Contains(said, "evil") {
				wrong++
				t.Errorf("%s with %s: %.200s", path, h, said)
			}
		}
	}
	guess := func(p *program, forwarded string) int {
		t.Helper()
		requests++
		r, _ := http.NewRequest(http.MethodPost, p.URL+"/session/new", strings.NewReader(url.Values{"email": {"elise@agence.example"}, "password": {"wrong"}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.Header.Set("X-Forwarded-For", forwarded)
		got, err := p.visit("").do(r)
		if err != nil {
			t.Fatal(err)
		}
		return got.status
	}
	last := 0
	for i := range 12 {
		last = guess(p, fmt.Sprintf("198.51.%d.1", i))
	}
	if last != http.StatusTooManyRequests {
		wrong++
		t.Errorf("a stranger who forges X-Forwarded-For guesses on: %d", last)
	}
	b = newBook(t, func(*data.Store, data.ID) error { return nil })
	p = start(t, "-db", b.path, "-public-url", "https://carnet.example", "-trusted-proxies", "127.0.0.1")
	for i := range 12 {
		last = guess(p, fmt.Sprintf("198.51.%d.1, 203.0.113.7", i))
	}
	if last != http.StatusTooManyRequests {
		wrong++
		t.Errorf("who forges the left of what a proxy forwards guesses on: %d", last)
	}
	if got := guess(p, "198.51.1.1, 192.0.2.7"); got != http.StatusUnprocessableEntity {
		wrong++
		t.Errorf("another visitor of that proxy: %d", got)
	}
	t.Logf("In the end: %d requests, %d wrong", requests, wrong)
}
