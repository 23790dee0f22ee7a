package handlers

import (
	"errors"
	"strconv"

	"carnet/data"
	"carnet/i18n"

	"github.com/gofiber/fiber/v2"
)

type annexesIndex struct {
	i18n.Lang
	Annexes []data.Annex
	Most    data.AttachmentLimits // the largest file
	Writes  bool
}

func (annexesIndex) Template() string { return "annexes/index" }
func (v annexesIndex) Title() string  { return v.T("Annexes", "Annexes") }

// Size is how large a file is, for people.
func (v annexesIndex) Size(n int64) string { return attachmentsList{Lang: v.Lang}.Size(n) }

// annexesIndex: GET /annexes
func (h *handlers) annexesIndex(c *fiber.Ctx) error {
	list, err := h.Store.Annexes(c.UserContext())
	if err != nil {
		return err
	}
	most, err := h.Store.AttachmentLimits(c.UserContext())
	if err != nil {
		return err
	}
	return h.page(c, fiber.StatusOK, annexesIndex{h.lang(c), list, most, user(c).Writes()})
}

// annexesCreate: POST /annexes/attachments takes one file while it arrives.
func (h *handlers) annexesCreate(c *fiber.Ctx) error {
	l := h.lang(c)
	t := toast{Lang: l, ID: "info", Text: l.T("Annexe ajoutée.", "Annex added.")}
	most, err := h.Store.AttachmentLimits(c.UserContext())
	if err != nil {
		return err
	}
	err = h.receive(c, most.Bytes, most.Bytes, func(_ data.ID, a data.Attachment) error {
		_, err := h.Store.CreateAnnex(c.UserContext(), a)
		return err
	})
	var invalid data.Invalid
	if errors.As(err, &invalid) {
		t.Bad, t.Text = true, attachmentWords(l, invalid[0])
	} else if err != nil {
		return err
	}
	return h.seeOther(c, "/annexes", t)
}

// annex returns the annex that an address names.
func (h *handlers) annex(c *fiber.Ctx) (data.Annex, error) {
	id, err := data.ParseID(c.Params("annex"))
	if err != nil {
		return data.Annex{}, err
	}
	return h.Store.Annex(c.UserContext(), id)
}

// annexesShow: GET /annexes/:annex
func (h *handlers) annexesShow(c *fiber.Ctx) error {
	a, err := h.annex(c)
	if err != nil {
		return err
	}
	return h.download(c, a.File)
}

// annexesDestroy: POST /annexes/:annex/delete
func (h *handlers) annexesDestroy(c *fiber.Ctx) error {
	a, err := h.annex(c)
	if err != nil {
		return err
	}
	if _, err := h.Store.DeleteAnnex(c.UserContext(), a.ID); err != nil {
		return err
	}
	l := h.lang(c)
	return h.seeOther(c, "/annexes", toast{Lang: l, ID: "info", Text: l.T("Annexe %s retirée.", "Annex %s removed.", a.File.Name)})
}

// addAnnex attaches an annex to the draft, which is kept already.
func (w *writer) addAnnex(arg string) error {
	id, err := data.ParseID(arg)
	if err != nil {
		return nil // nothing was chosen
	}
	file, err := w.h.Store.AttachAnnex(w.ctx, w.user.ID, w.draft.client.ID, w.draft.id, data.ID(w.draft.request), id)
	var invalid data.Invalid
	switch {
	case errors.As(err, &invalid):
		w.toast = &toast{Lang: w.Lang, ID: "info", Bad: true, Text: attachmentWords(w.Lang, invalid[0])}
	case errors.Is(err, data.ErrNotFound):
		w.toast = &toast{Lang: w.Lang, ID: "info", Bad: true, Text: w.T("Cette annexe n’existe plus.", "This annex is gone.")}
	case errors.Is(err, data.ErrState):
		return nil // the state of the draft says so
	case err != nil:
		return err
	default:
		w.say(w.T("%s joint.", "%s attached.", file.Name))
	}
	w.attached = true
	return nil
}

// attachmentNumber returns the file of a list that an address numbers.
func attachmentNumber(c *fiber.Ctx, files []data.Attachment) (data.Attachment, error) {
	n, err := strconv.Atoi(c.Params("number"))
	if err != nil || n < 0 || n >= len(files) {
		return data.Attachment{}, data.ErrNotFound
	}
	return files[n], nil
}
