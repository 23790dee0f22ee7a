package handlers

import (
	"errors"
	"net/url"
	"strconv"
	"strings"

	"carnet/data"
	"carnet/i18n"
	"carnet/views"

	"github.com/gofiber/fiber/v2"
)

// contactID returns the contact that an address names.
func contactID(c *fiber.Ctx) (data.ID, error) { return data.ParseID(c.Params("contact")) }

// contact returns the client and the contact that an address names.
func (h *handlers) contact(c *fiber.Ctx) (data.Client, data.Contact, error) {
	client, err := h.client(c)
	if err != nil {
		return client, data.Contact{}, err
	}
	id, err := contactID(c)
	if err != nil {
		return client, data.Contact{}, err
	}
	contact, err := h.Store.Contact(c.UserContext(), client.ID, id)
	return client, contact, err
}

// contactsBlock is the block on a client's file: the main address, then four
// contacts, favorites first.
type contactsBlock struct {
	i18n.Lang
	Client data.Client
	Tally  data.Tally
	Main   *contactsMain // nil if it has none, or if a contact shown has it
	Rows   []views.Fragment
}

func (contactsBlock) Template() string { return "contacts/_block" }

type contactsMain struct {
	i18n.Lang
	Client data.ID
	Email  string
}

func (contactsMain) Template() string { return "contacts/_main" }

// blockSize is how many contacts the block shows.
const blockSize = 4

