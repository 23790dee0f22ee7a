package data

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
)

// commonText is what people choose most, folded: whole passwords, and the words
// that the others are made of.
//
//go:embed common.txt
var commonText string

var commonWords = sync.OnceValue(func() map[string]bool {
	known := map[string]bool{}
	for word := range strings.FieldsSeq(Fold(commonText)) {
		known[word] = true
	}
	return known
})

// Bounds of what makes a password easy to guess.
const (
	commonParts = 3 // words of the list, one after the other, that are still common
	commonEnds  = 8 // digits and marks around them that change nothing
	ownRest     = 6 // characters that have to be left beside one's own names
	plainRest   = 4 // characters that have to be left beside runs of keys
)

// isCommon tells whether a password is in the list, or is nothing but a few words
// of it with digits and marks around: "Motdepasse2024!", "p@ssw0rd-admin".
// Capitals, accents and figures in place of letters make no difference.
func isCommon(password string) bool {
	s := Fold(password)
	if commonWords()[s] {
		return true
	}
	core := strings.TrimFunc(s, func(r rune) bool { return !unicode.IsLetter(r) })
	if len(s)-len(core) > commonEnds {
		return false
	}
	return inWords(letters(core), commonParts) || inWords(letters(figures.Replace(core)), commonParts)
}

// figures are read as the letters that they stand for.
var figures = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "€", "e", "!", "i")

func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, s)
}

// inWords tells whether s is at most so many words of the list.
func inWords(s string, most int) bool {
	if s == "" || most == 0 {
		return false
	}
	known := commonWords()
	if known[s] {
		return true
	}
	for i := 1; i < len(s); i++ {
		if known[s[:i]] && inWords(s[i:], most-1) {
			return true
		}
	}
	return false
}

// rows are the keys of keyboards in the order of fingers, the alphabet too.
var rows = []string{"azertyuiop", "qsdfghjklm", "wxcvbn", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm",
	"abcdefghijklmnopqrstuvwxyz", "01234567890"}

// isPlain tells whether a password is one piece again and again, or little else
// than runs: the same character, or neighbours in the alphabet, among the figures
// or on a keyboard.
func isPlain(password string) bool {
	s := []rune(Fold(password))
	for piece := 1; piece <= len(s)/2; piece++ {
		repeats := true
		for i := piece; i < len(s) && repeats; i++ {
			repeats = s[i] == s[i-piece]
		}
		if repeats {
			return true
		}
	}
	rest := 0
	for i := 0; i < len(s); {
		n := run(s[i:])
		if n < 3 {
			rest, i = rest+1, i+1
			continue
		}
		i += n
	}
	return rest < plainRest
}

// run returns how many characters s begins with that follow each other.
func run(s []rune) int {
	longest := 1
	for step := -1; step <= 1; step++ {
		n := 1
		for n < len(s) && follows(s[n-1], s[n], step) {
			n++
		}
		longest = max(longest, n)
	}
	return longest
}

// follows tells whether b stands step keys after a.
func follows(a, b rune, step int) bool {
	if step == 0 {
		return a == b
	}
	for _, row := range rows {
		i := strings.IndexRune(row, a)
		if i >= 0 && i+step >= 0 && i+step < len(row) && rune(row[i+step]) == b {
			return true
		}
	}
	return false
}

// isOwn tells whether a password is little else than names that others know:
// the user's, the words of their address, the agency's.
func isOwn(password string, own []string) bool {
	s, found := alnum(Fold(password)), false
	for _, text := range own {
		for _, word := range append(strings.FieldsFunc(Fold(text), func(r rune) bool { return !alphanumeric(r) }), alnum(Fold(text))) {
			if len(word) >= 3 && strings.Contains(s, word) {
				s, found = strings.ReplaceAll(s, word, ""), true
			}
		}
	}
	return found && len(s) < ownRest
}

func alnum(s string) string {
	return strings.Map(func(r rune) rune {
		if alphanumeric(r) {
			return r
		}
		return -1
	}, s)
}
