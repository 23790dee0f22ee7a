package data

import (
	"net/url"
	"strings"
	"unicode"
)

// appendPiece reads one piece of a pasted list: a name and <an address>, an
// address and (a name), a name and (an address), or bare addresses. In a link,
// which is a mailto:, they are percent-encoded (RFC 6068).
func appendPiece(tokens []Token, text string, link bool) []Token {
	text = strings.TrimSpace(text)
	if strings.Contains(text, "<") {
		return appendAngled(tokens, text, link)
	}
	open := strings.IndexByte(text, '(')
	if open < 0 || !strings.HasSuffix(text, ")") {
		return appendBare(tokens, text, link)
	}
	before, inside := text[:open], text[open+1:len(text)-1]
	if strings.Contains(before, "@") {
		// All addresses before the last have nothing to do with the comment.
		before = strings.TrimRightFunc(before, unicode.IsSpace)
		others := strings.TrimRightFunc(before, func(r rune) bool { return !unicode.IsSpace(r) })
		tokens = appendBare(tokens, others, link)
		return appendCommented(tokens, text[len(others):], before[len(others):], inside, link)
	}
	if address, err := pastedAddress(inside, link); err == nil {
		return append(tokens, named(text, displayName(before), address))
	}
	return appendBare(tokens, text, link)
}

// appendCommented reads "word (inside)", where the word has an @. Addresses in
// the comment are recipients too, unless it repeats the word.
func appendCommented(tokens []Token, text, word, inside string, link bool) []Token {
	address, err := pastedAddress(word, link)
	comment, _ := pastedAddress(inside, link)
	switch {
	case repeats(comment, address):
		inside = ""
	case strings.Contains(inside, "@"):
		return appendBare(appendBare(tokens, word, link), inside, link)
	case err != nil:
		return append(tokens, Token{Raw: CleanText(text), Err: err})
	}
	return append(tokens, named(text, displayName(inside), address))
}

// appendAngled reads "name <address> (comment)". Addresses in front of the name
// are recipients of their own, unless what <> holds is the only one again.
func appendAngled(tokens []Token, text string, link bool) []Token {
	angle := strings.LastIndexByte(text, '<')
	inside, after, _ := strings.Cut(text[angle+1:], ">")
	address, err := pastedAddress(inside, link)

	begin := leadingAddresses(text[:angle])
	before, name := text[:begin], displayName(text[begin:angle])
	if first, _ := pastedAddress(before, false); begin > 0 && (name != "" || !repeats(first, address)) {
		tokens = appendBare(tokens, before, false)
		text = text[begin:]
	}
	if err != nil {
		return append(tokens, Token{Raw: CleanText(text), Err: err})
	}
	if comment, ok := strings.CutPrefix(strings.TrimSpace(after), "("); ok && name == "" {
		name = displayName(strings.TrimSuffix(comment, ")"))
	}
	return append(tokens, named(text, name, address))
}

// leadingAddresses returns the length of the addresses that text begins with.
func leadingAddresses(text string) int {
	n := 0
	for word := range strings.FieldsSeq(text) {
		if _, err := pastedAddress(word, false); err != nil || word[0] == '"' {
			break
		}
		n += strings.Index(text[n:], word) + len(word)
	}
	return n
}

// appendBare reads addresses with spaces between. Words without an @ that stand
// together are one bad token, and so is a text without a single address;
// bullets and dashes between addresses are none.
func appendBare(tokens []Token, text string, link bool) []Token {
	whole := bare(text, link) // first, for NBSP inside an address is no separator
	switch {
	case whole.Raw == "":
		return tokens
	case whole.Err == nil:
		return append(tokens, whole)
	}
	var read []Token
	var words []string
	flush := func() {
		if one := bare(strings.Join(words, " "), link); strings.ContainsFunc(one.Raw, isWordy) {
			read = append(read, one)
		}
		words = nil
	}
	good := false
	for word := range strings.FieldsFuncSeq(text, endsWord) {
		if !strings.Contains(word, "@") {
			words = append(words, word)
			continue
		}
		flush()
		read = append(read, bare(word, link))
		good = good || read[len(read)-1].Err == nil
	}
	flush()
	if !good {
		return append(tokens, whole)
	}
	return append(tokens, read...)
}

// endsWord: r parts bare addresses, in the quotes and comments that hid it too.
func endsWord(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == ';' }

// bare reads text as one address.
func bare(text string, link bool) Token {
	address, err := pastedAddress(text, link)
	return Token{Raw: CleanText(text), Mailbox: Mailbox{Address: address}, Err: err}
}

// named drops a name that says no more than the address.
func named(raw, name, address string) Token {
	if repeats(name, address) {
		name = ""
	}
	return Token{Raw: CleanText(raw), Mailbox: Mailbox{Name: name, Address: address}}
}

// pastedAddress forgives what surrounds an address: quotes, brackets, the end
// of a sentence, mailto: and its ?subject=….
func pastedAddress(s string, link bool) (string, error) {
	scheme, rest, ok := strings.Cut(s, ":")
	if ok && strings.EqualFold(strings.TrimLeft(scheme, ` "'<([`), "mailto") {
		s, link = rest, true
	}
	if link {
		s, _, _ = strings.Cut(s, "?")
		if decoded, err := url.PathUnescape(s); err == nil {
			s = decoded
		}
	}
	address, err := ParseAddress(s)
	if err == nil {
		return address, nil
	}
	return ParseAddress(strip(s))
}

// strip removes what cannot end an address, then what cannot begin one. What
// can begin one (an apostrophe, a brace) is removed with its twin only.
func strip(s string) string {
	trimmed := strings.TrimRight(s, ` .,;:!?…"'<>()[]{}“”‘’«»`)
	tail := s[len(trimmed):]
	openers := ` "<>()[]“”‘’«»`
	if strings.Contains(tail, "'") {
		openers += "'"
	}
	if strings.Contains(tail, "}") {
		openers += "{"
	}
	return strings.TrimLeft(trimmed, openers)
}

// repeats: a and b are two spellings of one address.
func repeats(a, b string) bool {
	x, err := AddressKey(a)
	y, err2 := AddressKey(b)
	return err == nil && err2 == nil && x == y
}

// isWordy: r is more than a bullet, a dash or a bracket.
func isWordy(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || r > unicode.MaxASCII && !unicode.IsPunct(r)
}

// isName: s may be (half of) an unquoted name.
func isName(s string) bool {
	return !strings.Contains(s, "@") && strings.ContainsFunc(s, unicode.IsLetter)
}

// isBlank: r is white space within a line.
func isBlank(r rune) bool { return unicode.IsSpace(r) && r != '\n' && r != '\r' }
