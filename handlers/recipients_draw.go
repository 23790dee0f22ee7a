package handlers

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"carnet/data"
	"carnet/i18n"
)

// optionLimit is how many contacts the list of a field shows.
const optionLimit = 30

// options returns the contacts that a field offers: who is no recipient yet
// and matches what is typed, the main address on top.
func (w *writer) options(f *draftField) (recipientsOptions, error) {
	v := recipientsOptions{Lang: w.Lang, Field: f.name, Query: strings.TrimSpace(f.query)}
	client := w.draft.client
	if key, err := data.AddressKey(client.Email); err == nil && v.Query == "" {
		if g, _ := w.draft.has(key); g == nil {
			v.Main = client.Email
		}
	}
	without := w.draft.keys()
	if v.Main != "" {
		key, _ := data.AddressKey(v.Main)
		without = append(without, key)
	}
	page, err := w.h.Store.Contacts(w.ctx, client.ID, data.ContactFilter{Query: v.Query, Limit: optionLimit, Without: without, Active: true})
	if err != nil {
		return v, err
	}
	for _, contact := range page.Contacts {
		row, err := w.h.row(recipientsOption{w.Lang, f.name, contact}, contact.ID, contact.Version, contact.Favorite, f.name)
		if err != nil {
			return v, err
		}
		v.Rows = append(v.Rows, row)
	}
	if page.Next != "" && v.Query == "" {
		v.Left = max(page.Tally.Contacts-len(without)-len(v.Rows), 1)
	}
	v.More, v.None = page.Next != "", page.Tally.Contacts == 0
	return v, nil
}

// fields draws the whole of the recipients.
func (w *writer) fields() (recipientsFields, error) {
	v := recipientsFields{Lang: w.Lang, Client: w.draft.client, Ignored: w.draft.ignored, Asked: w.draft.asked}
	defaults, err := w.h.Store.Defaults(w.ctx, w.draft.client.ID)
	if err != nil {
		return v, err
	}
	v.Defaults, v.Changed = defaults, !w.draft.isDefault(defaults.To)
	visible := 0
	for _, f := range w.draft.fields {
		field := recipientsField{Lang: w.Lang, Client: w.draft.client.ID, Name: f.name, Shown: f.shown, Query: f.query, Error: w.errs[f.name]}
		if f.shown {
			var err error
			if field.Chips, err = w.chips(f); err != nil {
				return v, err
			}
			if field.Options, err = w.options(f); err != nil {
				return v, err
			}
			if field.Card, err = w.card(f, false); err != nil {
				return v, err
			}
		}
		if f.name != "bcc" {
			visible += len(f.tokens)
		}
		for _, chip := range field.Chips {
			if chip.Bad && field.Error == "" {
				field.Error = w.T("Corrigez ou retirez les adresses signalées.", "Fix or remove the marked addresses.")
			}
		}
		field.Focus = w.focus == "recipients-input-"+f.name
		v.Fields = append(v.Fields, field)
	}
	for _, f := range v.Fields {
		if !f.Shown {
			v.Fields[0].Hidden = append(v.Fields[0].Hidden, f)
		}
	}
	if n, left := w.draft.total(); n > data.MaxRecipients {
		v.Fields[0].Error = w.tooMany(n, left)
	}
	v.Diff = w.asked
	last, ok, err := w.lastMessage()
	if err != nil {
		return v, err
	}
	if ok {
		v.Last = w.Date(w.zone.at(last.Created))
	}
	v.Many, v.Each = visible > 5, w.draft.each
	v.Drifted, err = w.drifted()
	return v, err
}

// tooMany says how many recipients there are, how many of them are still typed,
// and what to do.
func (w *writer) tooMany(n, left int) string {
	said := w.T("%s destinataires, et un e-mail en prend %d au plus : retirez-en, ou répartissez-les en %d envois.",
		"%s recipients, and an email takes %d at most: remove some, or share them out among %d emails.",
		w.Number(n), data.MaxRecipients, (n+data.MaxRecipients-1)/data.MaxRecipients)
	if left > 0 {
		said += " " + w.T("%s sont encore dans le champ de saisie : aucun n’est perdu.", "%s are still in the text field: none is lost.", w.Number(left))
	}
	return said
}

func (w *writer) chips(f *draftField) ([]recipientsChip, error) {
	boxes, _ := f.boxes()
	known, err := w.h.Store.Recipients(w.ctx, w.draft.client.ID, boxes)
	if err != nil {
		return nil, err
	}
	var chips []recipientsChip
	for i, t := range f.tokens {
		chip := recipientsChip{Lang: w.Lang, Field: f.name, Value: rawOf(t), Label: label(t), N: strconv.Itoa(i), Editing: i == f.editing}
		if t.Err != nil {
			chip.Bad, chip.Reason = true, addressWords(w.Lang, t.Err)
			chips = append(chips, chip)
			continue
		}
		r := known[0]
		known = known[1:]
		chip.Address, chip.Main, chip.Known = t.Mailbox.Address, r.Main, r.Known()
		if r.Now.Address != "" {
			w.former = append(w.former, r)
		}
		chip.Favorite = r.Contact != nil && r.Contact.Favorite
		if t.Mailbox.Name == "" && r.Mailbox.Name != "" {
			chip.Label = r.Mailbox.Name
		}
		if key, err := data.AddressKey(chip.Address); err == nil {
			chip.Flash = slices.Contains(w.draft.doubles, key)
		}
		chips = append(chips, chip)
	}
	return chips, nil
}

// addressWords says why a text is no address.
func addressWords(l i18n.Lang, err error) string {
	var e data.AddressError
	if errors.As(err, &e) {
		switch e.Reason {
		case data.AddressNoAt:
			return l.T("il manque le @", "the @ is missing")
		case data.AddressNoLocal:
			return l.T("il manque ce qui précède le @", "what comes before the @ is missing")
		case data.AddressNoDomain:
			return l.T("il manque ce qui suit le @", "what comes after the @ is missing")
		case data.AddressSpace:
			return l.T("elle contient une espace", "it holds a space")
		case data.AddressManyAts:
			return l.T("elle contient plusieurs @", "it holds several @")
		case data.AddressForbidden:
			return l.T("elle contient un caractère interdit", "it holds a forbidden character")
		case data.AddressTooLong:
			return l.T("elle est trop longue", "it is too long")
		}
	}
	return l.T("ce n’est pas une adresse", "it is not an address")
}
