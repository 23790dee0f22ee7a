package data

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A variable stands in a text as {{client.name}}, and is filled in for the
// client and, where it is one, the contact that the message goes to. It has a
// name in each language; case, accents and the spaces around it do not matter.
type Variable struct{ English, French string }

// Variables are all there are, in the order in which they are shown.
var Variables = []Variable{
	{"client.name", "client.nom"},
	{"client.number", "client.numéro"},
	{"client.email", "client.email"},
	{"client.phone", "client.téléphone"},
	{"client.address", "client.adresse"},
	{"contact.title", "contact.civilité"},
	{"contact.first_name", "contact.prénom"},
	{"contact.last_name", "contact.nom"},
	{"contact.role", "contact.fonction"},
	{"contact.email", "contact.email"},
	{"sender.name", "expéditeur.nom"},
	{"sender.email", "expéditeur.email"},
	{"agency.name", "agence.nom"},
	{"date", "date"},
}

// Values is what variables are filled with, by their English names. One that
// is missing or empty is not filled.
type Values map[string]string

// TextError is what is wrong with the variables of a text.
type TextError struct {
	Line, Column int    // from 1, the column in characters
	Name         string // of the unknown variable, as typed; empty if }} is missing
}

// textPiece is a stretch of text, or a variable.
type textPiece struct {
	raw      string
	variable string // its English name; empty for plain text and for what is none
	name     string // as typed between the braces
	open     bool   // {{ without }}
	at       int    // offset in the text
}

// maxVariable is how many bytes a name has at most: beyond, the braces are text
// that lacks its end.
const maxVariable = 80

// textPieces cuts a text at its variables.
func textPieces(text string) []textPiece {
	var out []textPiece
	for at := 0; at < len(text); {
		begin := strings.Index(text[at:], "{{")
		if begin < 0 {
			return append(out, textPiece{raw: text[at:], at: at})
		}
		if begin > 0 {
			out = append(out, textPiece{raw: text[at : at+begin], at: at})
			at += begin
		}
		window := text[at:min(len(text), at+maxVariable+4)]
		end := strings.Index(window, "}}")
		if line := strings.IndexByte(window, '\n'); end < 0 || line >= 0 && line < end {
			out = append(out, textPiece{raw: "{{", open: true, at: at})
			at += 2
			continue
		}
		p := textPiece{raw: window[:end+2], name: strings.TrimSpace(window[2:end]), at: at}
		if i := slices.IndexFunc(Variables, func(v Variable) bool {
			return Fold(p.name) == Fold(v.English) || Fold(p.name) == Fold(v.French)
		}); i >= 0 {
			p.variable = Variables[i].English
		}
		out = append(out, p)
		at += end + 2
	}
	return out
}

// CheckText returns what is wrong with the variables of a text, in its order.
func CheckText(text string) []TextError {
	var out []TextError
	for _, p := range textPieces(text) {
		if p.open || p.name != "" && p.variable == "" || p.raw == "{{}}" {
			before := text[:p.at]
			line := strings.LastIndexByte(before, '\n') + 1
			out = append(out, TextError{strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[line:]) + 1, p.name})
		}
	}
	return out
}

// FillText puts values in the place of the variables of a text. What stays is
// left as it was typed; missing are the variables without a value, each once.
func FillText(text string, values Values) (filled string, missing []string) {
	var b strings.Builder
	for _, p := range textPieces(text) {
		value := values[p.variable]
		if p.variable == "" || value == "" {
			value = p.raw
			if p.variable != "" && !slices.Contains(missing, p.name) {
				missing = append(missing, p.name)
			}
		}
		b.WriteString(value)
	}
	return b.String(), missing
}
