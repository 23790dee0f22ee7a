package mail

import (
	"html"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// What stands in a line is read by goldmark, which is given three marks to know
// and no more. What it does not understand stays text.
var (
	whole  = newParser(stars{}, labelled{}, bare{})
	labels = newParser(stars{}) // a link holds no link
	links  = newParser(labelled{}, bare{})
)

func newParser(marks ...parser.InlineParser) parser.Parser {
	var known []util.PrioritizedValue
	for i, m := range marks {
		known = append(known, util.Prioritized(m, i))
	}
	return parser.NewParser(parser.WithBlockParsers(util.Prioritized(verbatim{}, 0)), parser.WithInlineParsers(known...))
}

// verbatim is a block of all lines there are, as they are.
type verbatim struct{}

func (verbatim) Trigger() []byte             { return nil }
func (verbatim) CanInterruptParagraph() bool { return false }
func (verbatim) CanAcceptIndentedLine() bool { return true }

func (v verbatim) Open(_ ast.Node, r text.Reader, pc parser.Context) (ast.Node, parser.State) {
	node := ast.NewTextBlock()
	return node, v.Continue(node, r, pc) &^ parser.Continue
}

func (verbatim) Continue(node ast.Node, r text.Reader, _ parser.Context) parser.State {
	_, segment := r.PeekLine()
	node.Lines().Append(segment)
	r.AdvanceToEOL()
	return parser.Continue | parser.NoChildren
}

func (verbatim) Close(ast.Node, text.Reader, parser.Context) {}

// stars reads **bold**, *italic* and ***both***. A run of stars is closed by
// the next one of its length that can, so that each has few to look at and no
// text takes long; CommonMark allows more, which nobody types.
type stars struct{}

func (stars) Trigger() []byte            { return []byte{'*'} }
func (stars) IsDelimiter(c byte) bool    { return c == '*' }
func (stars) OnMatch(stars int) ast.Node { return ast.NewEmphasis(stars) }

func (stars) CanOpenCloser(opener, closer *parser.Delimiter) bool {
	return opener.OriginalLength == closer.OriginalLength
}

// opened is the lengths of the runs that are open, each once, outermost first.
var opened = parser.NewContextKey()

func (s stars) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	before := block.PrecendingCharacter()
	if before == '*' {
		return nil // the rest of a run that was refused
	}
	line, segment := block.PeekLine()
	d := parser.ScanDelimiter(line, before, 1, s)
	n := d.OriginalLength
	if n > 3 || inWord(before) && inWord(util.ToRune(line, min(n, len(line)-1))) {
		return nil
	}
	open, _ := pc.Get(opened).([]int)
	at := slices.Index(open, n)
	switch {
	case d.CanClose && at >= 0:
		d.CanOpen, open = false, open[:at]
	case d.CanOpen && at >= 0:
		d.CanClose, open = false, append(slices.Delete(open, at, at+1), n)
	case d.CanOpen:
		d.CanClose, open = false, append(open, n)
	default:
		return nil
	}
	pc.Set(opened, open)
	d.Segment = segment.WithStop(segment.Start + n)
	block.Advance(n)
	pc.PushDelimiter(d)
	return d
}

// inWord is true of a letter or digit beside which a star means times, or a
// footnote: other scripts may have no spaces between words.
func inWord(r rune) bool { return unicode.In(r, unicode.Latin, unicode.Nd) }

// inline writes lines of text with the marks that they hold.
func inline(lines []string) string {
	kept := make([]string, len(lines))
	for i, l := range lines {
		kept[i] = keepSpaces(l)
	}
	return write(whole, strings.Join(kept, "\n"))
}

func write(p parser.Parser, s string) string {
	source := []byte(s)
	var b strings.Builder
	ast.Walk(p.Parse(text.NewReader(source)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.Text:
			if entering {
				writeText(&b, n, source)
			}
		case *ast.Emphasis:
			tag := "em>"
			if n.Level == 2 {
				tag = "strong>"
			}
			if !entering {
				tag = "/" + tag
			}
			b.WriteString("<" + tag)
		case *anchor:
			if entering {
				n.write(&b)
			}
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// writeText writes a piece of a line. goldmark leaves a backslash at the end
// of a line out, which means a line end to it.
func writeText(b *strings.Builder, n *ast.Text, source []byte) {
	b.WriteString(html.EscapeString(string(n.Value(source))))
	if n.HardLineBreak() && source[n.Segment.Stop] == '\\' {
		b.WriteByte('\\')
	}
	if n.HardLineBreak() || n.SoftLineBreak() {
		b.WriteString("<br>\n")
	}
}

var spaces = regexp.MustCompile(`  +`)

// keepSpaces makes no-break spaces of those that HTML would take for fewer.
func keepSpaces(line string) string {
	n := leadingSpaces(line)
	return strings.Repeat("\u00a0", n) + spaces.ReplaceAllStringFunc(line[n:], func(run string) string {
		return strings.Repeat("\u00a0", len(run)-1) + " "
	})
}
