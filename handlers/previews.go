package handlers

import (
	"errors"
	"slices"

	"carnet/data"
	"carnet/i18n"
	"carnet/mail"

	"github.com/gofiber/fiber/v2"
)

// letterPolicy is the Content-Security-Policy of what a mail says: whatever was
// typed, nothing runs, nothing is asked for, and only our own pages frame it.
const letterPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src 'none'; base-uri 'none'; form-action 'none'; " +
	"frame-ancestors 'self'; sandbox"

// framed lets a page hold a frame of ours.
func framed(c *fiber.Ctx) { c.Set("Content-Security-Policy", policy+"; frame-src 'self'") }

// letter answers with a document as the readers of a mail see it, for a frame.
func letter(c *fiber.Ctx, document string) error {
	c.Set("Content-Security-Policy", letterPolicy)
	c.Type("html", "utf-8")
	return c.SendString(document)
}

// previewsShow is a draft as it will leave.
type previewsShow struct {
	i18n.Lang
	Client   data.Client
	Draft    data.ID
	Message  data.Message // with its variables filled in
	Reader   messagesReader
	Files    attachmentsList
	Problems []string // what keeps it from leaving
}

func (previewsShow) Template() string { return "previews/show" }
func (v previewsShow) Title() string  { return v.T("Aperçu", "Preview") }

// messagesReader is whose mail is shown, where each recipient gets one.
type messagesReader struct {
	i18n.Lang
	All    []data.Mailbox // empty if there is one mail for all
	Number int            // of the one who reads
}

func (messagesReader) Template() string { return "messages/_reader" }

// readerOf returns the recipient that ?recipient= names, the first without it.
func readerOf(c *fiber.Ctx, l i18n.Lang, m data.Message) (messagesReader, error) {
	v := messagesReader{Lang: l, Number: c.QueryInt("recipient")}
	if m.Each && !m.Sourceless() {
		v.All = m.Recipients()
	}
	if len(v.All) > 0 && (v.Number < 0 || v.Number >= len(v.All)) {
		return v, data.ErrNotFound
	}
	return v, nil
}

// preview fills in a draft as sending it would, without sending it.
func (h *handlers) preview(c *fiber.Ctx) (v previewsShow, err error) {
	w, _, err := h.draft(c)
	if err != nil {
		return v, err
	}
	m, problems, err := w.message()
	if err != nil {
		return v, err
	}
	if m.Attachments, err = w.files(); err != nil {
		return v, err
	}
	v = previewsShow{Lang: w.Lang, Client: w.draft.client, Draft: w.draft.id, Message: m}
	v.Files = attachmentsList{Lang: w.Lang, Client: v.Client.ID, Draft: v.Draft, Fixed: true, Files: m.Attachments}
	if v.Reader, err = readerOf(c, w.Lang, m); err != nil {
		return v, err
	}
	if v.Message.Each = len(v.Reader.All) > 0; v.Message.Each {
		v.Message.To, v.Message.Cc, v.Message.Bcc = v.Reader.All[v.Reader.Number:v.Reader.Number+1], nil, nil
	}
	filled, err := w.fill(&v.Message, v.Message.Recipients())
	if err != nil {
		return v, err
	}
	problems = append(problems, filled...)
	m.Subject, m.Text = v.Message.Subject, v.Message.Text
	var invalid data.Invalid
	if _, err := h.Store.Compose(m); errors.As(err, &invalid) {
		problems = append(problems, invalid...)
	} else if err != nil {
		return v, err
	}
	for _, p := range problems {
		v.Problems = append(v.Problems, problemWords(v.Lang, p))
	}
	slices.Sort(v.Problems)
	v.Problems = slices.Compact(v.Problems)
	return v, nil
}

// previewsShow: GET /clients/:client/drafts/:draft/preview?recipient=
func (h *handlers) previewsShow(c *fiber.Ctx) error {
	v, err := h.preview(c)
	if err != nil {
		return err
	}
	framed(c)
	return h.page(c, fiber.StatusOK, v)
}

// draftsBody: GET /clients/:client/drafts/:draft/body?recipient= is what the
// preview frames.
func (h *handlers) draftsBody(c *fiber.Ctx) error {
	v, err := h.preview(c)
	if err != nil {
		return err
	}
	return letter(c, mail.Document(v.Message.Text, v.Message.Lang))
}
