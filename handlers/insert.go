package handlers

import (
	"strings"

	"carnet/data"
	"carnet/i18n"
)

// messagesInsert is the choice of a template, and the question of what to do
// with the text that is there already.
type messagesInsert struct {
	i18n.Lang
	Templates []data.Template
	Ask       *data.Template // chosen, but there is a text
}

func (messagesInsert) Template() string { return "messages/_insert" }

func (w *writer) insertion() (messagesInsert, error) {
	list, err := w.h.Store.Templates(w.ctx)
	return messagesInsert{w.Lang, list, w.template}, err
}

// insert begins the message from a template. A text that is there is never
// lost: how says whether the template replaces it or goes behind it, and without
// that the person is asked.
func (w *writer) insert(template, how string) error {
	id, err := data.ParseID(template)
	if err != nil {
		return nil // nothing was chosen
	}
	if how == "cancel" {
		w.inserted = true
		return nil
	}
	t, err := w.h.Store.Template(w.ctx, id)
	if err != nil {
		return err
	}
	written := strings.TrimSpace(w.draft.text)
	written = strings.TrimSpace(strings.TrimSuffix(written, strings.TrimSpace(w.user.Signature)))
	if how == "" && (written != "" || strings.TrimSpace(w.draft.subject) != "" && t.Subject != "") {
		w.template = &t
		return nil
	}
	var whom []string // whose values are known: if one mail each, they are each one's
	if !w.draft.each {
		whom = w.draft.keys()
	}
	values, err := w.valuesFor(whom)
	if err != nil {
		return err
	}
	subject, _ := data.FillText(t.Subject, values)
	text, _ := data.FillText(t.Text, values)
	if how == "append" {
		w.draft.text = strings.TrimRight(w.draft.text, " \n") + "\n\n" + text
		if strings.TrimSpace(w.draft.subject) == "" {
			w.draft.subject = subject
		}
	} else {
		w.draft.text = text
		if subject != "" {
			w.draft.subject = subject
		}
		if w.user.Signature != "" {
			w.draft.text += "\n\n" + w.user.Signature
		}
	}
	w.inserted, w.focus = true, "m-text"
	w.say(w.T("Modèle « %s » inséré.", "Template “%s” inserted.", t.Name))
	return nil
}

// valuesFor is values for a message to some addresses: those of a contact only
// if the contact is alone.
func (w *writer) valuesFor(keys []string) (data.Values, error) {
	if len(keys) != 1 {
		return w.values(nil)
	}
	known, err := w.h.Store.Recipients(w.ctx, w.draft.client.ID, []data.Mailbox{{Address: keys[0]}})
	if err != nil {
		return nil, err
	}
	return w.values(known[0].Contact)
}
