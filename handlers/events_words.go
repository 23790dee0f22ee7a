package handlers

import "carnet/data"

// phrase is a text in both languages.
type phrase struct{ fr, en string }

// eventNouns are the kinds of actions, in the order in which they are offered.
var eventNouns = []struct {
	noun string
	phrase
}{
	{"client", phrase{"Clients", "Clients"}},
	{"contact", phrase{"Contacts", "Contacts"}},
	{"message", phrase{"E-mails", "Emails"}},
	{"template", phrase{"Modèles", "Templates"}},
	{"annex", phrase{"Annexes", "Annexes"}},
	{"relay", phrase{"Envoi des e-mails", "Sending emails"}},
	{"profile", phrase{"Profils", "Profiles"}},
	{"user", phrase{"Personnes", "People"}},
	{"invitation", phrase{"Invitations", "Invitations"}},
	{"session", phrase{"Connexions", "Sign-ins"}},
	{"password", phrase{"Mots de passe", "Passwords"}},
	{"factor", phrase{"Seconds facteurs", "Second factors"}},
	{"recovery", phrase{"Codes de secours", "Recovery codes"}},
	{"passkey", phrase{"Clés d’accès", "Passkeys"}},
	{"event", phrase{"Journal", "Journal"}},
}

// eventWords say what was done, between who and to what.
var eventWords = map[data.Action]phrase{
	data.ClientCreate:  {"a ajouté le client", "added the client"},
	data.ClientUpdate:  {"a modifié le client", "changed the client"},
	data.ClientDelete:  {"a mis à la corbeille le client", "moved to the trash the client"},
	data.ClientRestore: {"a rétabli le client", "restored the client"},

	data.ContactCreate:  {"a ajouté le contact", "added the contact"},
	data.ContactUpdate:  {"a modifié le contact", "changed the contact"},
	data.ContactStar:    {"a mis en favori", "starred"},
	data.ContactUnstar:  {"a retiré des favoris", "unstarred"},
	data.ContactMain:    {"a pris comme adresse principale celle de", "took as the main address that of"},
	data.ContactDelete:  {"a mis à la corbeille le contact", "moved to the trash the contact"},
	data.ContactRestore: {"a rétabli le contact", "restored the contact"},
	data.ContactExport:  {"a téléchargé tout ce qui est connu de", "downloaded all that is known of"},
	data.ContactErase:   {"a effacé définitivement un contact", "erased a contact for good"},

	data.MessageSend:    {"a envoyé l’e-mail", "sent the email"},
	data.MessageHold:    {"a mis en attente d’un serveur l’e-mail", "left waiting for a server the email"},
	data.MessageUndo:    {"a repris un e-mail avant son départ", "took an email back before it left"},
	data.MessageRelease: {"a laissé partir l’e-mail", "released the email"},
	data.MessageResend:  {"a renvoyé l’e-mail", "sent again the email"},
	data.MessageCancel:  {"a annulé l’envoi de l’e-mail", "cancelled the sending of the email"},
	data.MessageSettle:  {"a marqué comme envoyé l’e-mail", "marked as sent the email"},

	data.TemplateCreate:  {"a ajouté le modèle", "added the template"},
	data.TemplateUpdate:  {"a modifié le modèle", "changed the template"},
	data.TemplateDelete:  {"a supprimé le modèle", "deleted the template"},
	data.TemplateRestore: {"a rétabli le modèle", "restored the template"},

	data.AnnexCreate: {"a ajouté l’annexe", "added the annex"},
	data.AnnexDelete: {"a retiré une annexe", "removed an annex"},

	data.RelayUpdate:   {"a modifié l’envoi des e-mails", "changed the sending of emails"},
	data.ProfileUpdate: {"a modifié le profil de", "changed the profile of"},

	data.UserSetUp:        {"a ouvert ce carnet", "set this book up"},
	data.UserInvite:       {"a invité une personne", "invited a person"},
	data.UserJoin:         {"a accepté son invitation", "accepted their invitation"},
	data.UserRole:         {"a changé le rôle de", "changed the role of"},
	data.UserDisable:      {"a désactivé le compte de", "disabled the account of"},
	data.UserEnable:       {"a réactivé le compte de", "enabled the account of"},
	data.InvitationRevoke: {"a retiré une invitation", "revoked an invitation"},

	data.SessionCreate:  {"s’est connecté", "signed in"},
	data.SessionRefuse:  {"a essayé en vain le compte de", "tried in vain the account of"},
	data.SessionDelete:  {"a fermé une session ou plusieurs", "ended one session or more"},
	data.PasswordChange: {"a changé son mot de passe", "changed their password"},
	data.PasswordReset:  {"a choisi un nouveau mot de passe par un lien", "set a new password by a link"},
	data.FactorEnable:   {"a activé un second facteur", "enabled a second factor"},
	data.FactorDisable:  {"a retiré un second facteur", "removed a second factor"},
	data.RecoveryMake:   {"a refait ses codes de secours", "made new recovery codes"},
	data.RecoveryUse:    {"s’est servi d’un code de secours", "used a recovery code"},
	data.PasskeyCreate:  {"a ajouté une clé d’accès", "added a passkey"},
	data.PasskeyDelete:  {"a retiré une clé d’accès", "removed a passkey"},

	data.EventRetain: {"a changé la durée de conservation du journal", "changed how long the journal is kept"},
	data.EventExport: {"a exporté le journal", "exported the journal"},
}

// eventDetails are the words of a detail: fields, roles.
var eventDetails = map[string]phrase{
	"name": {"nom", "name"}, "number": {"numéro", "number"}, "email": {"adresse e-mail", "email address"}, "kind": {"type", "kind"},
	"phone": {"téléphone", "phone"}, "mobile": {"mobile", "mobile"}, "website": {"site web", "website"}, "address": {"adresse", "address"},
	"siret": {"SIRET", "SIRET"}, "vat": {"n° de TVA", "VAT number"}, "language": {"langue", "language"}, "notes": {"notes", "notes"},
	"civility": {"civilité", "title"}, "first_name": {"prénom", "first name"}, "last_name": {"nom", "last name"}, "role": {"fonction", "role"},
	"favorite": {"favori", "favorite"}, "departed": {"départ", "departure"}, "subject": {"objet", "subject"}, "text": {"texte", "text"},
	"host": {"serveur", "server"}, "port": {"port", "port"}, "security": {"chiffrement", "encryption"}, "user": {"identifiant", "user"},
	"password": {"mot de passe", "password"}, "from": {"expéditeur", "sender"}, "reply_to": {"réponses à", "replies to"},
	"connections": {"connexions", "connections"}, "per_minute": {"e-mails par minute", "emails a minute"},
	"files": {"fichiers joints", "attached files"}, "megabytes": {"Mo joints", "attached MB"},
	"signature": {"signature", "signature"}, "undo": {"délai d’annulation", "time to undo"},
	"code": {"code à usage unique", "one-time code"}, "recovery": {"code de secours", "recovery code"}, "passkey": {"clé d’accès", "passkey"},
	"invitation": {"invitation", "invitation"}, "setup": {"premier compte", "first account"}, "session": {"session continuée", "session carried on"}, "all": {"toutes", "all"},
	"administrator": {"administrateur", "administrator"}, "member": {"membre", "member"}, "reader": {"lecteur", "reader"},
}
