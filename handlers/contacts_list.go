package handlers

import (
	"net/url"
	"strconv"
	"strings"

	"carnet/data"
	"carnet/i18n"
	"carnet/views"

	"github.com/gofiber/fiber/v2"
)

// contactsBlock is the block on a client's file: the main address, then four
// contacts, favorites first.
type contactsBlock struct {
	i18n.Lang
	Client data.Client
	Tally  data.Tally
	Main   *contactsMain // nil if it has none, or if a contact shown has it
	Rows   []views.Fragment
	Writes bool // the reader may change things
}

func (contactsBlock) Template() string { return "contacts/_block" }

type contactsMain struct {
	i18n.Lang
	Client data.ID
	Email  string
	Writes bool
}

func (contactsMain) Template() string { return "contacts/_main" }

// Copy is the button that copies the address.
func (v contactsMain) Copy(text string) copyButton { return copyButton{v.Lang, text} }

// blockSize is how many contacts the block shows.
const blockSize = 4

func (h *handlers) contactsBlock(c *fiber.Ctx, client data.Client) (contactsBlock, error) {
	v := contactsBlock{Lang: h.lang(c), Client: client, Writes: user(c).Writes()}
	page, err := h.Store.Contacts(c.UserContext(), client.ID, data.ContactFilter{Limit: blockSize})
	if err != nil {
		return v, err
	}
	v.Tally = page.Tally
	if v.Rows, err = h.contactRows(c, client, page, func(r contactsRow) row { return contactsMini{r} }); err != nil {
		return v, err
	}
	v.Main, err = h.pinned(c, client)
	return v, err
}

// contactsRow is a contact in the list; contactsMini the same in the block.
type contactsRow struct {
	i18n.Lang
	Contact data.Contact
	Main    bool // it has the client's main address
	Writes  bool // the reader may change it
	Saved   bool // it was just saved: it flashes and takes the focus
}

func (contactsRow) Template() string { return "contacts/_row" }

func (contactsRow) StarID() string { return "contacts-star" }

// Copy is the button that copies the address or a number.
func (v contactsRow) Copy(text string) copyButton { return copyButton{v.Lang, text} }

type contactsMini struct{ contactsRow }

func (contactsMini) Template() string { return "contacts/_mini" }

func (contactsMini) StarID() string { return "contacts-mini-star" }

// contactsStar is the star alone, for the answer to a click on it.
type contactsStar struct {
	i18n.Lang
	Contact data.Contact
	StarID  string
}

func (contactsStar) Template() string { return "contacts/_button" }

