package data

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"carnet/data/blob"
	"carnet/data/kv"
)

// Bounds of a message.
const (
	MaxSubject = 250   // characters
	MaxText    = 20000 // characters
	maxBytes   = 60000 // bytes of the text, so that it fits a value
	maxName    = 200   // bytes of a recipient's name
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

	Text   string `cbor:"-"` // kept apart; Message fills it, lists do not
	Parts  int    `cbor:"12,keyasint"`
	Size   int    `cbor:"13,keyasint"` // bytes kept of the mail as it leaves, or of all mails
	Sizes  []int  `cbor:"18,keyasint"` // of what each mail has of its own, if Each
	Shared int    `cbor:"22,keyasint"` // bytes that stand after these, with which each goes on
	Blob   string `cbor:"20,keyasint"` // where the mails are, if they are too large for Parts

	Attachments []Attachment `cbor:"21,keyasint"` // their blobs are held under Draft

	Lang string `cbor:"19,keyasint"` // of the text: "fr" or "en"

	Erased bool `cbor:"23,keyasint"` // a recipient was erased; what left is not kept, or not for long
}

// What is told of a message. The detail is how many recipients it concerns.
const (
	MessageSend    Action = "message.send"
	MessageHold    Action = "message.hold" // sent, while nothing can leave
	MessageUndo    Action = "message.undo" // without a detail
	MessageRelease Action = "message.release"
	MessageResend  Action = "message.resend"
	MessageCancel  Action = "message.cancel"
	MessageSettle  Action = "message.settle" // told to be sent
)

// Sourceless tells whether the mail as it left was erased.
func (m Message) Sourceless() bool { return m.Erased && m.Size == 0 }

// Recipients returns To, Cc and Bcc in this order.
func (m Message) Recipients() []Mailbox { return slices.Concat(m.To, m.Cc, m.Bcc) }

// Compose checks and tidies a message before it is rendered: Invalid if it
// cannot be sent. It gives it its id and date.
func (s *Store) Compose(m Message) (Message, error) {
	m.ID, m.Created = NewID(), s.now().Truncate(time.Second)
	var c checker
	if strings.ContainsAny(strings.TrimSpace(m.Subject), "\r\n") { // a line of a header: what follows would look like another
		c.add("subject", Forbidden)
	}
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
	Shared  []byte        // with which each of these goes on, if Message.Each
	Hold    bool          // it does not leave until it is released
	Wait    time.Duration // before it leaves: it can be undone meanwhile
	Draft   *Draft        // what it was written as, which it takes the place of; or nil
	Force   bool          // the draft is sent though another page saved or sent it since
}

// Enqueue keeps a message in the outbox, with a delivery for each recipient,
// and wakes the worker. When it returns the message is durable. The same
// request twice is one message, the first. Nothing is kept of a draft that
// another page saved since (ErrStale) or sent (ErrState), unless Force is set.
func (s *Store) Enqueue(ctx context.Context, request ID, p Posting) (ID, error) {
	m := p.Message
	if p.Draft != nil {
		d := *p.Draft
		d.valid()
		if err := s.freshDraft(ctx, request, &d, p.Force); err != nil {
			return "", err
		}
		p.Draft, m.Draft = &d, d.ID
	}
	m.Request, m.Size, m.Sizes, m.Shared = request, len(p.Shared), nil, len(p.Shared)
	for _, one := range p.Raw {
		m.Size += len(one)
		if m.Each {
			m.Sizes = append(m.Sizes, len(one))
		}
	}
	var raw []byte
	if m.Size > maxParts*partSize && s.blobs != nil {
		var content []io.Reader
		for _, piece := range append(p.Raw[:len(p.Raw):len(p.Raw)], p.Shared) {
			content = append(content, bytes.NewReader(piece))
		}
		ref, err := s.blobs.Put(ctx, io.MultiReader(content...), int64(m.Size))
		if err != nil {
			return "", err
		}
		m.Blob = ref.Hash
	} else {
		raw = append(bytes.Join(p.Raw, nil), p.Shared...)
	}
	first, action, done := Delivery{State: Queued, At: m.Created}, MessageSend, event(ctx)
	if p.Hold {
		first.State, action = Held, MessageHold
	} else if p.Wait > 0 {
		first.Next = m.Created.Add(p.Wait)
	}
	return updateOnce(ctx, s, tMessage, m.Client, request, func(w kv.Writer) (ID, error) {
		if _, err := client(w, m.Client); err != nil {
			return "", err
		}
		if p.Draft != nil {
			if err := closeDraft(w, *p.Draft, m, p.Force); err != nil {
				return "", err
			}
		}
		if err := putMessage(w, m, raw); err != nil {
			return "", err
		}
		if err := done.write(w, action, m.Client, m.ID, strconv.Itoa(len(m.Recipients()))); err != nil {
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

// maxParts is how many parts of a message the database holds; what is larger is
// a blob. With the most recipients and the largest draft there is room for no more
// in a transaction.
const maxParts = 1

func putMessage(w kv.Writer, m Message, raw []byte) (err error) {
	if m.Blob != "" {
		if err := w.Put(key(tBlob, m.Blob, string(m.ID)), nil); err != nil {
			return err
		}
	}
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
// the recipient with the number. ErrUnreadable if that is damaged or gone,
// ErrErased if it was erased with one of its recipients.
func (s *Store) Raw(ctx context.Context, id ID, recipient int) ([]byte, error) {
	var m Message
	all, err := view(ctx, s, func(r kv.Reader) (all []byte, err error) {
		if m, err = message(r, id); err != nil {
			return nil, err
		}
		if m.Sourceless() {
			return nil, ErrErased
		}
		if all, err = getParts(r, tRaw, m.ID, m.Parts); errors.Is(err, kv.ErrCorrupt) || err == ErrNotFound {
			err = fmt.Errorf("%w: %w", ErrUnreadable, err)
		}
		return all, err
	})
	if err != nil {
		return nil, err
	}
	if m.Blob == "" {
		return m.mail(bytes.NewReader(all), recipient)
	}
	if s.blobs == nil {
		return nil, ErrUnreadable
	}
	content, err := s.blobs.Open(ctx, m.Blob)
	if errors.Is(err, blob.ErrNotFound) {
		err = fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	if err != nil {
		return nil, err
	}
	defer content.Close()
	return m.mail(content, recipient)
}

// mail reads the mail to a recipient from all that is kept of a message. It
// reads to the end, where damage shows.
func (m Message) mail(from io.Reader, recipient int) ([]byte, error) {
	before, own, behind := 0, m.Size-m.Shared, 0
	if m.Each {
		if recipient < 0 || recipient >= len(m.Sizes) {
			return nil, ErrNotFound
		}
		own = m.Sizes[recipient]
		for i, size := range m.Sizes {
			switch {
			case i < recipient:
				before += size
			case i > recipient:
				behind += size
			}
		}
	}
	out := make([]byte, own+m.Shared)
	for _, stretch := range []struct {
		skip int
		into []byte
	}{{before, out[:own]}, {behind, out[own:]}} {
		_, err := io.CopyN(io.Discard, from, int64(stretch.skip))
		if err == nil {
			_, err = io.ReadFull(from, stretch.into)
		}
		switch {
		case errors.Is(err, blob.ErrDamaged), err == io.EOF, err == io.ErrUnexpectedEOF:
			return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
		case err != nil:
			return nil, err
		}
	}
	return out, nil
}
