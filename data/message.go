package data

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"carnet/data/kv"
)

// Bounds of a message.
const (
	MaxSubject = 250   // characters
	MaxText    = 20000 // characters
	maxBytes   = 60000 // bytes of the text, so that it fits a value
	maxName    = 200   // bytes of a recipient's name
	maxRows    = 104   // deliveries, and parts of mails, that one transaction keeps beside the rest
)

// Message is a mail written to a client, with its recipients as they were.
type Message struct {
	ID        ID        `cbor:"1,keyasint"`
	Client    ID        `cbor:"2,keyasint"`
	Author    ID        `cbor:"3,keyasint"`
	From      Mailbox   `cbor:"4,keyasint"` // the agency's sender
	ReplyTo   Mailbox   `cbor:"5,keyasint"` // the author's
	To        []Mailbox `cbor:"6,keyasint"`
	Cc        []Mailbox `cbor:"7,keyasint"`
	Bcc       []Mailbox `cbor:"8,keyasint"`
	Subject   string    `cbor:"9,keyasint"`
	MessageID string    `cbor:"10,keyasint"` // RFC 5322, without its brackets; the same for all attempts
	Created   time.Time `cbor:"11,keyasint"`
	Each      bool      `cbor:"14,keyasint"` // one mail for each recipient, who sees no other
	Draft     ID        `cbor:"15,keyasint"` // what it was written as; empty for none
	Request   ID        `cbor:"16,keyasint"` // of the form that sent it; empty for none
	Undone    bool      `cbor:"17,keyasint"` // it went back to its draft; it is absent everywhere

	Text  string `cbor:"-"` // kept apart; Message fills it, lists do not
	Parts int    `cbor:"12,keyasint"`
	Size  int    `cbor:"13,keyasint"` // bytes as it leaves, of all mails
	Sizes []int  `cbor:"18,keyasint"` // of each mail, if Each

	Lang string `cbor:"19,keyasint"` // of the text: "fr" or "en"
}

// Recipients returns To, Cc and Bcc in this order.
func (m Message) Recipients() []Mailbox { return slices.Concat(m.To, m.Cc, m.Bcc) }

// Compose checks and tidies a message before it is rendered: Invalid if it
// cannot be sent. It gives it its id and date.
func (s *Store) Compose(m Message) (Message, error) {
	m.ID, m.Created = NewID(), s.now().Truncate(time.Second)
	var c checker
	c.line("subject", &m.Subject, MaxSubject)
	if m.Subject == "" {
		c.add("subject", Required)
	}
	c.lines("text", &m.Text, MaxText)
	if len(m.Text) > maxBytes {
		c.problems = append(c.problems, FieldError{Field: "text", Problem: TooLong, Max: MaxText})
	}
	c.recipients(&m)
	return m, c.err()
}

// recipients cleans the addresses of a message, in lists of its own.
func (c *checker) recipients(m *Message) {
	switch n := len(m.Recipients()); {
	case n == 0:
		c.add("to", NoneGiven)
	case n > MaxRecipients:
		c.problems = append(c.problems, FieldError{Field: "to", Problem: TooMany, Max: MaxRecipients})
	}
	seen := map[string]bool{}
	for _, boxes := range []*[]Mailbox{&m.To, &m.Cc, &m.Bcc} {
		*boxes = slices.Clone(*boxes)
		for i, box := range *boxes {
			address, a, err := parseAddress(box.Address)
			if err != nil || len(box.Name) > maxName || unprintable(box.Name) || strings.ContainsAny(box.Name, "\r\n") {
				c.add("to", Unresolved)
				continue
			}
			(*boxes)[i].Address = address
			if seen[a] {
				c.add("to", Duplicate)
			}
			seen[a] = true
		}
	}
}

// Posting is a message on its way into the outbox.
type Posting struct {
	Message Message       // as Compose returned it, with its Message-ID
	Raw     [][]byte      // the mail as it leaves; if Message.Each, that of each recipient
	Hold    bool          // it does not leave until it is released
	Wait    time.Duration // before it leaves: it can be undone meanwhile
	Draft   *Draft        // what it was written as, which it takes the place of; or nil
}

