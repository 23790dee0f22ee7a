package handlers

import (
	"strconv"
	"strings"

	"carnet/data"
	"carnet/i18n"
	"carnet/views"

	"github.com/gofiber/fiber/v2"
)

// form is the state of a form: what was typed, and what is wrong with it.
type form struct {
	i18n.Lang
	Values   map[string]string
	Problems data.Invalid
	More     map[string]link // beside the message of a field: where to go from it
}

// link is an address and its text.
type link struct {
	Address views.Address
	Text    string
}

// posted returns the form that a request posted.
func (h *handlers) posted(c *fiber.Ctx, names ...string) form {
	f := form{Lang: h.lang(c), Values: make(map[string]string, len(names))}
	for _, n := range names {
		f.Values[n] = c.FormValue(n)
	}
	return f
}

// request returns the id that a form was given when it was shown, so that it
// is done once; empty for a form without a plausible one.
func (f form) request() data.ID {
	id, err := data.ParseID(f.Values["request"])
	if err != nil {
		return ""
	}
	return id
}

// version returns the version that a form was filled from; 0 without one.
func (f form) version() uint64 {
	v, _ := strconv.ParseUint(f.Values["version"], 10, 64)
	return v
}

// number returns a field that holds a whole number; -1 for anything else.
func (f form) number(name string) int {
	n, err := strconv.Atoi(strings.TrimSpace(f.Values[name]))
	if err != nil {
		return -1
	}
	return n
}

// Input returns a field of the form, for layout/_field.
func (f form) Input(name, label string) field {
	x := field{Name: name, Label: label, Value: f.Values[name], Type: "text"}
	var errs []string
	for _, p := range f.Problems {
		if p.Field == name {
			errs = append(errs, problemWords(f.Lang, p))
		}
	}
	if len(errs) > 0 {
		x.Error = strings.Join(errs, " ")
		x.Focus = f.Problems[0].Field == name
		x.More, x.Link = string(f.More[name].Address), f.More[name].Text
	}
	return x
}

// Wrong is how many fields have a problem.
func (f form) Wrong() int {
	names := map[string]bool{}
	for _, p := range f.Problems {
		names[p.Field] = true
	}
	return len(names)
}

// field is a field of a form. Its methods, called in the template, say what
// kind of field it is.
type field struct {
	Name, Label, Help, Value, Type, Autocomplete string

	Required, Focus   bool
	Lines             int
	Choices           []choice
	Error, More, Link string
}

type choice struct{ Value, Label string }

func (field) Template() string { return "layout/_field" }

func (x field) Need() field                 { x.Required = true; return x }
func (x field) Hint(help string) field      { x.Help = help; return x }
func (x field) Area(lines int) field        { x.Lines = lines; return x }
func (x field) Complete(token string) field { x.Autocomplete = token; return x }
func (x field) Or(value, label string) field {
	x.Choices = append(x.Choices, choice{value, label})
	return x
}

// As sets the type of the input. A password never comes back to the page.
func (x field) As(kind string) field {
	if x.Type = kind; kind == "password" {
		x.Value = ""
	}
	return x
}

// FirstUnless gives the field the focus, unless there are problems: then the
// first field with one has it.
func (x field) FirstUnless(p data.Invalid) field { x.Focus = x.Focus || len(p) == 0; return x }

