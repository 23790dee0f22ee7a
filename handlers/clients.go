package handlers

import (
	"errors"
	"strconv"
	"strings"

	"carnet/data"
	"carnet/i18n"
	"carnet/views"

	"github.com/gofiber/fiber/v2"
)

// home: GET /
func (h *handlers) home(c *fiber.Ctx) error { return c.Redirect("/clients", fiber.StatusSeeOther) }

// clientID returns the client that an address names.
func clientID(c *fiber.Ctx) (data.ID, error) { return data.ParseID(c.Params("client")) }

// client returns the client that an address names.
func (h *handlers) client(c *fiber.Ctx) (data.Client, error) {
	id, err := clientID(c)
	if err != nil {
		return data.Client{}, err
	}
	return h.Store.Client(c.UserContext(), id)
}

// summary is client with the counts of its contacts.
func (h *handlers) summary(c *fiber.Ctx) (data.ClientSummary, error) {
	id, err := clientID(c)
	if err != nil {
		return data.ClientSummary{}, err
	}
	return h.Store.ClientSummary(c.UserContext(), id)
}

type clientsIndex struct {
	i18n.Lang
	Query  string
	Rows   clientsRows
	Writes bool // the reader may change things
}

func (clientsIndex) Template() string { return "clients/index" }
func (v clientsIndex) Title() string  { return v.T("Clients", "Clients") }

type clientsRows struct {
	i18n.Lang
	Query     string
	Rows      []views.Fragment
	Next      data.Cursor
	Later     bool // not the first page
	Truncated bool
	Writes    bool
}

func (clientsRows) Template() string { return "clients/_rows" }

type clientsRow struct {
	i18n.Lang
	Client data.ClientSummary
}

func (clientsRow) Template() string { return "clients/_row" }

// clientsIndex: GET /clients?q=&after=
func (h *handlers) clientsIndex(c *fiber.Ctx) error {
	v := clientsIndex{Lang: h.lang(c), Query: query(c), Writes: user(c).Writes()}
	after := data.Cursor(c.Query("after"))
	page, err := h.Store.Clients(c.UserContext(), data.ClientFilter{Query: v.Query, After: after})
	if err != nil {
		return err
	}
	v.Rows = clientsRows{Lang: v.Lang, Query: v.Query, Next: page.Next, Later: after != "", Truncated: page.Truncated, Writes: v.Writes}
	for _, client := range page.Clients {
		row, err := h.row(clientsRow{v.Lang, client}, client.ID, client.Tally.Version)
		if err != nil {
			return err
		}
		v.Rows.Rows = append(v.Rows.Rows, row)
	}
	if !isFragment(c) {
		return h.page(c, fiber.StatusOK, v)
	}
	return h.fragment(c, fiber.StatusOK, v.Rows, live(v.N(len(page.Clients),
		"%d client.", "%d clients.", "%d client.", "%d clients.")))
}

// query returns what a search asks for.
func query(c *fiber.Ctx) string { return queryText(c, "q") }

// queryText returns a text of the query, cut to a length that a person types.
func queryText(c *fiber.Ctx, name string) string {
	q := []rune(strings.ToValidUTF8(c.Query(name), ""))
	return string(q[:min(len(q), 200)])
}

// clientFields are the fields of a client's form.
var clientFields = []string{"request", "version", "name", "number", "email", "keep_email", "kind", "phone", "website",
	"address", "siret", "vat", "language", "notes"}

type clientsNew struct {
	form
}

func (clientsNew) Template() string { return "clients/new" }
func (v clientsNew) Title() string  { return v.T("Nouveau client", "New client") }

// clientsNew: GET /clients/new
func (h *handlers) clientsNew(c *fiber.Ctx) error {
	l := h.lang(c)
	return h.page(c, fiber.StatusOK, clientsNew{form{Lang: l, Values: map[string]string{
		"request": string(data.NewID()), "kind": string(data.Company), "language": string(l)}}})
}