// contactRows draws the rows of a page of contacts, as the reader's role has them.
func (h *handlers) contactRows(c *fiber.Ctx, client data.Client, page data.ContactPage, as func(contactsRow) row) ([]views.Fragment, error) {
	rows := make([]views.Fragment, len(page.Contacts))
	for i, contact := range page.Contacts {
		v := contactsRow{Lang: h.lang(c), Contact: contact, Main: data.SameAddress(contact.Email, client.Email), Writes: user(c).Writes()}
		var err error
		if rows[i], err = h.row(as(v), contact.ID, contact.Version, contact.Favorite, v.Main, v.Writes); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

type contactsIndex struct{ List contactsList }

func (contactsIndex) Template() string { return "contacts/index" }

func (v contactsIndex) Title() string {
	return v.List.T("Contacts de %s", "%s’s contacts", v.List.Client.Name)
}

type contactsList struct {
	i18n.Lang
	Client data.Client
	Query  string
	Count  contactsCount
	Rows   contactsRows
	Page   bool // a page of its own, not the dialog
	Writes bool
	Saved  bool // a row was just saved, and takes the focus
}

func (contactsList) Template() string { return "contacts/_list" }

type contactsCount struct {
	i18n.Lang
	Tally data.Tally
}

func (contactsCount) Template() string { return "contacts/_count" }

type contactsRows struct {
	i18n.Lang
	Query  string
	Main   *contactsMain
	Range  contactsRange
	Writes bool
}

func (contactsRows) Template() string { return "contacts/_rows" }

// contactsRange is a page of rows, and the button for the next.
type contactsRange struct {
	i18n.Lang
	Client    data.ID
	Rows      []views.Fragment
	Next      data.Cursor
	More      string // the address of the next page
	Left      int    // contacts after this page, if known
	Truncated bool
}

func (contactsRange) Template() string { return "contacts/_range" }

// contactsIndex: GET /clients/:client/contacts?q=&after=. The whole list in the
// dialog, its rows while one filters, or the next rows: as the target says.
func (h *handlers) contactsIndex(c *fiber.Ctx) error {
	_, target, _ := strings.Cut(c.Get("HX-Target"), "#")
	if isFragment(c) && target != "contacts-rows" && c.Context().QueryArgs().Len() == 0 {
		return h.contactsWhole(c)
	}
	client, err := h.client(c)
	if err != nil {
		return err
	}
	v, err := h.contactsList(c, client)
	if err != nil {
		return err
	}
	switch {
	case !isFragment(c):
		v.Page = true
		return h.page(c, fiber.StatusOK, contactsIndex{v})
	case target == "contacts-rows":
		return h.fragment(c, fiber.StatusOK, v.Rows, live(v.N(len(v.Rows.Range.Rows),
			"%d contact.", "%d contacts.", "%d contact.", "%d contacts.")))
	case target == "contacts-more":
		return h.fragment(c, fiber.StatusOK, v.Rows.Range)
	}
	return h.fragment(c, fiber.StatusOK, v)
}

// contactsWhole answers with the list from its start, as "Voir tout" asks.
func (h *handlers) contactsWhole(c *fiber.Ctx) error {
	client, err := h.summary(c)
	if err != nil {
		return err
	}
	k := keptKey{"contacts/_list", h.lang(c), client.ID, strconv.FormatUint(client.Tally.Version, 10)}
	if !user(c).Writes() {
		k.version += "-r" // readers have another
	}
	return h.list(c, k, func() (view, error) { return h.contactsList(c, client.Client) })
}

// contactsList reads the page of the list that a request asks for.
func (h *handlers) contactsList(c *fiber.Ctx, client data.Client) (contactsList, error) {
	v := contactsList{Lang: h.lang(c), Client: client, Query: query(c), Writes: user(c).Writes()}
	after := data.Cursor(c.Query("after"))
	page, err := h.Store.Contacts(c.UserContext(), client.ID, data.ContactFilter{Query: v.Query, After: after})
	if err != nil {
		return v, err
	}
	v.Count = contactsCount{v.Lang, page.Tally}
	v.Rows = contactsRows{Lang: v.Lang, Query: v.Query, Writes: v.Writes, Range: contactsRange{
		Lang: v.Lang, Client: client.ID, Next: page.Next, Truncated: page.Truncated}}
	r := &v.Rows.Range
	if r.Rows, err = h.contactRows(c, client, page, func(r contactsRow) row { return r }); err != nil {
		return v, err
	}
	if v.Query == "" && after == "" {
		r.Left = page.Tally.Contacts - len(r.Rows)
		if v.Rows.Main, err = h.pinned(c, client); err != nil {
			return v, err
		}
	}
	if page.Next != "" {
		r.More = string(views.Path("clients", client.ID, "contacts")) + "?" + url.Values{"q": {v.Query}, "after": {string(page.Next)}}.Encode()
	}
	return v, nil
}

// pinned returns the main address as a row of its own, unless a contact has it.
func (h *handlers) pinned(c *fiber.Ctx, client data.Client) (*contactsMain, error) {
	if client.Email == "" {
		return nil, nil
	}
	known, err := h.Store.Recipients(c.UserContext(), client.ID, []data.Mailbox{{Address: client.Email}})
	if err != nil || known[0].Contact != nil {
		return nil, err
	}
	return &contactsMain{h.lang(c), client.ID, client.Email, user(c).Writes()}, nil
}

// changed answers a change of a client's contacts: the list in the dialog, or
// its rows where they show, the block behind it, and a toast.
func (h *handlers) changed(c *fiber.Ctx, client data.Client, saved data.Contact, t toast) error {
	list := views.Path("clients", client.ID, "contacts")
	if !isFragment(c) {
		return h.seeOther(c, list, t)
	}
	c.Request().URI().QueryArgs().Reset() // the list is shown from its start
	v, err := h.contactsList(c, client)
	if err != nil {
		return err
	}
	if saved.ID != "" {
		if err := h.flashRow(&v, client, saved); err != nil {
			return err
		}
	}
	block, err := h.contactsBlock(c, client)
	if err != nil {
		return err
	}
	besides := append([]partial{beside("contacts-block", block)}, say(t)...)
	if _, target, _ := strings.Cut(c.Get("HX-Target"), "#"); target == "modal-body" {
		return h.fragment(c, fiber.StatusOK, v, besides...)
	}
	return h.fragment(c, fiber.StatusOK, nil, append(besides, beside("contacts-rows", v.Rows), beside("contacts-count", v.Count))...)
}

// flashRow marks the row of a contact that was just saved; one that sorts
// beyond the first page is shown on top.
func (h *handlers) flashRow(v *contactsList, client data.Client, saved data.Contact) error {
	fresh, err := h.views.Fragment("contacts/_row", contactsRow{Lang: v.Lang, Contact: saved, Saved: true, Writes: true,
		Main: data.SameAddress(saved.Email, client.Email)})
	if err != nil {
		return err
	}
	v.Saved = true
	mark := `id="contacts-row-` + string(saved.ID) + `"`
	for i, r := range v.Rows.Range.Rows {
		if strings.Contains(string(r[:min(len(r), 120)]), mark) {
			v.Rows.Range.Rows[i] = fresh
			return nil
		}
	}
	v.Rows.Range.Rows = append([]views.Fragment{fresh}, v.Rows.Range.Rows...)
	return nil
}
