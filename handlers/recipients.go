package handlers

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"carnet/data"
	"carnet/i18n"

	"github.com/gofiber/fiber/v2"
)

// recipientsIndex: POST /clients/:client/recipients/:field, while one types in
// a field: the contacts that match, the question about an unknown address, and
// what to say of them. By POST, so that no address stands in a log.
func (h *handlers) recipientsIndex(c *fiber.Ctx) error {
	client, err := h.client(c)
	if err != nil {
		return err
	}
	d := readDraft(c, client)
	f := d.field(c.Params("field"))
	if f == nil {
		return data.ErrNotFound
	}
	w := &writer{h: h, ctx: c.UserContext(), Lang: h.lang(c), draft: d}
	options, err := w.list(f)
	if err != nil {
		return err
	}
	card, err := w.card(f, true)
	if err != nil {
		return err
	}
	said := w.N(options.rows, "%d contact disponible.", "%d contacts disponibles.", "%d contact available.", "%d contacts available.")
	if len(card.Lines) > 0 {
		said = w.T("Adresse inconnue : %s. Vous pouvez l’ajouter aux contacts ou l’ignorer.",
			"Unknown address: %s. You can add it to contacts or ignore it.", card.Lines[0].Address)
	}
	return h.fragment(c, fiber.StatusOK, nil, besideHTML("recipients-options-"+f.name, options.html), beside("recipients-card-"+f.name, card), live(said))
}

// writer is what changes a draft and draws it.
type writer struct {
	h   *handlers
	ctx context.Context
	i18n.Lang
	draft *draft
	user  data.User
	said  []string // for the live region
	toast *toast
	errs  map[string]string // by field
	focus string            // the id of the element that takes the focus
}

// do carries out what a button of the composer asks: a field, a verb and what
// it is about, as in "to add 0192…". It tells whether it was understood.
func (w *writer) do(op string, c *fiber.Ctx) error {
	name, rest, _ := strings.Cut(op, " ")
	verb, arg, _ := strings.Cut(rest, " ")
	f := w.draft.field(name)
	if f == nil {
		return fiber.ErrBadRequest
	}
	w.focus = "recipients-input-" + f.name
	switch verb {
	case "commit":
		return w.pick(f, isFragment(c))
	case "add":
		return w.addContact(f, arg)
	case "main":
		w.add(f, data.Mailbox{Name: w.draft.client.Name, Address: w.draft.client.Email})
	case "remove":
		f.remove(arg)
		w.say(w.T("%s retiré des destinataires.", "%s removed from recipients.", label(token(arg))))
	case "edit":
		f.editing = slices.IndexFunc(f.tokens, func(t data.Token) bool { return rawOf(t) == arg })
		w.focus = "recipients-edit-" + f.name
	case "done": // what was edited was put in its place by readDraft
		w.say(w.T("Destinataire modifié.", "Recipient changed."))
	case "show":
		f.shown = true
	case "star":
		return w.star(arg)
	case "create":
		return w.create(f, readCard(c, f.name))
	case "ignore":
		return w.ignore(f, readCard(c, f.name))
	case "mean":
		return w.mean(f, arg)
	case "restore":
		return w.restore(f, arg)
	case "defaults":
		return w.defaults()
	default:
		return fiber.ErrBadRequest
	}
	return nil
}

func (w *writer) say(text string) { w.said = append(w.said, text) }

// pick makes a chip of what is typed, when its key was Enter. What is no whole
// address takes the contact that it finds: the first of the list that shows
// it, or the only one where no list showed.
func (w *writer) pick(f *draftField, list bool) error {
	q := strings.TrimSpace(f.query)
	if q == "" || len(data.SplitMailboxes(q)) != 1 || data.WholeAddress(data.SplitMailboxes(q)[0].Mailbox.Address) {
		w.draft.commitQuery(f)
		return nil
	}
	page, err := w.h.Store.Contacts(w.ctx, w.draft.client.ID, data.ContactFilter{Query: q, Active: true, Limit: 2, Without: w.draft.keys()})
	switch {
	case err != nil:
		return err
	case len(page.Contacts) == 1, len(page.Contacts) > 1 && list:
		w.add(f, page.Contacts[0].Mailbox())
	case len(page.Contacts) > 1:
		w.errs[f.name] = w.T("Plusieurs contacts correspondent à « %s » : choisissez dans la liste.", "Several contacts match “%s”: choose from the list.", q)
	default:
		w.draft.commitQuery(f)
	}
	return nil
}

func label(t data.Token) string {
	if t.Mailbox.Name != "" {
		return t.Mailbox.Name
	}
	if t.Err == nil {
		return t.Mailbox.Address
	}
	return t.Raw
}

// add makes a chip of a mailbox in place of what is typed.
func (w *writer) add(f *draftField, box data.Mailbox) {
	f.query = ""
	w.draft.add(f, data.Token{Raw: box.Address, Mailbox: box})
}

// words says what the request changed, for a screen reader.
func (w *writer) words() string {
	said := w.said
	for _, added := range w.draft.added {
		said = append(said, w.T("%s ajouté aux destinataires.", "%s added to recipients.", added))
	}
	if len(w.draft.doubles) > 0 {
		said = append(said, w.T("Déjà destinataire.", "Already a recipient."))
	}
	return strings.Join(said, " ")
}