func (h *handlers) contactsBlock(c *fiber.Ctx, client data.Client) (contactsBlock, error) {
	v := contactsBlock{Lang: h.lang(c), Client: client}
	page, err := h.Store.Contacts(c.UserContext(), client.ID, data.ContactFilter{Limit: blockSize})
	if err != nil {
		return v, err
	}
	v.Tally = page.Tally
	if v.Rows, err = h.contactRows(v.Lang, client, page, func(r contactsRow) row { return contactsMini{r} }); err != nil {
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
	Saved   bool // it was just saved: it flashes and takes the focus
}

func (contactsRow) Template() string { return "contacts/_row" }
func (contactsRow) StarID() string   { return "contacts-star" }

type contactsMini struct{ contactsRow }

func (contactsMini) Template() string { return "contacts/_mini" }
func (contactsMini) StarID() string   { return "contacts-mini-star" }

// contactsStar is the star alone, for the answer to a click on it.
type contactsStar struct {
	i18n.Lang
	Contact data.Contact
	StarID  string
}

func (contactsStar) Template() string { return "contacts/_button" }

// contactRows draws the rows of a page of contacts.
func (h *handlers) contactRows(l i18n.Lang, client data.Client, page data.ContactPage, as func(contactsRow) row) ([]views.Fragment, error) {
	rows := make([]views.Fragment, len(page.Contacts))
	for i, contact := range page.Contacts {
		v := contactsRow{Lang: l, Contact: contact, Main: data.SameAddress(contact.Email, client.Email)}
		var err error
		if rows[i], err = h.row(as(v), contact.ID, contact.Version, contact.Favorite, v.Main); err != nil {
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
	Query string
	Main  *contactsMain
	Range contactsRange
}

func (contactsRows) Template() string { return "contacts/_rows" }

// contactsRange is a page of rows, and the button for the next.
type contactsRange struct {
	i18n.Lang
	Client    data.ID
	Rows      []views.Fragment
	Next      data.ID
	More      string // the address of the next page
	Left      int    // contacts after this page, if known
	Truncated bool
}

func (contactsRange) Template() string { return "contacts/_range" }

// contactsIndex: GET /clients/:client/contacts?q=&after=. The whole list in the
// dialog, its rows while one filters, or the next rows: as the target says.
func (h *handlers) contactsIndex(c *fiber.Ctx) error {
	client, err := h.client(c)
	if err != nil {
		return err
	}
	_, target, _ := strings.Cut(c.Get("HX-Target"), "#")
	if isFragment(c) && target != "contacts-rows" && c.Context().QueryArgs().Len() == 0 {
		return h.contactsWhole(c, client)
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
func (h *handlers) contactsWhole(c *fiber.Ctx, client data.Client) error {
	t, err := h.Store.Tally(c.UserContext(), client.ID)
	if err != nil {
		return err
	}
	k := keptKey{"contacts/_list", h.lang(c), client.ID, strconv.FormatUint(t.Version, 10)}
	return h.list(c, k, func() (view, error) { return h.contactsList(c, client) })
}

// contactsList reads the page of the list that a request asks for.
func (h *handlers) contactsList(c *fiber.Ctx, client data.Client) (contactsList, error) {
	v := contactsList{Lang: h.lang(c), Client: client, Query: query(c)}
	after, err := cursor(c)
	if err != nil {
		return v, err
	}
	page, err := h.Store.Contacts(c.UserContext(), client.ID, data.ContactFilter{Query: v.Query, After: after})
	if err != nil {
		return v, err
	}
	v.Count = contactsCount{v.Lang, page.Tally}
	v.Rows = contactsRows{Lang: v.Lang, Query: v.Query, Range: contactsRange{
		Lang: v.Lang, Client: client.ID, Next: page.Next, Truncated: page.Truncated}}
	r := &v.Rows.Range
	if r.Rows, err = h.contactRows(v.Lang, client, page, func(r contactsRow) row { return r }); err != nil {
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
	return &contactsMain{h.lang(c), client.ID, client.Email}, nil
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
	fresh, err := h.views.Fragment("contacts/_row", contactsRow{Lang: v.Lang, Contact: saved, Saved: true,
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

// contactFields are the fields of a contact's form.
var contactFields = []string{"request", "version", "email", "civility", "first_name", "last_name", "role", "phone",
	"mobile", "notes", "favorite", "was_favorite", "departed", "fresh"}

type contactsForm struct {
	form
	Client   data.Client
	Heading  string
	Action   views.Address
	Page     bool
	Binned   *data.Contact // the contact in the trash that has the address
	Conflict []difference
}

func (contactsForm) Template() string { return "contacts/_form" }

type contactsNew struct{ Form contactsForm }

func (contactsNew) Template() string { return "contacts/new" }
func (v contactsNew) Title() string  { return v.Form.Heading }

type contactsEdit struct{ Form contactsForm }

func (contactsEdit) Template() string { return "contacts/edit" }
func (v contactsEdit) Title() string  { return v.Form.Heading }

func newContactForm(f form, client data.Client) contactsForm {
	return contactsForm{form: f, Client: client, Heading: f.T("Nouveau contact", "New contact"),
		Action: views.Path("clients", client.ID, "contacts", "new")}
}

func editContactForm(f form, client data.Client, id data.ID) contactsForm {
	return contactsForm{form: f, Client: client, Heading: f.T("Modifier le contact", "Edit contact"),
		Action: views.Path("clients", client.ID, "contacts", id, "edit")}
}

// contactForm answers with a contact's form, in the dialog or on a page.
func (h *handlers) contactForm(c *fiber.Ctx, status int, v contactsForm) error {
	if isFragment(c) {
		return h.fragment(c, status, v)
	}
	v.Page = true
	if v.Values["version"] == "" {
		return h.page(c, status, contactsNew{v})
	}
	return h.page(c, status, contactsEdit{v})
}

// contactsNew: GET /clients/:client/contacts/new
func (h *handlers) contactsNew(c *fiber.Ctx) error {
	client, err := h.client(c)
	if err != nil {
		return err
	}
	f := form{Lang: h.lang(c), Values: map[string]string{"request": string(data.NewID())}}
	return h.contactForm(c, fiber.StatusOK, newContactForm(f, client))
}

// contactsCreate: POST /clients/:client/contacts/new
func (h *handlers) contactsCreate(c *fiber.Ctx) error {
	client, err := h.client(c)
	if err != nil {
		return err
	}
	f := h.posted(c, contactFields...)
	contact := data.Contact{Client: client.ID, Favorite: f.Values["favorite"] == "1"}
	fillContact(&contact, f)
	contact, err = h.Store.CreateContact(c.UserContext(), f.request(), contact, f.Values["fresh"] == "1")
	if errors.As(err, &f.Problems) {
		return h.contactAgain(c, client, newContactForm(f, client))
	}
	if err != nil {
		return err
	}
	return h.changed(c, client, contact, toast{Lang: f.Lang, ID: "info",
		Text: f.T("%s ajouté aux contacts.", "%s added to contacts.", contact.Label())})
}

// contactAgain shows a form that was refused, with its problems.
func (h *handlers) contactAgain(c *fiber.Ctx, client data.Client, v contactsForm) error {
	if p := v.Problems.Field("email"); p != nil && p.Other != "" {
		switch p.Problem {
		case data.Duplicate:
			v.More = map[string]link{"email": {views.Path("clients", client.ID, "contacts", p.Other, "edit"), v.T("Voir ce contact", "See this contact")}}
		case data.InTrash:
			binned, err := h.Store.BinnedContact(c.UserContext(), client.ID, p.Other)
			if err != nil {
				return err
			}
			v.Binned = &binned
		}
	}
	return h.contactForm(c, fiber.StatusUnprocessableEntity, v)
}

func fillContact(contact *data.Contact, f form) {
	contact.Email, contact.Civility = f.Values["email"], data.Civility(f.Values["civility"])
	contact.FirstName, contact.LastName, contact.Role = f.Values["first_name"], f.Values["last_name"], f.Values["role"]
	contact.Phone, contact.Mobile, contact.Notes = f.Values["phone"], f.Values["mobile"], f.Values["notes"]
	contact.Departed = f.Values["departed"] == "1"
}

func contactValues(contact data.Contact) map[string]string {
	v := map[string]string{
		"version": strconv.FormatUint(contact.Version, 10), "email": contact.Email, "civility": string(contact.Civility),
		"first_name": contact.FirstName, "last_name": contact.LastName, "role": contact.Role,
		"phone": contact.Phone, "mobile": contact.Mobile, "notes": contact.Notes,
	}
	if contact.Favorite {
		v["favorite"], v["was_favorite"] = "1", "1"
	}
	if contact.Departed {
		v["departed"] = "1"
	}
	return v
}

// contactsEdit: GET /clients/:client/contacts/:contact/edit
func (h *handlers) contactsEdit(c *fiber.Ctx) error {
	client, contact, err := h.contact(c)
	if err != nil {
		return err
	}
	f := form{Lang: h.lang(c), Values: contactValues(contact)}
	return h.contactForm(c, fiber.StatusOK, editContactForm(f, client, contact.ID))
}

// contactsUpdate: POST /clients/:client/contacts/:contact/edit. The star is
// set only if this form changed it: it may have been clicked meanwhile.
func (h *handlers) contactsUpdate(c *fiber.Ctx) error {
	client, err := h.client(c)
	if err != nil {
		return err
	}
	id, err := contactID(c)
	if err != nil {
		return err
	}
	f := h.posted(c, contactFields...)
	contact, err := h.Store.UpdateContact(c.UserContext(), client.ID, id, f.version(), func(contact *data.Contact) {
		fillContact(contact, f)
		if f.Values["favorite"] != f.Values["was_favorite"] {
			contact.Favorite = f.Values["favorite"] == "1"
		}
	})
	switch v := editContactForm(f, client, id); {
	case errors.Is(err, data.ErrStale):
		v.Conflict = differences(f, contactValues(contact), contactLabels)
		f.Values["version"] = strconv.FormatUint(contact.Version, 10)
		return h.contactForm(c, fiber.StatusConflict, v)
	case errors.As(err, &v.Problems):
		return h.contactAgain(c, client, v)
	case err != nil:
		return err
	}
	return h.changed(c, client, contact, toast{Lang: f.Lang, ID: "info",
		Text: f.T("%s mis à jour.", "%s updated.", contact.Label())})
}

// contactLabels names the fields of a contact that a conflict shows, in order.
var contactLabels = []labelled{
	{"email", "Adresse e-mail", "Email address"}, {"civility", "Civilité", "Title"}, {"first_name", "Prénom", "First name"},
	{"last_name", "Nom", "Last name"}, {"role", "Fonction", "Role"}, {"phone", "Téléphone", "Phone"},
	{"mobile", "Mobile", "Mobile"}, {"notes", "Notes", "Notes"},
}

type contactsAsk struct {
	i18n.Lang
	Client  data.Client
	Contact data.Contact
	Heading string
	Page    bool
}

func (contactsAsk) Template() string { return "contacts/_ask" }

type contactsDelete struct{ Ask contactsAsk }

func (contactsDelete) Template() string { return "contacts/delete" }
func (v contactsDelete) Title() string  { return v.Ask.Heading }

// contactsDelete: GET /clients/:client/contacts/:contact/delete asks first; the
// list leads here for a favorite only.
func (h *handlers) contactsDelete(c *fiber.Ctx) error {
	client, contact, err := h.contact(c)
	if err != nil {
		return err
	}
	v := contactsAsk{Lang: h.lang(c), Client: client, Contact: contact, Page: !isFragment(c)}
	v.Heading = v.T("Supprimer %s ?", "Delete %s?", contact.Label())
	if !v.Page {
		return h.fragment(c, fiber.StatusOK, v)
	}
	return h.page(c, fiber.StatusOK, contactsDelete{v})
}

// contactsDestroy: POST /clients/:client/contacts/:contact/delete
func (h *handlers) contactsDestroy(c *fiber.Ctx) error {
	client, contact, err := h.contact(c)
	if err != nil {
		return err
	}
	if _, err := h.Store.DeleteContact(c.UserContext(), client.ID, contact.ID); err != nil {
		return err
	}
	l := h.lang(c)
	return h.changed(c, client, data.Contact{}, toast{Lang: l, ID: "undo-" + string(contact.ID),
		Text: l.T("%s supprimé.", "%s deleted.", contact.Label()),
		Undo: views.Path("clients", client.ID, "contacts", contact.ID, "restore")})
}

// contactsRestore: POST /clients/:client/contacts/:contact/restore
func (h *handlers) contactsRestore(c *fiber.Ctx) error {
	client, err := h.client(c)
	if err != nil {
		return err
	}
	id, err := contactID(c)
	if err != nil {
		return err
	}
	l := h.lang(c)
	contact, err := h.Store.RestoreContact(c.UserContext(), client.ID, id)
	var invalid data.Invalid
	if errors.As(err, &invalid) {
		return h.changed(c, client, data.Contact{}, toast{Lang: l, ID: "info", Bad: true,
			Text: l.T("%s reste dans la corbeille : un autre contact a maintenant son adresse.",
				"%s stays in the trash: another contact has its address now.", contact.Label())})
	}
	if err != nil {
		return err
	}
	return h.changed(c, client, contact, toast{Lang: l, ID: "undo-" + string(id),
		Text: l.T("%s rétabli.", "%s restored.", contact.Label())})
}

// mainsUpdate: POST /clients/:client/contacts/:contact/main
func (h *handlers) mainsUpdate(c *fiber.Ctx) error {
	client, contact, err := h.contact(c)
	if err != nil {
		return err
	}
	former, err := h.Store.MakeMain(c.UserContext(), client.ID, contact.ID)
	if err != nil {
		return err
	}
	if client, err = h.Store.Client(c.UserContext(), client.ID); err != nil {
		return err
	}
	l := h.lang(c)
	text := l.T("%s est l’adresse principale.", "%s is the main address.", contact.Email)
	if former != "" {
		text = l.T("%s est l’adresse principale ; %s reste en favori.", "%s is the main address; %s stays as a favorite.", contact.Email, former)
	}
	return h.changed(c, client, data.Contact{}, toast{Lang: l, ID: "info", Text: text})
}
