package handlers

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"carnet/data"
	"carnet/mail"
	"carnet/views"

	"github.com/gofiber/fiber/v2"
)

// explain puts the problems of a message beside its fields.
func (w *writer) explain(problems data.Invalid) {
	for _, p := range problems {
		if p.Field == "attachments" {
			w.toast = &toast{Lang: w.Lang, ID: "info", Bad: true, Text: attachmentWords(w.Lang, p)}
		}
		if w.errs[p.Field] == "" {
			w.errs[p.Field] = problemWords(w.Lang, p)
		}
	}
	switch {
	case w.errs["to"] != "":
		w.focus = "recipients-input-to"
	case w.errs["subject"] != "":
		w.focus = "m-subject"
	}
}

// send puts the draft in the outbox. The same form sent twice is one message;
// a form that was changed and sent again is another.
func (w *writer) send() (data.ID, error) {
	m, problems, err := w.message()
	if err != nil {
		return "", err
	}
	if m.Attachments, err = w.files(); err != nil {
		return "", err
	}
	most, err := w.h.Store.AttachmentLimits(w.ctx)
	if err != nil {
		return "", err
	}
	var invalid data.Invalid
	if errors.As(most.Check("attachments", m.Attachments), &invalid) { // they were narrowed since
		problems = append(problems, invalid...)
	}
	if w.forgot = !w.bare && len(m.Attachments) == 0 && data.MentionsFile(m.Subject+"\n"+m.Text); w.forgot {
		problems = append(problems, data.FieldError{Field: "text", Problem: data.NoFile})
	}
	posting := data.Posting{Hold: w.h.Post.Route().Outgoing == mail.Nowhere, Wait: time.Duration(w.user.UndoSeconds()) * time.Second}
	kept := w.draft.kept(w.user.ID)
	posting.Draft, posting.Force = &kept, w.force
	once := w.once(m)
	if !m.Each {
		filled, err := w.fill(&m, m.Recipients())
		if err != nil {
			return "", err
		}
		problems = append(problems, filled...)
	}
	m, err = w.h.Store.Compose(m)
	if errors.As(err, &invalid) {
		problems = append(problems, invalid...)
	} else if err != nil {
		return "", err
	}
	if len(problems) > 0 {
		return "", problems
	}
	m.MessageID = mail.NewMessageID(string(m.ID), w.h.host())
	if posting.Raw, posting.Shared, err = w.render(m); err != nil {
		return "", err
	}
	posting.Message = m
	return w.h.Store.Enqueue(w.ctx, once, posting)
}

// files are the attachments of the draft, as far as it is kept.
func (w *writer) files() ([]data.Attachment, error) {
	kept, err := w.h.Store.Draft(w.ctx, w.user.ID, w.draft.client.ID, w.draft.id)
	if errors.Is(err, data.ErrNotFound) {
		return nil, nil
	}
	return kept.Attachments, err
}

// message is the draft as a message, and what keeps its recipients from being
// written to.
func (w *writer) message() (m data.Message, problems data.Invalid, err error) {
	from, err := w.sender()
	if err != nil {
		return m, nil, err
	}
	replyTo := w.h.Post.Route().ReplyTo
	if replyTo.Address == "" {
		replyTo = w.user.Mailbox()
	}
	m = data.Message{Client: w.draft.client.ID, Author: w.user.ID, From: from, ReplyTo: replyTo,
		Subject: w.draft.subject, Text: w.draft.text, Lang: w.draft.client.Language, Each: w.draft.each}
	for i, f := range w.draft.fields {
		boxes, ok := f.boxes()
		if !ok || f.query != "" {
			problems = append(problems, data.FieldError{Field: f.name, Problem: data.Unresolved})
		}
		*[]*[]data.Mailbox{&m.To, &m.Cc, &m.Bcc}[i] = boxes
	}
	return m, problems, nil
}

