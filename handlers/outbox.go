package handlers

import (
	"strings"

	"carnet/data"
	"carnet/i18n"

	"github.com/gofiber/fiber/v2"
)

type messagesIndex struct {
	i18n.Lang
	Client   *data.Client // whose messages these are; nil: the agency's
	Messages []messagesRow
	Next     string // the address of the next page
	Later    bool   // not the first page
	Outgoing outgoingBanner
}

func (messagesIndex) Template() string { return "messages/index" }

func (v messagesIndex) Title() string {
	if v.Client != nil {
		return v.T("E-mails à %s", "Emails to %s", v.Client.Name)
	}
	return v.T("E-mails", "Emails")
}

// messagesRow is a message on one line.
type messagesRow struct {
	i18n.Lang
	Message data.MessageSummary
	Agency  bool // among those of all clients: it names its client
	Zone    zone
}

func (messagesRow) Template() string { return "messages/_row" }

// To names the first recipients of a message.
func (v messagesRow) To() string {
	all := v.Message.Recipients()
	var names []string
	for _, b := range all[:min(len(all), 3)] {
		names = append(names, label(data.Token{Mailbox: b}))
	}
	to := strings.Join(names, ", ")
	if n := len(all) - len(names); n > 0 {
		to = v.N(n, "%[2]s et %[1]d autre", "%[2]s et %[1]d autres", "%[2]s and %[1]d other", "%[2]s and %[1]d others", to)
	}
	return to
}

// Status is what became of the message, at a glance.
func (v messagesRow) Status() deliveryStatus {
	return deliveryStatus{v.Lang, v.Message.States.Worst()}
}

// When is the day it was written.
func (v messagesRow) When() string { return v.Date(v.Zone.at(v.Message.Created)) }

// messagesIndex: GET /messages?client=&after=
func (h *handlers) messagesIndex(c *fiber.Ctx) error {
	l := h.lang(c)
	v := messagesIndex{Lang: l, Outgoing: h.outgoing(l)}
	var filter data.MessageFilter
	var err error
	if q := c.Query("after"); q != "" {
		if filter.After, err = data.ParseID(q); err != nil {
			return err
		}
	}
	next := "/messages?"
	if q := c.Query("client"); q != "" {
		if filter.Client, err = data.ParseID(q); err != nil {
			return err
		}
		client, err := h.Store.Client(c.UserContext(), filter.Client)
		if err != nil {
			return err
		}
		v.Client = &client
		next += "client=" + string(client.ID) + "&"
	}
	page, err := h.Store.Messages(c.UserContext(), filter)
	if err != nil {
		return err
	}
	for _, m := range page.Messages {
		v.Messages = append(v.Messages, messagesRow{l, m, filter.Client == "", zoneOf(c)})
	}
	if page.Next != "" {
		v.Next = next + "after=" + string(page.Next)
	}
	v.Later = filter.After != ""
	return h.page(c, fiber.StatusOK, v)
}

type messagesShow struct {
	i18n.Lang
	Message  data.Message
	Client   data.Client
	Author   string
	Zone     zone
	Outgoing outgoingBanner
	Delivery messagesDelivery
}

func (messagesShow) Template() string { return "messages/show" }

func (v messagesShow) Title() string { return v.Message.Subject }

// When is when it was written.
func (v messagesShow) When() string { return v.Moment(v.Zone.at(v.Message.Created)) }

// message returns the message that an address names, with its deliveries.
func (h *handlers) message(c *fiber.Ctx) (data.Message, []data.Delivery, error) {
	id, err := data.ParseID(c.Params("message"))
	if err != nil {
		return data.Message{}, nil, err
	}
	return h.Store.Message(c.UserContext(), id)
}

// messagesShow: GET /messages/:message
func (h *handlers) messagesShow(c *fiber.Ctx) error {
	m, ds, err := h.message(c)
	if err != nil {
		return err
	}
	l := h.lang(c)
	v := messagesShow{Lang: l, Message: m, Zone: zoneOf(c), Outgoing: h.outgoing(l), Delivery: h.delivery(l, zoneOf(c), m, ds)}
	if isFragment(c) {
		return h.fragment(c, fiber.StatusOK, v.Delivery)
	}
	if v.Client, err = h.Store.Client(c.UserContext(), m.Client); err != nil {
		return err
	}
	if author, err := h.Store.User(c.UserContext(), m.Author); err == nil {
		v.Author = author.Name
	}
	return h.page(c, fiber.StatusOK, v)
}

// messagesSource: GET /messages/:message/source is the mail as it leaves.
func (h *handlers) messagesSource(c *fiber.Ctx) error {
	m, _, err := h.message(c)
	if err != nil {
		return err
	}
	raw, err := h.Store.Raw(c.UserContext(), m.ID)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "message/rfc822")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="message.eml"`)
	return c.Send(raw)
}
