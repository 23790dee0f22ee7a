package handlers

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"carnet/data"
	"carnet/i18n"

	"github.com/gofiber/fiber/v2"
)

// recipientsIndex: POST /clients/:client/recipients/:field, while one types in
// a field: the contacts that match, the question about an unknown address, and
// what to say of them. By POST, so that no address stands in a log.
func (h *handlers) recipientsIndex(c *fiber.Ctx) error {
	client, err := h.summary(c)
	if err != nil {
		return err
	}
	d := readDraft(c, client.Client)
	f := d.field(c.Params("field"))
	if f == nil {
		return data.ErrNotFound
	}
	w := &writer{h: h, ctx: c.UserContext(), Lang: h.lang(c), draft: d, user: user(c)}
	k := keptKey{"recipients/index", w.Lang, client.ID, fmt.Sprint(client.Tally.Version, d.each, d.state(f))}
	if kept, ok := h.kept.wholes.Get(k); ok {
		return h.whole(c, kept)
	}
	options, err := w.options(f)
	if err != nil {
		return err
	}
	card, err := w.card(f, true)
	if err != nil {
		return err
	}
	said := w.N(len(options.Rows), "%d contact disponible.", "%d contacts disponibles.", "%d contact available.", "%d contacts available.")
	if len(card.Lines) > 0 {
		said = card.Lines[0].words(w.Lang)
	}
	body, err := h.partials(nil, beside("recipients-options-"+f.name, options), beside("recipients-card-"+f.name, card),
		beside("messages-send", w.button()), live(said))
	if err != nil {
		return err
	}
	kept := &whole{body: body}
	if len(card.Lines) == 0 && len(w.changes) == 0 && len(k.version) <= maxState { // a question names other clients too, and changes are a draft's
		h.kept.wholes.Add(k, kept)
	}
	return h.whole(c, kept)
}

// maxState bounds the state of a draft that an answer is kept under, in bytes.
const maxState = 4 << 10

// writer is what changes a draft and draws it.
type writer struct {
	h   *handlers
	ctx context.Context
	i18n.Lang
	draft    *draft
	user     data.User
	zone     zone
	state    draftsState
	asked    *recipientsDiff    // which stars are asked about
	bare     bool               // to be sent though it speaks of a file that it lacks
	forgot   bool               // it does
	force    bool               // to be sent though another page keeps it
	template *data.Template     // chosen, while one is asked what becomes of the text
	attached bool               // a file was, by this request
	inserted bool               // subject and text are the server's now
	changes  []data.DraftChange // recipients that are not any more what was chosen
	looked   bool               // changes are known
	former   []data.Recipient   // recipients at addresses that somebody had
	said     []string           // for the live region
	toast    *toast
	errs     map[string]string // by field
	focus    string            // the id of the element that takes the focus
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
	case "attach": // the draft is kept, and files are added to it on a page of their own
	case "annex":
		if err := w.save(false); err != nil {
			return err
		}
		return w.addAnnex(c.FormValue("annex"))
	case "last":
		return w.takeLast()
	case "favorites":
		return w.makeDefaults(arg == "yes")
	case "swap":
		return w.swap(f, arg)
	case "preview": // of what sending would send
		for _, f := range w.draft.fields {
			w.draft.commitQuery(f)
		}
	case "template":
		return w.insert(c.FormValue("template"), arg)
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
	contact, _, err := w.h.Store.Star(w.ctx, w.draft.client.ID, id, state == "1")
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

// defaults brings the default recipients back.
func (w *writer) defaults() error {
	defaults, err := w.h.Store.Defaults(w.ctx, w.draft.client.ID)
	if err != nil {
		return err
	}
	w.draft.setDefaults(defaults.To)
	w.say(w.N(len(defaults.To), "%d destinataire par défaut.", "%d destinataires par défaut.", "%d default recipient.", "%d default recipients."))
	return nil
}
