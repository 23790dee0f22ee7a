package handlers

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func (p place) field(name string) *html.Node {
	p.t.Helper()
	return p.one(name, "input", "textarea", "select")
}

// fill types into a field, or chooses in a list.
func (p place) fill(name, value string) place {
	p.t.Helper()
	setValue(p.t, p.field(name), value)
	return p
}

func setValue(t testing.TB, n *html.Node, value string) {
	t.Helper()
	switch n.Data {
	case "textarea":
		for c := n.FirstChild; c != nil; c = n.FirstChild {
			n.RemoveChild(c)
		}
		n.AppendChild(&html.Node{Type: html.TextNode, Data: value})
	case "select":
		found := false
		for _, o := range tags(n, "option") {
			dropAttr(o, "selected")
			if text(o) == even(value) {
				setAttr(o, "selected", "")
				found = true
			}
		}
		if !found {
			t.Fatalf("no option %q", value)
		}
	default:
		setAttr(n, "value", value)
	}
}

// tick sets or clears a box.
func (p place) tick(name string, on bool) place {
	p.t.Helper()
	n := p.field(name)
	dropAttr(n, "checked")
	if on {
		setAttr(n, "checked", "")
	}
	return p
}

// value returns what a field holds.
func (p place) value(name string) string {
	p.t.Helper()
	v, _ := valueOf(p.field(name))
	return v
}

// valueOf returns what a form says of a control, and whether it says anything.
func valueOf(n *html.Node) (string, bool) {
	switch n.Data {
	case "textarea":
		var b strings.Builder
		for c := range n.ChildNodes() {
			b.WriteString(c.Data)
		}
		return b.String(), true
	case "select":
		options := tags(n, "option")
		i := max(slices.IndexFunc(options, func(o *html.Node) bool { return has(o, "selected") }), 0)
		return attr(options[i], "value"), true
	}
	if kind := attr(n, "type"); kind == "checkbox" || kind == "radio" {
		return attr(n, "value"), has(n, "checked")
	}
	return attr(n, "value"), true
}

// encode returns a form as it is posted, in its order, with the button that
// was pressed.
func (b *browser) encode(form, submitter *html.Node) string {
	var pairs []string
	for _, n := range tags(b.page, "input", "textarea", "select", "button") {
		name := attr(n, "name")
		if name == "" || has(n, "disabled") || within(n, "form") != form || n.Data == "button" && n != submitter {
			continue
		}
		if v, ok := valueOf(n); ok {
			v = strings.ReplaceAll(strings.ReplaceAll(v, "\r\n", "\n"), "\n", "\r\n")
			pairs = append(pairs, url.QueryEscape(name)+"="+url.QueryEscape(v))
		}
	}
	return strings.Join(pairs, "&")
}
