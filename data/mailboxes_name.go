package data

import (
	"fmt"
	"io"
	"mime"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Mailbox is a display name and an address, as RFC 5322 names the pair.
type Mailbox struct {
	Name    string // may be empty; never holds control characters
	Address string // as it was typed, after cleaning
}

// String returns the address, after the name when there is one: Jean Dupont
// <j@x.fr>, "Dupont, Jean" <j@x.fr>. SplitMailboxes reads it back as the same
// Mailbox, if it gave it or if the name is clean (CleanText) and says more than
// the address. It is for people; headers need RFC 2047 too.
func (m Mailbox) String() string {
	switch {
	case m.Name == "":
		return m.Address
	case strings.ContainsFunc(m.Name, needsQuotes) || displayName(m.Name) != m.Name:
		return quoteName(m.Name) + " <" + m.Address + ">"
	}
	return m.Name + " <" + m.Address + ">"
}

// needsQuotes: r is no atext of RFC 5322 and RFC 6532, or no common one.
func needsQuotes(r rune) bool {
	return !unicode.In(r, unicode.L, unicode.M, unicode.Nd) && !strings.ContainsRune(" -_&+/'’", r)
}

// quoteName returns a quoted-string of RFC 5322. A backslash anywhere says that
// the rest is literal too, so a name that reads otherwise gets one.
func quoteName(name string) string {
	text := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "<", `\<`).Replace(name)
	if displayName(`"`+text+`"`) != name {
		text = `\` + text
	}
	return `"` + text + `"`
}

// displayName reads a name as it stands before <address>, or in a comment.
func displayName(s string) string {
	s = strings.TrimSpace(s)
	if quoted, ok := unquote(s); ok {
		if literal := unescape(quoted); literal != quoted {
			return CleanText(literal)
		}
		s = quoted
	}
	s = CleanText(decodeWords(s))
	for pair := range strings.FieldsSeq(`'' "" ‘’ ’’ “” «» [] ()`) {
		s = unwrap(s, pair)
	}
	if strings.Count(s, `"`)%2 == 1 { // its twin stood after the address
		s = strings.Trim(strings.ReplaceAll(s, `"`, ""), "[({ ")
	}
	s = strings.Trim(s, "<>-–—*•·| ")
	if !strings.ContainsFunc(s, isWordy) {
		return ""
	}
	return CleanText(s) // again, for what the cuts laid bare
}

// unquote returns what stands between the quotes of a whole quoted-string.
func unquote(s string) (string, bool) {
	if len(s) < 2 || s[0] != '"' {
		return "", false
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return s[1:i], i == len(s)-1
		}
	}
	return "", false
}

// unescape resolves the quoted-pairs of RFC 5322.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// unwrap removes a pair of quotes or brackets around the whole of s.
func unwrap(s, pair string) string {
	first, n := utf8.DecodeRuneInString(pair)
	inside, ok := strings.CutPrefix(s, pair[:n])
	inside, ok2 := strings.CutSuffix(inside, pair[n:])
	if !ok || !ok2 || first != '\'' && strings.Contains(inside, pair[:n]) {
		return s
	}
	return strings.TrimSpace(inside)
}

// decodeWords reads the encoded words of RFC 2047. One that cannot be read
// leaves all as it was.
func decodeWords(s string) string {
	d := mime.WordDecoder{CharsetReader: windows1252}
	if decoded, err := d.DecodeHeader(s); err == nil {
		return decoded
	}
	return s
}

// windows1252 reads the one charset that mime does not know and that Outlook
// writes in western Europe (WHATWG Encoding).
func windows1252(charset string, in io.Reader) (io.Reader, error) {
	if charset != "windows-1252" {
		return nil, fmt.Errorf("data: unknown charset %q", charset)
	}
	high := []rune("€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ") // 0x80 to 0x9F
	raw, err := io.ReadAll(in)
	text := make([]rune, len(raw))
	for i, b := range raw {
		text[i] = rune(b)
		if b >= 0x80 && b < 0xA0 {
			text[i] = high[b-0x80]
		}
	}
	return strings.NewReader(string(text)), err
}
