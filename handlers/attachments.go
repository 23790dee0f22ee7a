package handlers

import (
	"errors"
	"mime"
	"strconv"
	"strings"
	"time"

	"carnet/data"
	"carnet/i18n"
	"carnet/views"

	"github.com/gofiber/fiber/v2"
)

// attachmentsList is the files of a draft or of a message.
type attachmentsList struct {
	i18n.Lang
	Client, Draft data.ID // of a draft, whose files can be taken off
	Fixed         bool    // they cannot, here
	Message       data.ID // of a message
	Files         []data.Attachment
	Most          data.AttachmentLimits // of a draft; without it they are not shown
}

func (attachmentsList) Template() string { return "attachments/_list" }

// Size is how large a file is, for people.
func (v attachmentsList) Size(n int64) string {
	switch {
	case n < 1000:
		return v.N(int(n), "%d octet", "%d octets", "%d byte", "%d bytes")
	case n < 1_000_000:
		return v.T("%d Ko", "%d kB", (n+500)/1000)
	}
	s := strings.TrimSuffix(strconv.FormatFloat(float64(n)/1e6, 'f', 1, 64), ".0")
	if v.Language() != i18n.English {
		s = strings.Replace(s, ".", ",", 1)
	}
	return v.T("%s Mo", "%s MB", s)
}

// Limits says how much can be attached.
func (v attachmentsList) Limits() string {
	return v.T("%d fichiers, %s ensemble au plus.", "%d files, %s together at most.", v.Most.Files, v.Size(v.Most.Bytes))
}

// attachmentsIndex is the step page where files are added without JavaScript.
type attachmentsIndex struct {
	i18n.Lang
	List  attachmentsList
	Page  string
	Error string
}

func (attachmentsIndex) Template() string { return "attachments/index" }
func (v attachmentsIndex) Title() string  { return v.T("Pièces jointes", "Attachments") }

// attachmentsIndex: GET /clients/:client/drafts/:draft/attachments
func (h *handlers) attachmentsIndex(c *fiber.Ctx) error {
	d, err := h.keptDraft(c)
	if errors.Is(err, data.ErrNotFound) { // nothing was typed or attached yet
		d, err = h.newDraft(c)
	}
	if err != nil {
		return err
	}
	list := attachmentsList{Lang: h.lang(c), Client: d.Client, Draft: d.ID, Files: d.Attachments}
	if isFragment(c) {
		said := list.N(len(list.Files), "%d pièce jointe.", "%d pièces jointes.", "%d attachment.", "%d attachments.")
		return h.fragment(c, fiber.StatusOK, list, live(said))
	}
	if list.Most, err = h.Store.AttachmentLimits(c.UserContext()); err != nil {
		return err
	}
	return h.page(c, fiber.StatusOK, attachmentsIndex{Lang: list.Lang, List: list, Page: string(d.Page)})
}

// newDraft returns the draft that an address names before there is one.
func (h *handlers) newDraft(c *fiber.Ctx) (data.Draft, error) {
	client, id, err := h.clientDraft(c)
	return data.Draft{ID: id, Client: client.ID}, err
}

// keptDraft returns the draft of the user that an address names.
func (h *handlers) keptDraft(c *fiber.Ctx) (data.Draft, error) {
	client, err := clientID(c)
	if err != nil {
		return data.Draft{}, err
	}
	id, err := draftID(c)
	if err != nil {
		return data.Draft{}, err
	}
	return h.Store.Draft(c.UserContext(), user(c).ID, client, id)
}

// attachmentsCreate: POST /clients/:client/drafts/:draft/attachments takes one
// file while it arrives. The script shows the words of a refusal beside the file.
func (h *handlers) attachmentsCreate(c *fiber.Ctx) error {
	client, id, err := h.clientDraft(c)
	if err != nil {
		return err
	}
	err = h.upload(c, client.ID, id)
	l := h.lang(c)
	var invalid data.Invalid
	words := ""
	switch {
	case errors.As(err, &invalid):
		words = attachmentWords(l, invalid[0])
	case errors.Is(err, data.ErrState):
		words = l.T("Ce brouillon a déjà été envoyé.", "This draft was already sent.")
	case err != nil:
		return err
	}
	if isFragment(c) && words == "" {
		return c.SendStatus(fiber.StatusNoContent)
	}
	t := toast{Lang: l, ID: "info", Text: l.T("Fichier joint.", "File attached.")}
	if words != "" {
		t.Bad, t.Text = true, words
	}
	if isFragment(c) {
		return h.fragment(c, fiber.StatusUnprocessableEntity, nil, say(t)...)
	}
	return h.seeOther(c, views.Path("clients", client.ID, "drafts", id, "attachments"), t)
}

