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
	After ID     // the last client of the page before; empty: from the start
}

// ClientPage is a page of clients in the order of their names.
type ClientPage struct {
	Clients   []ClientSummary
	Next      ID   // the cursor of the next page; empty on the last
	Truncated bool // too many match the query: some are not shown
}

// ClientSummary is a client with the counts of its contacts.
type ClientSummary struct {
	Client
	Tally Tally
}

// Clients returns a page of clients.
func (s *Store) Clients(ctx context.Context, f ClientFilter) (ClientPage, error) {
	if strings.TrimSpace(f.Query) != "" {
		return s.searchClients(ctx, f)
	}
	return view(ctx, s, func(r kv.Reader) (ClientPage, error) { return listClients(r, f) })
}

func listClients(r kv.Reader, f ClientFilter) (ClientPage, error) {
	var page ClientPage
	scan := kv.Range{Prefix: key[string](tByName), Limit: PageSize + 1}
	if f.After != "" {
		c, err := get[Client](r, clientKey(f.After))
		if err != nil {
			return page, err
		}
		scan.After = key(tByName, sortKey(c.Name), string(c.ID))
	}
	entries, err := r.Scan(scan)
	if err != nil {
		return page, err
	}
	for _, e := range entries {
		if err := page.add(r, ID(last(e.Key)), nil); err != nil {
			return page, err
		}
	}
	return page, nil
}

// searchClients reads the records in transactions of their own: when words are
// loose, it may have to look at more than one takes.
func (s *Store) searchClients(ctx context.Context, f ClientFilter) (ClientPage, error) {
	found, err := view(ctx, s, func(r kv.Reader) (hits, error) { return search(r, key[string](tWord), f.Query) })
	page := ClientPage{Truncated: found.truncated}
	for part := range slices.Chunk(found.beyond(f.After), PageSize+1) {
		if err != nil || page.Next != "" {
			break
		}
		page, err = view(ctx, s, func(r kv.Reader) (ClientPage, error) {
			page := page
			for _, h := range part {
				if err := page.add(r, h.id, found.loose); err != nil {
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
func (p *ClientPage) add(r kv.Reader, id ID, loose []string) error {
	if len(p.Clients) == PageSize {
		p.Next = p.Clients[PageSize-1].ID
		return nil
	}
	c, err := get[Client](r, clientKey(id))
	if err != nil || !c.Deleted.IsZero() || !match(loose, c.Name, c.Number, c.Email, c.Address) {
		return err
	}
	t, err := get[Tally](r, tallyKey(id))
	p.Clients = append(p.Clients, ClientSummary{c, t})
	return err
}
