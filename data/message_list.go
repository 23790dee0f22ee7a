package data

import (
	"context"

	"carnet/data/kv"
)

// MessageFilter chooses messages.
type MessageFilter struct {
	Client ID  // of this client; empty: of the agency
	After  ID  // the last message of the page before; empty: from the newest
	Limit  int // messages wanted, 37 at most; 0 means 37
}

// MessagePage is a page of messages, newest first, without their texts.
type MessagePage struct {
	Messages []MessageSummary
	Next     ID // the cursor of the next page; empty on the last
}

// MessageSummary is a message with its client's name and what became of it.
type MessageSummary struct {
	Message
	ClientName string
	States     States
}

const messagePage = 37 // at three reads a message

// Messages returns a page of messages. A client in the trash still shows the
// name it had.
func (s *Store) Messages(ctx context.Context, f MessageFilter) (MessagePage, error) {
	if f.Limit <= 0 || f.Limit > messagePage {
		f.Limit = messagePage
	}
	return view(ctx, s, func(r kv.Reader) (MessagePage, error) {
		var page MessagePage
		scan := kv.Range{Prefix: key[string](tMessage), Limit: f.Limit + 1, Reverse: true}
		if f.After != "" {
			scan.After = messageKey(f.After)
		}
		if f.Client != "" {
			if _, err := client(r, f.Client); err != nil {
				return page, err
			}
			scan.Prefix = key(tHistory, f.Client)
			if f.After != "" {
				scan.After = key(tHistory, f.Client, f.After)
			}
		}
		entries, err := r.Scan(scan)
		if err != nil {
			return page, err
		}
		for i, e := range entries {
			if i == f.Limit {
				page.Next = page.Messages[i-1].ID
				break
			}
			m, err := summary(r, ID(last(e.Key)))
			if err != nil {
				return page, err
			}
			page.Messages = append(page.Messages, m)
		}
		return page, nil
	})
}

func summary(r kv.Reader, id ID) (MessageSummary, error) {
	m, err := get[Message](r, messageKey(id))
	if err != nil {
		return MessageSummary{}, err
	}
	c, err := get[Client](r, clientKey(m.Client))
	if err != nil {
		return MessageSummary{}, err
	}
	ds, err := deliveriesOf(r, id)
	return MessageSummary{m, c.Name, statesOf(ds)}, err
}
