package data

import (
	"context"
	"slices"
	"strings"

	"carnet/data/kv"
)

// PageSize is how many records a page of a list shows.
const PageSize = 50

// ClientFilter chooses clients.
type ClientFilter struct {
	Query string // words that the name, number, address or town begin with; empty: all
	After Cursor // Next of the page before; empty: from the start
}

// ClientPage is a page of clients in the order of their names.
type ClientPage struct {
	Clients   []ClientSummary
	Next      Cursor // of the next page; empty on the last
	Truncated bool   // too many match the query: some are not shown

	end []byte // the position of the last client
}

// ClientSummary is a client with the counts of its contacts.
type ClientSummary struct {
	Client
	Tally Tally
}

// Clients returns a page of clients. ErrNotFound if the cursor is none.
func (s *Store) Clients(ctx context.Context, f ClientFilter) (ClientPage, error) {
	after, err := f.After.position(clientPosition)
	if err != nil {
		return ClientPage{}, err
	}
	if strings.TrimSpace(f.Query) != "" {
		return s.searchClients(ctx, f.Query, after)
	}
	return view(ctx, s, func(r kv.Reader) (ClientPage, error) { return listClients(r, after) })
}

func listClients(r kv.Reader, after []byte) (ClientPage, error) {
	var page ClientPage
	list, err := scanAfter(r, key[string](tByName), after, PageSize+1)
	if err != nil {
		return page, err
	}
	for _, h := range list {
		if err := page.add(r, h, nil); err != nil {
			return page, err
		}
	}
	return page, nil
}

// scanAfter returns at most limit records of an index that ends with positions.
func scanAfter(r kv.Reader, prefix, after []byte, limit int) ([]hit, error) {
	entries, err := r.Scan(kv.Range{Prefix: prefix, After: slices.Concat(prefix, after), Limit: limit})
	list := make([]hit, len(entries))
	for i, e := range entries {
		list[i] = hit{ID(last(e.Key)), slices.Clone(e.Key[len(prefix):])}
	}
	return list, err
}

// searchClients reads the records in transactions of their own: when words are
// loose, it may have to look at more than one takes.
func (s *Store) searchClients(ctx context.Context, query string, after []byte) (ClientPage, error) {
	found, err := view(ctx, s, func(r kv.Reader) (hits, error) { return search(r, key[string](tWord), query) })
	page := ClientPage{Truncated: found.truncated}
	for part := range slices.Chunk(found.beyond(after), PageSize+1) {
		if err != nil || page.Next != "" {
			break
		}
		page, err = view(ctx, s, func(r kv.Reader) (ClientPage, error) {
			page := page
			for _, h := range part {
				if err := page.add(r, h, found.loose); err != nil {
					return page, err
				}
			}
			return page, nil
		})
	}
	return page, err
}

// add appends a client that matches; on a full page it only says that there is
// a next one.
func (p *ClientPage) add(r kv.Reader, h hit, loose []string) error {
	if len(p.Clients) == PageSize {
		p.Next = newCursor(p.end)
		return nil
	}
	c, err := get[Client](r, clientKey(h.id))
	if err != nil || !c.Deleted.IsZero() || !match(loose, c.Name, c.Number, c.Email, c.Address) {
		return err
	}
	t, err := get[Tally](r, tallyKey(h.id))
	p.Clients, p.end = append(p.Clients, ClientSummary{c, t}), h.at
	return err
}
