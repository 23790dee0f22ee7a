package handlers

import (
	"carnet/data"
	"carnet/i18n"
	"carnet/views"
)

// recipientsFields is all that says who a message goes to.
type recipientsFields struct {
	i18n.Lang
	Client   data.Client
	Fields   []recipientsField
	Ignored  []string
	Asked    []string
	Defaults data.Defaults
	Many     bool            // more than five recipients see each other, unless there is one mail each
	Each     bool            // there is
	Diff     *recipientsDiff // asked about before the stars change
	Last     string          // the day of the last mail; empty without one
	Drifted  []draftsChange  // contacts that are not any more what was chosen
	Changed  bool            // the recipients are not the defaults any more
}

func (recipientsFields) Template() string { return "recipients/_fields" }

// Max is how many recipients a message takes.
func (recipientsFields) Max() int { return data.MaxRecipients }

type recipientsField struct {
	i18n.Lang
	Client  data.ID
	Name    string
	Shown   bool
	Chips   []recipientsChip
	Query   string
	Error   string
	Focus   bool
	Card    recipientsCard
	Options recipientsOptions
	Hidden  []recipientsField // in the first field: those that are not shown
}

func (recipientsField) Template() string { return "recipients/_field" }

// Label names the field.
func (v recipientsField) Label() string {
	switch v.Name {
	case "cc":
		return v.T("Cc", "Cc")
	case "bcc":
		return v.T("Cci", "Bcc")
	}
	return v.T("Destinataires", "Recipients")
}

// recipientsChip is one recipient, or a text that is none.
type recipientsChip struct {
	i18n.Lang
	Field    string
	N        string // its number in the field
	Value    string // what the form keeps of it
	Label    string
	Address  string
	Main     bool
	Favorite bool
	Known    bool
	Bad      bool
	Reason   string // why it is bad
	Flash    bool
	Editing  bool
}

func (recipientsChip) Template() string { return "recipients/_chip" }

// Title says what a chip is, for the pointer that rests on it.
func (v recipientsChip) Title() string {
	switch {
	case v.Bad:
		return v.T("%s : %s.", "%s: %s.", v.Value, v.Reason)
	case v.Main:
		return v.T("%s, adresse principale", "%s, main address", v.Address)
	case v.Favorite:
		return v.T("%s, favori", "%s, favorite", v.Address)
	case v.Known:
		return v.T("%s, ajouté", "%s, added", v.Address)
	}
	return v.T("%s, cet envoi uniquement", "%s, this email only", v.Address)
}

// recipientsCard asks about the unknown addresses of a field.
type recipientsCard struct {
	i18n.Lang
	Field  string
	Client string
	Typed  bool // about what is being typed: it floats
	Lines  []cardLine
	New    int // lines of addresses that can be added
}

func (recipientsCard) Template() string { return "recipients/_card" }

// recipientsOptions is the list of contacts that a field offers.
type recipientsOptions struct {
	i18n.Lang
	Field string
	Query string
	Main  string // the main address, if it was removed
	Rows  []views.Fragment
	More  bool // there are more than are shown
	Left  int  // how many more, if known
	None  bool // the client has no contact
}

func (recipientsOptions) Template() string { return "recipients/_options" }

type recipientsOption struct {
	i18n.Lang
	Field   string
	Contact data.Contact
}

func (recipientsOption) Template() string { return "recipients/_option" }
