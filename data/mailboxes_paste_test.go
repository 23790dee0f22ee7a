package data_test

// paste is a text that someone pasted and what must come of it: a Mailbox in
// its text form, or the raw text of a bad token after an exclamation mark.
type paste struct {
	text string
	want []string
}

// pastes is the table of TestSplitMailboxes and the seed of the fuzzing.
var pastes = []paste{
	// Behaviour 25, form by form.
	{"a@x.fr,b@y.fr;c@z.fr\nd@w.fr\te@v.fr f@u.fr", []string{"a@x.fr", "b@y.fr", "c@z.fr", "d@w.fr", "e@v.fr", "f@u.fr"}},
	{"Jean Dupont <j@x.fr>", []string{"Jean Dupont <j@x.fr>"}},
	{`"Dupont, Jean" <j@x.fr>`, []string{`"Dupont, Jean" <j@x.fr>`}},
	{"Dupont, Jean <j@x.fr>", []string{`"Dupont, Jean" <j@x.fr>`}},
	{"<j@x.fr>", []string{"j@x.fr"}},
	{"j@x.fr (Jean)", []string{"Jean <j@x.fr>"}},
	{"mailto:j@x.fr?subject=Devis%20n%C2%B0%2012&body=Bonjour", []string{"j@x.fr"}},
	{"Équipe: a@x.fr, b@y.fr;", []string{"a@x.fr", "b@y.fr"}},
	{"'j@x.fr'", []string{"j@x.fr"}},
	{"j@x.fr.", []string{"j@x.fr"}},
	{"a@x.fr, b@y.fr,", []string{"a@x.fr", "b@y.fr"}},

	// Bad tokens stay, in order, and cost nothing to the good ones.
	{"toto, a@x.fr, b@, c@z.fr", []string{"!toto", "a@x.fr", "!b@", "c@z.fr"}},
	{"Jean <jx.fr>; Paul <p@y.fr>", []string{"!Jean <jx.fr>", "Paul <p@y.fr>"}},
	{"a@x.fr toto titi b@y.fr", []string{"a@x.fr", "!toto titi", "b@y.fr"}},
	{"a@x.fr\nbonjour à tous\nb@y.fr", []string{"a@x.fr", "!bonjour à tous", "b@y.fr"}},
	{"Jean Dupont", []string{"!Jean Dupont"}},
	{"jean @x.fr", []string{"!jean @x.fr"}},
	{"a@b@x.fr, c@z.fr", []string{"!a@b@x.fr", "c@z.fr"}},
	{"<>, a@x.fr", []string{"!<>", "a@x.fr"}},
	{"https://x.fr/contact, a@x.fr", []string{"!https://x.fr/contact", "a@x.fr"}},
	{"a@x.fr, ???", []string{"a@x.fr", "!???"}},
	{"a@ (Jean), b@y.fr", []string{"!a@ (Jean)", "b@y.fr"}},
	{"jos\xe9@x.fr, b@y.fr", []string{"!jos\uFFFD@x.fr", "b@y.fr"}},
	{"a\x00b@x.fr, b@y.fr", []string{"!ab@x.fr", "b@y.fr"}},

	// Outlook.
	{"Dupont Jean <j@x.fr>; Martin Paul <p@y.fr>", []string{"Dupont Jean <j@x.fr>", "Martin Paul <p@y.fr>"}},
	{"DUPONT, Jean <j@x.fr>; MARTIN, Paul <p@y.fr>", []string{`"DUPONT, Jean" <j@x.fr>`, `"MARTIN, Paul" <p@y.fr>`}},
	{"'Dupont, Jean' <j@x.fr>; 'p@y.fr'", []string{`"Dupont, Jean" <j@x.fr>`, "p@y.fr"}},
	{`"'Jean Dupont'" <j@x.fr>`, []string{"Jean Dupont <j@x.fr>"}},
	{"'Jean d'Artagnan' <j@x.fr>", []string{"Jean d'Artagnan <j@x.fr>"}},
	{"j@x.fr <mailto:j@x.fr>", []string{"j@x.fr"}},
	{"Jean Dupont <mailto:j@x.fr>; p@y.fr<mailto:p@y.fr>", []string{"Jean Dupont <j@x.fr>", "p@y.fr"}},
	{"'j@x.fr' <j@x.fr>", []string{"j@x.fr"}},
	{"De : Jean Dupont <j@x.fr>\r\nÀ\u00a0: Paul <p@y.fr>; Zoé <z@z.fr>\r\nCc : c@z.fr\r\n",
		[]string{"Jean Dupont <j@x.fr>", "Paul <p@y.fr>", "Zoé <z@z.fr>", "c@z.fr"}},

	// Gmail, Thunderbird, Apple Mail, raw headers.
	{`"j@x.fr" <j@x.fr>, Zoé Noël <zoe@y.fr>`, []string{"j@x.fr", "Zoé Noël <zoe@y.fr>"}},
	{"Jean Dupont <j@x.fr>, Paul Martin <p@y.fr>, ", []string{"Jean Dupont <j@x.fr>", "Paul Martin <p@y.fr>"}},
	{"Jean Dupont (j@x.fr), Paul (p@y.fr)", []string{"Jean Dupont <j@x.fr>", "Paul <p@y.fr>"}},
	{"To: a@x.fr,\r\n b@y.fr,\r\n\tc@z.fr", []string{"a@x.fr", "b@y.fr", "c@z.fr"}},
	{"=?UTF-8?Q?Jos=C3=A9_Garc=C3=ADa?= <j@x.fr>", []string{"José García <j@x.fr>"}},
	{"=?utf-8?B?RHVwb250LCBKw6lyw7RtZQ==?= <j@x.fr>", []string{`"Dupont, Jérôme" <j@x.fr>`}},
	{"=?ISO-8859-1?Q?Fran=E7ois?= =?ISO-8859-1?Q?e?= <f@x.fr>", []string{"Françoise <f@x.fr>"}},
	{`"=?Windows-1252?Q?Caf=E9_=96_5_=80?=" <c@x.fr>`, []string{`"Café – 5 €" <c@x.fr>`}},
	{"=?x-unknown?Q?abc?= <j@x.fr>", []string{`"=?x-unknown?Q?abc?=" <j@x.fr>`}},
	{"Undisclosed recipients:;", nil},
	{`"Équipe Nord": a@x.fr, Jean <b@y.fr>; c@z.fr`, []string{"a@x.fr", "Jean <b@y.fr>", "c@z.fr"}},
	{`"Jean \"Jo\" Dupont" <j@x.fr>`, []string{`"Jean \"Jo\" Dupont" <j@x.fr>`}},
	{"<j@x.fr> (Jean Dupont)", []string{"Jean Dupont <j@x.fr>"}},
	{"Jean <j@x.fr> (travail), b@y.fr (Bob (Bobby))", []string{"Jean <j@x.fr>", `"Bob (Bobby)" <b@y.fr>`}},
	{"j@x.fr (Dupont, Jean)", []string{`"Dupont, Jean" <j@x.fr>`}},

	// Web pages, spreadsheets, code.
	{"mailto:a@x.fr,jos%C3%A9%2Bnews@y.fr?cc=z@z.fr, c@z.fr", []string{"a@x.fr", "josé+news@y.fr", "c@z.fr"}},
	{"mailto:a@x.fr,b@y.fr?subject=1,c%41@z.fr", []string{"a@x.fr", "b@y.fr", "c%41@z.fr"}},
	{"mailto:a@x.fr\nb%41@y.fr, mailto:c@z.fr, d%41@w.fr", []string{"a@x.fr", "b%41@y.fr", "c@z.fr", "d%41@w.fr"}},
	{"MAILTO:a@x.fr", []string{"a@x.fr"}},
	{"[Jean](mailto:j@x.fr) [k@x.fr](mailto:k@x.fr)", []string{"Jean <j@x.fr>", "k@x.fr"}},
	{`["a@x.fr","Jean Dupont <j@x.fr>", "Dupont, Paul <p@y.fr>"]`, []string{"a@x.fr", "Jean Dupont <j@x.fr>", `"Dupont, Paul" <p@y.fr>`}},
	{`"a@x.fr,b@y.fr";"c@z.fr"`, []string{"a@x.fr", "b@y.fr", "c@z.fr"}},
	{"Dupont\tJean\tj@x.fr\r\nMartin\tPaul\tp@y.fr", []string{"!Dupont", "!Jean", "j@x.fr", "!Martin", "!Paul", "p@y.fr"}},
	{"- a@x.fr\n• b@y.fr\n* Jean <c@z.fr>", []string{"a@x.fr", "b@y.fr", "Jean <c@z.fr>"}},
	{"a@x.fr / b@y.fr | c@z.fr", []string{"a@x.fr", "b@y.fr", "c@z.fr"}},
	{"\ufeffa@x.fr\u00a0b@y.fr\u200b", []string{"a@x.fr", "b@y.fr"}},
	{"jean\u00a0@x.fr", []string{"jean@x.fr"}},
	{"Jean\u00a0Dupont\u202f<j@\u200bx.fr>", []string{"Jean Dupont <j@x.fr>"}},
	{"Jean\u202e Dupont\x07 <j@x.fr>", []string{"Jean Dupont <j@x.fr>"}},
	{"a@x.fr，b@y.fr；c@z.fr、d@w.fr", []string{"a@x.fr", "b@y.fr", "c@z.fr", "d@w.fr"}},
	{"“Dupont, Jean” <j@x.fr>, « Paul » <p@y.fr>", []string{`"Dupont, Jean" <j@x.fr>`, "Paul <p@y.fr>"}},

	// Broken by hand.
	{"Jean <j@x.fr> Paul <p@y.fr> k@z.fr", []string{"Jean <j@x.fr>", "Paul <p@y.fr>", "k@z.fr"}},
	{"<a@x.fr><b@y.fr>", []string{"a@x.fr", "b@y.fr"}},
	{"{a@x.fr}, {b@y.fr, (c@z.fr", []string{"a@x.fr", "{b@y.fr", "c@z.fr"}},
	{"a@x.fr, Paul (p@y.fr, b@z.fr", []string{"a@x.fr", "!Paul", "p@y.fr", "b@z.fr"}},
	{"<a@x.fr, b@y.fr>", []string{"a@x.fr", "b@y.fr"}},
	{"Jean <j@x.fr, Paul p@y.fr>", []string{"Jean <j@x.fr>", "!Paul", "p@y.fr"}},
	{`Jean "Jo <a@x.fr>, "Dupont, Jean" <j@x.fr>`, []string{"Jean Jo <a@x.fr>", `"Dupont, Jean" <j@x.fr>`}},
	{`Jean "Jo <a@x.fr>, Paul" <p@y.fr>`, []string{"Jean Jo <a@x.fr>", "Paul <p@y.fr>"}},
	{`Jean"Jo, a@x.fr, Paul" <p@y.fr>`, []string{`!Jean"Jo`, "a@x.fr", "Paul <p@y.fr>"}},
	{`"Dupont, Jean <j@x.fr>`, []string{`"Dupont, Jean" <j@x.fr>`}},
	{"Jean (Acme <a@x.fr>, b@y.fr", []string{`"Jean (Acme" <a@x.fr>`, "b@y.fr"}},
	{"Jean <a@x.fr Paul <p@y.fr>", []string{"!Jean <a@x.fr Paul", "p@y.fr"}},
	{"a@x.fr Jean <j@x.fr>", []string{"a@x.fr", "Jean <j@x.fr>"}},
	{`"a@x.fr", Jean <j@x.fr>`, []string{"a@x.fr", "Jean <j@x.fr>"}},
	{"a@x.fr b@y.fr (Bob)", []string{"a@x.fr", "Bob <b@y.fr>"}},
	{"a@x.fr (b@y.fr, c@z.fr)", []string{"a@x.fr", "b@y.fr", "c@z.fr"}},
	{",,; \n\t;,", nil},
	{"", nil},

	// Names and addresses of here and elsewhere.
	{"Élise L’Hôpital-Nguyễn <élise@société.fr>", []string{"Élise L’Hôpital-Nguyễn <élise@société.fr>"}},
	{"R&D, Service <rd@x.fr>", []string{`"R&D, Service" <rd@x.fr>`}},
	{"O'Neil <o'neil@x.ie>, o'brien@x.ie", []string{"O'Neil <o'neil@x.ie>", "o'brien@x.ie"}},
	{"M. J.-P. Dupont <jp.dupont+devis@x.fr>", []string{`"M. J.-P. Dupont" <jp.dupont+devis@x.fr>`}},
	{"👩\u200d💻 Zoé <z@x.fr>", []string{"\"👩\u200d💻 Zoé\" <z@x.fr>"}},
	{"山田太郎 <taro@例え.jp>", []string{"山田太郎 <taro@例え.jp>"}},
}
