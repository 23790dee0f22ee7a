package data

import "testing"

func TestMentionsFile(t *testing.T) {
	// A text that promises a file is told, however its letters are written and in
	// both languages; one that only uses such words is not, nor what it quotes.
	t.Parallel()
	for _, s := range []string{
		"Voir la pièce jointe.", "la pie\u0300ce jointe", "PIÈCES\u00a0JOINTES", "les pièces-jointes", "la pièce\njointe", "Ci-joint le devis", "ci\u2011jointe la facture", "Ci joints",
		"Voir PJ", "en PJ", "(p.j.)", "Le plan est en annexe.", "Je joins le devis.", "je vous joins notre offre", "Nous joignons à ce message le plan", "nous vous joignons les plans",
		"J’ai joint le plan", "j'ai bien joint", "Vous trouverez joint le devis", "Veuillez trouver jointes les photos", "le devis joint", "les documents joints", "fichiers attachés", "jointe à ce mail", "joint au présent",
		"See the attached file", "please find attached", "I attach the quote", "I'm attaching it", "The attachment", "enclosed is the plan", "Please find enclosed", "we enclose", "Encl. 2",
		"the plan is attached to this email", "oui\n> quoi ?\nci-joint\n",
	} {
		if !MentionsFile(s) {
			t.Errorf("%q promises a file", s)
		}
	}
	for _, s := range []string{
		"", "Vous pouvez me joindre par téléphone.", "Je vous joins par téléphone demain", "je vous joins au 06 12 34 56 78", "on se joint demain", "les joints de la fenêtre", "Vous trouverez le joint de porte en stock",
		"mon conjoint", "l’annexe du bâtiment", "attachement", "I am very attached to this town", "no strings attached", "an enclosed garden", "Il est pjt", "se joindre à nous",
		"> Voir la pièce jointe", "Bien reçu.\r\n\r\nLe 3 mai 2026 à 10:12, Claire Morel a écrit :\r\nci-joint le devis", "OK\n\nOn Mon, 4 May 2026, Ann wrote:\n> see attached\nsee attached",
		"Merci\n-----Message d’origine-----\nDe : Ann\nvoir PJ",
	} {
		if MentionsFile(s) {
			t.Errorf("%q promises none", s)
		}
	}
}
