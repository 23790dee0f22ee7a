package handlers

import (
	"errors"
	"strconv"

	"carnet/data"
	"carnet/i18n"
	"carnet/views"

	"github.com/gofiber/fiber/v2"
)

// draftsState says whether the draft of a composer is kept. It keeps it again
// when the script tells it that something was typed.
type draftsState struct {
	i18n.Lang
	Client, ID data.ID
	At         string // when it was kept; empty before that
	Stale      bool   // another page keeps it now
	Sent       bool   // it was sent by another page
	Unsent     bool   // this page was to send it, and did not
	Bare       bool   // it was to do so without a file
	Error      string // why it is not kept
}

func (draftsState) Template() string { return "drafts/_state" }

// draftsRow is a draft in a client's file.
type draftsRow struct {
	i18n.Lang
	Draft data.Draft
	Zone  zone
}

func (draftsRow) Template() string { return "drafts/_row" }

// When is the day it was written.
func (v draftsRow) When() string { return v.Date(v.Zone.at(v.Draft.Updated)) }

// draftsIndex is a page of the drafts to a client.
type draftsIndex struct {
	i18n.Lang
	Client data.Client
	Drafts []draftsRow
	Next   data.ID // the draft that the next page begins after; empty on the last
	Later  bool    // not the first page
}

func (draftsIndex) Template() string { return "drafts/index" }
func (v draftsIndex) Title() string {
	return v.T("Brouillons pour %s", "Drafts to %s", v.Client.Name)
}

// draftsIndex: GET /clients/:client/drafts?after=
func (h *handlers) draftsIndex(c *fiber.Ctx) error {
	client, err := h.client(c)
	if err != nil {
		return err
	}
	after, err := queryID(c, "after")
	if err != nil {
		return err
	}
	page, err := h.Store.Drafts(c.UserContext(), user(c).ID, client.ID, after)
	if err != nil {
		return err
	}
	v := draftsIndex{Lang: h.lang(c), Client: client, Next: page.Next, Later: after != ""}
	v.Drafts = draftsRows(v.Lang, page, zoneOf(c))
	return h.page(c, fiber.StatusOK, v)
}

func draftsRows(l i18n.Lang, page data.DraftPage, z zone) (rows []draftsRow) {
	for _, d := range page.Drafts {
		rows = append(rows, draftsRow{l, d, z})
	}
	return rows
}

// draftID returns the draft that an address names.
func draftID(c *fiber.Ctx) (data.ID, error) { return data.ParseID(c.Params("draft")) }

// clientDraft returns the client and the draft that an address names; the draft
// need not be kept yet.
func (h *handlers) clientDraft(c *fiber.Ctx) (data.Client, data.ID, error) {
	client, err := h.client(c)
	if err != nil {
		return data.Client{}, "", err
	}
	id, err := draftID(c)
	return client, id, err
}

// draft returns a writer of the draft that an address names, and the draft.
func (h *handlers) draft(c *fiber.Ctx) (*writer, data.Draft, error) {
	client, id, err := h.clientDraft(c)
	if err != nil {
		return nil, data.Draft{}, err
	}
	kept, err := h.Store.Draft(c.UserContext(), user(c).ID, client.ID, id)
	if err != nil {
		return nil, data.Draft{}, err
	}
	return h.writer(c, asDraft(kept, client)), kept, nil
}

// draftsEdit: GET /clients/:client/drafts/:draft goes on with a draft.
func (h *handlers) draftsEdit(c *fiber.Ctx) error {
	w, kept, err := h.draft(c)
	if err != nil {
		return err
	}
	w.draft.request = string(data.NewID())
	if err := w.changed(kept); err != nil {
		return err
	}
	w.state.At = w.zone.at(kept.Updated).Format("15:04")
	w.focus = "m-text"
	return h.composer(c, fiber.StatusOK, w)
}

// draftsUpdate: POST /clients/:client/drafts/:draft keeps the composer's form as
// it stands, while one types and when one leaves. With force it takes over a
// draft that another page keeps.
func (h *handlers) draftsUpdate(c *fiber.Ctx) error {
	client, id, err := h.clientDraft(c)
	if err != nil {
		return err
	}
	w := h.writer(c, readDraft(c, client))
	w.draft.id = id
	if err := w.save(c.FormValue("force") == "1"); err != nil {
		return err
	}
	status := fiber.StatusOK
	switch {
	case w.state.Stale, w.state.Sent:
		status = fiber.StatusConflict
	case w.state.Error != "":
		status = fiber.StatusUnprocessableEntity
	}
	if isFragment(c) {
		return h.fragment(c, status, w.state)
	}
	if status != fiber.StatusOK {
		return h.composer(c, status, w)
	}
	return h.seeOther(c, views.Path("clients", client.ID, "drafts", id), toast{Lang: w.Lang, ID: "info", Text: w.T("Brouillon enregistré.", "Draft saved.")})
}

