package data

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// Fold reduces text to what a search compares: compatibility forms taken
// apart, accents dropped, lower case, ligatures spelled out.
func Fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFKD.String(s) {
		if unicode.Is(unicode.Mn, r) {
			continue
		}
		r = unicode.ToLower(r)
		switch r {
		case 'œ':
			b.WriteString("oe")
		case 'æ':
			b.WriteString("ae")
		case 'ß':
			b.WriteString("ss")
		case 'ø':
			b.WriteByte('o')
		case 'ł':
			b.WriteByte('l')
		case 'đ', 'ð':
			b.WriteByte('d')
		case '’', '‘', 'ʼ':
			b.WriteByte('\'')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

const (
	maxWord  = 60 // bytes of a folded word that the index keeps
	maxWords = 24 // words of a record that the index keeps
)

// words cuts texts into the folded words that an index keeps. A word begins at
// each letter or digit that follows something else, and runs to the next
// space, so that "marie-hélène@x.fr" is found by its beginning, by "helene@"
// and by "x.fr".
func words(texts ...string) []string {
	var out []string
	seen := map[string]bool{}
	for _, text := range texts {
		for field := range strings.FieldsSeq(Fold(text)) {
			inside := false
			for i, r := range field {
				alnum := alphanumeric(r)
				if alnum && !inside {
					if w := cut(field[i:], maxWord); !seen[w] && len(out) < maxWords {
						seen[w] = true
						out = append(out, w)
					}
				}
				inside = alnum
			}
		}
	}
	return out
}

func alphanumeric(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// cut shortens s to at most max bytes, at the end of a character.
func cut(s string, max int) string {
	if len(s) <= max {
		return s
	}
	for max > 0 && !utf8.RuneStart(s[max]) {
		max--
	}
	return s[:max]
}

// collation is the version of the order that sortKey gives. It is kept in the
// store, so that a program with another order notices.
const collation = "fr/1"

// sortKey returns bytes whose order is the French order of names, numbers by
// their value. Names that agree in their first 40 characters or so may compare
// equal.
func sortKey(name string) string {
	var buf collate.Buffer
	c := collators.Get().(*collate.Collator)
	defer collators.Put(c)
	return cut(string(c.KeyFromString(&buf, cut(name, 120))), 160)
}

// collators holds collators, which are dear to make and serve one at a time.
var collators = sync.Pool{New: func() any {
	return collate.New(language.French, collate.IgnoreCase, collate.Numeric)
}}

// oneLine tidies a field of one line: NFC, spaces of all kinds made one.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(norm.NFC.String(s), func(r rune) bool {
		return unicode.IsSpace(r) || r == '\ufeff' || r == '\u200b'
	}), " ")
}

// manyLines tidies a field of several lines: NFC, LF line ends, no space at
// the end of the whole.
func manyLines(s string) string {
	s = strings.ReplaceAll(norm.NFC.String(s), "\r\n", "\n")
	return strings.TrimRightFunc(strings.ReplaceAll(s, "\r", "\n"), unicode.IsSpace)
}

// unprintable tells whether a text holds what no person types: invalid UTF-8,
// control characters (but tab and line ends), or marks that reverse the
// direction of what follows.
func unprintable(s string) bool {
	if !utf8.ValidString(s) {
		return true
	}
	return strings.ContainsFunc(s, func(r rune) bool {
		switch {
		case r == '\n', r == '\r', r == '\t':
			return false
		case r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
			return true
		}
		return unicode.IsControl(r)
	})
}

// checker gathers the problems of a record.
type checker struct{ problems Invalid }

func (c *checker) add(field string, p Problem) {
	c.problems = append(c.problems, FieldError{Field: field, Problem: p})
}

// text tidies and checks free text of at most max characters.
func (c *checker) text(field string, s *string, max int, tidy func(string) string) {
	forbidden := unprintable(*s)
	*s = tidy(*s)
	switch {
	case forbidden:
		c.add(field, Forbidden)
	case utf8.RuneCountInString(*s) > max:
		c.problems = append(c.problems, FieldError{Field: field, Problem: TooLong, Max: max})
	}
}

// line is text of one line, lines of several.
func (c *checker) line(field string, s *string, max int)  { c.text(field, s, max, oneLine) }
func (c *checker) lines(field string, s *string, max int) { c.text(field, s, max, manyLines) }

// address cleans and checks an e-mail address.
func (c *checker) address(field string, s *string, required bool) {
	if strings.TrimSpace(*s) == "" {
		*s = ""
		if required {
			c.add(field, Required)
		}
		return
	}
	a, err := ParseAddress(*s)
	if err != nil {
		c.add(field, Malformed)
		return
	}
	*s = a
}

// choice checks a field whose values are given; empty becomes the first.
func choice[S ~string](c *checker, field string, s *S, values ...S) {
	if *s == "" {
		*s = values[0]
	}
	if !slices.Contains(values, *s) {
		c.add(field, NotOffered)
	}
}

// err returns what was gathered, or nil.
func (c *checker) err() error {
	if len(c.problems) == 0 {
		return nil
	}
	return c.problems
}
