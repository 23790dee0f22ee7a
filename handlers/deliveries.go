package handlers

import (
	"time"

	"carnet/data"
	"carnet/i18n"
	"carnet/mail"
	"carnet/views"

	"github.com/gofiber/fiber/v2"
)

// deliveryStatus is a state in a word.
type deliveryStatus struct {
	i18n.Lang
	State    data.State
	Late     bool // it waits, and has been put off for long
	Of, Many int  // recipients in this state, of so many; 0: it is of one
}

func (deliveryStatus) Template() string { return "deliveries/_status" }

// Word says the state, and of how many if not of all.
func (v deliveryStatus) Word() string {
	if v.Of < v.Many {
		return v.T("%s : %d sur %d", "%s: %d of %d", v.word(), v.Of, v.Many)
	}
	return v.word()
}

func (v deliveryStatus) word() string {
	if v.Late {
		return v.T("Retardé", "Delayed")
	}
	switch v.State {
	case data.Accepted:
		return v.T("Accepté", "Accepted")
	case data.Failed:
		return v.T("Non envoyé", "Not sent")
	case data.Unknown:
		return v.T("Incertain", "Uncertain")
	case data.Held:
		return v.T("Retenu", "Held")
	case data.Cancelled:
		return v.T("Annulé", "Cancelled")
	case data.Sending, data.Committing:
		return v.T("Envoi…", "Sending…")
	}
	return v.T("En attente", "Waiting")
}

// Class and Icon are how the state looks.
func (v deliveryStatus) Class() string {
	if v.Late {
		return "unk"
	}
	switch v.State {
	case data.Accepted:
		return "ok"
	case data.Failed:
		return "bad"
	case data.Unknown:
		return "unk"
	case data.Held, data.Cancelled:
		return "held"
	case data.Sending, data.Committing:
		return "send"
	}
	return "wait"
}

func (v deliveryStatus) Icon() string {
	switch v.State {
	case data.Accepted:
		return "circle-check"
	case data.Failed:
		return "circle-alert"
	case data.Unknown:
		return "circle-help"
	case data.Held, data.Cancelled:
		return "ban"
	case data.Sending, data.Committing:
		return "send"
	}
	return "clock"
}

// messagesDelivery is what became of each recipient. It asks again by itself
// while something is on its way: Poll names what asks, anew each time, since
// what a swap leaves in place does not ask a second time.
type messagesDelivery struct {
	i18n.Lang
	ID, Poll   data.ID
	Recipients []messagesRecipient
	Moving     bool
	Retrying   bool // but not at once
	Undoable   bool // nothing left yet, and the draft can come back
	Leaves     bool // there is a server to send by
	Writes     bool // the reader may decide
	Waiting    bool // for the next attempt
	Held       bool
	Failed     bool
	Unknown    bool
}

func (messagesDelivery) Template() string { return "messages/_delivery" }

type messagesRecipient struct {
	i18n.Lang
	Field    string // To, Cc or Bcc
	Delivery data.Delivery
	Zone     zone
}

// Status is the state in a word.
func (v messagesRecipient) Status() deliveryStatus {
	return deliveryStatus{Lang: v.Lang, State: v.Delivery.State, Late: v.Delivery.Late(time.Now().Add(-data.Patience))}
}

// Label is the name of the recipient, or the address.
func (v messagesRecipient) Label() string { return recipientName(v.Lang, v.Delivery.Mailbox) }

// Address is where the mail went; empty if that was erased.
func (v messagesRecipient) Address() string {
	if v.Delivery.Mailbox.IsErased() {
		return ""
	}
	return v.Delivery.Mailbox.Address
}

// Words say what happened, in full.
func (v messagesRecipient) Words() string {
	d := v.Delivery
	clock := v.Zone.at(d.At).Format("15:04")
	said := serverWords(d.Code, d.Reply)
	if said == "" {
		said = reasonWords(v.Lang, d.Reason)
	}
	switch d.State {
	case data.Accepted:
		if d.Server == "" {
			return v.T("Marqué comme envoyé à %s", "Marked as sent at %s", clock)
		}
		return v.T("Accepté par %s à %s", "Accepted by %s at %s", d.Server, clock)
	case data.Failed:
		return v.T("Non envoyé : « %s »", "Not sent: “%s”", said)
	case data.Unknown:
		return v.T("Nous ne savons pas si cet e-mail est parti : la connexion s’est rompue pendant que le serveur confirmait.",
			"We do not know whether this email left: the connection broke while the server was confirming.")
	case data.Held:
		return v.T("Retenu : rien ne part sans votre accord.", "Held: nothing leaves without your say.")
	case data.Cancelled:
		return v.T("Annulé à %s", "Cancelled at %s", clock)
	case data.Sending, data.Committing:
		return v.T("Envoi…", "Sending…")
	}
	if d.Attempts == 0 && d.Next.After(time.Now()) {
		return v.T("Part à %s : peut encore être annulé", "Leaves at %s: can still be undone", v.Zone.at(d.Next).Format("15:04:05"))
	}
	if d.Attempts == 0 || d.Next.IsZero() {
		return v.T("En attente", "Waiting")
	}
	next := v.Zone.at(d.Next).Format("15:04")
	words := v.T("Nouvel essai à %s : %s", "Next try at %s: %s", next, said)
	if d.Code != 0 {
		words = v.T("Nouvel essai à %s : le serveur a répondu « %s »", "Next try at %s: the server answered “%s”", next, said)
	}
	if v.Status().Late {
		words += v.T(" Reporté depuis le %s ; abandonné après 48 heures.", " Put off since %s; given up after 48 hours.", v.Moment(v.Zone.at(d.Since)))
	}
	return words
}

