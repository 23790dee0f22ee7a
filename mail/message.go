// Package mail turns a message into the bytes of RFC 5322 and hands them to a
// server by SMTP (RFC 5321), reporting what became of each recipient.
package mail

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	netmail "net/mail"
	"strings"
	"time"
	"unicode/utf8"

	gomail "github.com/wneessen/go-mail"

	"carnet/data"
)

// ErrHeader: a value cannot stand in a header, because it holds a line break
// or another control character, is not UTF-8, is missing, or is no address.
var ErrHeader = errors.New("mail: unfit for a header")

// Message is what people read. It has no Bcc: those recipients are in the
// Envelope alone.
type Message struct {
	From    data.Mailbox
	ReplyTo data.Mailbox // optional: zero leaves the header out
	To, Cc  []data.Mailbox
	Subject string
	Text    string    // as typed, see HTML; any line ends
	Lang    string    // of the text, for Document; may be empty
	ID      string    // Message-ID without its <>, see NewMessageID
	Date    time.Time // written in UTC, to the second
	Series  string    // of mails that share their attachments, see WriteShared; empty: ID

	TextOnly    bool // no HTML beside the text, which stays as typed
	Attachments []Attachment
}

// Bytes renders a message of the book that has no attachments; ErrSize if it has.
func Bytes(m data.Message) ([]byte, error) { return BytesWith(m, nil) }

// An Opener returns the bytes of an attachment by its hash.
type Opener func(hash string) (io.ReadCloser, error)

// BytesWith renders a message of the book. Those of Bcc are in no header.
func BytesWith(m data.Message, open Opener) ([]byte, error) { return Render(messageOf(m, open)) }

// BytesOf renders what one mail of a message that is one mail for each has of
// its own; series is the Message-ID of the message.
func BytesOf(m data.Message, series string) ([]byte, error) {
	out := messageOf(m, nil)
	out.Series = series
	return written(WriteOwn, out)
}

// BytesShared renders what all mails of a message that is one mail for each go
// on with.
func BytesShared(m data.Message, open Opener) ([]byte, error) {
	return written(WriteShared, messageOf(m, open))
}

func messageOf(m data.Message, open Opener) Message {
	out := Message{From: m.From, ReplyTo: m.ReplyTo, To: m.To, Cc: m.Cc,
		Subject: m.Subject, Text: m.Text, Lang: m.Lang, ID: m.MessageID, Date: m.Created}
	for _, a := range m.Attachments {
		out.Attachments = append(out.Attachments, Attachment{Name: a.Name, Type: a.Type, Size: a.Size,
			Open: func() (io.ReadCloser, error) {
				if open == nil {
					return nil, ErrSize // nobody can give its bytes
				}
				return open(a.Hash)
			}})
	}
	return out
}

// NewMessageID makes a Message-ID (without <>) of an id that is unique in this
// installation and of the installation's host. A host that is no domain name
// becomes "localhost".
func NewMessageID(id, host string) string {
	domain, err := asciiDomain(host)
	if err != nil {
		domain = "localhost"
	}
	return id + "@" + domain
}

// Render is what Write writes, or nil after an error.
func Render(m Message) ([]byte, error) { return written(Write, m) }

func written(write func(io.Writer, Message) error, m Message) ([]byte, error) {
	var b bytes.Buffer
	if err := write(&b, m); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Write writes m as RFC 5322: its text in two forms, plain and HTML, and then
// its attachments, a few kilobytes of them in memory at a time. Only a local
// part outside ASCII leaves bytes above 127 (RFC 6532). The same m gives the
// same bytes, always. After ErrHeader nothing is written; any other error is
// of w, of an attachment, or a fault of the library.
func Write(w io.Writer, m Message) error {
	if err := WriteOwn(w, m); err != nil {
		return err
	}
	return WriteShared(w, m)
}

// WriteOwn writes m up to its attachments.
func WriteOwn(w io.Writer, m Message) error {
	head := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := writeHeader(head, m); err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 32<<10)
	if _, err := head.WriteTo(out); err != nil {
		return fmt.Errorf("mail: header: %w", err)
	}
	if err := content(m).writeTo(out); err != nil {
		return fmt.Errorf("mail: content: %w", err)
	}
	return out.Flush()
}

// WriteShared writes the attachments of m and the end, which follow WriteOwn.
// They are the same for all mails of one Series with these attachments, so that
// one copy does for many mails.
func WriteShared(w io.Writer, m Message) error {
	if len(m.Attachments) == 0 {
		return nil
	}
	out := bufio.NewWriterSize(w, 32<<10)
	if err := files(out, m); err != nil {
		return fmt.Errorf("mail: content: %w", err)
	}
	return out.Flush()
}

// lineEnds makes every line end LF. A lone CR left in makes mime/quotedprintable
// lose the next LF behind a character that it encodes.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// writeHeader gives the library values that it can neither misread nor fold
// badly: it checks nothing itself.
func writeHeader(out *gomail.Msg, m Message) error {
	if m.Date.IsZero() || !isMessageID(m.ID) {
		return fmt.Errorf("%w: a message needs a date and a Message-ID", ErrHeader)
	}
	out.SetDateWithValue(m.Date.UTC())
	out.SetMessageIDWithValue(m.ID)
	subject, err := unstructured(m.Subject)
	if err != nil {
		return fmt.Errorf("subject: %w", err)
	}
	out.Subject(subject)

	boxes := []struct {
		name gomail.AddrHeader
		list []data.Mailbox
	}{{gomail.HeaderFrom, []data.Mailbox{m.From}}, {gomail.HeaderTo, m.To}, {gomail.HeaderCc, m.Cc}, {gomail.HeaderReplyTo, nil}}
	if m.ReplyTo != (data.Mailbox{}) {
		boxes[3].list = []data.Mailbox{m.ReplyTo}
	}
	for _, b := range boxes {
		addresses, err := addresses(b.list)
		if err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
		if len(addresses) > 0 {
			out.SetAddrHeaderFromMailAddress(b.name, addresses...)
		}
	}
	if len(m.To)+len(m.Cc) == 0 {
		out.SetGenHeader("To", "undisclosed-recipients:;")
	}
	return nil
}

func addresses(list []data.Mailbox) ([]*netmail.Address, error) {
	var out []*netmail.Address
	for _, box := range list {
		address, err := asciiAddress(box.Address)
		if err != nil {
			return nil, err
		}
		name, err := phrase(box.Name)
		if err != nil {
			return nil, err
		}
		out = append(out, &netmail.Address{Name: name, Address: address})
	}
	return out, nil
}

// isMessageID holds a Message-ID to printable ASCII around one @, which every
// server and every reader takes (RFC 5322, section 3.6.4).
func isMessageID(id string) bool {
	left, right, ok := strings.Cut(id, "@")
	return ok && left != "" && right != "" && len(id) <= 250 &&
		!strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' }) &&
		!strings.ContainsAny(right, "@") && !strings.ContainsAny(id, `<>()[]\",;:`)
}

// checkText refuses what no header may hold.
func checkText(s string) error {
	if !utf8.ValidString(s) || hasControl(s) {
		return fmt.Errorf("%w: %q", ErrHeader, s)
	}
	return nil
}
