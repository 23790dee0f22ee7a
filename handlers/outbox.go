package handlers

import (
	"net/url"
	"strings"

	"carnet/data"
	"carnet/i18n"
	"carnet/mail"

	"github.com/gofiber/fiber/v2"
)

type messagesIndex struct {
	i18n.Lang
	Client   *data.Client // whose messages these are; nil: the agency's
	Query    string
	Author   data.ID
	State    data.State
	Users    []data.User
	Outgoing outgoingBanner
	List     messagesList
}

func (messagesIndex) Template() string { return "messages/index" }

func (v messagesIndex) Title() string {
	if v.Client != nil {
		return v.T("E-mails à %s", "Emails to %s", v.Client.Name)
	}
	return v.T("E-mails", "Emails")
}

// States are those that the list can be filtered by.
func (v messagesIndex) States() []deliveryStatus {
	var out []deliveryStatus
	for _, s := range []data.State{data.Queued, data.Accepted, data.Failed, data.Unknown, data.Held, data.Cancelled} {
		out = append(out, deliveryStatus{v.Lang, s})
	}
	return out
}

// messagesList is a page of the messages that a filter chose.
type messagesList struct {
	i18n.Lang
	Messages []messagesRow
	Filtered bool   // there may be others
	First    string // the address of the first page
	Next     string // the address of the next page
	Later    bool   // not the first page
	Partial  bool   // many were looked at, and the page is not full
}

func (messagesList) Template() string { return "messages/_list" }

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

// messagesIndex: GET /messages?client=&author=&state=&q=&after=. Words are
// looked for in the mails of one client.
func (h *handlers) messagesIndex(c *fiber.Ctx) error {
	l := h.lang(c)
	v := messagesIndex{Lang: l, State: data.State(c.Query("state"))}
	var f data.MessageFilter
	var err error
	if f.After, err = queryID(c, "after"); err != nil {
		return err
	}
	if f.Author, err = queryID(c, "author"); err != nil {
		return err
	}
	if f.Client, err = queryID(c, "client"); err != nil {
		return err
	}
	if f.Client != "" {
		client, err := h.Store.Client(c.UserContext(), f.Client)
		if err != nil {
			return err
		}
		v.Client, f.Query = &client, query(c)
	}
	f.State, v.Author, v.Query = v.State, f.Author, f.Query
	if v.List, err = h.messagesList(c, l, f); err != nil {
		return err
	}
	if isFragment(c) {
		n := len(v.List.Messages)
		return h.fragment(c, fiber.StatusOK, v.List, live(l.N(n, "%d e-mail.", "%d e-mails.", "%d email.", "%d emails.")))
	}
	v.Outgoing = h.outgoing(l)
	if v.Users, err = h.Store.Users(c.UserContext()); err != nil {
		return err
	}
	return h.page(c, fiber.StatusOK, v)
}

// queryID returns an id of the query, empty without one.
func queryID(c *fiber.Ctx, name string) (data.ID, error) {
	if c.Query(name) == "" {
		return "", nil
	}
	return data.ParseID(c.Query(name))
}

func (h *handlers) messagesList(c *fiber.Ctx, l i18n.Lang, f data.MessageFilter) (messagesList, error) {
	v := messagesList{Lang: l, Later: f.After != "", Filtered: f.Author != "" || f.State != "" || f.Query != ""}
	page, err := h.Store.Messages(c.UserContext(), f)
	if err != nil {
		return v, err
	}
	for _, m := range page.Messages {
		v.Messages = append(v.Messages, messagesRow{l, m, f.Client == "", zoneOf(c)})
	}
	q := url.Values{}
	for name, value := range map[string]string{"client": string(f.Client), "author": string(f.Author), "state": string(f.State), "q": f.Query} {
		if value != "" {
			q.Set(name, value)
		}
	}
	v.First, v.Partial = "/messages?"+q.Encode(), page.Partial
	if page.Next != "" {
		q.Set("after", string(page.Next))
		v.Next = "/messages?" + q.Encode()
	}
	return v, nil
}

type messagesShow struct {
	i18n.Lang
	Message  data.Message
	Client   data.Client
	Author   string
	Zone     zone
	Outgoing outgoingBanner
	Delivery messagesDelivery
	Files    attachmentsList
	Reader   messagesReader
	Subject  string // as the reader sees it
	Text     string // as the reader sees it
}

func (messagesShow) Template() string { return "messages/show" }

func (v messagesShow) Title() string { return v.Subject }

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

// read returns what a recipient reads of a message.
func (h *handlers) read(c *fiber.Ctx, m data.Message, r messagesReader) (mail.Letter, error) {
	if len(r.All) == 0 {
		return mail.Letter{Subject: m.Subject, Text: m.Text, HTML: mail.Document(m.Text, m.Lang)}, nil
	}
	raw, err := h.Store.Raw(c.UserContext(), m.ID, r.Number)
	if err != nil {
		return mail.Letter{}, err
	}
	return mail.ReadLetter(raw)
}

// messagesShow: GET /messages/:message?recipient=
func (h *handlers) messagesShow(c *fiber.Ctx) error {
	m, ds, err := h.message(c)
	if err != nil {
		return err
	}
	l := h.lang(c)
	v := messagesShow{Lang: l, Message: m, Zone: zoneOf(c), Outgoing: h.outgoing(l), Delivery: h.delivery(l, zoneOf(c), user(c).ID, m, ds)}
	if isFragment(c) {
		return h.fragment(c, fiber.StatusOK, v.Delivery)
	}
	if v.Client, err = h.Store.Client(c.UserContext(), m.Client); err != nil {
		return err
	}
	v.Files = attachmentsList{Lang: l, Message: m.ID, Files: m.Attachments}
	if author, err := h.Store.User(c.UserContext(), m.Author); err == nil {
		v.Author = author.Name
	}
	if v.Reader, err = readerOf(c, l, m); err != nil {
		return err
	}
	letter, err := h.read(c, m, v.Reader)
	if err != nil {
		return err
	}
	v.Subject, v.Text = letter.Subject, letter.Text
	framed(c)
	return h.page(c, fiber.StatusOK, v)
}

// messagesBody: GET /messages/:message/body?recipient= is what the page of a
// mail frames.
func (h *handlers) messagesBody(c *fiber.Ctx) error {
	m, _, err := h.message(c)
	if err != nil {
		return err
	}
	r, err := readerOf(c, h.lang(c), m)
	if err != nil {
		return err
	}
	read, err := h.read(c, m, r)
	if err != nil {
		return err
	}
	return letter(c, read.HTML)
}

// messagesSource: GET /messages/:message/source?recipient= is the mail as it
// leaves.
func (h *handlers) messagesSource(c *fiber.Ctx) error {
	m, _, err := h.message(c)
	if err != nil {
		return err
	}
	r, err := readerOf(c, h.lang(c), m)
	if err != nil {
		return err
	}
	raw, err := h.Store.Raw(c.UserContext(), m.ID, r.Number)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "message/rfc822")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="message.eml"`)
	return c.Send(raw)
}
