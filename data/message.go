package data

import (
	"context"
	"slices"
	"strconv"
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
	rawPart    = kv.MaxValue - 1024
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

	Text  string `cbor:"-"` // kept apart; Message fills it, lists do not
	Parts int    `cbor:"12,keyasint"`
	Size  int    `cbor:"13,keyasint"` // bytes as it leaves
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

// Enqueue keeps a message that was composed and rendered to raw in the outbox,
// with a delivery for each recipient, and wakes the worker. When it returns
// the message is durable. hold keeps it from leaving until it is released. The
// same request twice is one message, the first.
func (s *Store) Enqueue(ctx context.Context, request ID, m Message, raw []byte, hold bool) (ID, error) {
	m.Size, m.Parts = len(raw), (len(raw)+rawPart-1)/rawPart
	state := Queued
	if hold {
		state = Held
	}
	return updateOnce(ctx, s, tMessage, m.Client, request, func(w kv.Writer) (ID, error) {
		if _, err := client(w, m.Client); err != nil {
			return "", err
		}
		if err := putMessage(w, m, raw); err != nil {
			return "", err
		}
		for i, box := range m.Recipients() {
			if err := put(w, deliveryKey(m.ID, i), Delivery{Mailbox: box, State: state, At: m.Created}); err != nil {
				return "", err
			}
		}
		if hold {
			return m.ID, count(w, m.Client, 0, 0)
		}
		w.Notify(Outbox)
		if err := schedule(w, m.ID, dispatch{Due: m.Created}); err != nil {
			return "", err
		}
		return m.ID, count(w, m.Client, 0, 0)
	})
}

func putMessage(w kv.Writer, m Message, raw []byte) error {
	for i := range m.Parts {
		part := raw[i*rawPart : min((i+1)*rawPart, len(raw))]
		if err := w.Put(rawKey(m.ID, i), part); err != nil {
			return err
		}
	}
	if err := w.Put(key(tText, m.ID), []byte(m.Text)); err != nil {
		return err
	}
	if err := w.Put(key(tHistory, m.Client, m.ID), messageKey(m.ID)); err != nil {
		return err
	}
	return put(w, messageKey(m.ID), m)
}

func rawKey(id ID, part int) []byte { return key(tRaw, string(id), strconv.Itoa(100+part)) }

// Message returns a message with its text and its deliveries, in the order of
// its recipients.
func (s *Store) Message(ctx context.Context, id ID) (Message, []Delivery, error) {
	var m Message
	deliveries, err := view(ctx, s, func(r kv.Reader) ([]Delivery, error) {
		var err error
		if m, err = get[Message](r, messageKey(id)); err != nil {
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

// Raw returns a message as it leaves.
func (s *Store) Raw(ctx context.Context, id ID) ([]byte, error) {
	return view(ctx, s, func(r kv.Reader) ([]byte, error) {
		m, err := get[Message](r, messageKey(id))
		if err != nil {
			return nil, err
		}
		return raw(r, m)
	})
}

func raw(r kv.Reader, m Message) ([]byte, error) {
	out := make([]byte, 0, m.Size)
	for i := range m.Parts {
		part, err := r.Get(rawKey(m.ID, i))
		if err != nil {
			return nil, notFound(err)
		}
		out = append(out, part...)
	}
	return out, nil
}
