package mail

import (
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"
)

// The library folds a header at single spaces and only there, and a line must
// stay under 998 bytes (RFC 5322, section 2.1.1). So it is given no run of
// spaces, which it would fold into blank lines, and no endless word.
const (
	maxPlainWord = 70  // of a subject: a longer one is cut into encoded-words
	maxNameWord  = 400 // of a name, in ASCII, where quoting can double it
)

// unstructured is a subject as it stands in its header: as typed if that can
// be folded and read back unchanged, else as encoded-words (RFC 2047).
func unstructured(s string) (string, error) {
	if err := checkText(s); err != nil {
		return "", err
	}
	if isASCII(s) && !strings.Contains(s, "=?") && squeeze(s) == s && longestWord(s) <= maxPlainWord {
		return s, nil
	}
	return encodeWords(s), nil
}

// phrase is a display name ready for net/mail, which quotes or encodes it.
func phrase(name string) (string, error) {
	if err := checkText(name); err != nil {
		return "", err
	}
	name = squeeze(name)
	if isASCII(name) && longestWord(name) > maxNameWord {
		return "", fmt.Errorf("%w: a name with a word of more than %d letters", ErrHeader, maxNameWord)
	}
	return name, nil
}

// encodeWords cuts s into base64 encoded-words of at most 75 characters, each
// whole runes (RFC 2047, sections 2 and 5).
func encodeWords(s string) string {
	const most = 45 // bytes of s in a word: 60 characters and 12 around them
	var words []string
	for len(s) > 0 {
		n := min(len(s), most)
		for n < len(s) && !utf8.RuneStart(s[n]) {
			n--
		}
		words = append(words, "=?utf-8?b?"+base64.StdEncoding.EncodeToString([]byte(s[:n]))+"?=")
		s = s[n:]
	}
	return strings.Join(words, " ")
}

// squeeze makes every run of ASCII spaces one, and none at the ends.
func squeeze(s string) string { return strings.Join(words(s), " ") }

func words(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ' ' })
}

func longestWord(s string) int {
	longest := 0
	for _, w := range words(s) {
		longest = max(longest, len(w))
	}
	return longest
}