// save keeps the draft and notes in state what became of it.
func (w *writer) save(force bool) error {
	kept, err := w.h.Store.SaveDraft(w.ctx, w.draft.kept(w.user.ID), force)
	var invalid data.Invalid
	switch {
	case errors.Is(err, data.ErrStale):
		w.state.Stale = true
		return nil
	case errors.Is(err, data.ErrState):
		w.state.Sent = true
		return nil
	case errors.As(err, &invalid):
		w.state.Error = w.T("Le brouillon est trop long pour être gardé.", "The draft is too long to be kept.")
		return nil
	case err != nil:
		return err
	}
	w.state.At = w.zone.at(kept.Updated).Format("15:04")
	return w.changed(kept)
}

// outdated tells whether another page keeps or sent the draft that this one was to
// send, and notes it in state.
func (w *writer) outdated(err error) bool {
	w.state.Stale, w.state.Sent = errors.Is(err, data.ErrStale), errors.Is(err, data.ErrState)
	w.state.Unsent, w.state.Bare = w.state.Stale || w.state.Sent, w.bare
	return w.state.Unsent
}

// kept is the draft as the book keeps it.
func (d *draft) kept(author data.ID) data.Draft {
	k := data.Draft{ID: d.id, Client: d.client.ID, Author: author, Version: d.version, Page: data.ID(d.request), Subject: d.subject}
	k.Text, k.Each, k.Ignored, k.Asked = d.text, d.each, d.ignored, d.asked
	for i, f := range []*data.DraftField{&k.To, &k.Cc, &k.Bcc} {
		field := d.fields[i]
		f.Typed, f.Shown = field.query, field.shown
		for _, t := range field.tokens {
			f.Recipients = append(f.Recipients, data.DraftRecipient{Text: rawOf(t)})
		}
	}
	return k
}

// asDraft is a draft of the book as a form.
func asDraft(k data.Draft, client data.Client) *draft {
	d := &draft{client: client, id: k.ID, version: k.Version, subject: k.Subject, text: k.Text, each: k.Each, ignored: k.Ignored, asked: k.Asked}
	for i, f := range []data.DraftField{k.To, k.Cc, k.Bcc} {
		field := &draftField{name: fieldNames[i], query: f.Typed, shown: f.Shown || i == 0, editing: -1}
		for _, x := range f.Recipients {
			field.tokens = append(field.tokens, token(x.Text))
		}
		d.fields = append(d.fields, field)
	}
	return d
}

// draftsDestroy: POST /clients/:client/drafts/:draft/delete
func (h *handlers) draftsDestroy(c *fiber.Ctx) error {
	client, id, err := h.clientDraft(c)
	if err != nil {
		return err
	}
	if err := h.Store.DeleteDraft(c.UserContext(), user(c).ID, client.ID, id); err != nil {
		return err
	}
	l := h.lang(c)
	return h.seeOther(c, views.Path("clients", client.ID), toast{Lang: l, ID: "undo-" + string(id), Text: l.T("Brouillon supprimé.", "Draft deleted."),
		Undo: views.Path("clients", client.ID, "drafts", id, "restore")})
}

// draftsRestore: POST /clients/:client/drafts/:draft/restore
func (h *handlers) draftsRestore(c *fiber.Ctx) error {
	client, id, err := h.clientDraft(c)
	if err != nil {
		return err
	}
	if err := h.Store.RestoreDraft(c.UserContext(), user(c).ID, client.ID, id); err != nil {
		return err
	}
	l := h.lang(c)
	return h.seeOther(c, views.Path("clients", client.ID, "drafts", id), toast{Lang: l, ID: "info", Text: l.T("Brouillon rétabli.", "Draft restored.")})
}

// draftVersion returns the version of a draft that a form began with.
func draftVersion(c *fiber.Ctx) uint64 {
	v, _ := strconv.ParseUint(c.FormValue("version"), 10, 64)
	return v
}
