package handlers

import (
	"errors"
	"slices"
	"strings"

	"carnet/data"
	"carnet/i18n"

	"github.com/gofiber/fiber/v2"
)

// cardLine is one address of the question about unknown ones, as it was posted
// or as it is shown.
type cardLine struct {
	Address   string
	First     string
	Last      string
	Picked    bool
	Starred   bool
	Elsewhere []string      // names of other clients that hold it
	Binned    *data.Contact // the contact in the trash that has it
	Near      string        // a known address that it may be a slip of
	Moved     string        // what is said of an address that somebody had, and left
	Aside     bool          // there is nothing to add: it is in the trash, or was left
	Answered  bool          // it was shown, and star and names are the reader's
	N         int
}

// readCard reads the question that was shown in a field.
func readCard(c *fiber.Ctx, field string) []cardLine {
	picked, starred := formValues(c, field+"_pick"), formValues(c, field+"_star")
	first, last := formValues(c, field+"_first"), formValues(c, field+"_last")
	aside := formValues(c, field+"_aside")
	var lines []cardLine
	for i, a := range formValues(c, field+"_card") {
		l := cardLine{Address: a, Picked: slices.Contains(picked, a), Starred: slices.Contains(starred, a), Aside: slices.Contains(aside, a), N: i}
		if i < len(first) && i < len(last) {
			l.First, l.Last = first[i], last[i]
		}
		lines = append(lines, l)
	}
	return lines
}

// settle makes a chip of the address that is still being typed, if it is one
// of the lines that were answered.
func (w *writer) settle(f *draftField, lines []cardLine) {
	for _, t := range data.SplitMailboxes(f.query) {
		if slices.ContainsFunc(lines, func(l cardLine) bool { return data.SameAddress(l.Address, t.Mailbox.Address) }) {
			w.draft.commitQuery(f)
			return
		}
	}
}

// Name is the name of the line, in one.
func (l cardLine) Name() string { return strings.TrimSpace(l.First + " " + l.Last) }

// words say what the question is about, to who does not see it.
func (l cardLine) words(lang i18n.Lang) string {
	switch {
	case l.Moved != "":
		return l.Moved
	case l.Binned != nil:
		return lang.T("%s est dans la corbeille de ce client. Vous pouvez le restaurer.", "%s is in this client’s trash. You can restore it.", l.Binned.Label())
	}
	return lang.T("Adresse inconnue : %s. Vous pouvez l’ajouter aux contacts ou l’ignorer.",
		"Unknown address: %s. You can add it to contacts or ignore it.", l.Address)
}

// create adds the lines that are ticked to the contacts, starred or not; the
// others are ignored, but those that it is not about.
func (w *writer) create(f *draftField, lines []cardLine) error {
	w.settle(f, lines)
	var added []string
	for _, l := range lines {
		if l.Aside {
			continue
		}
		if !l.Picked {
			w.ignoreAddress(l.Address)
			continue
		}
		contact := data.Contact{Client: w.draft.client.ID, Email: l.Address, FirstName: l.First, LastName: l.Last, Favorite: l.Starred}
		created, err := w.h.Store.CreateContact(w.ctx, "", contact, false)
		var invalid data.Invalid
		switch {
		case errors.As(err, &invalid) && invalid.Field("email") != nil && invalid.Field("email").Problem == data.Duplicate:
			continue // a colleague, or a second click, was faster: one contact
		case errors.As(err, &invalid):
			w.errs[f.name] = problemWords(w.Lang, invalid[0])
			continue
		case err != nil:
			return err
		}
		added = append(added, created.Label())
		w.name(created)
	}
	if len(added) > 0 {
		w.tell(w.T("%s ajouté aux contacts.", "%s added to contacts.", strings.Join(added, ", ")))
	}
	return nil
}

// name gives a chip the name of the contact that was made of it.
func (w *writer) name(contact data.Contact) {
	key, _ := data.AddressKey(contact.Email)
	if f, i := w.draft.has(key); f != nil && contact.Name() != "" {
		f.tokens[i].Mailbox.Name = contact.Name()
	}
}

// ignore creates nothing; the addresses stay recipients and are not asked
// about again.
func (w *writer) ignore(f *draftField, lines []cardLine) error {
	w.settle(f, lines)
	for _, l := range lines {
		w.ignoreAddress(l.Address)
	}
	return nil
}

func (w *writer) ignoreAddress(address string) {
	if key, err := data.AddressKey(address); err == nil && !slices.Contains(w.draft.ignored, key) {
		w.draft.ignored = append(w.draft.ignored, key)
	}
}

