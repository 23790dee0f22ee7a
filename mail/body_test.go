package mail

import (
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"
	"pgregory.net/rapid"
)

// What is typed becomes this HTML: the few marks that are understood, and all
// else as it stands.
func TestHTML(t *testing.T) {
	t.Parallel()
	const nbsp = "\u00a0"
	for typed, want := range map[string]string{
		"":                    "",
		"\n \n":               "",
		"Bonjour,\nà\r\nb\rc": "<p>Bonjour,<br>\nà<br>\nb<br>\nc</p>",
		"a\n\nb":              "<p>a</p>\n<p>b</p>",
		"a\n\n\n\nb\n\n":      "<p>a</p>\n<p><br></p>\n<p><br></p>\n<p>b</p>",

		"**a b** *c* ***d***":   "<p><strong>a b</strong> <em>c</em> <em><strong>d</strong></em></p>",
		"**a *b* c**, *d\ne*":   "<p><strong>a <em>b</em> c</strong>, <em>d<br>\ne</em></p>",
		"これは**重要**です":           "<p>これは<strong>重要</strong>です</p>",
		"2 * 3 * 4 = 2*3*4":     "<p>2 * 3 * 4 = 2*3*4</p>",
		"* a\n+ b\n** c **":     "<p>* a<br>\n+ b<br>\n** c **</p>",
		"**a *b** c* ****d****": "<p><strong>a *b</strong> c* ****d****</p>",
		"_a_ __b__ `c` ~~d~~":   "<p>_a_ __b__ `c` ~~d~~</p>",
		`\*a\* \\ &amp; &#65;`:  `<p>\*a\* \\ &amp;amp; &amp;#65;</p>`,
		"a\\\nb\\\\\nc\\":       `<p>a\<br>` + "\n" + `b\\<br>` + "\n" + `c\</p>`,

		"- a\n- b\nc":            "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n<p>c</p>",
		"a\n- b\n  c\n   d":      "<p>a</p>\n<ul>\n<li>b<br>\nc<br>\n" + nbsp + "d</li>\n</ul>",
		"- a\n  - b\n  - c\n- d": "<ul>\n<li>a<ul>\n<li>b</li>\n<li>c</li>\n</ul>\n</li>\n<li>d</li>\n</ul>",
		"- a\n\n- b":             "<ul>\n<li>a<br><br></li>\n<li>b</li>\n</ul>",
		"- a\n  - b\n\n- c":      "<ul>\n<li>a<ul>\n<li>b</li>\n</ul>\n<br></li>\n<li>c</li>\n</ul>",
		"- a\n\n\n  - b":         "<ul>\n<li>a<br><br><br><ul>\n<li>b</li>\n</ul>\n</li>\n</ul>",
		"1. a\n\n\n   - b":       "<p>1. a</p>\n<br><ul>\n<li>b</li>\n</ul>",
		"- a\n  1. b\n\n- c":     "<ul>\n<li>a<p>" + nbsp + nbsp + "1. b</p>\n</li>\n<li>c</li>\n</ul>",
		"1. a\n2. b\n4. c":       "<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n<p>4. c</p>",
		"1. a\n\nb\n\n2. c":      "<p>1. a</p>\n<p>b</p>\n<p>2. c</p>",
		"a\n1. b\nc":             "<p>a<br>\n1. b<br>\nc</p>",
		"1. a\n   - b":           "<p>1. a</p>\n<ul>\n<li>b</li>\n</ul>",
		"2026. a\n01. b\n1) c":   "<p>2026. a<br>\n01. b<br>\n1) c</p>",
		"-\n- \n-a\n1.\n1.a":     "<p>-<br>\n-<br>\n-a<br>\n1.<br>\n1.a</p>",

		"<b onclick=x>&</b><!-- a -->": "<p>&lt;b onclick=x&gt;&amp;&lt;/b&gt;&lt;!-- a --&gt;</p>",
		"# a\na\n---\n===\n***":        "<p># a<br>\na<br>\n---<br>\n===<br>\n***</p>",
		"    a  b\n\tc":                "<p>" + strings.Repeat(nbsp, 4) + "a" + nbsp + " b<br>\n" + strings.Repeat(nbsp, 4) + "c</p>",
		"> a\n>> b\n```\nc\n```":       "<p>&gt; a<br>\n&gt;&gt; b<br>\n```<br>\nc<br>\n```</p>",
		"{{client.nom}} {{.}}":         "<p>{{client.nom}} {{.}}</p>",
		"a\n\n-- \nJean":               "<p>a</p>\n<p>--<br>\nJean</p>",
		"a | b\n--|--\n[x]: http":      "<p>a | b<br>\n--|--<br>\n[x]: http</p>",
		"a\x00b\x07\xff":               "<p>a\uFFFDb\uFFFD\uFFFD</p>",
	} {
		if got := HTML(typed); got != want && got != want+"\n" {
			t.Errorf("%q became\n%s\nand not\n%s", typed, got, want)
		}
	}
}

