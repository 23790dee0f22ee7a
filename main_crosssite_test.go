package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"carnet/data"

	"github.com/chromedp/chromedp"
)

// attack is what a page of a stranger does to a visitor who is signed in. It
// returns how many requests it tried to make. TARGET is Carnet, CLIENT a client.
const attack = `(async () => {
  let tried = 0;
  const once = (thing, ...events) => new Promise(done => events.forEach(e => thing.addEventListener(e, done, {once: true})));
  const form = async (path, fields, enctype, method = 'post') => {
    tried++;
    const frame = document.createElement('iframe'), f = document.createElement('form');
    frame.name = 'f' + tried;
    document.body.append(frame);
    Object.assign(f, {action: TARGET + path, method, target: frame.name});
    f.enctype = enctype;
    for (const [name, value] of Object.entries(fields)) {
      const i = document.createElement('input');
      Object.assign(i, {type: 'hidden', name, value});
      f.append(i);
    }
    document.body.append(f);
    const loaded = once(frame, 'load');
    f.submit();
    await loaded;
  };
  const client = {name: 'Pwned', kind: 'company', language: 'fr'}, body = new URLSearchParams(client).toString();
  const simple = 'application/x-www-form-urlencoded';
  for (const enctype of [simple, 'text/plain', 'multipart/form-data']) {
    await form('/clients/new', client, enctype);
    await form('/clients/' + CLIENT + '/delete', {}, enctype);
    await form('/preferences', {language: 'en'}, enctype);
    await form('/session/delete', {}, enctype);
    await form('/session/new', {email: 'elise@agence.example', password: 'a long password'}, enctype);
  }
  await form('/clients/new', client, simple, 'get');
  await form('/session/delete', {}, simple, 'get');
  const fetched = async (path, options) => {
    tried++;
    try { await fetch(TARGET + path, {credentials: 'include', ...options}); } catch (e) { /* refused by the browser */ }
  };
  for (const type of [simple, 'text/plain', 'multipart/form-data; boundary=x']) {
    await fetched('/clients/new', {method: 'POST', mode: 'no-cors', headers: {'Content-Type': type}, body});
    await fetched('/clients/' + CLIENT + '/delete', {method: 'POST', mode: 'no-cors', headers: {'Content-Type': type}, body: ''});
  }
  await fetched('/clients/new', {method: 'POST', mode: 'no-cors', body: new Blob([body])});
  await fetched('/clients/new', {method: 'POST', mode: 'no-cors', body, headers: {'Content-Type': simple}, referrerPolicy: 'no-referrer'});
  await fetched('/clients/new', {method: 'POST', mode: 'cors', body, headers: {'Content-Type': simple}});
  await fetched('/clients/new', {method: 'POST', mode: 'cors', body, headers: {'Content-Type': simple, 'HX-Request': 'true'}});
  await fetched('/clients/new', {method: 'PUT', mode: 'cors', body, headers: {'Content-Type': 'application/json'}});
  await fetched('/clients/' + CLIENT + '/delete', {mode: 'no-cors'});
  await fetched('/session/delete', {mode: 'no-cors'});
  tried++;
  navigator.sendBeacon(TARGET + '/clients/new', new URLSearchParams(client));
  for (const path of ['/session/delete', '/clients/' + CLIENT + '/delete', '/preferences?language=en', '/clients/new?' + body]) {
    tried++;
    const i = new Image(), over = once(i, 'load', 'error');
    i.src = TARGET + path;
    await over;
  }
  return tried;
})()`

// toss is what a sibling subdomain can do besides: cookies for its parent.
const toss = `['__Host-sid=evil; path=/; domain=site.example; secure', '__Host-sid=evil; path=/session; domain=site.example; secure'].map(c => { document.cookie = c; return document.cookie; }).join('|')`

