package handlers

import (
	"mime"
	"net/http"
	"strings"
	"testing"
)

func TestEveryAnswerHasAType(t *testing.T) {
	// Whatever has a body says what it is, and text, XML too, that it is UTF-8:
	// pages, fragments, files, errors (ASVS V4.1.1).
	t.Parallel()
	o := agency(t)
	b, to := o.member(t), o.addresses(t)
	types := map[string]int{}
	check := func(what string) {
		t.Helper()
		if b.body == "" {
			return
		}
		kind, params, err := mime.ParseMediaType(b.Header.Get("Content-Type"))
		text := strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "xml")
		if err != nil || text && params["charset"] != "utf-8" {
			t.Errorf("%s (%d): %q", what, b.StatusCode, b.Header.Get("Content-Type"))
		}
		types[kind]++
	}
	for _, v := range every {
		method, route, _ := strings.Cut(v.route, " ")
		for _, htmx := range []string{"", "true"} {
			b.receive(b.request(method, to.Replace(route), v.form, header{"HX-Request", htmx}))
			check(v.route)
			b.receive(b.request(http.MethodPut, to.Replace(route), "", header{"HX-Request", htmx}))
			check("PUT of " + v.route)
		}
	}
	for _, part := range strings.Split(b.visit("/clients").body, `"`) {
		if strings.HasPrefix(part, "/static/") {
			b.receive(b.request(http.MethodGet, part, ""))
			check(part)
		}
	}
	for _, kind := range []string{"text/html", "text/plain", "text/css", "text/javascript", "image/svg+xml", "font/woff2"} {
		if types[kind] == 0 {
			t.Errorf("no %s was asked for", kind)
		}
	}
}
