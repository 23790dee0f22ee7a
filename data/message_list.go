package data

import (
	"context"
	"slices"
	"time"

	"carnet/data/kv"
)

// MessageFilter chooses messages.
type MessageFilter struct {
	Client ID     // to this client; empty: to any
	Author ID     // by this user; empty: by any
	State  State  // in this state, all that is on its way being Queued; empty: in any
	Query  string // of the client: words that the subject, recipients or text begin with
	After  ID     // the last message of the page before; empty: from the newest
	Limit  int    // messages wanted, 37 at most; 0 means 37
}

// MessagePage is a page of messages, newest first, without their texts.
type MessagePage struct {
	Messages []MessageSummary
	Next     ID   // the cursor of the next page; empty on the last
	Partial  bool // the page is not full, and there may be more: many were looked at
}

// MessageSummary is a message with the names of its client and its author, and
// what became of it.
type MessageSummary struct {
	Message
	ClientName string
	AuthorName string // empty if nobody is known
	States     States
	Late       bool // it has been put off for more than an hour
}

const (
	messagePage   = 37 // at three reads a message
	messageRounds = 20 // transactions that look for the messages of one page
)

// Messages returns a page of messages. A client in the trash still shows the
// name it had. A filter that few messages pass may give less than a page and a
// cursor to look on from.
func (s *Store) Messages(ctx context.Context, f MessageFilter) (MessagePage, error) {
	if f.Limit <= 0 || f.Limit > messagePage {
		f.Limit = messagePage
	}
	p := messagePager{filter: f, asked: askedWords(f.Query), after: f.After, late: s.now().Add(-Patience)}
	for round := 0; !p.done; round++ {
		if round == messageRounds {
			p.page.Next, p.page.Partial = p.after, true
			break
		}
		next, err := view(ctx, s, p.read)
		if err != nil {
			return MessagePage{}, err
		}
		p = next
	}
	return p.page, s.nameAuthors(ctx, p.page.Messages)
}

// Patience is how long a message is put off before people are told.
const Patience = time.Hour

// nameAuthors names the authors of a page of messages.
func (s *Store) nameAuthors(ctx context.Context, messages []MessageSummary) error {
	return s.kv.View(ctx, func(r kv.Reader) error {
		for i, m := range messages {
			u, err := recall[User](r, userKey(m.Author))
			if err != nil && err != ErrNotFound {
				return err
			}
			messages[i].AuthorName = u.Name
		}
		return nil
	})
}

// messagePager fills one page, in several transactions if need be.
type messagePager struct {
	filter MessageFilter
	asked  []string
	after  ID // the last message looked at
	page   MessagePage
	late   time.Time // put off since before this: late
	done   bool
}

// scan is the index to walk: the one that leaves least to look at.
func (p *messagePager) scan() kv.Range {
	var prefix []byte
	switch f := p.filter; {
	case f.Client != "":
		prefix = key(tHistory, f.Client)
	case f.State != "" && f.State != Accepted:
		prefix = key(tState, f.State)
	case f.Author != "":
		prefix = key(tAuthored, f.Author)
	case f.State != "":
		prefix = key(tState, f.State)
	default:
		prefix = key[string](tMessage)
	}
	span := kv.Range{Prefix: prefix, Limit: messagePage + 1, Reverse: true}
	if len(p.asked) > 0 {
		span.Limit = kv.MaxPage
	}
	if p.after != "" {
		span.After = appendElement(slices.Clone(prefix), string(p.after))
	}
	return span
}

// read looks at the next messages, in a copy of p.
func (p messagePager) read(r kv.Reader) (messagePager, error) {
	if p.filter.Client != "" {
		if _, err := client(r, p.filter.Client); err != nil {
			return p, err
		}
	}
	p.page.Messages = slices.Clone(p.page.Messages)
	span := p.scan()
	entries, err := r.Scan(span)
	if err != nil {
		return p, err
	}
	looked := 0
	for _, e := range entries {
		if len(p.asked) > 0 && !holdsWords(string(e.Value), p.asked) {
			p.after = ID(last(e.Key))
			continue
		}
		if looked++; looked > messagePage {
			return p, nil
		}
		m, wanted, err := p.summary(r, ID(last(e.Key)))
		if err != nil {
			return p, err
		}
		if wanted && len(p.page.Messages) == p.filter.Limit {
			p.page.Next, p.done = p.page.Messages[p.filter.Limit-1].ID, true
			return p, nil
		}
		if wanted {
			p.page.Messages = append(p.page.Messages, m)
		}
		p.after = m.ID
	}
	p.done = len(entries) < span.Limit
	return p, nil
}

// summary reads a message and tells whether the filter lets it through.
func (p *messagePager) summary(r kv.Reader, id ID) (MessageSummary, bool, error) {
	m, err := get[Message](r, messageKey(id))
	if err != nil || m.Undone || p.filter.Author != "" && m.Author != p.filter.Author {
		return MessageSummary{Message: m}, false, err
	}
	ds, err := deliveriesOf(r, id)
	if err != nil {
		return MessageSummary{}, false, err
	}
	states := statesOf(ds)
	if p.filter.State != "" && states.Worst().group() != p.filter.State {
		return MessageSummary{Message: m}, false, nil
	}
	c, err := get[Client](r, clientKey(m.Client))
	late := slices.ContainsFunc(ds, func(d Delivery) bool { return d.Late(p.late) })
	return MessageSummary{Message: m, ClientName: c.Name, States: states, Late: late}, true, err
}
