package mail

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	gomessage "github.com/emersion/go-message/mail"
)

// Letter is what someone reads of a mail, its attachments apart. Its lines end
// with LF.
type Letter struct {
	Subject string
	Text    string // the plain body
	HTML    string // the HTML body, a whole document; empty if the mail has none
}

// ReadLetter reads back what Render made. An error says that raw is none of
// Render's.
func ReadLetter(raw []byte) (Letter, error) {
	var l Letter
	r, err := gomessage.CreateReader(bytes.NewReader(raw))
	if err != nil {
		return l, fmt.Errorf("mail: letter: %w", err)
	}
	if l.Subject, err = r.Header.Subject(); err != nil {
		return l, fmt.Errorf("mail: letter: subject: %w", err)
	}
	for {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return l, nil
		}
		if err != nil {
			return l, fmt.Errorf("mail: letter: %w", err)
		}
		header, ok := part.Header.(*gomessage.InlineHeader)
		if !ok { // attachments stand behind the bodies
			return l, nil
		}
		kind, _, err := header.ContentType()
		if err != nil {
			return l, fmt.Errorf("mail: letter: %w", err)
		}
		body, err := io.ReadAll(part.Body)
		if err != nil {
			return l, fmt.Errorf("mail: letter: %w", err)
		}
		switch kind {
		case "text/plain":
			l.Text = lineEnds.Replace(string(body))
		case "text/html":
			l.HTML = lineEnds.Replace(string(body))
		}
	}
}
