package handlers

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"carnet/data"
)

func TestHeadersByClass(t *testing.T) {
	// Every kind of answer carries the headers that protect it, over http and
	// https, and HSTS over https alone; a file to be saved and the frame of a mail
	// have policies of their own, a static file is kept for good and for all.
	t.Parallel()
	for _, scheme := range []string{"http", "https"} {
		o := agency(t, func(c *Config) { c.PublicURL = &url.URL{Scheme: scheme, Host: "localhost"} })
		client := o.clientNamed(lambert)
		page, err := o.store.Messages(bg, data.MessageFilter{Client: client.ID})
		if err != nil || len(page.Messages) == 0 {
			t.Fatal("no message", err)
		}
		u, err := o.store.FirstUser(bg)
		if err != nil {
			t.Fatal(err)
		}
		token := newToken()
		if err := o.store.CreateSession(bg, token, u.ID); err != nil {
			t.Fatal(err)
		}
		name := map[string]string{"http": "sid", "https": "__Host-sid"}[scheme]
		in := header{"Cookie", name + "=" + token}
		list := "/clients/" + string(client.ID) + "/contacts"
		etag := o.ask(t, http.MethodGet, list, "", in, header{"HX-Request", "true"}).Header.Get("ETag")
		sheet := ""
		for _, part := range strings.Split(o.ask(t, http.MethodGet, "/session/new", "").body, `"`) {
			if strings.HasPrefix(part, "/static/") && strings.HasSuffix(part, ".css") {
				sheet = part
			}
		}
		static := map[string]string{"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
		for _, x := range []struct {
			class, method, path, form string
			with                      []header
			status                    int
			other                     map[string]string
		}{
			{"a page", "GET", "/clients", "", []header{in}, 200, nil},
			{"a fragment", "GET", list, "", []header{in, {"HX-Request", "true"}}, 200, nil},
			{"not changed", "GET", list, "", []header{in, {"HX-Request", "true", "If-None-Match", etag}}, 304, nil},
			{"a redirect", "GET", "/", "", []header{in}, 303, nil},
			{"a redirect to the sign-in", "GET", "/clients", "", nil, 303, nil},
			{"the sign-in", "GET", "/session/new", "", nil, 200, nil},
			{"a sign-in refused", "POST", "/session/new", "email=a%40b.example&password=x", nil, 422, nil},
			{"a fragment signed out", "GET", list, "", []header{{"HX-Request", "true"}}, 401, nil},
			{"nothing there", "GET", "/nowhere", "", []header{in}, 404, nil},
			{"a foreign form", "POST", "/clients/new", "name=x", []header{in, {"Sec-Fetch-Site", "cross-site"}}, 403, nil},
			{"a method", "PUT", "/clients", "", []header{in}, 405, nil},
			{"too many fields", "POST", "/clients/new", strings.Repeat("a&", maxFields), []header{in}, 413, nil},
			{"no form", "POST", "/clients/new", "{}", []header{in, {"Content-Type", "application/json"}}, 415, nil},
			{"health", "GET", "/healthz", "", nil, 200, nil},
			{"the icon", "GET", "/favicon.ico", "", nil, 301, nil},
			{"a static file", "GET", sheet, "", nil, 200, static},
			{"a static file not there", "GET", "/static/0/x.css", "", nil, 404, nil},
			{"a mail", "GET", "/messages/" + string(page.Messages[0].ID), "", []header{in}, 200, map[string]string{"Content-Security-Policy": wanted["Content-Security-Policy"] + "; frame-src 'self'"}},
			{"the frame of a mail", "GET", "/messages/" + string(page.Messages[0].ID) + "/body", "", []header{in}, 200, map[string]string{"Content-Security-Policy": letterHolds}},
		} {
			what := scheme + ": " + x.class
			checkClass(t, what, o.ask(t, x.method, x.path, x.form, x.with...), x.status, scheme, x.other)
		}
		// What fails inside: the engine is gone for a moment.
		engine := o.engine.Store
		o.engine.Store = nil
		broken := o.ask(t, http.MethodGet, "/clients", "", in)
		o.engine.Store = engine
		checkClass(t, scheme+": a failure", broken, 500, scheme, nil)
	}
}

func checkClass(t *testing.T, what string, a answer, status int, scheme string, other map[string]string) {
	t.Helper()
	if a.StatusCode != status {
		t.Errorf("%s: status %d, want %d", what, a.StatusCode, status)
	}
	want := maps.Clone(wanted)
	want["Strict-Transport-Security"] = map[string]string{"http": "", "https": "max-age=31536000"}[scheme]
	want["Vary"] = "HX-Request"
	maps.Copy(want, other)
	for name, value := range want {
		got := a.Header.Get(name)
		if name == "Vary" {
			if !strings.Contains(strings.Join(a.Header.Values(name), ", "), value) {
				t.Errorf("%s: Vary is %q", what, a.Header.Values(name))
			}
			continue
		}
		if got != value {
			t.Errorf("%s: %s is %q, want %q", what, name, got, value)
		}
	}
	if server := a.Header.Get("Server"); server != "" {
		t.Errorf("%s: it names its server: %s", what, server)
	}
}
