package handlers

import (
	"errors"
	"strconv"

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
	Also     []data.Client // other clients that hold the address
	Conflict []difference
	Erase    views.Address // of what can be done with all that is known; empty: nothing by this user
}

func (contactsForm) Template() string { return "contacts/_form" }

type contactsNew struct{ Form contactsForm }

func (contactsNew) Template() string { return "contacts/new" }

func (v contactsNew) Title() string { return v.Form.Heading }

type contactsEdit struct{ Form contactsForm }

func (contactsEdit) Template() string { return "contacts/edit" }

func (v contactsEdit) Title() string { return v.Form.Heading }

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
	if id, err := contactID(c); err == nil && user(c).Administers() {
		v.Erase = views.Path("clients", v.Client.ID, "contacts", id, "erase")
	}
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
	v := editContactForm(form{Lang: h.lang(c), Values: contactValues(contact)}, client, contact.ID)
	if v.Also, err = h.Store.Elsewhere(c.UserContext(), contact.Email, client.ID); err != nil {
		return err
	}
	return h.contactForm(c, fiber.StatusOK, v)
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

func (v contactsDelete) Title() string { return v.Ask.Heading }

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
