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
		if bad && s.Reason != "" {
			step.Words = strings.TrimSpace(causeWords(l, s.Reason) + " " + step.Words)
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

// causeWords says why a conversation stopped, and what to do.
func causeWords(l i18n.Lang, r mail.Reason) string {
	switch r {
	case mail.NoServer:
		return l.T("Aucun serveur n’est indiqué.", "No server is given.")
	case mail.NameNotFound:
		return l.T("Ce nom de serveur n’existe pas : vérifiez-le.", "There is no server of this name: check it.")
	case mail.InClear:
		return l.T("Sans chiffrement, seul un relais sur cette machine est accepté.", "Without encryption only a relay on this machine is accepted.")
	case mail.NoStartTLS:
		return l.T("Le serveur n’offre pas STARTTLS : essayez « TLS dès la connexion » et le port 465.", "The server does not offer STARTTLS: try “TLS from the start” and port 465.")
	case mail.NoTLS:
		return l.T("Ce port ne parle pas TLS : essayez STARTTLS et le port 587.", "This port does not speak TLS: try STARTTLS and port 587.")
	case mail.CertificateName:
		return l.T("Le certificat est celui d’un autre nom.", "The certificate is for another name.")
	case mail.CertificateExpired:
		return l.T("Le certificat n’est plus, ou pas encore, valable.", "The certificate is no longer, or not yet, valid.")
	case mail.CertificateUnknown:
		return l.T("Le certificat n’est signé par aucune autorité connue.", "The certificate is signed by no known authority.")
	case mail.NoMechanism:
		return l.T("Le serveur ne propose aucun moyen d’identification connu.", "The server offers no known way to sign in.")
	}
	words := []rune(reasonWords(l, string(r)))
	return strings.ToUpper(string(words[:1])) + string(words[1:]) + "."
}

// pauseWords says why the queue waits.
func pauseWords(l i18n.Lang, p *mail.PauseError) string {
	words := serverWords(p.Code, p.Reply)
	if p.Reason != "" {
		words = strings.TrimSpace(causeWords(l, p.Reason) + " " + words)
	}
	return l.T("%s : %s", "%s: %s", stepName(l, p.Step), words)
}