// problemWords says what is wrong with a field.
func problemWords(l i18n.Lang, e data.FieldError) string {
	switch e.Problem {
	case data.Required:
		switch e.Field {
		case "email":
			return l.T("Indiquez une adresse e-mail.", "Enter an email address.")
		case "name":
			return l.T("Indiquez un nom.", "Enter a name.")
		case "subject":
			return l.T("Indiquez un objet.", "Enter a subject.")
		case "host":
			return l.T("Indiquez le serveur.", "Enter the server.")
		case "from":
			return l.T("Indiquez l’adresse d’où partent les e-mails.", "Enter the address that emails leave from.")
		}
		return l.T("Remplissez ce champ.", "Fill in this field.")
	case data.TooLong:
		return l.T("C’est trop long : %d caractères au plus.", "This is too long: %d characters at most.", e.Max)
	case data.TooShort:
		return l.T("C’est trop court : %d caractères au moins.", "This is too short: at least %d characters.", e.Max)
	case data.Forbidden:
		return l.T("Ce texte contient des caractères invisibles ou illisibles. Retapez-le.", "This text holds invisible or unreadable characters. Type it again.")
	case data.Duplicate:
		if e.Field == "number" {
			return l.T("Un autre client porte ce numéro.", "Another client has this number.")
		}
		return l.T("Ce client a déjà un contact avec cette adresse.", "This client already has a contact with this address.")
	case data.OutOfRange:
		if e.Field == "days" {
			return l.T("Un nombre de %d à %d.", "A number from %d to %d.", data.MinJournalDays, e.Max)
		}
		return l.T("Un nombre jusqu’à %d.", "A number up to %d.", e.Max)
	case data.NoFile:
		return l.T("Vous parlez d’une pièce jointe, mais aucun fichier n’est joint.", "You speak of an attachment, but no file is attached.")
	case data.Unfilled:
		if e.Whom != "" {
			return l.T("Sans valeur pour %s : %s. Complétez sa fiche, ou remplacez la variable par du texte.", "Without a value for %s: %s. Complete the contact, or replace the variable with text.", e.Whom, e.Text.Name)
		}
		return l.T("Variable sans valeur : %s. Remplacez-la par du texte, ou envoyez un e-mail par destinataire.", "Variable without a value: %s. Replace it with text, or send one email for each recipient.", e.Text.Name)
	case data.Misnamed:
		if e.Text.Name == "" {
			return l.T("Ligne %d, colonne %d : « {{ » sans « }} ».", "Line %d, column %d: “{{” without “}}”.", e.Text.Line, e.Text.Column)
		}
		return l.T("Ligne %d, colonne %d : la variable « %s » n’existe pas.", "Line %d, column %d: there is no variable “%s”.", e.Text.Line, e.Text.Column, e.Text.Name)
	case data.HasAccount:
		return l.T("Cette adresse a déjà un compte.", "This address has an account already.")
	case data.InTrash:
		return l.T("Un contact avec cette adresse est dans la corbeille.", "A contact with this address is in the trash.")
	case data.NotOffered:
		return l.T("Choisissez dans la liste.", "Choose from the list.")
	case data.NoneGiven:
		return l.T("Ajoutez au moins un destinataire.", "Add at least one recipient.")
	case data.TooMany:
		if e.Field == "email" {
			return l.T("L’agence en a déjà %d, et c’est le plus.", "The agency has %d already, which is the most.", e.Max)
		}
		if e.Field == "name" {
			return l.T("L’agence a déjà %d modèles, et c’est le plus : supprimez-en un d’abord.", "The agency has %d templates already, which is the most: delete one first.", e.Max)
		}
		return l.T("%d destinataires au plus : retirez-en, ou faites deux envois.", "At most %d recipients: remove some, or send twice.", e.Max)
	case data.Elsewhere:
		return l.T("Tapez de nouveau le mot de passe : celui qui est enregistré ne va qu’à son serveur et à son identifiant.", "Type the password again: the one that is kept goes to its server and user only.")
	case data.Expired:
		return l.T("Tapez de nouveau le mot de passe : ce que vous aviez tapé n’est gardé que quinze minutes.", "Type the password again: what you had typed is kept for fifteen minutes only.")
	case data.Locked:
		return l.T("Tapez de nouveau le mot de passe : la clé de ce serveur ne lit pas celui qui est enregistré.", "Type the password again: this server’s key does not read the one that is kept.")
	case data.Common:
		return l.T("Ce mot de passe est parmi les plus courants : on le devine vite. Prenez par exemple quatre mots sans rapport.", "This password is among the most common, and quickly guessed. Take four unrelated words, for example.")
	case data.Plain:
		return l.T("Ce mot de passe répète le même morceau ou suit l’ordre des touches. Prenez par exemple quatre mots sans rapport.", "This password repeats one piece or follows the order of the keys. Take four unrelated words, for example.")
	case data.Own:
		return l.T("Ce mot de passe est fait de votre nom, de votre adresse ou du nom de l’agence : on le devine vite. Ajoutez-y d’autres mots.", "This password is made of your name, your address or the agency’s name, and quickly guessed. Add other words to it.")
	case data.Wrong:
		if e.Field == "code" {
			return l.T("Ce code n’est pas le bon, ou il a déjà servi. Attendez le suivant, puis réessayez.", "This is not the right code, or it was used already. Wait for the next one, then try again.")
		}
		return l.T("Ce n’est pas votre mot de passe actuel.", "This is not your current password.")
	case data.Unresolved:
		return l.T("Corrigez ou retirez les adresses signalées.", "Fix or remove the marked addresses.")
	}
	switch e.Field {
	case "email", "from", "reply_to":
		return l.T("Cette adresse semble incomplète. Exemple : prenom.nom@exemple.fr", "This address looks incomplete. Example: first.last@example.com")
	case "siret":
		return l.T("Un SIRET a 14 chiffres, et celui-ci n’en est pas un. Vérifiez-le.", "A SIRET has 14 digits, and this is not one. Check it.")
	case "vat":
		return l.T("Ce numéro n’est pas valable. Exemple : FR40 303265045", "This number is not valid. Example: FR40 303265045")
	case "website":
		return l.T("Cette adresse web n’est pas valable. Exemple : www.exemple.fr", "This web address is not valid. Example: www.example.com")
	case "port":
		return l.T("Un port est un nombre de 1 à 65535. Le plus courant est 587.", "A port is a number from 1 to 65535. The most common one is 587.")
	case "host":
		return l.T("Ce n’est pas un nom de serveur. Exemple : smtp.exemple.fr", "This is no server name. Example: smtp.example.com")
	case "code":
		return l.T("Ce n’est pas le code que le serveur a affiché.", "This is not the code that the server printed.")
	}
	return l.T("Cette valeur n’est pas valable.", "This value is not valid.")
}
