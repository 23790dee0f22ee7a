package handlers

import (
	"regexp"
	"strings"
	"testing"

	"carnet/data"
	"carnet/i18n"
)

// mark stands in every text that these tests type: it may be in no log and in
// no place of a page that runs.
const mark = "zqzq"

// kind of a bad value: what a field of text is to make of it.
type badKind int

const (
	unreadable badKind = iota // nobody types it: refused
	endless                   // longer than any field takes: refused
	hostile                   // means something elsewhere: taken as text, or refused
)

type badValue struct {
	badKind
	text string
}

// badValues are tried in the fields of every form.
func badValues() []badValue {
	out := []badValue{{endless, strings.Repeat(mark+"é ", 6000)}, {endless, strings.Repeat(mark, 12_000)}}
	for _, s := range []string{"\x00", "\x1b[2J", "\x08", "\x7f", "\u0085", "\u202e", "\u2066", "\xff\xfe", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "é"[:1]} {
		out = append(out, badValue{unreadable, "a" + mark + s + "b"})
	}
	for _, s := range []string{
		"<script>alert('" + mark + "')</script>", "</textarea><img src=x onerror=" + mark + ">", `" onmouseover="` + mark, `' onfocus='` + mark + `' autofocus='`,
		"`" + mark + "`", "{{." + mark + "}}", "{{template \"layout/page\"}}" + mark, "js:" + mark, "javascript:" + mark + "()", "data:text/html," + mark, "//" + mark + ".example",
		mark + "\r\nSet-Cookie: a=b\r\n\r\n<b>", mark + "%0d%0aX: y", mark + "@exemple.example\r\nBcc: " + mark + "@b.example", "a\rb" + mark, "=cmd|'/c " + mark + "'!A1",
		"../../" + mark, "' OR 1=1 --" + mark, "%s%n%d" + mark, "\\u003cscript\\u003e" + mark, "robot" + mark, "-1", "99999999999999999999", "0x1", "1e9", "",
		"<hx-partial hx-target=\"body\">" + mark + "</hx-partial>", "</title><script>" + mark, "&lt;script&gt;" + mark, "\ufeff" + mark + "\u200b", strings.Repeat("\u0301", 300) + mark,
		"to remove " + mark, "to star " + mark + " 1", "to edit <" + mark + "@b.example>", "\"" + mark + "\\\" <a@b.example>", "🦊" + mark + "@exemple.example",
	} {
		out = append(out, badValue{hostile, s})
	}
	return out
}

// house are the statuses that a form may get.
var house = []int{200, 204, 303, 400, 401, 403, 404, 409, 413, 415, 422, 429}

// problemsSaid are all that may stand beside a field, by language, numbers left
// out.
func problemsSaid(l i18n.Lang) (said []string) {
	for _, p := range []data.Problem{data.Required, data.TooLong, data.TooShort, data.Forbidden, data.Malformed, data.Duplicate, data.InTrash, data.NotOffered,
		data.NoneGiven, data.TooMany, data.Unresolved, data.OutOfRange, data.Wrong} {
		for _, field := range []string{"email", "name", "subject", "number", "siret", "vat", "website", "code", "days", "other"} {
			said = append(said, plainWords(problemWords(l, data.FieldError{Field: field, Problem: p})))
		}
	}
	return append(said, plainWords(words(l, 429)), plainWords(l.T("Adresse ou mot de passe inconnus.", "Unknown address or password.")))
}

var digits = regexp.MustCompile(`\d+`)

func plainWords(s string) string { return digits.ReplaceAllString(even(s), "#") }

func TestEveryFieldOfEveryForm(t *testing.T) {
	// Whatever is typed in any field of any form, found by walking: the answer
	// has a status of the house; what is refused changes nothing, says why
	// beside the field and in the reader's language, and gives all that was
	// typed back; nothing typed runs in a page or stands in the log (45).
	t.Parallel()
	for _, who := range crowds() {
		for _, l := range []data.Language{data.French, data.English} {
			t.Run(who.name+" in "+string(l), func(t *testing.T) {
				t.Parallel()
				o, b := who.open(t)
				for _, p := range b.walkForms(who.from(o)...) {
					newAttacker(t, who, l).try(p)
				}
			})
		}
	}
}