func (w *writer) addContact(f *draftField, arg string) error {
	id, err := data.ParseID(arg)
	if err != nil {
		return err
	}
	contact, err := w.h.Store.Contact(w.ctx, w.draft.client.ID, id)
	if err != nil {
		return err
	}
	w.add(f, contact.Mailbox())
	return nil
}

// star sets a contact's star from the list: for the next message; the chips of
// this one stay as they are.
func (w *writer) star(arg string) error {
	idText, state, _ := strings.Cut(arg, " ")
	id, err := data.ParseID(idText)
	if err != nil {
		return err
	}
	contact, err := w.h.Store.Star(w.ctx, w.draft.client.ID, id, state == "1")
	if err != nil {
		return err
	}
	if contact.Favorite {
		w.tell(w.T("%s est en favori : pré-rempli dès le prochain e-mail.", "%s is a favorite: pre-filled from the next email on.", contact.Label()))
	} else {
		w.tell(w.T("%s n’est plus en favori.", "%s is no longer a favorite.", contact.Label()))
	}
	return nil
}

// tell shows a toast, which is also read out.
func (w *writer) tell(text string) { w.toast = &toast{Lang: w.Lang, ID: "info", Text: text} }

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
	N         int
}

// readCard reads the question that was shown in a field.
func readCard(c *fiber.Ctx, field string) []cardLine {
	picked, starred := formValues(c, field+"_pick"), formValues(c, field+"_star")
	first, last := formValues(c, field+"_first"), formValues(c, field+"_last")
	var lines []cardLine
	for i, a := range formValues(c, field+"_card") {
		l := cardLine{Address: a, Picked: slices.Contains(picked, a), Starred: slices.Contains(starred, a), N: i}
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

// create adds the lines that are ticked to the contacts, starred or not; the
// others are ignored.
func (w *writer) create(f *draftField, lines []cardLine) error {
	w.settle(f, lines)
	var added []string
	for _, l := range lines {
		if !l.Picked {
			w.ignoreAddress(l.Address)
			continue
		}
		contact := data.Contact{Client: w.draft.client.ID, Email: l.Address, FirstName: l.First, LastName: l.Last, Favorite: l.Starred}
		created, err := w.h.Store.CreateContact(w.ctx, "", contact, true)
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

// defaults brings the default recipients back.
func (w *writer) defaults() error {
	to, _, err := w.h.Store.Defaults(w.ctx, w.draft.client.ID)
	if err != nil {
		return err
	}
	w.draft.setDefaults(to)
	w.say(w.N(len(to), "%d destinataire par défaut.", "%d destinataires par défaut.", "%d default recipient.", "%d default recipients."))
	return nil
}

// optionLimit is how many contacts the list of a field shows.
const optionLimit = 30

// unknown returns the addresses of a field that the question is about: whole,
// not the client's, not ignored. What is being typed is one too.
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
	return slices.DeleteFunc(known, func(r data.Recipient) bool {
		key, err := data.AddressKey(r.Mailbox.Address)
		return err != nil || r.Known() || slices.Contains(w.draft.ignored, key)
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
		others, err := w.h.Store.Elsewhere(w.ctx, r.Mailbox.Address, w.draft.client.ID)
		if err != nil {
			return v, err
		}
		for _, o := range others {
			line.Elsewhere, line.Starred = append(line.Elsewhere, o.Name), false
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
	v.More = page.Next != ""
	return v, nil
}

// list draws the options of a field, or takes them from where they are kept:
// while one types, the same list is asked for again and again.
func (w *writer) list(f *draftField) (keptList, error) {
	t, err := w.h.Store.Tally(w.ctx, w.draft.client.ID)
	if err != nil {
		return keptList{}, err
	}
	k := keptKey{"recipients/_options", w.Lang, w.draft.client.ID,
		strings.Join(append([]string{f.name, strconv.FormatUint(t.Version, 10), f.query}, w.draft.keys()...), "\x00")}
	if kept, ok := w.h.kept.lists.Get(k); ok {
		return kept, nil
	}
	v, err := w.options(f)
	if err != nil {
		return keptList{}, err
	}
	html, err := w.h.views.Fragment(v.Template(), v)
	if err != nil {
		return keptList{}, err
	}
	kept := keptList{html, len(v.Rows)}
	w.h.kept.lists.Add(k, kept)
	return kept, nil
}

// fields draws the whole of the recipients.
func (w *writer) fields() (recipientsFields, error) {
	v := recipientsFields{Lang: w.Lang, Client: w.draft.client, Ignored: w.draft.ignored, Asked: w.draft.asked}
	defaults, absent, err := w.h.Store.Defaults(w.ctx, w.draft.client.ID)
	if err != nil {
		return v, err
	}
	v.Absent, v.Changed = absent, !w.draft.isDefault(defaults)
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
	if n := w.draft.count(); n > data.MaxRecipients {
		v.Fields[0].Error = w.T("%d destinataires, et il en faut %d au plus : retirez-en, ou faites deux envois.",
			"%d recipients, and %d at most are taken: remove some, or send twice.", n, data.MaxRecipients)
	}
	v.Many = visible > 5
	return v, nil
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