// A link leads where it says, and only to the web or to a mailbox; what is not
// quite one stays text.
func TestHTMLLinks(t *testing.T) {
	t.Parallel()
	long := "https://x.fr/" + strings.Repeat("a", 3000)
	accents := "https://x.fr/a" + strings.Repeat("é", 1500)
	for typed, want := range map[string]string{
		"[le site](https://x.fr/a?b=1&c=2)":            "https://x.fr/a?b=1&c=2 le site",
		"[le **site**](http://x.fr/a_(b)).":            "http://x.fr/a_(b) le site",
		"[écrire](mailto:a@b.fr?subject=x)":            "mailto:a@b.fr?subject=x écrire",
		"![a](http://b.fr)":                            "http://b.fr a",
		"[http://a.fr](http://b.fr)":                   "http://b.fr http://a.fr",
		"(https://x.fr/a_(b)), « http://y.fr »\u00a0:": "https://x.fr/a_(b) https://x.fr/a_(b)|http://y.fr http://y.fr",
		"Voir:https://x.fr/a*b*c.":                     "https://x.fr/a*b*c https://x.fr/a*b*c",
		"**https://x.fr** \"http://y.fr/?\"":           "https://x.fr https://x.fr|http://y.fr/ http://y.fr/",
		"Https://société.fr:8080/é":                    "https://xn--socit-esab.fr:8080/%C3%A9 Https://société.fr:8080/é",
		"jean.o'brien+x@x.fr, zoé@société.fr":          "mailto:jean.o%27brien+x@x.fr jean.o'brien+x@x.fr|mailto:zo%C3%A9@xn--socit-esab.fr zoé@société.fr",
		"[a](mailto:é.fr@é.fr)":                        "mailto:é.fr@xn--9ca.fr a",
		accents:                                        "",
		"<jean@x.fr> mailto:a@b.fr":                    "mailto:jean@x.fr jean@x.fr|mailto:a@b.fr mailto:a@b.fr",
		"*jean@x.fr*\njean@x.fr.":                      "mailto:jean@x.fr jean@x.fr|mailto:jean@x.fr jean@x.fr",

		"[a](java\tscript:x) [a] (https:x) [a](https://x.fr t)":              "https://x.fr https://x.fr",
		"[a](ftp://x.fr) [a](file:///x) [a](JaVaScript:x) [a](vbscript:x)":   "",
		"[a](https:x) [a](https://) [a](mailto:x) [a](mailto:) [](mailto:)":  "",
		"[a](http://!) [a](mailto:a@!) [a](https://-.) http://!":             "",
		"[ ](mailto:)\\[a](x) [a\nb](x) [a[b](x)":                            "",
		"10:30 a@b a@b.1 a@b.c@d.e @x.fr a/b@x.fr javascript:x xhttp://y.fr": "",
		"https: https:// http://. :// : @ http://[::1":                       "",
		long + " [a](" + long + ") " + strings.Repeat("a", 65) + "@x.fr":     "",
	} {
		fragment := HTML(typed)
		if got := strings.Join(hrefs(t, fragment), "|"); got != want {
			t.Errorf("%q links to %q and not to %q", typed, got, want)
		}
		if raw := blocks(tidy(typed)); raw != fragment {
			t.Errorf("%q was written as %q and had to be made %q", typed, raw, fragment)
		}
	}
}

// hrefs are the links of a fragment, each with its text.
func hrefs(t tester, fragment string) []string {
	var out []string
	inside := false
	for token := range tokens(t, fragment) {
		switch {
		case token.Data == "a" && token.Type == html.StartTagToken:
			out, inside = append(out, token.Attr[0].Val+" "), true
		case token.Data == "a" && token.Type == html.EndTagToken:
			inside = false
		case inside && token.Type == html.TextToken:
			out[len(out)-1] += token.Data
		}
	}
	return out
}

