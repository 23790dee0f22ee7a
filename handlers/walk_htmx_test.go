package handlers

import (
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// act does what the hx-* attributes of an element say, as htmx 4 does; false if
// they say nothing.
func (b *browser) act(n *html.Node) bool {
	b.t.Helper()
	for up := n; up != nil; up = up.Parent {
		if has(up, "hx-ignore") {
			return false
		}
	}
	source := n
	form := within(n, "form")
	if !has(n, "hx-get") && !has(n, "hx-post") {
		if form == nil || n.Data != "button" || !has(form, "hx-post") {
			return false
		}
		source = form
	}
	method, address, body := http.MethodPost, attr(source, "hx-post"), ""
	if has(source, "hx-get") {
		method, address = http.MethodGet, attr(source, "hx-get")
	} else if form != nil {
		submitter := n
		if n.Data != "button" {
			submitter = nil
		}
		body = b.encode(form, submitter)
	} else if source.Data == "form" {
		body = b.encode(source, n)
	}
	if method == http.MethodGet {
		if query := b.included(source).Encode(); query != "" {
			address += "?" + query
		}
	}
	target := b.target(source)
	b.receive(b.request(method, address, body, header{"HX-Request", "true", "HX-Target", signature(target), "HX-Source", signature(source)}))
	if to := b.Header.Get("HX-Redirect"); to != "" {
		b.visit(to)
		return true
	}
	if b.StatusCode == http.StatusNoContent || b.StatusCode >= 500 {
		return true
	}
	how := attr(source, "hx-swap")
	if s, ok := strings.CutPrefix(attr(source, "hx-status:"+b.Status[:3]), "swap:"); ok {
		how = s
	}
	b.swap(target, how)
	checkIDs(b.t, b.at.Path+" after "+address, b.page, true)
	return true
}

// included returns what a hx-get carries: its own value and what it includes.
func (b *browser) included(n *html.Node) url.Values {
	v := url.Values{}
	add := func(n *html.Node) {
		if x, ok := valueOf(n); ok && n.Data == "input" {
			v.Add(attr(n, "name"), x)
		}
	}
	add(n)
	for id := range strings.SplitSeq(attr(n, "hx-include"), ",") {
		if n := byID(b.page, strings.TrimPrefix(strings.TrimSpace(id), "#")); n != nil {
			add(n)
		}
	}
	return v
}

// target returns what an element's hx-target names, or the element.
func (b *browser) target(n *html.Node) *html.Node {
	b.t.Helper()
	name := attr(n, "hx-target")
	if name == "" {
		return n
	}
	t := byID(b.page, strings.TrimPrefix(name, "#"))
	if t == nil {
		b.t.Fatalf("%s: hx-target %q is not in the page", b.at, name)
	}
	return t
}

// signature is how htmx names an element in its headers.
func signature(n *html.Node) string {
	if id := attr(n, "id"); id != "" {
		return n.Data + "#" + id
	}
	return n.Data
}

// swap puts an answer into the page: the main element and each hx-partial.
func (b *browser) swap(target *html.Node, how string) {
	b.t.Helper()
	nodes := b.fragment()
	var main []*html.Node
	for _, n := range nodes {
		if n.Data != "hx-partial" {
			main = append(main, n)
			continue
		}
		if to := byID(b.page, strings.TrimPrefix(attr(n, "hx-target"), "#")); to != nil {
			place := attr(n, "hx-swap")
			b.put(to, place, children(n))
		}
	}
	if len(main) > 0 || len(nodes) == 0 {
		b.put(target, how, main)
	}
}

// fragment reads an answer that is not a page.
func (b *browser) fragment() []*html.Node {
	b.t.Helper()
	if strings.Contains(b.body, "<html") {
		b.t.Fatalf("%s %s: htmx got a page, not a fragment", b.Request.Method, b.Request.URL)
	}
	nodes, err := html.ParseFragment(strings.NewReader(b.body), &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
	if err != nil {
		b.t.Fatal(err)
	}
	var out []*html.Node
	for _, n := range nodes {
		if n.Type == html.ElementNode || strings.TrimSpace(n.Data) != "" {
			out = append(out, n)
		}
	}
	return out
}

func children(n *html.Node) []*html.Node {
	var out []*html.Node
	for c := n.FirstChild; c != nil; c = n.FirstChild {
		n.RemoveChild(c)
		out = append(out, c)
	}
	return out
}

// put swaps nodes in the ways that the pages ask for.
func (b *browser) put(target *html.Node, how string, nodes []*html.Node) {
	b.t.Helper()
	switch how {
	case "none":
	case "delete":
		target.Parent.RemoveChild(target)
	case "", "innerHTML", "innerMorph", "textContent":
		children(target)
		fallthrough
	case "beforeend":
		for _, n := range nodes {
			target.AppendChild(n)
		}
	case "outerHTML", "outerMorph":
		for _, n := range nodes {
			target.Parent.InsertBefore(n, target)
		}
		target.Parent.RemoveChild(target)
	default:
		b.t.Fatalf("hx-swap %q", how)
	}
}

// typed types into a field that asks while one types.
func (p place) typed(name, value string) *browser {
	p.t.Helper()
	n := p.field(name)
	setValue(p.t, n, value)
	if !p.act(n) {
		p.t.Fatalf("%q asks nothing while one types", name)
	}
	return p.browser
}
