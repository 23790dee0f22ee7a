// Package i18n is French and English. The words stand in the template or the
// handler where they show, both languages side by side, so that neither can be
// missing; this package chooses, puts French spaces, counts and writes dates.
package i18n

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Lang is a language of the interface.
type Lang string

// The languages. French is the default.
const (
	French  Lang = "fr"
	English Lang = "en"
)

// Parse returns the language that a name or the header Accept-Language
// (RFC 9110) asks for first, French if it asks for none that is here.
func Parse(accept string) Lang {
	best, quality := French, 0.0
	for part := range strings.SplitSeq(accept, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		q := 1.0
		if v, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			if _, err := fmt.Sscanf(v, "%g", &q); err != nil {
				q = 0
			}
		}
		primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if l := Lang(primary); (l == French || l == English) && q > quality {
			best, quality = l, q
		}
	}
	return best
}

// Language returns l, for what embeds it.
func (l Lang) Language() Lang { return l }

// Other returns the other language.
func (l Lang) Other() Lang {
	if l == English {
		return French
	}
	return English
}

// T chooses between a text's two languages and fills it in like fmt.Sprintf.
// French is set with its spaces; what is filled in is left as it is.
func (l Lang) T(fr, en string, args ...any) string {
	s := en
	if l != English {
		s = typeset(fr)
	}
	if len(args) == 0 {
		return s
	}
	return fmt.Sprintf(s, args...)
}

// N is T for a count, which fills the first verb: one form for the singular,
// one for the plural of each language. In French zero is singular.
func (l Lang) N(n int, frOne, frMany, enOne, enMany string, args ...any) string {
	fr, en := frMany, enMany
	if n == 0 || n == 1 {
		fr = frOne
	}
	if n == 1 {
		en = enOne
	}
	return l.T(fr, en, append([]any{n}, args...)...)
}

// typeset puts French spaces into a text that was typed with plain ones: a
// narrow no-break space (U+202F) before ; ! ? and a no-break space (U+00A0)
// before : and inside « ».
func typeset(s string) string {
	return spaces.Replace(s)
}

var spaces = strings.NewReplacer(" ;", "\u202f;", " !", "\u202f!", " ?", "\u202f?",
	" :", "\u00a0:", "« ", "«\u00a0", " »", "\u00a0»")

var months = []string{"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."}

// Number writes a number in groups of three digits: "5 000", "5,000".
func (l Lang) Number(n int) string {
	s, group := strconv.Itoa(n), "\u202f"
	if l == English {
		group = ","
	}
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + group + s[i:]
	}
	return s
}

// Date writes a day: "12 nov. 2026", "12 Nov 2026".
func (l Lang) Date(t time.Time) string {
	if l == English {
		return t.Format("2 Jan 2006")
	}
	return fmt.Sprintf("%s %s %d", dayOfMonth(t), months[t.Month()-1], t.Year())
}

func dayOfMonth(t time.Time) string {
	if t.Day() == 1 {
		return "1er"
	}
	return fmt.Sprint(t.Day())
}

var longMonths = []string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"}

// LongDate writes a day for a letter: "12 novembre 2026", "12 November 2026".
func (l Lang) LongDate(t time.Time) string {
	if l == English {
		return t.Format("2 January 2006")
	}
	return fmt.Sprintf("%s %s %d", dayOfMonth(t), longMonths[t.Month()-1], t.Year())
}

// Moment writes a day and a time: "12 nov. 2026 à 12:03", "12 Nov 2026, 12:03".
func (l Lang) Moment(t time.Time) string {
	if l == English {
		return t.Format("2 Jan 2006, 15:04")
	}
	return l.Date(t) + " à " + t.Format("15:04")
}
