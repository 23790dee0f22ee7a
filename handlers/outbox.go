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
	Name     string       // of the client asked for, among the agency's
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
		out = append(out, deliveryStatus{Lang: v.Lang, State: s})
	}
	return out
}

// messagesList is a page of the messages that a filter chose.
type messagesList struct {
	i18n.Lang
	Messages []messagesRow
	Clients  []messagesOf // those that the name asked for may mean
	Filtered bool         // there may be others
	First    string       // the address of the first page
	Next     string       // the address of the next page
	Later    bool         // not the first page
	Partial  bool         // many were looked at, and the page is not full
}

func (messagesList) Template() string { return "messages/_list" }

// messagesOf leads to the messages of one client.
type messagesOf struct{ Client, Path string }

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
		names = append(names, recipientName(v.Lang, b))
	}
	to := strings.Join(names, ", ")
	if n := len(all) - len(names); n > 0 {
		to = v.N(n, "%[2]s et %[1]d autre", "%[2]s et %[1]d autres", "%[2]s and %[1]d other", "%[2]s and %[1]d others", to)
	}
	return to
}

// Subject is what the message is about.
func (v messagesRow) Subject() string { return subjectOf(v.Lang, v.Message.Message) }

// subjectOf is the subject of a message, or that it was erased.
func subjectOf(l i18n.Lang, m data.Message) string {
	if m.Subject == "" {
		return l.T("(objet effacé)", "(subject erased)")
	}
	return m.Subject
}

// recipientName is what a recipient of a message is called.
func recipientName(l i18n.Lang, b data.Mailbox) string {
	if b.IsErased() {
		return l.T("Contact effacé", "Erased contact")
	}
	return label(data.Token{Mailbox: b})
}

// Status is what became of the message, at a glance.
func (v messagesRow) Status() deliveryStatus {
	states := v.Message.States
	return deliveryStatus{v.Lang, states.Worst(), v.Message.Late && states.Worst().Waits(), states.Those(), states.Total()}
}

// When and Clock are the day and the time it was written.
func (v messagesRow) When() string  { return v.Date(v.Zone.at(v.Message.Created)) }
func (v messagesRow) Clock() string { return v.Zone.at(v.Message.Created).Format("15:04") }

// All is the address of the same messages, whoever the client.
func (v messagesIndex) All() string {
	return messagesPath(data.MessageFilter{Author: v.Author, State: v.State})
}

// messagesPath is the address of the messages that a filter chooses.
func messagesPath(f data.MessageFilter) string {
	q := url.Values{}
	for name, value := range map[string]string{"client": string(f.Client), "author": string(f.Author), "state": string(f.State), "q": f.Query, "after": string(f.After)} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return "/messages?" + q.Encode()
}

// messagesIndex: GET /messages?client=&name=&author=&state=&q=&after=. Words
// are looked for in the mails of one client, who is named by id, or by words of
// the name.
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
	if f.Client == "" {
		v.Name = queryText(c, "name")
	}
	if v.List, err = h.messagesNamed(c, l, f, v.Name); err != nil {
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

// messagesNamed is messagesList of the client whose name begins so; of several
// it leads to the messages of each.
func (h *handlers) messagesNamed(c *fiber.Ctx, l i18n.Lang, f data.MessageFilter, name string) (messagesList, error) {
	if name == "" {
		return h.messagesList(c, l, f)
	}
	page, err := h.Store.Clients(c.UserContext(), data.ClientFilter{Query: name})
	if err != nil {
		return messagesList{}, err
	}
	if len(page.Clients) == 1 {
		f.Client = page.Clients[0].ID
		v, err := h.messagesList(c, l, f)
		for i := range v.Messages {
			v.Messages[i].Agency = true
		}
		return v, err
	}
	v := messagesList{Lang: l, Filtered: true}
	for _, client := range page.Clients {
		f.Client = client.ID
		v.Clients = append(v.Clients, messagesOf{client.Name, messagesPath(f)})
	}
	return v, nil
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
	f.After = ""
	v.First, v.Partial = messagesPath(f), page.Partial
	if f.After = page.Next; f.After != "" {
		v.Next = messagesPath(f)
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
	if len(r.All) == 0 || m.Sourceless() {
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
	v := messagesShow{Lang: l, Message: m, Zone: zoneOf(c), Outgoing: h.outgoing(l), Delivery: h.delivery(l, zoneOf(c), user(c), m, ds)}
	if isFragment(c) {
		return h.fragment(c, fiber.StatusOK, v.Delivery)
	}
	if v.Client, err = h.Store.ClientOf(c.UserContext(), m); err != nil {
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
	if v.Subject == "" {
		v.Subject = subjectOf(l, m)
	}
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
