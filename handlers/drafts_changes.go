package handlers

import (
	"errors"
	"slices"

	"carnet/data"
	"carnet/i18n"
)

// draftsChange is a recipient who is not any more what was chosen.
type draftsChange struct {
	i18n.Lang
	data.DraftChange
}

// Words say what became of the recipient, who stays as it was chosen.
func (v draftsChange) Words() string {
	switch {
	case v.Gone:
		return v.T("%s est dans la corbeille ; l’adresse choisie reste destinataire.", "%s is in the trash; the chosen address stays a recipient.", v.Contact.Label())
	case v.Moved() && v.Now.Name == "":
		return v.T("Cette adresse a changé : %s → %s.", "This address is another one now: %s → %s.", v.Chosen.Address, v.Now.Address)
	case v.Moved():
		return v.T("%s a changé d’adresse : %s → %s.", "%s has another address: %s → %s.", v.Now.Name, v.Chosen.Address, v.Now.Address)
	case v.Main:
		return v.T("%s n’est plus l’adresse principale ; elle reste destinataire.", "%s is no longer the main address; it stays a recipient.", v.Chosen.Address)
	}
	return v.T("%s a quitté l’entreprise ; l’adresse choisie reste destinataire.", "%s has left the company; the chosen address stays a recipient.", v.Contact.Label())
}

// changed notes what became of those whom a draft is addressed to, as it is kept.
func (w *writer) changed(kept data.Draft) (err error) {
	w.looked = true
	w.changes, err = w.h.Store.DraftChanges(w.ctx, kept)
	return err
}

// look is changed for a request that did not keep the draft.
func (w *writer) look() error {
	if w.looked {
		return nil
	}
	w.looked = true
	kept, err := w.h.Store.Draft(w.ctx, w.user.ID, w.draft.client.ID, w.draft.id)
	if errors.Is(err, data.ErrNotFound) {
		return nil
	}
	return firstError(err, w.changed(kept))
}

// now returns the mailbox of whoever had an address when it was chosen, or
// before, and has another one now; an empty one if that is not known.
func (w *writer) now(r data.Recipient) data.Mailbox {
	for _, change := range w.changes {
		if change.Moved() && !change.Gone && data.SameAddress(change.Chosen.Address, r.Mailbox.Address) {
			return change.Now
		}
	}
	return r.Now
}

// formers returns the recipients of a field at addresses that somebody had, and
// left.
func (w *writer) formers(f *draftField) ([]data.Recipient, error) {
	if err := w.look(); err != nil {
		return nil, err
	}
	boxes, _ := f.boxes()
	known, err := w.h.Store.Recipients(w.ctx, w.draft.client.ID, boxes)
	return slices.DeleteFunc(known, func(r data.Recipient) bool { return r.Known() || w.now(r).Address == "" }), err
}

// drifted returns what became of the recipients, each once: what the draft
// knew of them, and addresses that somebody had.
func (w *writer) drifted() ([]draftsChange, error) {
	if err := w.look(); err != nil {
		return nil, err
	}
	var out []draftsChange
	add := func(change data.DraftChange) {
		if !slices.ContainsFunc(out, func(x draftsChange) bool { return data.SameAddress(x.Chosen.Address, change.Chosen.Address) }) {
			out = append(out, draftsChange{w.Lang, change})
		}
	}
	for _, change := range w.changes {
		key, err := data.AddressKey(change.Chosen.Address)
		if f, _ := w.draft.has(key); err == nil && f != nil {
			add(change)
		}
	}
	for _, r := range w.former {
		add(data.DraftChange{Chosen: r.Mailbox, Now: r.Now})
	}
	return out, nil
}

// swap puts the address that somebody has now in the place of the one that was
// chosen, or is being typed.
func (w *writer) swap(f *draftField, address string) error {
	key, err := data.AddressKey(address)
	if err != nil {
		return nil
	}
	if err := w.look(); err != nil {
		return err
	}
	known, err := w.h.Store.Recipients(w.ctx, w.draft.client.ID, []data.Mailbox{{Address: address}})
	if err != nil {
		return err
	}
	now := w.now(known[0])
	if now.Address == "" {
		return nil
	}
	if g, i := w.draft.has(key); g != nil {
		f = g
		f.tokens = slices.Delete(f.tokens, i, i+1)
	} else {
		f.query = ""
	}
	w.draft.add(f, data.Token{Raw: now.Address, Mailbox: now})
	return nil
}