func attachmentWords(l i18n.Lang, e data.FieldError) string {
	switch e.Problem {
	case data.TooMany:
		return l.T("%d fichiers au plus : retirez-en un d’abord.", "At most %d files: remove one first.", e.Max)
	case data.TooLarge:
		return l.T("C’est trop lourd : %s au plus, tous fichiers ensemble.", "This is too large: %s at most, all files together.", attachmentsList{Lang: l}.Size(int64(e.Max)))
	case data.Malformed:
		return l.T("Le nom de ce fichier est illisible. Renommez-le, puis joignez-le de nouveau.", "The name of this file cannot be read. Rename it, then attach it again.")
	case data.Required:
		return l.T("Choisissez un fichier.", "Choose a file.")
	}
	return problemWords(l, e)
}

// upload reads the form with the file, which is put away as it comes in.
func (h *handlers) upload(c *fiber.Ctx, client, id data.ID) error {
	u := user(c)
	most, err := h.Store.AttachmentLimits(c.UserContext())
	if err != nil {
		return err
	}
	left := most.Bytes
	if d, err := h.Store.Draft(c.UserContext(), u.ID, client, id); err == nil {
		for _, a := range d.Attachments {
			left -= a.Size
		}
	} else if !errors.Is(err, data.ErrNotFound) {
		return err
	}
	return h.receive(c, left, most.Bytes, func(page data.ID, a data.Attachment) error {
		_, err := h.Store.Attach(c.UserContext(), u.ID, client, id, page, a)
		return err
	})
}

// attachmentsDestroy: POST /clients/:client/drafts/:draft/attachments/:number/delete
func (h *handlers) attachmentsDestroy(c *fiber.Ctx) error {
	client, id, err := h.clientDraft(c)
	if err != nil {
		return err
	}
	number, err := strconv.Atoi(c.Params("number"))
	if err != nil {
		return data.ErrNotFound
	}
	d, err := h.Store.Detach(c.UserContext(), user(c).ID, client.ID, id, number)
	if err != nil {
		return err
	}
	l := h.lang(c)
	if isFragment(c) {
		return h.fragment(c, fiber.StatusOK, attachmentsList{Lang: l, Client: client.ID, Draft: id, Files: d.Attachments}, live(l.T("Pièce jointe retirée.", "Attachment removed.")))
	}
	return h.seeOther(c, views.Path("clients", client.ID, "drafts", id, "attachments"))
}

// attachmentsShow: GET /clients/:client/drafts/:draft/attachments/:number
func (h *handlers) attachmentsShow(c *fiber.Ctx) error {
	d, err := h.keptDraft(c)
	if err != nil {
		return err
	}
	a, err := attachmentNumber(c, d.Attachments)
	if err != nil {
		return err
	}
	return h.download(c, a)
}

// messagesAttachment: GET /messages/:message/attachments/:number
func (h *handlers) messagesAttachment(c *fiber.Ctx) error {
	m, _, err := h.message(c)
	if err != nil {
		return err
	}
	a, err := attachmentNumber(c, m.Attachments)
	if err != nil {
		return err
	}
	return h.download(c, a)
}

// download answers with a file: to be saved, never to be shown or run here.
func (h *handlers) download(c *fiber.Ctx, a data.Attachment) error {
	if h.Store.Blobs() == nil {
		return data.ErrNotFound
	}
	content, err := h.Store.Blobs().Open(c.UserContext(), a.Hash)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/octet-stream")
	c.Set(fiber.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": a.Name}))
	c.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	// A large file takes its time on a slow line; who reads slower than this is cut.
	if err := c.Context().SetWriteDeadline(time.Now().Add(writeTimeout + time.Duration(content.Size()/slowestReader)*time.Second)); err != nil {
		return err
	}
	return c.SendStream(content, int(content.Size()))
}
