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

// maxHistoryText is how many bytes of a message the search in a client's
// history looks at.
const maxHistoryText = 2000

// historyText is what the search in a client's history finds a message by:
// subject, recipients and the beginning of the text, folded.
func historyText(m Message) []byte {
	var b strings.Builder
	b.WriteString(m.Subject)
	for _, box := range m.Recipients() {
		b.WriteString(" " + box.Name + " " + box.Address)
	}
	b.WriteString(" " + cut(m.Text, maxHistoryText))
	return []byte(cut(Fold(b.String()), maxHistoryText))
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
