package data

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// CleanText makes one visible line of s, which may be any bytes: Unicode NFC,
// each run of white space (NBSP, tabs and line ends included) one space, none
// at the ends, and no control, bidi or zero-width character. Joiners and
// variation selectors stay where scripts and emoji need them. Invalid UTF-8
// becomes U+FFFD. CleanText(CleanText(s)) == CleanText(s).
func CleanText(s string) string {
	var b strings.Builder
	base := ' ' // what the marks and joiners that follow belong to
	for _, r := range norm.NFC.String(s) {
		switch {
		case unicode.IsSpace(r):
			r, base = ' ', ' '
		case isJoiner(r):
			if base <= unicode.MaxASCII || unicode.Is(unicode.Latin, base) {
				continue
			}
		case unicode.IsControl(r) || isInvisible(r):
			continue
		case !unicode.IsMark(r):
			base = r
		}
		b.WriteRune(r)
	}
	line := strings.Join(strings.Fields(b.String()), " ")
	return norm.NFC.String(strings.TrimRight(line, "\u200C\u200D"))
}

// cleanAddress drops what is invisible, NBSP included, and the space around.
func cleanAddress(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == '\u00A0' || r == '\u2007' || r == '\u202F' || isInvisible(r) {
			return -1
		}
		return r
	}, s)
	return norm.NFC.String(strings.TrimSpace(s))
}

// isInvisible: zero-width, BOM, soft hyphen, bidi controls and all else that
// Unicode asks not to draw.
func isInvisible(r rune) bool {
	return r > unicode.MaxASCII && unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// isJoiner: ZWNJ spells Persian words, ZWJ and the variation selectors make
// emoji; after a Latin letter they only hide.
func isJoiner(r rune) bool {
	return r == '\u200C' || r == '\u200D' || unicode.Is(unicode.Variation_Selector, r)
}
