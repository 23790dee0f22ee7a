package handlers

import (
	"errors"
	"strconv"

	"carnet/data"
	"carnet/i18n"
	"carnet/views"

	"github.com/gofiber/fiber/v2"
)

type templatesIndex struct {
	i18n.Lang
	Templates []data.Template
	Writes    bool
}

func (templatesIndex) Template() string { return "templates/index" }
func (v templatesIndex) Title() string  { return v.T("Modèles d’e-mail", "Email templates") }

// templatesIndex: GET /templates
func (h *handlers) templatesIndex(c *fiber.Ctx) error {
	list, err := h.Store.Templates(c.UserContext())
	if err != nil {
		return err
	}
	return h.page(c, fiber.StatusOK, templatesIndex{h.lang(c), list, user(c).Writes()})
}

// templateFields are the fields of a template's form.
var templateFields = []string{"request", "version", "name", "language", "subject", "text", "client"}

type templatesForm struct {
	form
	ID       data.ID // empty for a new one
	Conflict []difference
	Preview  *templatesPreview
}

func (templatesForm) Template() string { return "templates/form" }

func (v templatesForm) Title() string {
	if v.ID == "" {
		return v.T("Nouveau modèle", "New template")
	}
	return v.T("Modifier le modèle", "Edit template")
}

// Action is where the form posts to.
func (v templatesForm) Action() views.Address {
	if v.ID == "" {
		return views.Path("templates", "new")
	}
	return views.Path("templates", v.ID, "edit")
}

// Variables are the names to write between braces, in the language of the page.
func (v templatesForm) Variables() (names []string) {
	for _, x := range data.Variables {
		names = append(names, "{{"+v.T(x.French, x.English)+"}}")
	}
	return names
}

// templatesPreview is a template filled in for a client.
type templatesPreview struct {
	i18n.Lang
	Client        string
	Subject, Text string
	Missing       []string // variables that have no value there
}

func (templatesPreview) Template() string { return "templates/_preview" }

// templatesNew: GET /templates/new
func (h *handlers) templatesNew(c *fiber.Ctx) error {
	l := h.lang(c)
	return h.page(c, fiber.StatusOK, templatesForm{form: form{Lang: l,
		Values: map[string]string{"request": string(data.NewID()), "language": string(l)}}})
}

