package handlers

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// attr returns an attribute of an element, or nothing.
func attr(n *html.Node, name string) string {
	v, _ := lookAttr(n, name)
	return v
}

func lookAttr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func has(n *html.Node, name string) bool { _, ok := lookAttr(n, name); return ok }

func setAttr(n *html.Node, name, value string) {
	dropAttr(n, name)
	n.Attr = append(n.Attr, html.Attribute{Key: name, Val: value})
}

func dropAttr(n *html.Node, name string) {
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

// byID returns the element with an id, or nil.
func byID(root *html.Node, id string) *html.Node {
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && id != "" && attr(n, "id") == id {
			return n
		}
	}
	return nil
}

// tags returns the elements of some names, in their order.
func tags(root *html.Node, names ...string) []*html.Node {
	var out []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && slices.Contains(names, n.Data) {
			out = append(out, n)
		}
	}
	return out
}

// within returns the nearest ancestor of a name, or nil.
func within(n *html.Node, name string) *html.Node {
	for p := range n.Ancestors() {
		if p.Type == html.ElementNode && p.Data == name {
			return p
		}
	}
	return nil
}

// even makes all kinds of spaces one plain space.
func even(s string) string { return strings.Join(strings.Fields(s), " ") }

// unseen tells whether neither eyes nor a screen reader get an element.
func unseen(n *html.Node) bool {
	return n.Type == html.ElementNode && (has(n, "hidden") || attr(n, "aria-hidden") == "true" ||
		slices.Contains([]string{"script", "style", "template", "head", "svg"}, n.Data))
}

// text returns what an element shows, its spaces made even.
func text(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if unseen(n) {
			return
		}
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		for c := range n.ChildNodes() {
			walk(c)
		}
		if n.Type == html.ElementNode && n.Data != "span" && n.Data != "a" {
			b.WriteByte(' ')
		}
	}
	walk(n)
	return even(b.String())
}

// nameOf returns the accessible name of an element (WAI-ARIA accname, as far
// as these pages go).
func nameOf(root, n *html.Node) string {
	if ids := attr(n, "aria-labelledby"); ids != "" {
		var parts []string
		for _, id := range strings.Fields(ids) {
			if l := byID(root, id); l != nil {
				parts = append(parts, text(l))
			}
		}
		return even(strings.Join(parts, " "))
	}
	if l := attr(n, "aria-label"); l != "" {
		return even(l)
	}
	if n.Data == "input" || n.Data == "textarea" || n.Data == "select" {
		for _, l := range tags(root, "label") {
			if id := attr(n, "id"); id != "" && attr(l, "for") == id {
				return text(l)
			}
		}
		if l := within(n, "label"); l != nil {
			return text(l)
		}
		return even(attr(n, "placeholder"))
	}
	if s := text(n); s != "" {
		return s
	}
	return even(attr(n, "title"))
}

// isHidden tells whether an element, or what it is in, is unseen.
func isHidden(n *html.Node) bool {
	if unseen(n) {
		return true
	}
	for p := range n.Ancestors() {
		if unseen(p) {
			return true
		}
	}
	return false
}
