package handlers

import (
	"errors"
	"slices"

	"carnet/data"
	"carnet/i18n"
	"carnet/mail"
	"carnet/views"

	"github.com/gofiber/fiber/v2"
)

type messagesNew struct {
	i18n.Lang
	Client     data.Client
	Request    string
	Version    uint64 // of the draft that the page began with
	Each       bool
	State      draftsState
	Files      attachmentsList
	Annexes    []data.Annex
	Insert     messagesInsert
	Recipients recipientsFields
	Subject    messagesSubject
	Text       messagesText
	Outgoing   outgoingBanner
	Send       messagesSend
	Question   bool // unknown addresses are asked about before sending
}

func (messagesNew) Template() string { return "messages/new" }
func (v messagesNew) Title() string  { return v.T("Nouvel e-mail", "New email") }

type messagesSubject struct {
	i18n.Lang
	Value, Error string
	Focus        bool
}

func (messagesSubject) Template() string { return "messages/_subject" }

type messagesText struct {
	i18n.Lang
	Value, Error string
	Focus        bool
	Forgot       bool // it speaks of a file, and there is none
}

func (messagesText) Template() string { return "messages/_text" }

// messagesSend is the button that sends. What it says of one mail each shows
// while that is chosen.
type messagesSend struct {
	i18n.Lang
	Mails int // one for each recipient
	Each  bool
}

func (messagesSend) Template() string { return "messages/_send" }

func (w *writer) button() messagesSend { return messagesSend{w.Lang, w.draft.mails(), w.draft.each} }

// outgoingBanner says that mails do not leave, when they do not.
type outgoingBanner struct {
	i18n.Lang
	Captured, Nowhere bool
	Locked            bool   // the password of the server cannot be read
	Paused            string // the server's words, or what failed, when the queue waits
}

func (outgoingBanner) Template() string { return "messages/_outgoing" }

func (h *handlers) outgoing(l i18n.Lang) outgoingBanner {
	r := h.Post.Route()
	v := outgoingBanner{Lang: l, Captured: r.Outgoing == mail.Captured, Locked: r.Locked, Nowhere: r.Outgoing == mail.Nowhere}
	if p := h.Post.Paused(); p != nil {
		v.Paused = pauseWords(l, p)
	}
	return v
}

// messagesNew: GET /clients/:client/messages/new?again=. The main address and
// the favorites are filled in; again takes the recipients of another message.
func (h *handlers) messagesNew(c *fiber.Ctx) error {
	client, err := h.client(c)
	if err != nil {
		return err
	}
	w := h.writer(c, readDraft(c, client))
	w.draft.request = string(data.NewID())
	if w.user.Signature != "" {
		w.draft.text = "\n\n" + w.user.Signature
	}
	if again := c.Query("again"); again != "" {
		err = w.again(again)
	} else {
		err = w.defaults()
	}
	if err != nil {
		return err
	}
	w.focus = "recipients-input-to"
	if w.draft.count() > 0 {
		w.focus = "m-subject"
	}
	return h.composer(c, fiber.StatusOK, w)
}

func (h *handlers) writer(c *fiber.Ctx, d *draft) *writer {
	w := &writer{h: h, ctx: c.UserContext(), Lang: h.lang(c), draft: d, user: user(c), zone: zoneOf(c), errs: map[string]string{}}
	w.state = draftsState{Lang: w.Lang, Client: d.client.ID, ID: d.id}
	return w
}