// templatesCreate: POST /templates/new
func (h *handlers) templatesCreate(c *fiber.Ctx) error {
	v := templatesForm{form: h.posted(c, templateFields...)}
	if c.FormValue("op") == "preview" {
		return h.templatePreview(c, v)
	}
	var t data.Template
	fillTemplate(&t, v.form)
	t, err := h.Store.CreateTemplate(c.UserContext(), v.request(), t)
	if errors.As(err, &v.Problems) {
		return h.page(c, fiber.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	return h.seeOther(c, "/templates", toast{Lang: v.Lang, ID: "info", Text: v.T("Modèle « %s » créé.", "Template “%s” created.", t.Name)})
}

func fillTemplate(t *data.Template, f form) {
	t.Name, t.Language = f.Values["name"], data.Language(f.Values["language"])
	t.Subject, t.Text = f.Values["subject"], f.Values["text"]
}

func templateValues(t data.Template) map[string]string {
	return map[string]string{"version": strconv.FormatUint(t.Version, 10), "name": t.Name, "language": string(t.Language),
		"subject": t.Subject, "text": t.Text}
}

// templateID returns the template that an address names.
func templateID(c *fiber.Ctx) (data.ID, error) { return data.ParseID(c.Params("template")) }

// templatesEdit: GET /templates/:template/edit
func (h *handlers) templatesEdit(c *fiber.Ctx) error {
	id, err := templateID(c)
	if err != nil {
		return err
	}
	t, err := h.Store.Template(c.UserContext(), id)
	if err != nil {
		return err
	}
	return h.page(c, fiber.StatusOK, templatesForm{form: form{Lang: h.lang(c), Values: templateValues(t)}, ID: id})
}

// templatesUpdate: POST /templates/:template/edit. A form filled from an older
// version comes back with both versions.
func (h *handlers) templatesUpdate(c *fiber.Ctx) error {
	id, err := templateID(c)
	if err != nil {
		return err
	}
	v := templatesForm{form: h.posted(c, templateFields...), ID: id}
	if c.FormValue("op") == "preview" {
		return h.templatePreview(c, v)
	}
	t, err := h.Store.UpdateTemplate(c.UserContext(), id, v.version(), func(t *data.Template) { fillTemplate(t, v.form) })
	switch {
	case errors.Is(err, data.ErrStale):
		v.Conflict = differences(v.form, templateValues(t), templateLabels)
		v.Values["version"] = strconv.FormatUint(t.Version, 10)
		return h.page(c, fiber.StatusConflict, v)
	case errors.As(err, &v.Problems):
		return h.page(c, fiber.StatusUnprocessableEntity, v)
	case err != nil:
		return err
	}
	return h.seeOther(c, "/templates", toast{Lang: v.Lang, ID: "info", Text: v.T("Modèle « %s » mis à jour.", "Template “%s” updated.", t.Name)})
}

// templateLabels names the fields of a template that a conflict shows, in order.
var templateLabels = []labelled{{"name", "Nom", "Name"}, {"language", "Langue", "Language"},
	{"subject", "Objet", "Subject"}, {"text", "Message", "Message"}}

// templatePreview shows a form with its template filled in for a client: the
// first that the search finds.
func (h *handlers) templatePreview(c *fiber.Ctx, v templatesForm) error {
	page, err := h.Store.Clients(c.UserContext(), data.ClientFilter{Query: v.Values["client"]})
	if err != nil {
		return err
	}
	if len(page.Clients) == 0 {
		v.Problems = data.Invalid{{Field: "client", Problem: data.NotOffered}}
		return h.page(c, fiber.StatusUnprocessableEntity, v)
	}
	client := page.Clients[0].Client
	w := h.writer(c, &draft{client: client})
	contacts, err := h.Store.Contacts(c.UserContext(), client.ID, data.ContactFilter{Limit: 1, Active: true})
	if err != nil {
		return err
	}
	var contact *data.Contact
	if len(contacts.Contacts) > 0 {
		contact = &contacts.Contacts[0]
	}
	values, err := w.values(contact)
	if err != nil {
		return err
	}
	p := templatesPreview{Lang: v.Lang, Client: client.Name}
	var more []string
	p.Subject, p.Missing = data.FillText(v.Values["subject"], values)
	p.Text, more = data.FillText(v.Values["text"], values)
	p.Missing = append(p.Missing, more...)
	v.Values["client"], v.Preview = client.Name, &p
	return h.page(c, fiber.StatusOK, v)
}

// templatesDestroy: POST /templates/:template/delete
func (h *handlers) templatesDestroy(c *fiber.Ctx) error {
	id, err := templateID(c)
	if err != nil {
		return err
	}
	t, err := h.Store.DeleteTemplate(c.UserContext(), id)
	if err != nil {
		return err
	}
	l := h.lang(c)
	return h.seeOther(c, "/templates", toast{Lang: l, ID: "undo-" + string(id), Text: l.T("Modèle « %s » supprimé.", "Template “%s” deleted.", t.Name),
		Undo: views.Path("templates", id, "restore")})
}

// templatesRestore: POST /templates/:template/restore
func (h *handlers) templatesRestore(c *fiber.Ctx) error {
	id, err := templateID(c)
	if err != nil {
		return err
	}
	t, err := h.Store.RestoreTemplate(c.UserContext(), id)
	if err != nil {
		return err
	}
	l := h.lang(c)
	return h.seeOther(c, "/templates", toast{Lang: l, ID: "info", Text: l.T("Modèle « %s » rétabli.", "Template “%s” restored.", t.Name)})
}