// newChrome starts a browser that finds every name at this machine.
func newChrome(t *testing.T) context.Context {
	t.Helper()
	path := os.Getenv("CHROME")
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if found, err := exec.LookPath(name); err == nil && path == "" {
			path = found
		}
	}
	if path == "" {
		if os.Getenv("REQUIRE_BROWSER") == "1" {
			t.Fatal("REQUIRE_BROWSER=1: no browser")
		}
		t.Skip("no browser: install chromium, or name one with CHROME=/path/to/it")
	}
	options := slices.Concat(chromedp.DefaultExecAllocatorOptions[:], []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.IgnoreCertErrors, chromedp.WSURLReadTimeout(patience), chromedp.Flag("lang", "fr"), chromedp.Flag("accept-lang", "fr-FR,fr"), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP *.example 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")})
	alloc, stop := chromedp.NewExecAllocator(t.Context(), options...)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(func() {
		cancel()
		stop()
	})
	ctx, over := context.WithTimeout(ctx, 3*patience)
	t.Cleanup(over)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// A page of another site, or of a sibling subdomain, makes the browser of who is
// signed in send forms, scripts' requests and images, over http and https: it
// changes nothing, signs nobody out, and Carnet refuses every POST that arrives.
func TestCrossSite(t *testing.T) {
	t.Parallel()
	for _, scheme := range []string{"http", "https"} {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			chrome := newChrome(t)
			b := newBook(t, func(*data.Store, data.ID) error { return nil })
			port := freePort(t)
			_, number, _ := strings.Cut(port, ":")
			target := scheme + "://site.example:" + number
			args := []string{"serve", "-db", b.path, "-addr", port, "-public-url", target}
			stranger := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				fmt.Fprint(w, "<!doctype html><title>win a prize</title><body>")
			}))
			if scheme == "https" {
				a := newAuthority(t)
				cert, key := filepath.Join(a.dir, "cert.pem"), filepath.Join(a.dir, "key.pem")
				a.sign(cert, key, "site.example")
				args = append(args, "-tls-cert", cert, "-tls-key", key)
				stranger.StartTLS()
			} else {
				stranger.Start()
			}
			t.Cleanup(stranger.Close)
			p := launch(t, command(t, nil, args...))
			p.wait("listens on")
			signIn := `document.querySelector('[name=email]').value = 'elise@agence.example'; document.querySelector('[name=password]').value = 'a long password';
				document.querySelector('form[action="/session/new"]').requestSubmit()`
			if err := chromedp.Do(chrome, chromedp.Navigate(target+"/session/new")); err != nil {
				t.Fatal(err)
			}
			submit := chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
				_, err := chromedp.Run(ctx, chromedp.Evaluate[any](signIn))
				return err
			})
			if res, err := chromedp.RunResponse(chrome, submit); err != nil || !strings.HasSuffix(res.URL, "/clients") {
				t.Fatalf("signing in: %v, %v", res, err)
			}
			inside := func(when string) {
				t.Helper()
				if err := chromedp.Do(chrome, chromedp.Navigate(target+"/clients")); err != nil {
					t.Fatal(err)
				}
				// It may still be arriving.
				got, err := chromedp.Run(chrome, chromedp.Evaluate[string](`new Promise(done => {
					const look = () => done(document.documentElement.lang + ' ' + location.pathname + ' ' + document.body.innerText)
					document.readyState === 'complete' ? look() : addEventListener('load', look)
				})`, chromedp.EvalAwaitPromise))
				if err != nil || !strings.HasPrefix(got, "fr /clients ") || !strings.Contains(got, "Menuiserie Lambert") || strings.Contains(got, "Pwned") {
					t.Fatalf("%s: %v, %q", when, err, got)
				}
			}
			inside("before")
			// The same form from Carnet's own page is taken: the attack is well aimed.
			own := `fetch('/clients/new', {method: 'POST', headers: {'Content-Type': 'application/x-www-form-urlencoded'}, body: 'name=Mairie&kind=company&language=fr'}).then(r => r.url)`
			if got, err := chromedp.Run(chrome, chromedp.Evaluate[string](own, chromedp.EvalAwaitPromise)); err != nil || !strings.Contains(got, "/clients/") || strings.HasSuffix(got, "/new") {
				t.Fatalf("its own form: %v, %s", err, got)
			}
			before, _ := p.said.now()
			u, err := url.Parse(stranger.URL)
			if err != nil {
				t.Fatal(err)
			}
			script := strings.NewReplacer("TARGET", fmt.Sprintf("%q", target), "CLIENT", fmt.Sprintf("%q", b.client)).Replace(attack)
			tried := 0
			for _, from := range []string{"other.example", "sub.site.example"} {
				if err := chromedp.Do(chrome, chromedp.Navigate(scheme+"://"+from+":"+u.Port()+"/")); err != nil {
					t.Fatal(err)
				}
				n, err := chromedp.Run(chrome, chromedp.Evaluate[int](script, chromedp.EvalAwaitPromise))
				if err != nil || n < 20 {
					t.Fatalf("from %s: %d, %v", from, n, err)
				}
				if scheme == "https" {
					if got, err := chromedp.Run(chrome, chromedp.Evaluate[string](toss)); err != nil || strings.Contains(got, "__Host-sid") {
						t.Errorf("a sibling's cookie: %q, %v", got, err)
					}
				}
				tried += n
				inside("after " + from)
			}
			p.stop()
			after, _ := p.said.now()
			reached, wrong := 0, 0
			for _, m := range requestLine.FindAllStringSubmatch(after[len(before):], -1) {
				if m[1] != http.MethodGet && m[1] != http.MethodHead {
					if reached++; m[3] != "403" && m[3] != "405" {
						wrong++
						t.Errorf("taken: %v", m)
					}
				}
			}
			if reached < 40 {
				t.Errorf("only %d of %d reached Carnet with a POST:\n%s", reached, tried, after[len(before):])
			}
			if err := b.open(t, func(s *data.Store) error {
				found, err := s.Clients(t.Context(), data.ClientFilter{})
				if len(found.Clients) != 2 {
					wrong++
					t.Errorf("there are %d clients", len(found.Clients))
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
			t.Logf("%d attempts, of which %d reached Carnet as a POST", tried, reached)
			t.Logf("In the end: %d requests, %d wrong", tried, wrong)
		})
	}
}