// mean puts the known address in the place of the one that was a slip.
func (w *writer) mean(f *draftField, address string) error {
	near, ok, err := w.h.Store.Nearest(w.ctx, w.draft.client.ID, address)
	if err != nil || !ok {
		return err
	}
	if key, err := data.AddressKey(address); err == nil {
		if g, i := w.draft.has(key); g != nil {
			g.tokens = append(g.tokens[:i:i], g.tokens[i+1:]...)
		} else {
			f.query = ""
		}
	}
	w.add(f, near)
	return nil
}

// restore takes a contact with the address out of the trash.
func (w *writer) restore(f *draftField, arg string) error {
	id, err := data.ParseID(arg)
	if err != nil {
		return err
	}
	contact, err := w.h.Store.RestoreContact(w.ctx, w.draft.client.ID, id)
	if err != nil {
		return err
	}
	w.settle(f, []cardLine{{Address: contact.Email}})
	w.name(contact)
	w.tell(w.T("%s rétabli.", "%s restored.", contact.Label()))
	return nil
}

// unknown returns the addresses of a field that the question is about: whole,
// not the client's, not ignored. What is being typed is one too. A recipient
// whose address somebody had, and left, is told of below the field instead.
func (w *writer) unknown(f *draftField, typing bool) ([]data.Recipient, error) {
	var boxes []data.Mailbox
	if typing {
		for _, t := range data.SplitMailboxes(f.query) {
			if key, err := data.AddressKey(t.Mailbox.Address); err == nil && data.WholeAddress(t.Mailbox.Address) {
				if g, _ := w.draft.has(key); g == nil {
					boxes = append(boxes, t.Mailbox)
				}
			}
		}
	}
	good, _ := f.boxes()
	boxes = append(boxes, good...)
	known, err := w.h.Store.Recipients(w.ctx, w.draft.client.ID, boxes)
	if err != nil {
		return nil, err
	}
	unknown := slices.DeleteFunc(known, func(r data.Recipient) bool {
		key, err := data.AddressKey(r.Mailbox.Address)
		return err != nil || r.Known() || slices.Contains(w.draft.ignored, key)
	})
	if len(unknown) == 0 {
		return nil, nil
	}
	err = w.look()
	return slices.DeleteFunc(unknown, func(r data.Recipient) bool {
		key, _ := data.AddressKey(r.Mailbox.Address)
		g, _ := w.draft.has(key)
		return g != nil && w.now(r).Address != ""
	}), err
}

// maxLines is how many addresses one question is about; the rest wait for the
// next.
const maxLines = 20

// card returns the question about the unknown addresses of a field; one without
// lines asks nothing.
func (w *writer) card(f *draftField, typing bool) (recipientsCard, error) {
	v := recipientsCard{Lang: w.Lang, Field: f.name, Client: w.draft.client.Name}
	unknown, err := w.unknown(f, typing)
	v.Typed = len(unknown) > 0 && typing && strings.Contains(f.query, unknown[0].Mailbox.Address)
	for i, r := range unknown[:min(len(unknown), maxLines)] {
		line := cardLine{Address: r.Mailbox.Address, Picked: true, Starred: true, Binned: r.Binned, N: i}
		line.First, line.Last = splitName(r.Mailbox.Name)
		if r.Now.Address != "" {
			line.Moved = draftsChange{w.Lang, data.DraftChange{Chosen: r.Mailbox, Now: r.Now}}.Words()
		}
		if line.Aside = line.Moved != "" || line.Binned != nil; !line.Aside {
			v.New++
		}
		if i := slices.IndexFunc(w.draft.lines, func(l cardLine) bool { return l.Address == line.Address && !l.Aside }); i >= 0 && !line.Aside { // as it was answered so far
			was := w.draft.lines[i]
			line.Picked, line.Starred, line.Answered = was.Picked, was.Starred, true
			if was.Name() != "" {
				line.First, line.Last = was.First, was.Last
			}
		}
		others, err := w.h.Store.Elsewhere(w.ctx, r.Mailbox.Address, w.draft.client.ID)
		if err != nil {
			return v, err
		}
		for _, o := range others {
			line.Elsewhere, line.Starred = append(line.Elsewhere, o.Name), line.Answered && line.Starred
		}
		if line.Aside {
			v.Lines = append(v.Lines, line)
			continue
		}
		near, ok, err := w.h.Store.Nearest(w.ctx, w.draft.client.ID, r.Mailbox.Address)
		if err != nil {
			return v, err
		}
		if ok {
			line.Near = near.Address
		}
		v.Lines = append(v.Lines, line)
	}
	return v, err
}

// splitName cuts a display name into first and last name, at its first space;
// "Dupont, Jean" the other way round.
func splitName(name string) (first, last string) {
	if l, f, ok := strings.Cut(name, ","); ok {
		return strings.TrimSpace(f), strings.TrimSpace(l)
	}
	first, last, _ = strings.Cut(strings.TrimSpace(name), " ")
	return first, strings.TrimSpace(last)
}
