package data

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Token is one piece of a pasted list of recipients.
type Token struct {
	Raw     string  // the piece as it was pasted, cleaned of invisible characters
	Mailbox Mailbox // zero when Err is not nil
	Err     error   // an AddressError, or nil
}

// SplitMailboxes reads the recipients that someone pasted, in their order. It
// takes what mail programs, spreadsheets and people write: RFC 5322 lists with
// their groups and comments, header lines, mailto: links, bare addresses, with
// commas, semicolons, tabs, line ends or, between addresses, spaces.
//
// What is not an address is a Token with Err and never costs its neighbours.
// An unquoted comma belongs to the name in "Dupont, Jean <j@x.fr>", and stays
// in it: turning the name around would be a guess, and wrong for a company.
// Text may be any bytes; the time is linear in their number.
func SplitMailboxes(text string) []Token {
	s := splitter{text: strings.ToValidUTF8(text, "\uFFFD"), angle: -1, held: -1, closing: map[int]int{}}
	for i := 0; i < len(s.text); {
		i = s.step(i)
	}
	s.end(len(s.text), len(s.text), false)
	s.release()
	return s.tokens
}

// splitter cuts a text into pieces that hold one mailbox, or bare addresses
// with spaces between. All its numbers are offsets in text; -1 is none.
type splitter struct {
	text   string
	tokens []Token

	start int  // of the piece that is being read
	at    bool // the piece has an @, outside quotes
	angle int  // of the last < of the piece
	link  bool // the piece is in a mailto: link

	held, heldEnd int // a piece that ended in a comma: maybe a name's first half

	closing map[int]int // the end of the comment that begins at the key
	paired  int         // up to here
}

// step reads the character at i, or all that it opens, and returns what is next.
func (s *splitter) step(i int) int {
	r, n := utf8.DecodeRuneInString(s.text[i:])
	next := i + n
	switch r {
	case ',', '，', '、':
		s.end(i, next, true)
	case ';', '；', '\n', '\r', '\t', '\v', '\f', '\u0085', '\u2028', '\u2029':
		s.end(i, next, false)
	case '\\':
		if next < len(s.text) && (s.text[next] == '"' || s.text[next] == '\\') {
			next++
		}
	case '"':
		if end := s.quoted(i); end > 0 {
			next = end
		}
	case '(':
		if end := s.comment(i); end > 0 {
			next = end
			s.at = s.at || strings.Contains(s.text[i:end], "@")
			if after := strings.TrimLeftFunc(s.text[end:], isBlank); s.at && !strings.HasPrefix(after, "<") {
				s.end(end, end, false)
			}
		}
	case '<':
		if s.angle >= 0 && s.at {
			s.end(i, i, false) // a > was forgotten
		}
		s.angle = i
	case '>':
		if s.angle >= 0 {
			next = s.closeAngle(next)
		}
	case ':', '：':
		s.colon(i, next)
	case '@':
		s.at = true
	}
	return next
}

// quoted returns the end of the quoted name that begins at i, or -1 when the
// quote is a mere character: inside a word, never closed on its line, closed
// inside a word, or, as in "Jean <j@x.fr>", around more than a name.
func (s *splitter) quoted(i int) int {
	before, _ := utf8.DecodeLastRuneInString(s.text[s.start:i])
	if i > s.start && !unicode.IsSpace(before) && !strings.ContainsRune("[({<", before) {
		return -1
	}
	for j := i + 1; j < len(s.text); j++ {
		switch s.text[j] {
		case '\\':
			j++
		case '<', '\n', '\r':
			return -1
		case '"':
			after, _ := utf8.DecodeRuneInString(s.text[j+1:])
			if j+1 == len(s.text) || unicode.IsSpace(after) || strings.ContainsRune("<(,;:])}，；、：", after) {
				return j + 1
			}
			return -1
		}
	}
	return -1
}

// comment returns the end of the comment that begins at i, or -1 when it does
// not close on its line and before a <. Comments may hold comments.
func (s *splitter) comment(i int) int {
	if i >= s.paired {
		s.pair(i)
	}
	if end, ok := s.closing[i]; ok {
		return end
	}
	return -1
}

// pair matches the parentheses from i on, all at once: one by one, a run of
// them that never close would take quadratic time.
func (s *splitter) pair(i int) {
	var opened []int
	for ; i < len(s.text) && !strings.ContainsRune("<\n\r", rune(s.text[i])); i++ {
		switch {
		case s.text[i] == '(':
			opened = append(opened, i)
		case s.text[i] == ')' && len(opened) > 0:
			last := len(opened) - 1
			s.closing[opened[last]] = i + 1
			opened = opened[:last]
		}
	}
	s.paired = i
}

// closeAngle ends a piece after its >, the marks that touch it and its comment. It
// returns where the next one begins.
func (s *splitter) closeAngle(i int) int {
	i = len(s.text) - len(strings.TrimLeft(s.text[i:], `.>'")]}’”»`))
	j := len(s.text) - len(strings.TrimLeftFunc(s.text[i:], isBlank))
	if strings.HasPrefix(s.text[j:], "(") {
		if end := s.comment(j); end > 0 {
			i = end
		}
	}
	s.end(i, i, false)
	return i
}

// colon ends what is no recipient: the name of a group or of a header line.
func (s *splitter) colon(i, next int) {
	const mailto = "mailto"
	before := s.text[s.start:i]
	switch {
	case len(before) >= len(mailto) && strings.EqualFold(before[len(before)-len(mailto):], mailto):
		s.link = true
	case !s.at && s.angle < 0 && !strings.HasPrefix(s.text[next:], "//"):
		s.release()
		s.start = next
	}
}

// end takes the piece that stops here; the next one begins at next.
func (s *splitter) end(stop, next int, comma bool) {
	piece := s.text[s.start:stop]
	named := s.angle > s.start && isName(s.text[s.start:s.angle])
	switch {
	case named && s.held >= 0:
		s.tokens = appendPiece(s.tokens, s.text[s.held:stop], s.link)
		s.held = -1
	case comma && s.angle < 0 && isName(piece):
		s.release()
		s.held, s.heldEnd = s.start, stop
	default:
		s.release()
		s.tokens = appendPiece(s.tokens, piece, s.link)
	}
	after, _ := utf8.DecodeRuneInString(s.text[next:])
	s.link = s.link && comma && !unicode.IsSpace(after) && !strings.Contains(piece, "?")
	s.start, s.angle, s.at = next, -1, false
}

// release gives up on a name that no address followed.
func (s *splitter) release() {
	if s.held >= 0 {
		s.tokens = appendPiece(s.tokens, s.text[s.held:s.heldEnd], false)
		s.held = -1
	}
}
