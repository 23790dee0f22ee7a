package views

import (
	"fmt"
	"hash/fnv"
	"html/template"
	"strings"
	"unicode"
)

// hues is how many colours an avatar may have (css/tokens.css).
const hues = 6

// hue returns the colour of what an id names: always the same one.
func hue(id any) int {
	h := fnv.New32a()
	fmt.Fprint(h, id)
	return int(h.Sum32() % hues)
}

// initials returns the first letters of the first and the last word of a name.
func initials(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' && r != '’' && r != '-' && r != '.' && r != '@'
	})
	if len(words) == 0 {
		return "?"
	}
	first := firstLetter(words[0])
	if len(words) == 1 || strings.Contains(name, "@") {
		return first
	}
	return first + firstLetter(words[len(words)-1])
}

func firstLetter(word string) string {
	for _, r := range word {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return string(unicode.ToUpper(r))
		}
	}
	return ""
}

// tel returns the address that calls a phone number (RFC 3966): its digits and
// a leading plus.
func tel(number string) template.URL {
	var b strings.Builder
	for i, r := range strings.TrimSpace(number) {
		if r >= '0' && r <= '9' || i == 0 && r == '+' {
			b.WriteRune(r)
		}
	}
	return template.URL("tel:" + b.String())
}

// groups writes a SIRET as it is read: 812 345 678 00019.
func groups(siret string) string {
	if len(siret) != 14 {
		return siret
	}
	return siret[:3] + " " + siret[3:6] + " " + siret[6:9] + " " + siret[9:]
}
