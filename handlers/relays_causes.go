package handlers

import (
	"strings"

	"carnet/i18n"
	"carnet/mail"
)

// causeWords says why a conversation stopped at a step, and what to do: for a
// reason of ours, or else for the code that the server answered with.
func causeWords(l i18n.Lang, step mail.Step, code int, r mail.Reason) string {
	switch {
	case r != "":
		return stopWords(l, step, r)
	case code != 0:
		return refusalWords(l, step, code)
	case step == mail.StepTLS:
		return l.T("Le chiffrement n’a pas pu être établi : le serveur n’a peut-être que de vieilles versions de TLS.", "The connection could not be encrypted: the server may only have old versions of TLS.")
	case step == mail.StepAuth:
		return l.T("L’identification n’a pas abouti : vérifiez l’identifiant et le mot de passe.", "The sign-in came to no end: check the user and the password.")
	}
	return ""
}

// refusalWords says what a server's code means at a step (RFC 5321, section
// 4.2.3; RFC 4954, section 6).
func refusalWords(l i18n.Lang, step mail.Step, code int) string {
	switch {
	case step == mail.StepAuth && code == 432:
		return l.T("Le serveur veut que ce mot de passe soit changé : changez-le chez votre fournisseur, puis ici.", "The server wants this password to be changed: change it at your provider, then here.")
	case step == mail.StepAuth && code < 500 && code != 421:
		return l.T("Le serveur ne peut pas vérifier le mot de passe en ce moment : réessayez dans quelques minutes.", "The server cannot check the password at the moment: try again in a few minutes.")
	case code < 500:
		return l.T("Le serveur est occupé ou se méfie : réessayez dans quelques minutes.", "The server is busy or wary: try again in a few minutes.")
	}
	switch step {
	case mail.StepGreeting:
		return l.T("Le serveur refuse de parler à cette machine : vérifiez son nom et le port, ou demandez à votre fournisseur si l’adresse de cette machine est bloquée.",
			"The server refuses to talk to this machine: check its name and the port, or ask your provider whether this machine’s address is blocked.")
	case mail.StepHello:
		return l.T("Le serveur refuse le nom sous lequel cette machine se présente : demandez à votre fournisseur quelles machines peuvent envoyer par lui.",
			"The server refuses the name that this machine gives: ask your provider which machines may send through it.")
	case mail.StepTLS:
		return l.T("Le serveur a refusé de chiffrer : essayez « TLS dès la connexion » et le port 465.", "The server refused to encrypt: try “TLS from the start” and port 465.")
	case mail.StepAuth:
		return signInWords(l, code)
	case mail.StepSender:
		if code == 530 {
			return l.T("Le serveur veut une identification : indiquez un identifiant et un mot de passe.", "The server wants a sign-in: enter a user and a password.")
		}
		return l.T("Le serveur n’accepte pas d’e-mail de cet expéditeur : prenez une adresse de ce compte, ou faites autoriser celle-ci par votre fournisseur.",
			"The server takes no email from this sender: use an address of this account, or have your provider allow this one.")
	}
	return ""
}

// signInWords says why a server did not let us in for good.
func signInWords(l i18n.Lang, code int) string {
	switch code {
	case 530, 538:
		return l.T("Le serveur veut une connexion chiffrée avant le mot de passe : choisissez STARTTLS ou TLS.", "The server wants an encrypted connection before the password: choose STARTTLS or TLS.")
	case 534:
		return l.T("Le serveur demande un mot de passe d’application, ou plus sûr : créez-en un chez votre fournisseur, et tapez-le ici.", "The server asks for an app password, or a safer one: make one at your provider, and type it here.")
	case 500, 501, 502, 503, 504:
		return l.T("Le serveur n’accepte pas cette façon de s’identifier : vérifiez le serveur, le port et le chiffrement.", "The server does not take this way to sign in: check the server, the port and the encryption.")
	}
	return l.T("Le serveur a refusé l’identifiant ou le mot de passe : vérifiez-les. Certains fournisseurs veulent un mot de passe d’application.",
		"The server refused the user or the password: check them. Some providers want an app password.")
}

// stopWords says why the conversation could not go on, where it is not the
// server that says so.
func stopWords(l i18n.Lang, step mail.Step, r mail.Reason) string {
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
		return l.T("Le certificat est celui d’un autre nom : vérifiez le nom du serveur.", "The certificate is for another name: check the server’s name.")
	case mail.CertificateExpired:
		return l.T("Le certificat n’est plus, ou pas encore, valable : prévenez votre fournisseur.", "The certificate is no longer, or not yet, valid: tell your provider.")
	case mail.CertificateUnknown:
		return l.T("Le certificat n’est signé par aucune autorité connue : vérifiez le nom du serveur, ou prévenez votre fournisseur.", "The certificate is signed by no known authority: check the server’s name, or tell your provider.")
	case mail.NoMechanism:
		return l.T("Le serveur ne propose aucun moyen d’identification connu : vérifiez le port et le chiffrement, ou laissez l’identifiant vide.", "The server offers no known way to sign in: check the port and the encryption, or leave the user empty.")
	}
	switch {
	case step == mail.StepSender && r == mail.BadAddress:
		return l.T("L’adresse de l’expéditeur ne peut pas être transmise : vérifiez-la.", "The sender’s address cannot be transmitted: check it.")
	case step == mail.StepSender && r == mail.NeedsSMTPUTF8:
		return l.T("Le serveur n’accepte pas d’accents dans l’adresse de l’expéditeur : prenez-en une sans accent.", "The server takes no accents in the sender’s address: use one without.")
	case step == mail.StepConnect && r == mail.Unreachable:
		return l.T("Le serveur est injoignable : vérifiez son nom et le port, et que le réseau les laisse passer.", "The server cannot be reached: check its name and the port, and that the network lets them through.")
	case step == mail.StepConnect && r == mail.TimedOut:
		return l.T("Le serveur n’a pas répondu à temps : vérifiez son nom et le port, et que le réseau les laisse passer.", "The server did not answer in time: check its name and the port, and that the network lets them through.")
	case step == mail.StepGreeting && r == mail.TimedOut:
		return l.T("Le serveur n’a rien dit : si le port est 465, choisissez « TLS dès la connexion ».", "The server said nothing: if the port is 465, choose “TLS from the start”.")
	case step == mail.StepGreeting && r == mail.Cut:
		return l.T("La connexion s’est rompue : si le port est 465, choisissez « TLS dès la connexion ».", "The connection broke: if the port is 465, choose “TLS from the start”.")
	}
	words := []rune(reasonWords(l, string(r)))
	return strings.ToUpper(string(words[:1])) + string(words[1:]) + "."
}

// pauseWords says why the queue waits.
func pauseWords(l i18n.Lang, p *mail.PauseError) string {
	words := causeWords(l, p.Step, p.Code, p.Reason)
	if said := serverWords(p.Code, p.Reply); said != "" {
		words = strings.TrimSpace(words + " " + l.T("« %s »", "“%s”", said))
	}
	return l.T("%s : %s", "%s: %s", stepName(l, p.Step), words)
}
