package data

import (
	"regexp"
	"strings"
)

// What promises a file, in French and English text that was folded. A word that
// also says something else ("joindre par téléphone", "un joint de porte", "very
// attached to") counts only beside one that makes it plain.
var mentions = regexp.MustCompile(`\b(?:` + strings.Join([]string{
	`pieces?[ ‐-]?jointes?`,
	`ci[ ‐-]?joint(?:e?s?)`,
	`pj\b|p\.j\.`,
	`en annexes?`,
	`(?:fichier|document|devis|facture|plan|contrat|courrier|photo|image|formulaire|dossier|rapport|releve|tableau|bon|piece|annexe|pdf|cv)s? (?:joint|attache)(?:e?s?)`,
	`trouver\w* (?:(?:egalement|aussi|donc|ici|bien) )?jointe?s?`,
	`jointe?s? (?:a|au|dans) (?:ce|cet|cette|mon|notre|present|le present|la presente)`,
	`(?:je|nous) (?:(?:vous|te|lui|leur|y) )?(?:joins|joignons) (?:(?:egalement|aussi|donc|ici|bien) )?(?:a (?:ce|cet|mon)|au present|le|la|les|un|une|des|du|mon|ma|mes|notre|nos|votre|vos|ces|l')`,
	`j'(?:ai|y ai) (?:(?:egalement|aussi|bien) )?joint`,
	`attached|attach(?:ing|ments?)`,
	`(?:i|we|i'll|we'll) (?:also )?(?:attach|enclose)`,
	`enclos(?:ed|ing|ures?)`,
	`encl\.`,
}, "|") + `)`)

// harmless are the uses of those words that promise nothing.
var harmless = regexp.MustCompile(`\b(?:(?:very|so|too|deeply|quite|really|strongly|strings|semi-?) ?attached|attached to (?:you|him|her|them|us)\b|` +
	`enclosed (?:space|area|garden|terrace|courtyard|yard|porch|balcony|room|stair))`)

// quoted is where a text goes on with the mail that it answers.
var quoted = regexp.MustCompile(`(?m)^[ \t]*(?:>.*|-+ ?(?:message d'origine|message transfere|original message|forwarded message) ?-+(?s:.*)|` +
	`(?:le|on) [^\n]+ (?:a ecrit|wrote) ?:[ \t]*$(?s:.*))`)

// MentionsFile tells whether a text, in French or English, speaks of a file that
// goes with it. What it quotes of another mail does not count.
func MentionsFile(text string) bool {
	text = quoted.ReplaceAllString(Fold(strings.ReplaceAll(text, "\r\n", "\n")), "")
	text = strings.Join(strings.Fields(text), " ")
	return mentions.MatchString(harmless.ReplaceAllString(text, ""))
}
