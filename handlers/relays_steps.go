package handlers

import (
	"fmt"
	"strings"

	"carnet/i18n"
	"carnet/mail"
)

// relaysStep is a step of the conversation with a mail server, in words.
type relaysStep struct {
	i18n.Lang
	Name, Words string
	Bad         bool
}

func relaySteps(l i18n.Lang, said []mail.Said, failed bool) []relaysStep {
	var out []relaysStep
	for i, s := range said {
		bad := failed && i == len(said)-1
		step := relaysStep{Lang: l, Name: stepName(l, s.Step), Words: stepWords(l, s), Bad: bad}
		if bad {
			step.Words = strings.TrimSpace(causeWords(l, s.Step, s.Code, s.Reason) + " " + step.Words)
		}
		out = append(out, step)
	}
	return out
}

func stepName(l i18n.Lang, s mail.Step) string {
	switch s {
	case mail.StepResolve:
		return l.T("Nom du serveur", "Server name")
	case mail.StepConnect:
		return l.T("Connexion", "Connection")
	case mail.StepGreeting:
		return l.T("Accueil", "Greeting")
	case mail.StepHello:
		return l.T("Présentation", "Hello")
	case mail.StepTLS:
		return l.T("Chiffrement", "Encryption")
	case mail.StepAuth:
		return l.T("Identification", "Sign-in")
	case mail.StepSender:
		return l.T("Expéditeur", "Sender")
	}
	return string(s)
}

// stepWords is what the server said at a step, and what was learnt of it.
func stepWords(l i18n.Lang, s mail.Said) string {
	var parts []string
	if t := s.TLS; t != nil {
		parts = append(parts, strings.TrimSpace(t.Version+" "+t.Cipher),
			l.T("certificat de %s, délivré par %s, valable jusqu’au %s", "certificate of %s, issued by %s, valid until %s", t.Subject, t.Issuer, l.Date(t.Expires)))
	}
	if len(s.Details) > 0 {
		parts = append(parts, strings.Join(s.Details, ", "))
	}
	if words := serverWords(s.Code, s.Reply); words != "" && (s.Step != mail.StepHello || len(s.Details) == 0) {
		parts = append(parts, l.T("« %s »", "“%s”", words))
	}
	return strings.Join(parts, " · ")
}

// serverWords is a server's reply as it is shown.
func serverWords(code int, reply string) string {
	if code == 0 {
		return reply
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", code, reply))
}
