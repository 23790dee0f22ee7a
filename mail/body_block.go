package mail

import (
	"regexp"
	"strconv"
	"strings"
)

// Paragraphs and lists are found here, line by line. By CommonMark's rules an
// indent makes a block of code, a line of dashes a heading, a line after a list
// a part of its last item, and blank lines and numbers are not kept.

// line is a line that is not blank.
type line struct {
	text  string
	blank int // blank lines before it
}

// item is a line that begins an item of a list.
type item struct {
	indent int    // spaces before its mark
	number int    // 0 for a dash
	body   int    // spaces before its text, were the mark made of spaces
	text   string // what follows the mark
}

var itemLine = regexp.MustCompile(`^( *)(?:-|([1-9][0-9]{0,3})\.) +([^ ].*)$`)

func parseItem(text string) (item, bool) {
	m := itemLine.FindStringSubmatch(text)
	if m == nil {
		return item{}, false
	}
	number, _ := strconv.Atoi(m[2])
	return item{indent: len(m[1]), number: number, body: len(text) - len(m[3]), text: m[3]}, true
}

// begins is true of an item that can be the first of a list.
func (i item) begins() bool { return i.number < 2 }

// follows is true of an item that can come after prev in its list. Numbers
// count by one: HTML would count so, and change what was typed.
func (i item) follows(prev item) bool {
	if i.number == 0 || prev.number == 0 {
		return i.number == prev.number && i.near(prev)
	}
	return i.number == prev.number+1 && i.near(prev)
}

// near is true of items that stand one below the other, give or take a space.
func (i item) near(o item) bool { return i.indent < o.indent+2 && o.indent < i.indent+2 }

// list is a list with the lists inside it.
type list struct {
	blank   int
	entries []entry
}

type entry struct {
	item
	lines []string // as typed, from that of the mark on
	blank int      // blank lines before it
	lists []list
}

// blockWriter turns lines into paragraphs and lists.
type blockWriter struct {
	lines []line   // left to read
	text  []string // lines of the paragraph that is being read
	out   strings.Builder
}

func blocks(text string) string {
	b := blockWriter{lines: splitLines(text)}
	for first := true; len(b.lines) > 0; first = false {
		next := b.lines[0]
		if next.blank > 0 {
			b.paragraph()
			gap := next.blank
			if !first {
				gap-- // the first one is the margin between two paragraphs
			}
			b.out.WriteString(strings.Repeat("<p><br></p>\n", gap))
		}
		if i, ok := parseItem(next.text); ok && i.begins() {
			b.list(b.readList(i))
		} else {
			b.text = append(b.text, b.pop())
		}
	}
	b.paragraph()
	return b.out.String()
}

func splitLines(text string) []line {
	var lines []line
	blank := 0
	for s := range strings.SplitSeq(text, "\n") {
		if strings.TrimSpace(s) == "" {
			blank++
			continue
		}
		lines = append(lines, line{text: strings.TrimRight(s, " "), blank: blank})
		blank = 0
	}
	return lines
}

func (b *blockWriter) pop() string {
	text := b.lines[0].text
	b.lines = b.lines[1:]
	return text
}

// readList reads the list that begins at the next line, with first.
func (b *blockWriter) readList(first item) list {
	l := list{blank: b.lines[0].blank}
	for next, ok := first, true; ok; {
		e := entry{item: next, blank: b.lines[0].blank}
		e.lines = append(e.lines, b.pop())
		next, ok = b.readEntry(&e)
		l.entries = append(l.entries, e)
	}
	return l
}

// readEntry reads what belongs to an entry after its first line: lines and
// lists that stand further in. It returns the item that goes on the list, if any.
func (b *blockWriter) readEntry(e *entry) (next item, ok bool) {
	for len(b.lines) > 0 {
		line := b.lines[0]
		i, isItem := parseItem(line.text)
		switch {
		case isItem && i.follows(e.item):
			return i, true
		case isItem && i.begins() && i.indent >= e.indent+2:
			e.lists = append(e.lists, b.readList(i))
		case line.blank == 0 && len(e.lists) == 0 && leadingSpaces(line.text) >= e.indent+2:
			e.lines = append(e.lines, b.pop())
		default:
			return item{}, false
		}
	}
	return item{}, false
}

func leadingSpaces(s string) int { return len(s) - len(strings.TrimLeft(s, " ")) }

// paragraph writes the lines that were read for it.
func (b *blockWriter) paragraph() {
	if len(b.text) > 0 {
		b.out.WriteString("<p>" + inline(b.text) + "</p>\n")
		b.text = nil
	}
}

// list writes a list. A lone "1." is no list but text: the title of a section,
// whose next one would begin at 2.
func (b *blockWriter) list(l list) {
	if first := l.entries[0]; len(l.entries) == 1 && first.number > 0 {
		b.text = append(b.text, first.lines...)
		b.lists(first.lists)
		return
	}
	b.paragraph()
	tag := "ul"
	if l.entries[0].number > 0 {
		tag = "ol"
	}
	b.out.WriteString("<" + tag + ">\n")
	for n, e := range l.entries {
		if n > 0 {
			b.blanks(e.blank)
			b.endItem()
		}
		b.out.WriteString("<li>" + inline(e.unmarked()))
		b.lists(e.lists)
	}
	b.endItem()
	b.out.WriteString("</" + tag + ">\n")
}

func (b *blockWriter) endItem() {
	b.paragraph()
	b.out.WriteString("</li>\n")
}

func (b *blockWriter) lists(lists []list) {
	for _, l := range lists {
		b.blanks(l.blank)
		b.list(l)
	}
}

// blanks writes n blank lines inside an item. One is the margin of a paragraph,
// and after text one more ends its line.
func (b *blockWriter) blanks(n int) {
	switch {
	case n == 0:
		return
	case len(b.text) > 0:
		b.paragraph()
		n--
	case !strings.HasSuffix(b.out.String(), "\n"):
		n++
	}
	b.out.WriteString(strings.Repeat("<br>", n))
}

// unmarked are the lines of an entry without its mark and its indent.
func (e entry) unmarked() []string {
	out := []string{e.text}
	for _, s := range e.lines[1:] {
		out = append(out, s[min(leadingSpaces(s), e.body):])
	}
	return out
}