// tokens reads a fragment and holds it to what HTML may write.
func tokens(t tester, fragment string) func(func(html.Token) bool) {
	return func(yield func(html.Token) bool) {
		z := html.NewTokenizer(strings.NewReader(fragment))
		for z.Next() != html.ErrorToken {
			token := z.Token()
			allowed := []string{"p", "br", "strong", "em", "ul", "ol", "li", "a"}
			if token.Type != html.TextToken && (token.Type > html.EndTagToken || !slices.Contains(allowed, token.Data)) {
				t.Errorf("%s in %q", token, fragment)
			}
			for _, a := range token.Attr {
				scheme, _, _ := strings.Cut(a.Val, ":")
				if token.Data != "a" || a.Key != "rel" && (a.Key != "href" || !slices.Contains(schemesOfLinks, scheme)) {
					t.Errorf("%s in %q", token, fragment)
				}
			}
			if !yield(token) {
				return
			}
		}
		if z.Err() != io.EOF {
			t.Errorf("%v in %q", z.Err(), fragment)
		}
	}
}

// Nothing that is typed is lost, doubled or moved: with the marks put back, the
// HTML says all of it.
func TestHTMLKeepsAll(t *testing.T) {
	t.Parallel()
	pieces := []string{"*", "**", "***", "[", "]", "(", ")", "](", "[a b](https://x.fr/a)", "](https://x.fr/a_(b))", "https://y.fr/c",
		"jean@z.fr", "mailto:", ":", "@", "\n", "\n", "\n\n", "\n\n\n\n", "- ", "\n- ", "\n  - ", "\n1. ", "\n2. ", "3. ", "   ", " ", "\t", "a", "é",
		"日本", "👩‍👩‍👧", "!", "`", "# ", "> ", "---", "===", "_", "\\", "<b>", "&amp;", "'", "{{x}}", "-- \n", "\u00a0", "\u200f", "עברית", "\r", "\x00", "\xff"}
	rapid.Check(t, func(t *rapid.T) {
		typed := strings.Join(rapid.SliceOf(rapid.OneOf(rapid.SampledFrom(pieces), rapid.String())).Draw(t, "pieces"), "")
		fragment := HTML(typed)
		if got, want := dense(unmark(t, fragment)), dense(tidy(typed)); got != want {
			t.Fatalf("%q became %q, which says %q", typed, fragment, got)
		}
	})
}

// unmark is the text that a fragment was made of, but for its spaces.
func unmark(t tester, fragment string) string {
	var b strings.Builder
	var numbers []int // of the lists that are open: 0 for dashes
	var link, label string
	for token := range tokens(t, fragment) {
		name := token.Data
		switch {
		case token.Type == html.TextToken:
			b.WriteString(token.Data)
			label += token.Data
		case name == "strong":
			b.WriteString("**")
		case name == "em":
			b.WriteString("*")
		case name == "li" && token.Type == html.StartTagToken:
			if n := &numbers[len(numbers)-1]; *n > 0 {
				fmt.Fprintf(&b, "%d.", *n)
				*n++
			} else {
				b.WriteString("-")
			}
		case (name == "ul" || name == "ol") && token.Type == html.EndTagToken:
			numbers = numbers[:len(numbers)-1]
		case name == "ul":
			numbers = append(numbers, 0)
		case name == "ol":
			numbers = append(numbers, 1)
		case name == "a" && token.Type == html.StartTagToken:
			link, label = token.Attr[0].Val, ""
			b.WriteString("[")
		case name == "a" && leadsTo(label, link):
			bare := strings.TrimSuffix(b.String(), "["+label) + label
			b.Reset()
			b.WriteString(bare)
		case name == "a":
			b.WriteString("](" + link + ")")
		}
	}
	return b.String()
}

// leadsTo is true of a label that is the address itself.
func leadsTo(label, link string) bool {
	web, _ := href(label)
	local, domain, _ := strings.Cut(label, "@")
	mailbox, _ := href("mailto:" + url.PathEscape(local) + "@" + domain)
	return link == web || link == mailbox
}

