package handlers

import (
	"strings"

	"carnet/data"
	"carnet/i18n"
)

// recipientsDiff is what would change so that the recipients of a message are
// the default ones, stars to set and stars to take away, and what cannot.
type recipientsDiff struct {
	i18n.Lang
	Star, Unstar []data.Contact
	Main         string   // the main address, which is a default and is not in To
	Strangers    []string // in To, and no contacts
	Departed     []string // in To, and departed
	Starred      []string // favorites in Cc or Bcc, who stay so
	Copies       []string // others in Cc or Bcc
}

// Changes tells whether there is anything to confirm.
func (v recipientsDiff) Changes() bool { return len(v.Star)+len(v.Unstar) > 0 }

// Lines say what would change, and what cannot and why, one thing each.
func (v recipientsDiff) Lines() (lines []string) {
	say := func(line string, of int) {
		if of > 0 {
			lines = append(lines, line)
		}
	}
	all := func(names []string) string { return strings.Join(names, ", ") }
	say(v.T("Deviennent favoris : %s.", "Become favorites: %s.", all(labels(v.Star))), len(v.Star))
	say(v.T("Ne le sont plus : %s.", "No longer favorites: %s.", all(labels(v.Unstar))), len(v.Unstar))
	say(v.T("L’adresse principale (%s) est toujours un destinataire par défaut.", "The main address (%s) is always a default recipient.", v.Main), len(v.Main))
	say(v.T("Sans fiche de contact, donc jamais par défaut : %s.", "Not contacts, so never a default: %s.", all(v.Strangers)), len(v.Strangers))
	say(v.T("Partis, donc jamais par défaut : %s.", "Have left, so never a default: %s.", all(v.Departed)), len(v.Departed))
	say(v.T("En Cc ou Cci, mais restent favoris, donc dans Destinataires la prochaine fois : %s.", "In Cc or Bcc, but stay favorites, so among Recipients the next time: %s.", all(v.Starred)), len(v.Starred))
	say(v.T("En Cc ou Cci, qui ne sont jamais pré-remplis : %s.", "In Cc or Bcc, which are never pre-filled: %s.", all(v.Copies)), len(v.Copies))
	return lines
}

func labels(contacts []data.Contact) (names []string) {
	for _, c := range contacts {
		names = append(names, c.Label())
	}
	return names
}

// diff compares the recipients with the favorites.
func (w *writer) diff() (recipientsDiff, error) {
	v := recipientsDiff{Lang: w.Lang}
	chosen := map[data.ID]bool{}
	main := w.draft.client.Email
	for _, f := range w.draft.fields {
		boxes, _ := f.boxes()
		known, err := w.h.Store.Recipients(w.ctx, w.draft.client.ID, boxes)
		if err != nil {
			return v, err
		}
		for _, r := range known {
			if r.Contact != nil {
				chosen[r.Contact.ID] = true
			}
			if r.Main && f.name == "to" {
				main = ""
			}
			v.sort(r, f.name)
		}
	}
	v.Main = main
	defaults, err := w.h.Store.Defaults(w.ctx, w.draft.client.ID)
	for _, r := range defaults.To {
		if r.Contact != nil && r.Contact.Favorite && !r.Main && !chosen[r.Contact.ID] {
			v.Unstar = append(v.Unstar, *r.Contact)
		}
	}
	return v, err
}

// sort notes what a recipient in a field is to the defaults.
func (v *recipientsDiff) sort(r data.Recipient, field string) {
	name := label(data.Token{Mailbox: r.Mailbox})
	favorite := r.Contact != nil && r.Contact.Favorite && !r.Contact.Departed
	switch {
	case r.Main: // a default as it is, and always in To
	case field != "to" && favorite:
		v.Starred = append(v.Starred, name)
	case field != "to":
		v.Copies = append(v.Copies, name)
	case r.Contact == nil:
		v.Strangers = append(v.Strangers, r.Mailbox.Address) // a name may be that of a contact
	case r.Contact.Departed:
		v.Departed = append(v.Departed, name)
	case !favorite:
		v.Star = append(v.Star, *r.Contact)
	}
}

// makeDefaults shows which stars would change, and what cannot, and changes them
// once that is confirmed.
func (w *writer) makeDefaults(confirmed bool) error {
	v, err := w.diff()
	if err != nil {
		return err
	}
	if len(v.Lines()) == 0 {
		w.tell(w.T("Ce sont déjà vos contacts favoris.", "These are your favorite contacts already."))
		return nil
	}
	if !confirmed || !v.Changes() {
		w.asked = &v
		return nil
	}
	for _, c := range v.Star {
		if _, _, err := w.h.Store.Star(w.ctx, c.Client, c.ID, true); err != nil {
			return err
		}
	}
	for _, c := range v.Unstar {
		if _, _, err := w.h.Store.Star(w.ctx, c.Client, c.ID, false); err != nil {
			return err
		}
	}
	w.tell(w.T("Ces contacts sont maintenant les destinataires par défaut.", "These contacts are the default recipients now."))
	return nil
}

// lastMessage returns the last mail to the client, if there is one.
func (w *writer) lastMessage() (data.MessageSummary, bool, error) {
	page, err := w.h.Store.Messages(w.ctx, data.MessageFilter{Client: w.draft.client.ID, Limit: 1})
	if err != nil || len(page.Messages) == 0 {
		return data.MessageSummary{}, false, err
	}
	return page.Messages[0], true, nil
}

// takeLast puts the recipients of the last mail in the place of those there are.
func (w *writer) takeLast() error {
	m, ok, err := w.lastMessage()
	if err != nil || !ok {
		return err
	}
	for i, boxes := range [][]data.Mailbox{m.To, m.Cc, m.Bcc} {
		f := w.draft.fields[i]
		f.tokens, f.shown = nil, i == 0 || len(boxes) > 0
		for _, b := range boxes {
			if b.IsErased() {
				continue
			}
			f.tokens = append(f.tokens, data.Token{Raw: b.Address, Mailbox: b})
		}
	}
	w.say(w.T("Destinataires du dernier envoi.", "Recipients of the last email."))
	return nil
}