// fill puts values in the place of the variables of a message to some people.
// One without a value is a problem that names it, and whom it lacks for; so is
// what looks like a variable and is none.
func (w *writer) fill(m *data.Message, to []data.Mailbox) (data.Invalid, error) {
	var keys []string
	for _, box := range to {
		if key, err := data.AddressKey(box.Address); err == nil {
			keys = append(keys, key)
		}
	}
	values, err := w.valuesFor(keys)
	if err != nil {
		return nil, err
	}
	var problems data.Invalid
	for name, text := range map[string]*string{"subject": &m.Subject, "text": &m.Text} {
		for _, e := range data.CheckText(*text) {
			problems = append(problems, data.FieldError{Field: name, Problem: data.Misnamed, Text: e})
		}
		filled, missing := data.FillText(*text, values)
		*text = filled
		if len(missing) == 0 {
			continue
		}
		e := data.FieldError{Field: name, Problem: data.Unfilled, Text: data.TextError{Name: strings.Join(missing, ", ")}}
		if m.Each {
			e.Whom = label(data.Token{Mailbox: to[0]})
		}
		problems = append(problems, e)
	}
	return problems, nil
}

// open returns the bytes of an attachment.
func (w *writer) open(hash string) (io.ReadCloser, error) {
	return w.h.Store.Blobs().Open(w.ctx, hash)
}

// render makes the mail of a message; or one for each recipient, with the
// variables filled in for each, and what all of these go on with.
func (w *writer) render(m data.Message) (raw [][]byte, shared []byte, err error) {
	if !m.Each {
		one, err := mail.BytesWith(m, w.open)
		return [][]byte{one}, nil, err
	}
	if shared, err = mail.BytesShared(m, w.open); err != nil {
		return nil, nil, err
	}
	for i, box := range m.Recipients() {
		one := m
		one.To, one.Cc, one.Bcc = []data.Mailbox{box}, nil, nil
		one.MessageID = mail.NewMessageID(fmt.Sprintf("%s-%d", m.ID, i), w.h.host())
		problems, err := w.fill(&one, one.To)
		if err == nil && len(problems) > 0 {
			err = problems
		}
		if err != nil {
			return nil, nil, err
		}
		own, err := mail.BytesOf(one, m.MessageID)
		if err != nil {
			return nil, nil, err
		}
		raw = append(raw, own)
	}
	return raw, shared, nil
}

// sender is From: the agency's address, under the agency's name. Without one
// set, nothing leaves, and the author stands in.
func (w *writer) sender() (data.Mailbox, error) {
	from := w.h.Post.Route().From
	if from.Address == "" {
		from.Address = w.user.Email
	}
	if from.Name == "" {
		agency, err := w.h.Store.Agency(w.ctx)
		if err != nil {
			return from, err
		}
		from.Name = agency.Name
	}
	return from, nil
}

// once names what this form sends: the form and its content.
func (w *writer) once(m data.Message) data.ID {
	id, err := data.ParseID(w.draft.request)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %q %t", m.To, m.Cc, m.Bcc, m.Subject, m.Text, m.Each))
	return id + data.ID("-"+hex.EncodeToString(sum[:8]))
}

// host names this installation in Message-IDs.
func (h *handlers) host() string {
	if h.PublicURL != nil {
		return h.PublicURL.Hostname()
	}
	_, domain := data.SplitAddress(h.Post.Route().From.Address)
	return domain
}

// sendingsUndo: POST /messages/:message/undo takes a mail back before it left,
// and shows its draft.
func (h *handlers) sendingsUndo(c *fiber.Ctx) error {
	id, err := data.ParseID(c.Params("message"))
	if err != nil {
		return err
	}
	l := h.lang(c)
	d, err := h.Store.Undo(c.UserContext(), user(c).ID, id)
	if errors.Is(err, data.ErrState) {
		return h.seeOther(c, views.Path("messages", id), toast{Lang: l, ID: "info", Bad: true,
			Text: l.T("Trop tard : l’envoi a commencé.", "Too late: the sending has begun.")})
	}
	if err != nil {
		return err
	}
	return h.seeOther(c, views.Path("clients", d.Client, "drafts", d.ID), toast{Lang: l, ID: "info",
		Text: l.T("Envoi annulé : rien n’est parti. Voici votre brouillon.", "Sending undone: nothing left. Here is your draft.")})
}
