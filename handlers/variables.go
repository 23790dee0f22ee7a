package handlers

import (
	"time"

	"carnet/data"
	"carnet/i18n"
)

// values are what the variables of a message stand for, in the language of the
// client's mails. contact is who it goes to; nil if that is no contact, or
// several people.
func (w *writer) values(contact *data.Contact) (data.Values, error) {
	agency, err := w.h.Store.Agency(w.ctx)
	if err != nil {
		return nil, err
	}
	client, l := w.draft.client, i18n.Lang(w.draft.client.Language)
	v := data.Values{
		"client.name": client.Name, "client.number": client.Number, "client.email": client.Email,
		"client.phone": client.Phone, "client.address": client.Address,
		"sender.name": w.user.Name, "sender.email": w.user.Email, "agency.name": agency.Name,
		"date": l.LongDate(time.Now()),
	}
	if contact != nil {
		v["contact.title"] = civilityWord(l, contact.Civility)
		v["contact.first_name"], v["contact.last_name"] = contact.FirstName, contact.LastName
		v["contact.role"], v["contact.email"] = contact.Role, contact.Email
	}
	return v, nil
}

// civilityWord is how a contact is addressed; empty if that is not known.
func civilityWord(l i18n.Lang, c data.Civility) string {
	switch c {
	case data.Madam:
		return l.T("Madame", "Ms")
	case data.Sir:
		return l.T("Monsieur", "Mr")
	}
	return ""
}
