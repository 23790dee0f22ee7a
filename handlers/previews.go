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

// letter answers with a text as the readers of a mail see it, for a frame.
func letter(c *fiber.Ctx, text, lang string) error {
	c.Set("Content-Security-Policy", letterPolicy)
	c.Type("html", "utf-8")
	return c.SendString(mail.Document(text, lang))
}

// previewsShow is a draft as it will leave.
type previewsShow struct {
	i18n.Lang
	Client    data.Client
	Draft     data.ID
	Message   data.Message   // with its variables filled in
	Each      []data.Mailbox // those of whom each gets a mail, if that is so
	Recipient int            // which of them sees this one
	Problems  []string       // what keeps it from leaving
}

func (previewsShow) Template() string { return "previews/show" }
func (v previewsShow) Title() string  { return v.T("Aperçu", "Preview") }

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
	v = previewsShow{Lang: w.Lang, Client: w.draft.client, Draft: w.draft.id, Message: m, Recipient: c.QueryInt("recipient")}
	if all := m.Recipients(); m.Each && len(all) > 0 {
		if v.Recipient < 0 || v.Recipient >= len(all) {
			return v, data.ErrNotFound
		}
		v.Each, v.Message.To, v.Message.Cc, v.Message.Bcc = all, all[v.Recipient:v.Recipient+1], nil, nil
	}
	v.Message.Each = len(v.Each) > 0
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
	return letter(c, v.Message.Text, v.Message.Lang)
}
