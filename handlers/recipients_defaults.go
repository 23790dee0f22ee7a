package handlers

import (
	"carnet/data"
	"carnet/i18n"
)

// recipientsDiff is what would change so that the recipients of a message are
// the default ones: stars to set, and stars to take away.
type recipientsDiff struct {
	i18n.Lang
	Star, Unstar []data.Contact
}

// diff compares the field of recipients with the favorites.
func (w *writer) diff() (recipientsDiff, error) {
	v := recipientsDiff{Lang: w.Lang}
	boxes, _ := w.draft.field("to").boxes()
	known, err := w.h.Store.Recipients(w.ctx, w.draft.client.ID, boxes)
	if err != nil {
		return v, err
	}
	chosen := map[data.ID]bool{}
	for _, r := range known {
		if r.Contact == nil {
			continue
		}
		chosen[r.Contact.ID] = true
		if !r.Contact.Favorite && !r.Contact.Departed {
			v.Star = append(v.Star, *r.Contact)
		}
	}
	defaults, err := w.h.Store.Defaults(w.ctx, w.draft.client.ID)
	for _, r := range defaults.To {
		if r.Contact != nil && r.Contact.Favorite && !chosen[r.Contact.ID] {
			v.Unstar = append(v.Unstar, *r.Contact)
		}
	}
	return v, err
}

// makeDefaults shows which stars would change and, once confirmed, changes them.
func (w *writer) makeDefaults(confirmed bool) error {
	v, err := w.diff()
	if err != nil {
		return err
	}
	if len(v.Star)+len(v.Unstar) == 0 {
		w.tell(w.T("Ce sont déjà vos contacts favoris.", "These are your favorite contacts already."))
		return nil
	}
	if !confirmed {
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
			f.tokens = append(f.tokens, data.Token{Raw: b.Address, Mailbox: b})
		}
	}
	w.say(w.T("Destinataires du dernier envoi.", "Recipients of the last email."))
	return nil
}
