package handlers

import (
	"strconv"
	"strings"

	"carnet/data"
	"carnet/i18n"
	"carnet/views"
)

// eventsRow is an event on one line.
type eventsRow struct {
	i18n.Lang
	Event  data.Told
	Agency bool // among those of all clients: it names its client
	Zone   zone
}

func (eventsRow) Template() string { return "events/_row" }

// When and Clock are the day and the time it was done.
func (v eventsRow) When() string  { return v.Date(v.Zone.at(v.Event.Time())) }
func (v eventsRow) Clock() string { return v.Zone.at(v.Event.Time()).Format("15:04:05") }

// Who did it, as they are called now.
func (v eventsRow) Who() string {
	switch e := v.Event; {
	case e.By.Name != "":
		return e.By.Name
	case e.User != "":
		return v.T("Personne supprimée", "Removed person")
	case e.Address != "":
		return v.T("Visiteur", "Visitor")
	}
	return "Carnet"
}

// What was done, in words; an action that has none is told as it is kept.
func (v eventsRow) What() string {
	if w, ok := eventWords[v.Event.Action]; ok {
		return v.T(w.fr, w.en)
	}
	return string(v.Event.Action)
}

// Object is what it was done to, as it is called now; empty if that goes without
// saying.
func (v eventsRow) Object() string {
	e := v.Event
	what, noun := e.What, e.Action.Noun()
	if noun == "client" {
		what = e.Of
	}
	switch {
	case what.Binned && noun != "template":
		return v.T("%s (dans la corbeille)", "%s (in the trash)", what.Name)
	case what.Binned:
		return v.T("%s (supprimé)", "%s (deleted)", what.Name)
	case what.Name != "":
		return what.Name
	case what.Here:
		return v.T("(objet effacé)", "(subject erased)")
	case e.Record == "" && e.Action == data.SessionRefuse:
		return v.T("(compte inconnu)", "(unknown account)")
	case e.Record == "", e.Record == e.User, e.Action == data.UserInvite: // nobody yet
		return ""
	}
	switch noun {
	case "contact":
		return v.T("(contact effacé)", "(erased contact)")
	case "message":
		return v.T("(e-mail repris avant de partir)", "(email taken back before it left)")
	case "annex":
		return v.T("(annexe retirée)", "(removed annex)")
	case "user", "profile", "session", "factor":
		return v.T("(personne supprimée)", "(removed person)")
	}
	return ""
}

// Link is where the object is; empty if it is nowhere.
func (v eventsRow) Link() views.Address {
	e := v.Event
	switch noun := e.Action.Noun(); {
	case noun == "client" && e.Of.Here:
		return views.Path("clients", e.Client)
	case !e.What.Here:
	case noun == "contact" && e.Of.Here:
		return views.Path("clients", e.Client, "contacts", e.Record, "edit")
	case noun == "message":
		return views.Path("messages", e.Record)
	case noun == "template":
		return views.Path("templates", e.Record, "edit")
	}
	return ""
}

// Detail says the detail in words.
func (v eventsRow) Detail() string {
	e := v.Event
	n, err := strconv.Atoi(e.Detail)
	switch {
	case e.Detail == "":
		return ""
	case err == nil && e.Action == data.EventRetain:
		return v.N(n, "%d jour", "%d jours", "%d day", "%d days")
	case err == nil && e.Action.Noun() == "message":
		return v.N(n, "%d destinataire", "%d destinataires", "%d recipient", "%d recipients")
	}
	words := strings.Split(e.Detail, ",")
	for i, w := range words {
		if known, ok := eventDetails[w]; ok {
			words[i] = v.T(known.fr, known.en)
		}
	}
	return strings.Join(words, ", ")
}

// Client is whose file it is in, where that is worth saying.
func (v eventsRow) Client() string {
	if !v.Agency || v.Event.Action.Noun() == "client" {
		return ""
	}
	return v.Event.Of.Name
}
