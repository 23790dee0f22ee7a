package browser

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	cdppage "github.com/chromedp/cdproto/page"
)

// injected stands in every text of TestInjection: as the name of a function, of
// a template's variable, of a host. Nothing of it may run, or be asked for.
const injected = "zqzq"

// injections are texts that mean something to an interpreter on the way: HTML
// and its attributes, a script, htmx, a template, a header, a spreadsheet, an
// eye that reads from the left.
var injections = []string{
	"<script>" + injected + "()</script><img src=x onerror=" + injected + "()>",
	"\"' autofocus onfocus=" + injected + "() x=\"><svg onload=" + injected + "()>",
	"</title></textarea></select></script><iframe srcdoc='<script>" + injected + "()</script>'>",
	"<b hx-get=/clients hx-trigger=load hx-on:load='" + injected + "()'>" + injected + "</b>",
	"js:" + injected + "() javascript:" + injected + "() data:text/html,<script>" + injected + "()</script>",
	"[a](javascript:" + injected + "()) ![b](https://" + injected + ".example/x.png) <https://" + injected + ".example>",
	"{{." + injected + "}} {{" + injected + "}} ${" + injected + "()} <%= " + injected + " %>",
	"<hx-partial hx-target=body><script>" + injected + "()</script></hx-partial>",
	"<form action=https://" + injected + ".example><input name=a><base href=https://" + injected + ".example>",
	"<meta http-equiv=refresh content='0;url=https://" + injected + ".example'><link rel=stylesheet href=//" + injected + ".example>",
	"=cmd|'/c " + injected + "'!A1 @SUM(" + injected + ") +1-1",
	injected + "%0d%0aSet-Cookie:a=b&lt;script&gt;\\u003cscript\\u003e" + injected + "()",
}

// unreadables are texts that nobody types, by what they hold. A field of a page
// cannot hold a NUL or a line end, so these are posted as they are.
var unreadables = []string{"\x00", "\r\nX-" + injected + ": y\r\n\r\n<script>" + injected + "()</script>", "\u202e\u2066" + injected, strings.Repeat(injected, 20_000)}

// What is typed into any field of any form is text wherever it shows, in a real
// browser under the policy of the pages: nothing runs, nothing breaks out,
// nothing is loaded, and no report of the policy is made, for it had nothing to
// stop. The forms and pages are found by walking.
func TestInjection(t *testing.T) {
	t.Parallel()
	texts := injections
	if os.Getenv("CARNET_DEEP") == "" { // each takes a minute
		texts = injections[1:2]
	}
	p := agency(t)
	p.expectDialogs(true) // forms that were filled in ask before one leaves
	p.allow("beforeunload")
	z := injection{page: p}
	asked := 0
	for i, text := range texts {
		q := open(t, p.base)
		s := injection{page: q}
		s.walk(text, "/session/new", "/password/reset", p.invite(fmt.Sprintf("invite%d@exemple.fr", i), "Lecteur : consulte seulement"))
		if len(s.all) < 2 { // the sign-in and the invitation
			t.Errorf("the walk before a sign-in came to %v only", s.all)
		}
		z.forms, z.pages, z.wrong, asked = z.forms+s.forms, z.pages+s.pages, z.wrong+s.wrong, asked+len(q.responses())
		z.walk(text, "/clients", "/settings", "/trash", "/clients/new")
	}
	for _, text := range unreadables {
		z.postAll(text)
	}
	t.Logf("%d forms, %d pages", z.forms, z.pages)
	t.Logf("In the end: %d requests, %d wrong", asked+len(p.responses()), z.wrong)
	if z.forms < 10*len(texts) || z.pages < 10*len(texts) {
		t.Errorf("the walk came to %d forms and %d pages only", z.forms, z.pages)
	}
}

// injection types a text into what a walk finds.
type injection struct {
	*page
	forms, pages, wrong int
	known               map[string]bool // forms that were posted with this text
	all                 map[string]bool // the addresses of forms, with any text
}

// sameKind makes one of the addresses that differ in ids only.
var sameKind = regexp.MustCompile(`[0-9a-v]{26}|\?.*$`)

// walk types the text into each kind of form that links of some pages lead to,
// and looks at each kind of page, those that show what was typed before too.
func (z *injection) walk(text string, queue ...string) {
	z.t.Helper()
	z.known = map[string]bool{}
	seen, fresh := map[string]int{}, map[string]bool{} // fresh: since the last form
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		kind := sameKind.ReplaceAllString(path, "*")
		if fresh[path] || seen[kind] == 3 {
			continue
		}
		seen[kind]++
		fresh[path] = true
		z.open(path)
		z.inspect(path, text)
		queue = append(queue, z.links()...)
		for number := 0; ; number++ {
			found, sent := z.typeInto(number, text)
			if !found {
				break
			}
			if sent {
				clear(fresh)
				queue = append(queue, z.links()...)
				z.open(path)
			}
		}
	}
}

// open is visit; what the page before began gives way.
func (z *injection) open(path string) {
	z.t.Helper()
	z.must(z.until(func() error {
		before := z.seen.loaded()
		r, err := call(z.page, cdppage.Navigate, cdppage.NavigateParams{URL: z.base + path})
		if err != nil || r.ErrorText != "" {
			return fmt.Errorf("%s: %s %w", path, r.ErrorText, err)
		}
		return z.until(func() error {
			if z.seen.loaded() == before {
				return fmt.Errorf("%s did not load", path)
			}
			return nil
		})
	}))
	z.settle()
}

