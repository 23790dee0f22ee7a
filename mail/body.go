package mail

import (
	"fmt"
	"html"
	"strings"
	"unicode"

	"github.com/microcosm-cc/bluemonday"
)

// HTML writes a text as people type it as a fragment of HTML: paragraphs with
// their line ends, **bold**, *italic*, lists (- and 1. 2.), [links](https://…),
// and addresses of the web and of mail as links. All else stands there as it
// was typed, HTML and the rest of Markdown included. Its elements are p, br,
// strong, em, ul, ol, li and a, with href (http, https or mailto) and rel.
func HTML(text string) string {
	// What is written is safe already: this is for the day when it is not.
	return policy.Sanitize(blocks(tidy(text)))
}

// Document is HTML(text) as a whole document, for a mail or its preview. It
// asks for nothing from elsewhere and sets no colour, so that dark modes keep
// theirs. lang is the language of the text (BCP 47), empty if not known.
func Document(text, lang string) string {
	return fmt.Sprintf(document, html.EscapeString(lang), HTML(text))
}

// The element inside body repeats the language and the direction because
// webmails throw away html and body, and the styles that matter are its own
// because some throw away the sheet.
const document = `<!DOCTYPE html>
<html lang="%[1]s" dir="auto">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<style>
:root { color-scheme: light dark }
p, li { unicode-bidi: plaintext }
</style>
</head>
<body>
<div lang="%[1]s" dir="auto" style="font-family: -apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif; font-size: 15px; line-height: 1.5; overflow-wrap: break-word">
%[2]s</div>
</body>
</html>
`

// Plain is the text for who reads no HTML: as typed, but a [label](link) is
// written "label (link)", which every program shows well and makes a link of.
// The marks of bold and italic stay: stars are what people type and read as
// such in plain text, and without them what was stressed no longer is.
func Plain(text string) string {
	source := []byte(lineEnds.Replace(strings.ToValidUTF8(text, "\uFFFD")))
	var b strings.Builder
	end := 0
	for _, a := range anchors(source) {
		if a.label != "" {
			b.Write(source[end:a.start])
			b.WriteString(a.label + " (" + a.typed + ")")
			end = a.stop
		}
	}
	b.Write(source[end:])
	return b.String()
}

// policy is what HTML may hold, whatever was typed.
var policy = newPolicy()

func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "strong", "em", "ul", "ol", "li")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes(schemesOfLinks...) // and no URL without one, or that does not parse
	p.RequireNoReferrerOnLinks(true)
	return p
}

// tidy makes a text fit for HTML: valid UTF-8, lines that end with LF, and no
// other control character. A tab becomes four spaces, since HTML has none.
func tidy(text string) string {
	text = strings.ReplaceAll(lineEnds.Replace(strings.ToValidUTF8(text, "\uFFFD")), "\t", "    ")
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return '\uFFFD'
		}
		return r
	}, text)
}
