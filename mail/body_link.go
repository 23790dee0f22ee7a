package mail

import (
	"bytes"
	"html"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// maxLink is how many bytes of a link are read.
const maxLink = 2048

var schemesOfLinks = []string{"http", "https", "mailto"}

// anchor is a link in a text.
type anchor struct {
	ast.BaseInline
	start, stop int    // where it stands in the source
	label       string // empty for an address that is its own label
	typed       string // where it leads, as typed
	href        string // where it leads
}

var kindAnchor = ast.NewNodeKind("Anchor")

// Kind is ast.Node's.
func (a *anchor) Kind() ast.NodeKind { return kindAnchor }

// Dump is ast.Node's.
func (a *anchor) Dump(source []byte, level int) { ast.DumpHelper(a, source, level, nil, nil) }

func (a *anchor) write(b *strings.Builder) {
	label := html.EscapeString(a.typed)
	if a.label != "" {
		label = write(labels, a.label)
	}
	b.WriteString(`<a href="` + html.EscapeString(a.href) + `" rel="noreferrer">` + label + "</a>")
}

// anchors are the links of a text, in order.
func anchors(source []byte) []*anchor {
	var out []*anchor
	ast.Walk(links.Parse(text.NewReader(source)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if a, ok := n.(*anchor); ok && entering {
			out = append(out, a)
		}
		return ast.WalkContinue, nil
	})
	return out
}

// labelled reads [label](https://…), on one line, without a bracket in the label.
type labelled struct{}

func (labelled) Trigger() []byte { return []byte{'['} }

func (labelled) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, segment := block.PeekLine()
	end := 1 + bytes.IndexAny(line[1:], "[]")
	if end < 1 || !bytes.HasPrefix(line[end:], []byte("](")) || len(bytes.TrimSpace(line[1:end])) == 0 {
		return nil
	}
	to := end + 2
	typed := destination(line[to:])
	link, ok := href(typed)
	if to += len(typed); !ok || !bytes.HasPrefix(line[to:], []byte(")")) {
		return nil
	}
	block.Advance(to + 1)
	return &anchor{start: segment.Start, stop: segment.Start + to + 1, label: string(line[1:end]), typed: typed, href: link}
}

// bare reads addresses of the web and of mail that stand in a text. It stops
// at a colon or an @ and looks back, since any character may come before them.
type bare struct{}

func (bare) Trigger() []byte { return []byte{':', '@'} }

func (bare) Parse(parent ast.Node, block text.Reader, _ parser.Context) ast.Node {
	last, ok := parent.LastChild().(*ast.Text)
	line, segment := block.PeekLine()
	at := segment.Start
	if !ok || last.Segment.Stop != at {
		return nil
	}
	source := block.Source()
	before := string(source[max(last.Segment.Start, at-maxLocal):at])
	a := &anchor{start: at, stop: at}
	address := ""
	if line[0] == '@' {
		a.start -= len(localPart(before))
		a.stop += 1 + len(domainPart(line[1:]))
		address = "mailto:" + url.PathEscape(string(source[a.start:at])) + string(source[at:a.stop])
	} else if a.start -= len(scheme(before)); a.start < at {
		a.stop += len(strings.TrimRight(destination(line), ".,;:!?'*_~…]}"))
		address = string(source[a.start:a.stop])
	}
	if a.href, ok = href(address); !ok || a.start == at {
		return nil
	}
	a.typed = string(source[a.start:a.stop])
	last.Segment = last.Segment.WithStop(a.start)
	block.Advance(a.stop - at)
	return a
}

// suffix is the end of s that is made of such runes.
func suffix(s string, such func(rune) bool) string { return s[len(strings.TrimRightFunc(s, such)):] }

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) }

// scheme is the scheme that s ends with, if it is one of a link.
func scheme(s string) string {
	if s = suffix(s, isWord); slices.Contains(schemesOfLinks, strings.ToLower(s)) {
		return s
	}
	return ""
}

// localPart is the local part of an address that s ends with. It is empty
// rather than a half: there are rarer characters that an address may hold.
func localPart(s string) string {
	local := strings.TrimLeft(suffix(s, func(r rune) bool { return isWord(r) || strings.ContainsRune("._+-'", r) }), ".'")
	before, _ := utf8.DecodeLastRuneInString(s[:len(s)-len(local)])
	if strings.ContainsRune("!#$%&/=?@^`{|}~\"\\", before) || len(local) > 64 {
		return ""
	}
	return local
}

// domainPart is the domain that b begins with, of two names at least.
func domainPart(b []byte) string {
	s := string(b[:min(len(b), maxDomain)])
	after := strings.TrimLeftFunc(s, func(r rune) bool { return isWord(r) || r == '-' || r == '.' })
	s = strings.TrimRight(s[:len(s)-len(after)], ".-")
	top, _ := utf8.DecodeRuneInString(s[strings.LastIndexByte(s, '.')+1:])
	if !strings.Contains(s, ".") || !unicode.IsLetter(top) || strings.HasPrefix(after, "@") {
		return ""
	}
	return s
}

// destination is the link that b begins with: up to a space, a quote, a
// bracket that it does not open, or what is not seen. Empty if it is too long.
func destination(b []byte) string {
	depth, i := 0, 0
	for i < len(b) {
		r, size := utf8.DecodeRune(b[i:])
		switch r {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth < 0 || endsLink(r) {
			break
		}
		if i += size; i > maxLink {
			return ""
		}
	}
	return string(b[:i])
}

func endsLink(r rune) bool {
	if r < utf8.RuneSelf {
		return r <= ' ' || r == '<' || r == '>' || r == '"' || r == '`' || r == 0x7f
	}
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune("«»“”\uFFFD", r)
}

// href is a link as HTML holds it: it parses, its scheme is known, and its host
// is in ASCII, as mail programs need it.
func href(typed string) (string, bool) {
	u, err := url.Parse(typed)
	if err != nil || !slices.Contains(schemesOfLinks, u.Scheme) {
		return "", false
	}
	place, host := &u.Host, u.Hostname()
	if u.Scheme == "mailto" {
		place, host = &u.Opaque, u.Opaque[strings.LastIndexByte(u.Opaque, '@')+1:]
	}
	if host == u.Opaque || !strings.ContainsFunc(host, isWord) { // one of marks alone is no host
		return "", false
	}
	if !isASCII(host) {
		ascii, err := asciiDomain(host)
		if err != nil {
			return "", false
		}
		at := strings.LastIndex(*place, host)
		*place = (*place)[:at] + ascii + (*place)[at+len(host):]
	}
	return u.String(), true
}