// links returns where the page leads to on this site, downloads left out.
func (z *injection) links() []string {
	z.t.Helper()
	paths, err := eval[[]string](z.page, `[...document.querySelectorAll("a[href]:not([download])")]
		.filter(a => a.origin === location.origin && !/\/(source|body)$/.test(a.pathname) && a.hash === "")
		.map(a => a.pathname + a.search)`)
	z.must(err)
	return paths
}

// typeInto fills the form with a number with the text and has it sent by Enter
// on its main button; then once more, with something that suits in the fields
// that refused it. found: there is such a form.
func (z *injection) typeInto(number int, text string) (found, sent bool) {
	z.t.Helper()
	at := z.path()
	for again := range 2 {
		filled, err := eval[string](z.page, fmt.Sprintf(fill, number, quote(text), again > 0, strings.Join(slices.Collect(maps.Keys(z.known)), " ")))
		z.must(err)
		switch {
		case filled == "none":
			return false, false
		case filled == "nothing":
			return true, again > 0
		}
		z.known[filled] = true
		if z.all == nil {
			z.all = map[string]bool{}
		}
		z.all[filled] = true
		z.forms++
		before := z.seen.loaded()
		z.press("Enter")
		z.must(z.until(func() error {
			swapped, err := eval[bool](z.page, `window.swapped === true`)
			if z.seen.loaded() > before || err == nil && swapped {
				return nil
			}
			return fmt.Errorf("the form %s of %s was not answered", filled, at)
		}))
		z.settle()
		z.inspect("the answer of "+filled, text)
		if wrong, err := eval[int](z.page, `document.querySelectorAll("[aria-invalid=true]").length`); err != nil || wrong == 0 {
			break
		}
	}
	return true, true
}

// fill fills the form with a number: with a text, or the second time with what
// suits where the first was refused. It gives its main button the focus, and
// says where it posts to; "nothing" for one without such a button or field.
const fill = `((number, text, again, known) => {
	const form = document.forms[number]
	if (!form) return "none"
	const to = form.getAttribute("hx-post") || form.getAttribute("action") || location.pathname
	const main = form.querySelector("button.btn--primary:not([name])") || form.querySelector("button.btn--primary")
	if (form.method !== "post" || /delete|sessions\/|preferences|restore|passkey/.test(to) || !main) return "nothing"
	const suits = { email: "a@exemple.example", number: "10", url: "https://exemple.example", password: "douze lettres au moins", tel: "0102030405" }
	const kind = to.replace(/[0-9a-v]{26}/g, "*").replace(/\?.*/, "")
	if (!again && known.split(" ").includes(kind)) return "nothing"
	let fields = 0
	for (const f of form.elements) {
		if (!f.name || f.type === "hidden" || f.type === "file" || f.readOnly || !/^(INPUT|TEXTAREA)$/.test(f.tagName) || /^(checkbox|radio)$/.test(f.type)) continue
		fields++
		if (!again) f.value = /_q$/.test(f.name) ? f.value : text
		else if (f.ariaInvalid === "true" || f.getAttribute("aria-invalid") === "true")
			f.value = suits[f.type] || (/mail|from|reply_to$/.test(f.name) ? suits.email : /port|undo|connections|per_minute|files|megabytes/.test(f.name) ? suits.number : "")
		f.dispatchEvent(new Event("input", { bubbles: true }))   // as typing does: drafts are kept, chips made
	}
	if (!fields) return "nothing"
	document.addEventListener("htmx:after:swap", () => { window.swapped = true })
	main.focus()
	return kind
})(%d, %s, %t, %q)`

// inspect holds a page to what is true of every page: what was typed is nowhere but
// in text and in the attributes that hold text, and nothing of it ran.
func (z *injection) inspect(what, text string) {
	z.t.Helper()
	z.pages++
	found, err := eval[[]string](z.page, `[...document.querySelectorAll("*")].flatMap(e => [...e.attributes].map(a => [e, a]))
		.filter(([e, a]) => a.value.includes("`+injected+`") && !/^(value|title|aria-label|data-was|data-text|data-copy|placeholder|content)$/.test(a.name) && !(a.name === "href" && a.value.startsWith("/")) && !(a.name === "href" && e.closest("iframe")) ||
			a.name.startsWith("on") || a.name.startsWith("hx-on") || /^\s*(javascript|data):/i.test(a.value) && /^(href|src|action|formaction)$/.test(a.name) && e.tagName !== "IMG")
		.map(([e, a]) => e.tagName + " " + a.name + "=" + a.value.slice(0, 80))
		.concat([...document.querySelectorAll("script:not([src]),base,object,embed,meta[http-equiv],iframe[srcdoc]:not([sandbox])")].map(e => e.outerHTML.slice(0, 120)))`)
	z.must(err)
	problems := append(found, z.seen.take()...)
	for _, x := range problems {
		z.wrong++
		z.t.Errorf("%s with %q: %s", what, text, x)
	}
}

// postAll posts a text that no field can hold to every form that was found: it
// is refused, or kept as something that can be read, and the pages stay as sound.
func (z *injection) postAll(text string) {
	z.t.Helper()
	z.visit("/clients")
	for to := range z.all {
		if strings.Contains(to, "*") {
			continue
		}
		status, err := eval[int](z.page, fmt.Sprintf(`fetch(%s, { method: "POST", body: new URLSearchParams(["name", "email", "subject", "text", "signature", "first_name", "host", "from"].map(n => [n, %s])) }).then(r => r.text().then(() => r.status))`, quote(to), quote(text)))
		z.must(err)
		if status >= 500 || status < 200 {
			z.wrong++
			z.t.Errorf("%s with %.40q: status %d", to, text, status)
		}
	}
	z.settle()
	z.visit("/clients")
	z.inspect("the clients", text)
}

func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always encodes
	}
	return string(b)
}
