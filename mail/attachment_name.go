package mail

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The bounds of a file's name, in bytes: most file systems stop at 255, and
// the ASCII one stays on a line.
const (
	maxFileName  = 255
	maxASCIIName = 60
)

// disposition says that a part is a file to keep, and its name: in ASCII, and
// for all but the oldest programs as it is (RFC 2231, section 4).
func disposition(name string) string {
	name = fileName(name)
	ascii := asciiName(name)
	value := `attachment; filename="` + ascii + `"`
	if ascii != name {
		value += ";\r\n filename*=UTF-8''" + percent(name)
	}
	return value
}

// fileName is a name that can be given to a file of a reader: the end of a
// path, in valid UTF-8 (NFC) of 255 bytes at most, without a character that
// breaks a line, is a control, or turns the text around it.
func fileName(name string) string {
	name = norm.NFC.String(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\u2028', r == '\u2029', r == '\u200b', r == '\ufeff':
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, "\uFFFD")))
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.TrimRight(strings.TrimSpace(shorten(name, maxFileName)), ". ")
	if strings.Trim(name, ". ") == "" {
		return "file"
	}
	return name
}

// shorten cuts a name to most bytes and keeps its extension.
func shorten(name string, most int) string {
	if len(name) <= most {
		return name
	}
	ext := ""
	if dot := strings.LastIndexByte(name, '.'); len(name)-dot <= most/2 && dot > 0 {
		ext = name[dot:]
	}
	end := most - len(ext)
	for !utf8.RuneStart(name[end]) {
		end--
	}
	return name[:end] + ext
}

// asciiName is a name for programs that know no other: letters lose their
// accents, and what is left of other characters is "_".
func asciiName(name string) string {
	ascii := strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case r > '~', strings.ContainsRune(`"\/%`, r): // a character may decompose into "../"
			return '_'
		}
		return r
	}, norm.NFKD.String(name))
	if strings.Trim(ascii, ". _") == "" {
		return "file"
	}
	return shorten(ascii, maxASCIIName)
}

// percent encodes a value (RFC 2231, section 7; RFC 5987 leaves fewer as they are).
func percent(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
