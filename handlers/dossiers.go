package handlers

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"time"

	"carnet/data"
	"carnet/i18n"
	"carnet/mail"

	"github.com/gofiber/fiber/v2"
)

// dossiersCreate: POST /clients/:client/contacts/:contact/dossier gives all that
// is known of a contact as one file of JSON, which docs/operations.md describes.
// It is a POST since it is told in the journal.
func (h *handlers) dossiersCreate(c *fiber.Ctx) error {
	client, err := h.client(c)
	if err != nil {
		return err
	}
	id, err := contactID(c)
	if err != nil {
		return err
	}
	known, err := h.Store.Dossier(c.UserContext(), client.ID, id)
	if err != nil {
		return err
	}
	d := &dossier{Dossier: known, Lang: h.lang(c), ctx: context.WithoutCancel(c.UserContext()), h: h, names: map[data.ID]string{}}
	return h.streamed(c, fiber.MIMEApplicationJSONCharsetUTF8, "contact-"+string(id)+".json", d.next)
}

// dossier writes the file, a piece at a time.
type dossier struct {
	data.Dossier
	i18n.Lang
	ctx   context.Context
	h     *handlers
	names map[data.ID]string // of users
	part  int                // of the file
	after data.ID            // in that part
	comma bool               // something stands before, in that part
}

type dossierContact struct {
	ID        data.ID    `json:"id"`
	Email     string     `json:"email"`
	Civility  string     `json:"civility"`
	FirstName string     `json:"first_name"`
	LastName  string     `json:"last_name"`
	Role      string     `json:"role"`
	Phone     string     `json:"phone"`
	Mobile    string     `json:"mobile"`
	Notes     string     `json:"notes"`
	Favorite  bool       `json:"favorite"`
	Departed  bool       `json:"departed"`
	Created   time.Time  `json:"created"`
	Updated   time.Time  `json:"updated"`
	Deleted   *time.Time `json:"in_trash_since"`
}

type dossierClient struct {
	Number string `json:"number"`
	Name   string `json:"name"`
}

type dossierMessage struct {
	ID         data.ID           `json:"id"`
	Date       time.Time         `json:"date"`
	Author     string            `json:"author"`
	From       string            `json:"from"`
	ReplyTo    string            `json:"reply_to"`
	Subject    string            `json:"subject"`
	Text       string            `json:"text"`
	Files      []string          `json:"files"`
	Deliveries []dossierDelivery `json:"deliveries"`
}

type dossierDelivery struct {
	To     string    `json:"to"`
	Status string    `json:"status"`
	At     time.Time `json:"at"`
	Server string    `json:"server"`
	Code   int       `json:"code"`
	Reply  string    `json:"reply"`
}

type dossierDraft struct {
	ID      data.ID   `json:"id"`
	Author  string    `json:"author"`
	Updated time.Time `json:"updated"`
	Subject string    `json:"subject"`
	Text    string    `json:"text"`
}

type dossierEvent struct {
	Date   time.Time `json:"date"`
	Who    string    `json:"who"`
	Action string    `json:"action"`
	Words  string    `json:"words"`
	Detail string    `json:"detail"`
}

// next returns the next piece: the head, then pages of mails, drafts and events.
func (d *dossier) next() ([]byte, error) {
	var out bytes.Buffer
	var err error
	switch d.part {
	case 0:
		err = d.head(&out)
		d.begin(&out, "messages")
	case 1:
		if err = d.messages(&out); d.after == "" {
			out.WriteString("\n  ]")
			d.begin(&out, "drafts")
		}
	case 2:
		err = d.drafts(&out)
		out.WriteString("\n  ]")
		d.begin(&out, "events")
	case 3:
		if err = d.events(&out); d.after == "" {
			out.WriteString("\n  ]\n}\n")
			d.part++
		}
	default:
		return nil, io.EOF
	}
	return out.Bytes(), err
}

// begin begins the list of the next part.
func (d *dossier) begin(out *bytes.Buffer, name string) {
	out.WriteString(",\n  \"" + name + "\": [")
	d.part, d.after, d.comma = d.part+1, "", false
}

// add writes an element of a list.
func (d *dossier) add(out *bytes.Buffer, v any) error {
	if d.comma {
		out.WriteString(",")
	}
	d.comma = true
	out.WriteString("\n    ")
	b, err := indented(v, "    ")
	out.Write(b)
	return err
}