// again takes the recipients of a message of this client.
func (w *writer) again(message string) error {
	id, err := data.ParseID(message)
	if err != nil {
		return err
	}
	m, _, err := w.h.Store.Message(w.ctx, id)
	if err != nil || m.Client != w.draft.client.ID {
		return firstError(err, data.ErrNotFound)
	}
	for i, boxes := range [][]data.Mailbox{m.To, m.Cc, m.Bcc} {
		for _, b := range boxes {
			if b.IsErased() {
				continue
			}
			w.draft.add(w.draft.fields[i], data.Token{Raw: b.Address, Mailbox: b})
		}
		w.draft.fields[i].shown = i == 0 || len(boxes) > 0
	}
	w.draft.subject, w.draft.each = m.Subject, m.Each
	return nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// composer answers with the page of a draft, or the part that changed.
func (h *handlers) composer(c *fiber.Ctx, status int, w *writer) error {
	fields, err := w.fields()
	if err != nil {
		return err
	}
	subject := messagesSubject{w.Lang, w.draft.subject, w.errs["subject"], w.focus == "m-subject"}
	text := messagesText{w.Lang, w.draft.text, w.errs["text"], w.focus == "m-text" || w.inserted, w.forgot}
	if !isFragment(c) {
		v := messagesNew{Lang: w.Lang, Client: w.draft.client, Request: w.draft.request, Recipients: fields,
			Subject: subject, Text: text, Outgoing: h.outgoing(w.Lang), Version: w.draft.version, Each: w.draft.each, State: w.state, Send: w.button()}
		v.Files = attachmentsList{Lang: w.Lang, Client: w.draft.client.ID, Draft: w.draft.id}
		if v.Files.Files, err = w.files(); err != nil {
			return err
		}
		if v.Files.Most, err = h.Store.AttachmentLimits(c.UserContext()); err != nil {
			return err
		}
		if v.Annexes, err = h.Store.Annexes(c.UserContext()); err != nil {
			return err
		}
		if v.Insert, err = w.insertion(); err != nil {
			return err
		}
		v.Question = len(w.draft.asked) > 0 && slices.ContainsFunc(fields.Fields, func(f recipientsField) bool { return len(f.Card.Lines) > 0 })
		if w.toast != nil {
			if err := h.flash(c, *w.toast); err != nil {
				return err
			}
		}
		return h.page(c, status, v)
	}
	besides := []partial{beside("messages-send", w.button())}
	if status == fiber.StatusUnprocessableEntity {
		besides = append(besides, beside("messages-subject", subject), beside("messages-text", text))
	}
	if w.inserted {
		besides = append(besides, replace("messages-subject", subject), replace("messages-text", text))
	}
	if w.attached {
		files, err := w.files()
		if err != nil {
			return err
		}
		besides = append(besides, beside("attachments-list", attachmentsList{Lang: w.Lang, Client: w.draft.client.ID, Draft: w.draft.id, Files: files}))
	}
	if w.inserted || w.template != nil {
		insertion, err := w.insertion()
		if err != nil {
			return err
		}
		besides = append(besides, replace("messages-insert", insertion))
	}
	if w.state.ID != "" {
		besides = append(besides, beside("drafts-state", w.state))
	}
	if w.toast != nil {
		besides = append(besides, say(*w.toast)...)
	}
	if said := w.words(); said != "" {
		besides = append(besides, live(said))
	}
	return h.fragment(c, status, fields, besides...)
}

// messagesCreate: POST /clients/:client/messages/new. Every button of the
// composer comes here; the one without an op sends. What is on screen is what
// is sent: the recipients are those of the form. With force it sends a draft that
// another page keeps, or sent.
func (h *handlers) messagesCreate(c *fiber.Ctx) error {
	client, err := h.client(c)
	if err != nil {
		return err
	}
	w := h.writer(c, readDraft(c, client))
	w.bare, w.force = c.FormValue("bare") == "1", c.FormValue("force") == "1"
	if op := c.FormValue("op"); op != "" {
		if err := w.do(op, c); err != nil {
			return err
		}
		if err := w.save(false); err != nil {
			return err
		}
		if op == "to attach" && w.state.At != "" {
			return h.seeOther(c, views.Path("clients", client.ID, "drafts", w.draft.id, "attachments"))
		}
		if op == "to preview" && w.state.At != "" {
			return h.seeOther(c, views.Path("clients", client.ID, "drafts", w.draft.id, "preview"))
		}
		if isFragment(c) { // the script knows where the focus is to stay
			w.focus = ""
		}
		return h.composer(c, fiber.StatusOK, w)
	}
	for _, f := range w.draft.fields {
		w.draft.commitQuery(f)
	}
	// Without JavaScript this is the first time that the unknown are seen.
	if !isFragment(c) {
		asks, err := w.ask()
		if err != nil {
			return err
		}
		if asks {
			return h.composer(c, fiber.StatusOK, w)
		}
	}
	if w.tooMuch() {
		return h.composer(c, fiber.StatusTooManyRequests, w)
	}
	id, err := w.send()
	if err != nil {
		w.unspend()
	}
	var invalid data.Invalid
	if errors.As(err, &invalid) {
		w.explain(invalid)
		return h.composer(c, fiber.StatusUnprocessableEntity, w)
	}
	if w.outdated(err) {
		return h.composer(c, fiber.StatusConflict, w)
	}
	if err != nil {
		return err
	}
	m, ds, err := h.Store.Message(c.UserContext(), id)
	if err != nil {
		return err
	}
	t := toast{Lang: w.Lang, ID: "info", More: string(views.Path("messages", id)), Link: w.T("Suivre l’envoi", "Follow it"),
		Text: w.T("Mis en boîte d’envoi pour %d destinataires.", "Queued for %d recipients.", len(ds))}
	if s := w.user.UndoSeconds(); s > 0 {
		t.ID, t.Undo, t.Seconds = "undo-"+string(id), views.Path("messages", id, "undo"), s
	}
	if len(ds) == 1 {
		t.Text = w.T("Mis en boîte d’envoi pour %s.", "Queued for %s.", label(data.Token{Mailbox: m.Recipients()[0]}))
	}
	return h.seeOther(c, views.Path("clients", client.ID), t)
}

// ask notes the unknown addresses, and those that somebody had and left, that
// were not asked about before, and tells whether there are any.
func (w *writer) ask() (asks bool, err error) {
	note := func(r data.Recipient) (fresh bool) {
		key, _ := data.AddressKey(r.Mailbox.Address)
		if fresh = !slices.Contains(w.draft.asked, key); fresh {
			w.draft.asked = append(w.draft.asked, key)
		}
		return fresh
	}
	left := false
	for _, f := range w.draft.fields {
		unknown, err := w.unknown(f, false)
		if err != nil {
			return false, err
		}
		for _, r := range unknown {
			asks = note(r) || asks
		}
		former, err := w.formers(f)
		if err != nil {
			return false, err
		}
		for _, r := range former {
			left = note(r) || left
		}
	}
	if left {
		w.toast = &toast{Lang: w.Lang, ID: "info", Bad: true, Text: w.T("Rien n’a été envoyé : une adresse a changé. Voyez sous les destinataires, ou envoyez ainsi.",
			"Nothing was sent: an address is another one now. See below the recipients, or send it like this.")}
	}
	return asks || left, nil
}
