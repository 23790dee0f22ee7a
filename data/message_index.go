package data

import (
	"strings"
	"unicode/utf8"
)

// group is the state under which lists find a message: all that is on its way
// is Queued, so that sending moves it once.
func (s State) group() State {
	if s == Sending || s == Committing {
		return Queued
	}
	return s
}

func stateKey(group State, id ID) []byte { return key(tState, string(group), string(id)) }
func historyKey(m Message) []byte        { return key(tHistory, m.Client, m.ID) }

// maxHistoryText is how many bytes of words the search in a client's history
// knows of a message: those of several pages of text, since each counts once.
const maxHistoryText = 12_000

// historyText is what the search in a client's history finds a message by: the
// words of its subject, its recipients and its text, folded, each once.
func historyText(m Message) []byte {
	var b strings.Builder
	b.WriteString(m.Subject)
	for _, box := range m.Recipients() {
		b.WriteString(" " + box.Name + " " + box.Address)
	}
	b.WriteString(" " + m.Text)
	var words []string
	seen := map[string]bool{}
	for word := range strings.FieldsSeq(Fold(b.String())) {
		if !seen[word] {
			seen[word] = true
			words = append(words, word)
		}
	}
	return []byte(cut(strings.Join(words, " "), maxHistoryText))
}

// holdsWords tells whether a folded text holds, for each word asked, one that
// begins with it.
func holdsWords(text string, asked []string) bool {
	for _, w := range asked {
		if !holdsWord(text, w) {
			return false
		}
	}
	return true
}

func holdsWord(text, w string) bool {
	for at := 0; ; {
		i := strings.Index(text[at:], w)
		if i < 0 {
			return false
		}
		before, _ := utf8.DecodeLastRuneInString(text[:at+i])
		if at+i == 0 || !alphanumeric(before) {
			return true
		}
		at += i + 1
	}
}