// clientsCreate: POST /clients/new
func (h *handlers) clientsCreate(c *fiber.Ctx) error {
	f := h.posted(c, clientFields...)
	var client data.Client
	fillClient(&client, f)
	client, err := h.Store.CreateClient(c.UserContext(), f.request(), client)
	if errors.As(err, &f.Problems) {
		return h.page(c, fiber.StatusUnprocessableEntity, clientsNew{f})
	}
	if err != nil {
		return err
	}
	return h.seeOther(c, views.Path("clients", client.ID), toast{Lang: f.Lang, ID: "info",
		Text: f.T("%s ajouté aux clients.", "%s added to clients.", client.Name)})
}

func fillClient(client *data.Client, f form) {
	client.Name, client.Number, client.Email = f.Values["name"], f.Values["number"], f.Values["email"]
	client.Kind, client.Language = data.Kind(f.Values["kind"]), f.Values["language"]
	client.Phone, client.Website, client.Address = f.Values["phone"], f.Values["website"], f.Values["address"]
	client.SIRET, client.VAT, client.Notes = f.Values["siret"], f.Values["vat"], f.Values["notes"]
}

type clientsShow struct {
	i18n.Lang
	Client   data.Client
	Writes   bool
	Contacts contactsBlock
	Drafts   []draftsRow // of the reader; none for who does not write
	Count    int         // of all drafts; 0 if these are all
	Beyond   bool        // there are more drafts than were counted
	Messages []messagesRow
	Admin    bool
}

func (clientsShow) Template() string { return "clients/show" }
func (v clientsShow) Title() string  { return v.Client.Name }

// Copy is the button beside an address or a number.
func (v clientsShow) Copy(text string) copyButton { return copyButton{v.Lang, text} }

// clientsShow: GET /clients/:client. The contacts stand at the bottom left.
func (h *handlers) clientsShow(c *fiber.Ctx) error {
	client, err := h.client(c)
	if err != nil {
		return err
	}
	v := clientsShow{Lang: h.lang(c), Client: client, Writes: user(c).Writes(), Admin: user(c).Administers()}
	if v.Contacts, err = h.contactsBlock(c, client); err != nil {
		return err
	}
	if v.Writes {
		drafts, err := h.Store.Drafts(c.UserContext(), user(c).ID, client.ID, "")
		if err != nil {
			return err
		}
		v.Drafts = draftsRows(v.Lang, drafts, zoneOf(c))
		if drafts.Next != "" {
			v.Count, v.Beyond = len(v.Drafts)+drafts.Left, drafts.Beyond
		}
	}
	page, err := h.Store.Messages(c.UserContext(), data.MessageFilter{Client: client.ID, Limit: 10})
	if err != nil {
		return err
	}
	for _, m := range page.Messages {
		v.Messages = append(v.Messages, messagesRow{Lang: v.Lang, Message: m, Zone: zoneOf(c)})
	}
	return h.page(c, fiber.StatusOK, v)
}

type clientsEdit struct {
	form
	Client   data.Client
	Conflict []difference // what another person changed meanwhile
}

func (clientsEdit) Template() string { return "clients/edit" }
func (v clientsEdit) Title() string  { return v.T("Modifier %s", "Edit %s", v.Client.Name) }

// clientsEdit: GET /clients/:client/edit
func (h *handlers) clientsEdit(c *fiber.Ctx) error {
	client, err := h.client(c)
	if err != nil {
		return err
	}
	return h.page(c, fiber.StatusOK, clientsEdit{form: form{Lang: h.lang(c), Values: clientValues(client)}, Client: client})
}

func clientValues(client data.Client) map[string]string {
	return map[string]string{
		"version": strconv.FormatUint(client.Version, 10),
		"name":    client.Name, "number": client.Number, "email": client.Email,
		"kind": string(client.Kind), "language": client.Language,
		"phone": client.Phone, "website": client.Website, "address": client.Address,
		"siret": client.SIRET, "vat": client.VAT, "notes": client.Notes,
	}
}

