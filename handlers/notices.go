package handlers

import (
	"context"
	"time"

	"carnet/data"
	"carnet/mail"
)

// noticeTime bounds how long a notice takes to leave.
const noticeTime = 20 * time.Second

// notice sends a mail of Carnet's own to a person, in the name of the agency.
// mail.ErrNowhere if nothing leaves.
func (h *handlers) notice(ctx context.Context, to data.Mailbox, lang data.Language, subject, text string) error {
	agency, err := h.Store.Agency(ctx)
	if err != nil {
		return err
	}
	from := h.Post.Route().From
	if from.Name == "" {
		from.Name = agency.Name
	}
	ctx, cancel := context.WithTimeout(ctx, noticeTime)
	defer cancel()
	return h.Post.Notice(ctx, mail.Message{From: from, To: []data.Mailbox{to}, Subject: subject, Text: text,
		Lang: string(lang), ID: mail.NewMessageID(string(data.NewID()), h.host()), Date: time.Now()})
}
