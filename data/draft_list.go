package data

import (
	"context"
	"slices"

	"carnet/data/kv"
)

// DraftPage is a page of the drafts of a user to a client, the newest first,
// without their bodies.
type DraftPage struct {
	Drafts []Draft
	Next   ID   // the last draft looked at, where the next page begins; empty on the last
	Left   int  // drafts behind this page, as far as they were counted
	Beyond bool // there are more than were counted
}

// draftPage is how many drafts a page has at most.
const draftPage = 20

// Drafts returns a page of the drafts of a user to a client that begins after a
// draft, or with the newest. It looks at one page of a scan: behind a thousand
// that were sent or thrown away lately a page may have less than it could.
func (s *Store) Drafts(ctx context.Context, author, clientID, after ID) (DraftPage, error) {
	prefix := key(tDraft, author, clientID)
	span := kv.Range{Prefix: prefix, Limit: kv.MaxPage, Reverse: true}
	if after != "" {
		span.After = appendElement(slices.Clone(prefix), string(after))
	}
	return view(ctx, s, func(r kv.Reader) (DraftPage, error) {
		var p DraftPage
		if _, err := client(r, clientID); err != nil {
			return p, err
		}
		entries, err := r.Scan(span)
		if err != nil {
			return p, err
		}
		for _, e := range entries {
			d, err := decode[Draft](e.Value)
			if err != nil {
				return p, err
			}
			switch {
			case d.Message != "" || !d.Deleted.IsZero():
			case len(p.Drafts) < draftPage:
				p.Drafts = append(p.Drafts, d)
			default:
				p.Left++
			}
			if len(p.Drafts) < draftPage || p.Left == 0 {
				p.Next = d.ID
			}
		}
		if p.Beyond = len(entries) == kv.MaxPage; p.Left == 0 && !p.Beyond {
			p.Next = ""
		}
		return p, nil
	})
}