func reasonWords(l i18n.Lang, reason string) string {
	switch mail.Reason(reason) {
	case mail.NeedsSMTPUTF8:
		return l.T("le serveur n’accepte pas les adresses accentuées", "the server does not take addresses with accents")
	case mail.TooLarge:
		return l.T("le message est trop gros pour le serveur", "the message is too large for the server")
	case mail.BadAddress:
		return l.T("l’adresse ne peut pas être transmise", "the address cannot be transmitted")
	case mail.Unreachable:
		return l.T("le serveur est injoignable", "the server cannot be reached")
	case mail.Cut:
		return l.T("la connexion s’est rompue", "the connection broke")
	case mail.TimedOut:
		return l.T("le serveur n’a pas répondu à temps", "the server did not answer in time")
	case mail.Unreadable:
		return l.T("le contenu de l’e-mail ne peut plus être lu : restaurez une sauvegarde, ou écrivez-le de nouveau", "the content of the email can no longer be read: restore a backup, or write it again")
	case mail.BadReply:
		return l.T("le serveur a donné une réponse incompréhensible", "the server gave an answer that makes no sense")
	}
	return l.T("aucune réponse", "no answer")
}

func (h *handlers) delivery(l i18n.Lang, z zone, reader data.User, m data.Message, ds []data.Delivery) messagesDelivery {
	v := messagesDelivery{Lang: l, ID: m.ID, Poll: data.NewID(), Writes: reader.Writes(), Undoable: m.Draft != "" && m.Author == reader.ID, Leaves: h.Post.Route().Outgoing != mail.Nowhere && !m.Sourceless()}
	for i, d := range ds {
		r := messagesRecipient{Lang: l, Delivery: d, Zone: z, Field: l.T("Destinataire", "To")}
		switch {
		case i >= len(m.To)+len(m.Cc):
			r.Field = l.T("Cci", "Bcc")
		case i >= len(m.To):
			r.Field = l.T("Cc", "Cc")
		}
		v.Recipients = append(v.Recipients, r)
		v.Moving = v.Moving || d.State == data.Sending || d.State == data.Committing || d.State == data.Queued && d.Attempts == 0
		v.Undoable = v.Undoable && d.Attempts == 0 && (d.State == data.Queued || d.State == data.Held)
		v.Waiting = v.Waiting || d.State == data.Queued
		v.Retrying = v.Retrying || d.State == data.Queued && d.Attempts > 0
		v.Held = v.Held || d.State == data.Held
		v.Failed = v.Failed || d.State == data.Failed && !d.Mailbox.IsErased()
		v.Unknown = v.Unknown || d.State == data.Unknown && !d.Mailbox.IsErased()
	}
	return v
}

// deliveriesUpdate: POST /messages/:message/delivery with what a person
// decided: send what is held, try the failed again, or settle the unknown.
func (h *handlers) deliveriesUpdate(c *fiber.Ctx) error {
	m, _, err := h.message(c)
	if err != nil {
		return err
	}
	l, ctx := h.lang(c), c.UserContext()
	var text string
	var n int
	op := c.FormValue("op")
	if h.Post.Route().Outgoing == mail.Nowhere && (op == "release" || op == "retry" || op == "resend") {
		return data.ErrState // there is no server to send by
	}
	switch op {
	case "release":
		n, err = h.Store.Release(ctx, m.ID, data.Held)
		text = l.N(n, "Envoi lancé pour %d destinataire.", "Envoi lancé pour %d destinataires.", "On its way to %d recipient.", "On its way to %d recipients.")
	case "retry":
		n, err = h.Store.Release(ctx, m.ID, data.Failed)
		text = l.N(n, "Nouvel essai pour %d destinataire.", "Nouvel essai pour %d destinataires.", "Trying again for %d recipient.", "Trying again for %d recipients.")
	case "resend":
		n, err = h.Store.Release(ctx, m.ID, data.Unknown)
		text = l.N(n, "Renvoyé à %d destinataire.", "Renvoyé à %d destinataires.", "Sent again to %d recipient.", "Sent again to %d recipients.")
	case "sent":
		n, err = h.Store.Settle(ctx, m.ID, data.Accepted, data.Unknown)
		text = l.N(n, "Marqué comme envoyé pour %d destinataire.", "Marqué comme envoyé pour %d destinataires.", "Marked as sent for %d recipient.", "Marked as sent for %d recipients.")
	case "cancel":
		n, err = h.Store.Settle(ctx, m.ID, data.Cancelled, data.Held, data.Queued)
		text = l.N(n, "Annulé pour %d destinataire.", "Annulé pour %d destinataires.", "Cancelled for %d recipient.", "Cancelled for %d recipients.")
	default:
		return fiber.ErrBadRequest
	}
	if err != nil {
		return err
	}
	return h.seeOther(c, views.Path("messages", m.ID), toast{Lang: l, ID: "info", Text: text})
}