// indented is the JSON of a value, as a person reads it.
func indented(v any, prefix string) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent(prefix, "  ")
	err := e.Encode(v)
	return bytes.TrimSpace(out.Bytes()), err
}

func (d *dossier) head(out *bytes.Buffer) error {
	x := d.Contact
	contact := dossierContact{ID: x.ID, Email: x.Email, Civility: string(x.Civility), FirstName: x.FirstName, LastName: x.LastName, Role: x.Role,
		Phone: x.Phone, Mobile: x.Mobile, Notes: x.Notes, Favorite: x.Favorite, Departed: x.Departed, Created: x.Created, Updated: x.Updated}
	if !x.Deleted.IsZero() {
		contact.Deleted = &x.Deleted
	}
	out.WriteString("{")
	for i, field := range []struct {
		name  string
		value any
	}{
		{"read_me", d.T("Tout ce que Carnet sait de ce contact chez ce client : sa fiche, ses anciennes adresses, les e-mails dont il est destinataire, les brouillons qui lui sont adressés, et le journal de sa fiche. Heures en UTC.",
			"All that Carnet knows of this contact at this client: the contact, the former addresses, the emails to it, the drafts addressed to it, and its journal. Times are in UTC.")},
		{"made", time.Now().UTC().Truncate(time.Second)},
		{"contact", contact},
		{"client", dossierClient{d.Client.Number, d.Client.Name}},
		{"main_address_of_client", data.SameAddress(d.Client.Email, x.Email)},
		{"former_addresses", append([]string{}, d.Former...)},
	} {
		b, err := indented(field.value, "  ")
		if err != nil {
			return err
		}
		if i > 0 {
			out.WriteString(",")
		}
		out.WriteString("\n  \"" + field.name + "\": " + string(b))
	}
	return nil
}

func (d *dossier) messages(out *bytes.Buffer) error {
	found, next, err := d.h.Store.DossierMessages(d.ctx, d.Dossier, d.after)
	if err != nil {
		return err
	}
	for _, m := range found {
		one := dossierMessage{ID: m.ID, Date: m.Created, From: m.From.String(), ReplyTo: m.ReplyTo.String(), Subject: m.Subject, Text: m.Text, Files: []string{}}
		if one.Author, err = d.name(m.Author); err != nil {
			return err
		}
		if m.Each && !m.Sourceless() { // what this one was written, with the variables filled in
			if raw, err := d.h.Store.Raw(d.ctx, m.ID, m.Number); err == nil {
				if letter, err := mail.ReadLetter(raw); err == nil {
					one.Subject, one.Text = letter.Subject, letter.Text
				}
			}
		}
		for _, f := range m.Attachments {
			one.Files = append(one.Files, f.Name)
		}
		for _, x := range m.Deliveries {
			one.Deliveries = append(one.Deliveries, dossierDelivery{x.Mailbox.String(), string(x.State), x.At, x.Server, x.Code, x.Reply})
		}
		if err := d.add(out, one); err != nil {
			return err
		}
	}
	d.after = next
	return nil
}

func (d *dossier) drafts(out *bytes.Buffer) error {
	return d.h.Store.DossierDrafts(d.ctx, d.Dossier, func(x data.Draft) error {
		author, err := d.name(x.Author)
		if err != nil {
			return err
		}
		return d.add(out, dossierDraft{x.ID, author, x.Updated, x.Subject, x.Text})
	})
}

func (d *dossier) events(out *bytes.Buffer) error {
	page, err := d.h.Store.Events(d.ctx, data.EventFilter{Client: d.Client.ID, Record: d.Contact.ID, After: d.after, Limit: data.MaxEvents})
	if err != nil {
		return err
	}
	for _, e := range page.Events {
		row := eventsRow{Lang: d.Lang, Event: e}
		if err := d.add(out, dossierEvent{e.Time().UTC(), row.Who(), string(e.Action), row.What(), row.Detail()}); err != nil {
			return err
		}
	}
	d.after = page.Next
	return nil
}

// name returns the name of a user; empty if there is none any more.
func (d *dossier) name(id data.ID) (string, error) {
	if name, known := d.names[id]; known {
		return name, nil
	}
	u, err := d.h.Store.User(d.ctx, id)
	if err != nil && err != data.ErrNotFound {
		return "", err
	}
	d.names[id] = u.Name
	return u.Name, nil
}