// clientsUpdate: POST /clients/:client/edit. A form filled from an older
// version comes back with both versions.
func (h *handlers) clientsUpdate(c *fiber.Ctx) error {
	id, err := clientID(c)
	if err != nil {
		return err
	}
	f := h.posted(c, clientFields...)
	keep := f.Values["keep_email"] == "1"
	client, former, err := h.Store.UpdateClient(c.UserContext(), id, f.version(), keep, func(client *data.Client) { fillClient(client, f) })
	switch {
	case errors.Is(err, data.ErrStale):
		v := clientsEdit{form: f, Client: client, Conflict: differences(f, clientValues(client), clientLabels)}
		f.Values["version"] = strconv.FormatUint(client.Version, 10)
		return h.page(c, fiber.StatusConflict, v)
	case errors.As(err, &f.Problems):
		return h.page(c, fiber.StatusUnprocessableEntity, clientsEdit{form: f, Client: client})
	case err != nil:
		return err
	}
	toasts := []toast{{Lang: f.Lang, ID: "info", Text: f.T("%s mis à jour.", "%s updated.", client.Name)}}
	if former != "" && client.Email == "" {
		if t, err := h.Store.Tally(c.UserContext(), id); err == nil && t.Favorites == 0 {
			toasts = append(toasts, toast{Lang: f.Lang, ID: "default", Bad: true, Text: f.T(
				"Ce client n’a plus d’adresse principale ni de favori : ses e-mails partiront sans destinataire pré-rempli.",
				"This client has no main address and no favorite any more: its emails will start without a recipient.")})
		}
	}
	return h.seeOther(c, views.Path("clients", id), toasts...)
}

// clientLabels names the fields of a client that a conflict shows, in order.
var clientLabels = []labelled{
	{"name", "Nom", "Name"}, {"number", "Numéro", "Number"}, {"email", "E-mail principal", "Main email"},
	{"kind", "Type", "Type"}, {"phone", "Téléphone", "Phone"}, {"website", "Site web", "Website"},
	{"address", "Adresse", "Address"}, {"siret", "SIRET", "SIRET"}, {"vat", "N° de TVA", "VAT number"},
	{"language", "Langue des e-mails", "Email language"}, {"notes", "Notes", "Notes"},
}

type labelled struct{ name, fr, en string }

// difference is a field whose two versions differ.
type difference struct{ Label, Mine, Theirs string }

func differences(f form, theirs map[string]string, labels []labelled) []difference {
	var out []difference
	for _, l := range labels {
		mine := strings.ReplaceAll(f.Values[l.name], "\r\n", "\n")
		if mine != theirs[l.name] {
			out = append(out, difference{f.T(l.fr, l.en), mine, theirs[l.name]})
		}
	}
	return out
}

type clientsDelete struct {
	i18n.Lang
	Client data.Client
	Tally  data.Tally
}

func (clientsDelete) Template() string { return "clients/delete" }
func (v clientsDelete) Title() string  { return v.T("Supprimer %s ?", "Delete %s?", v.Client.Name) }

// clientsDelete: GET /clients/:client/delete asks first.
func (h *handlers) clientsDelete(c *fiber.Ctx) error {
	client, err := h.summary(c)
	if err != nil {
		return err
	}
	return h.page(c, fiber.StatusOK, clientsDelete{h.lang(c), client.Client, client.Tally})
}

// clientsDestroy: POST /clients/:client/delete
func (h *handlers) clientsDestroy(c *fiber.Ctx) error {
	client, err := h.client(c)
	if err != nil {
		return err
	}
	if err := h.Store.DeleteClient(c.UserContext(), client.ID); err != nil {
		return err
	}
	l := h.lang(c)
	return h.seeOther(c, "/clients", toast{Lang: l, ID: "undo-" + string(client.ID),
		Text: l.T("%s supprimé.", "%s deleted.", client.Name), Undo: views.Path("clients", client.ID, "restore")})
}

// clientsRestore: POST /clients/:client/restore
func (h *handlers) clientsRestore(c *fiber.Ctx) error {
	id, err := clientID(c)
	if err != nil {
		return err
	}
	client, err := h.Store.RestoreClient(c.UserContext(), id)
	if err != nil {
		return err
	}
	l := h.lang(c)
	return h.seeOther(c, views.Path("clients", id), toast{Lang: l, ID: "info",
		Text: l.T("%s rétabli.", "%s restored.", client.Name)})
}