// dense is s without spaces.
func dense(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// tester is a *testing.T or a *rapid.T.
type tester interface{ Errorf(string, ...any) }

// Should the writing of HTML ever let something through, the policy does not.
func TestPolicy(t *testing.T) {
	t.Parallel()
	for got, want := range map[string]string{
		`<p onclick="x" style="a" class="b">a</p>`:                                   "<p>a</p>",
		`<script>alert(1)</script><style>a</style><img src=x onerror=y><h1>a</h1>`:   "a",
		`<a href="javascript:x">a</a><a href="https://x.fr" target="_top">b</a>`:     `a<a href="https://x.fr" rel="noreferrer">b</a>`,
		`<a href=" java&#10;script:x">a</a><a href="//x.fr">b</a><a href="/c">d</a>`: "abd",
		`<iframe src="https://x.fr"></iframe><svg><a href="data:x">a</a></svg>`:      "a",
	} {
		if s := policy.Sanitize(got); s != want {
			t.Errorf("%s became %s and not %s", got, s, want)
		}
	}
}

// A whole document stands by itself: its language and direction, no script, no
// style from elsewhere, no request.
func TestDocument(t *testing.T) {
	t.Parallel()
	got := Document("**שלום** <b>\n\nhttps://x.fr", `he"><script>`)
	for _, part := range []string{"<!DOCTYPE html>\n<html lang=\"he&#34;&gt;&lt;script&gt;\" dir=\"auto\">", HTML("**שלום** <b>\n\nhttps://x.fr"), "color-scheme"} {
		if !strings.Contains(got, part) {
			t.Errorf("no %s in %s", part, got)
		}
	}
	for _, part := range []string{"<script", "src=", "url(", "@import", "<link", "%!"} {
		if strings.Contains(got, part) {
			t.Errorf("%s in %s", part, got)
		}
	}
	if _, err := html.Parse(strings.NewReader(got)); err != nil {
		t.Error(err)
	}
}

// Plain text is what was typed, but a link is written so that any program
// shows where it leads.
func TestPlain(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"":                                   "",
		"**a** *b*\r\n- c\r\n\n\n  -- \rd  ": "**a** *b*\n- c\n\n\n  -- \nd  ",
		"\n\nVoir [le site](https://société.fr/é), [a](mailto:b@c.fr).": "\n\nVoir le site (https://société.fr/é), a (mailto:b@c.fr).",
		"[a](javascript:b) [a](b) https://x.fr j@x.fr [https://x.fr]":   "[a](javascript:b) [a](b) https://x.fr j@x.fr [https://x.fr]",
		"- [a](https://x.fr)\n1. [b](https://y.fr)\\\nc":                "- a (https://x.fr)\n1. b (https://y.fr)\\\nc",
		"\xff\x00": "\uFFFD\x00",
	} {
		if got := Plain(typed); got != want {
			t.Errorf("%q became %q and not %q", typed, got, want)
		}
	}
}

// Whatever is typed, the HTML is made of what is allowed and nothing else, and
// says nothing that was not typed.
func FuzzBody(f *testing.F) {
	for _, s := range []string{
		"Bonjour **Jean**,\n- *un*\n  - deux\n\n1. [a](https://x.fr)\n2. j@x.fr\n\n\n-- \nMoi", "<script>alert(1)</script>&lt;", "[a](javascript:x)",
		`[a](https://x.fr/"onclick="x)`, "[a](HTTPS://É.fr:1/%zz)", "***a** b*\\\n\t\x00\xff\u2028", "[*a](mailto:a@é.fr)* ![a](data:x)", "1. a\n\n  - b\n  c\n2. d", "[0](http://!)",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		fragment := HTML(typed)
		if again := policy.Sanitize(fragment); again != fragment {
			t.Errorf("%q became %q, and by the policy %q", typed, fragment, again)
		}
		if raw := blocks(tidy(typed)); raw != fragment {
			t.Errorf("%q was written as %q and had to be made %q", typed, raw, fragment)
		}
		var said strings.Builder
		for token := range tokens(t, fragment) {
			if token.Type == html.TextToken {
				said.WriteString(token.Data)
			}
		}
		left := dense(tidy(typed))
		for _, r := range dense(said.String()) {
			_, after, ok := strings.Cut(left, string(r))
			if !ok {
				t.Fatalf("%q became %q, with a %q too many", typed, fragment, r)
			}
			left = after
		}
		if plain := Plain(typed); len(anchors([]byte(plain))) < len(anchors([]byte(typed))) {
			t.Errorf("%q lost a link in %q", typed, plain)
		}
	})
}
