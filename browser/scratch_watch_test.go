package browser

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestWatch(t *testing.T) {
	// Whatever a page does wrong is a failure at the end of its test.
	t.Parallel()
	for _, c := range []struct{ name, script, want string }{
		{"console", `console.error("raté", 7)`, `console error: raté 7`},
		{"exception", `null.x`, `exception: Uncaught TypeError`},
		{"promise", `Promise.reject(new Error("promis"))`, `Error: promis`},
		{"html sink", `document.querySelector("h1").innerHTML = "x"`, `CSP violation: require-trusted-types-for`},
		{"base", `document.head.append(Object.assign(document.createElement("base"), {href: "/x/"}))`, `CSP violation: base-uri`},
		{"inline style", `document.querySelector("h1").setAttribute("style", "color: red")`, `CSP violation: style-src`},
		{"other host", `new Image().src = "http://example.com/x.png"`, `request to another host: http://example.com/x.png`},
		{"other host by link", `location = "http://example.com/"`, `request to another host: http://example.com/`},
		{"fault", `fetch("/status/503")`, `status 503: http://`},
		{"missing image", `new Image().src = "/status/404"`, `status 404: http://`},
		{"cut", `fetch("/cut")`, `no answer: http://`},
		{"dialog", `confirm("Sûr ?")`, `confirm dialog: Sûr ?`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := scratch(t, `<button>Agir</button>`, `document.querySelector("button").onclick = () => {`+c.script+`}`, ``)
			p.click("button", "Agir")
			got := ""
			err := p.until(func() error {
				got += refusal(p, func(p *page) { p.clean() })
				if !strings.Contains(got, c.want) {
					return fmt.Errorf("failed with %q, want %q", got, c.want)
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
			p.settle()
			p.allow("")
		})
	}
}

func TestAllowed(t *testing.T) {
	// Warnings and answers of 4xx to a form are no problem; what a test allows
	// is none either, and the rest still is.
	t.Parallel()
	p := scratch(t, `<button>Agir</button>`, `document.querySelector("button").onclick = async () => {
		console.warn("bien");
		await fetch("/status/422");
		console.error(confirm("Sûr ?") ? "oui" : "non");
		console.error("autre");
		document.querySelector("button").textContent = "Fait";
	}`, ``)
	p.expectDialogs(true)
	p.allow("oui")
	p.click("button", "Agir")
	p.waitFor("button", "Fait")
	got := refusal(p, func(p *page) { p.clean() })
	if got != "console error: autre\n" {
		t.Errorf("failed with %q", got)
	}
	if got := p.dialogs(); len(got) != 1 || got[0] != "Sûr ?" {
		t.Errorf("dialogs %q", got)
	}
	if got := refusal(p, func(p *page) { p.clean() }); got != "" {
		t.Errorf("failed again with %q", got)
	}
}

func TestBudget(t *testing.T) {
	// A page is weighed as transferred: document, script, style and icon.
	t.Parallel()
	p := scratch(t, strings.Repeat("<p>Bonjour", 1000), `/* `+strings.Repeat("x", 5000)+` */`, ``)
	err := p.until(func() error { // the icon comes when the browser has time
		if n := len(p.responses()); n != 4 {
			return fmt.Errorf("%d answers, want 4", n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	p.budget(4, 20_000)
	wantRefusal(t, p, "want at most 3 and 20000", func(p *page) { p.budget(3, 20_000) })
	wantRefusal(t, p, "/x.js", func(p *page) { p.budget(4, 15_000) })
	var kinds []string
	for _, r := range p.responses() {
		kinds = append(kinds, string(r.kind))
	}
	for _, kind := range []string{"Document", "Script", "Stylesheet"} {
		if !slices.Contains(kinds, kind) {
			t.Errorf("no %s in %q", kind, kinds)
		}
	}
	p.forget()
	p.budget(0, 0)
}