// Enqueue keeps a message in the outbox, with a delivery for each recipient,
// and wakes the worker. When it returns the message is durable. The same
// request twice is one message, the first. Invalid if it is more mails than are
// kept in one go.
func (s *Store) Enqueue(ctx context.Context, request ID, p Posting) (ID, error) {
	if p.Draft != nil {
		d := *p.Draft
		d.valid()
		p.Draft = &d
	}
	m, raw, draft := p.Message, bytes.Join(p.Raw, nil), NewID()
	m.Request, m.Size, m.Sizes = request, len(raw), nil
	if m.Each {
		for _, one := range p.Raw {
			m.Sizes = append(m.Sizes, len(one))
		}
	}
	if n, rows := len(p.Raw), len(p.Raw)+len(raw)/partSize; m.Each && rows > maxRows {
		return "", Invalid{{Field: "to", Problem: TooMany, Max: maxRows * n / (rows + 1)}}
	}
	first := Delivery{State: Queued, At: m.Created}
	if p.Hold {
		first.State = Held
	} else if p.Wait > 0 {
		first.Next = m.Created.Add(p.Wait)
	}
	return updateOnce(ctx, s, tMessage, m.Client, request, func(w kv.Writer) (ID, error) {
		m := m
		if _, err := client(w, m.Client); err != nil {
			return "", err
		}
		if p.Draft != nil {
			var err error
			if m.Draft, err = closeDraft(w, *p.Draft, draft, m); err != nil {
				return "", err
			}
		}
		if err := putMessage(w, m, raw); err != nil {
			return "", err
		}
		for i, box := range m.Recipients() {
			d := first
			d.Mailbox = box
			if err := put(w, deliveryKey(m.ID, i), d); err != nil {
				return "", err
			}
		}
		if err := w.Put(stateKey(first.State.group(), m.ID), messageKey(m.ID)); err != nil || p.Hold {
			return m.ID, firstErr(err, count(w, m.Client, 0, 0))
		}
		w.Notify(Outbox)
		if err := schedule(w, m.ID, dispatch{Due: later(m.Created, first.Next)}); err != nil {
			return "", err
		}
		return m.ID, count(w, m.Client, 0, 0)
	})
}

func putMessage(w kv.Writer, m Message, raw []byte) (err error) {
	if m.Parts, err = putParts(w, tRaw, m.ID, raw, 0); err != nil {
		return err
	}
	if err := w.Put(key(tText, m.ID), []byte(m.Text)); err != nil {
		return err
	}
	if err := w.Put(historyKey(m), historyText(m)); err != nil {
		return err
	}
	if err := w.Put(key(tAuthored, m.Author, m.ID), messageKey(m.ID)); err != nil {
		return err
	}
	return put(w, messageKey(m.ID), m)
}

// message reads a message, without its text; ErrNotFound if it was undone.
func message(r kv.Reader, id ID) (Message, error) {
	m, err := get[Message](r, messageKey(id))
	if err == nil && m.Undone {
		return Message{}, ErrNotFound
	}
	return m, err
}

// Message returns a message with its text and its deliveries, in the order of
// its recipients.
func (s *Store) Message(ctx context.Context, id ID) (Message, []Delivery, error) {
	var m Message
	deliveries, err := view(ctx, s, func(r kv.Reader) ([]Delivery, error) {
		var err error
		if m, err = message(r, id); err != nil {
			return nil, err
		}
		text, err := r.Get(key(tText, id))
		if err != nil {
			return nil, notFound(err)
		}
		m.Text = string(text)
		return deliveriesOf(r, id)
	})
	return m, deliveries, err
}

// Raw returns a message as it leaves; if it is one for each recipient, that of
// the recipient with the number.
func (s *Store) Raw(ctx context.Context, id ID, recipient int) ([]byte, error) {
	return view(ctx, s, func(r kv.Reader) ([]byte, error) {
		m, err := message(r, id)
		if err != nil {
			return nil, err
		}
		return raw(r, m, recipient)
	})
}

func raw(r kv.Reader, m Message, recipient int) ([]byte, error) {
	all, err := getParts(r, tRaw, m.ID, m.Parts)
	if err != nil || !m.Each {
		return all, err
	}
	if recipient < 0 || recipient >= len(m.Sizes) {
		return nil, ErrNotFound
	}
	begin := 0
	for _, size := range m.Sizes[:recipient] {
		begin += size
	}
	if begin+m.Sizes[recipient] > len(all) {
		return nil, fmt.Errorf("%w: a mail is cut short", kv.ErrCorrupt)
	}
	return all[begin : begin+m.Sizes[recipient]], nil
}
