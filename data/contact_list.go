package data

import (
	"context"
	"slices"
	"strings"

	"carnet/data/kv"
)

// ContactFilter chooses contacts of a client.
type ContactFilter struct {
	Query   string   // words that the name, role or address begin with; empty: all
	After   ID       // the last contact of the page before; empty: from the start
	Limit   int      // contacts wanted, PageSize at most; 0 means PageSize
	Without []string // keys of addresses to leave out
	Active  bool     // leave out who departed
}

// ContactPage is a page of contacts, favorites first, then by name.
type ContactPage struct {
	Contacts  []Contact
	Next      ID   // the cursor of the next page; empty on the last
	Truncated bool // too many match the query: some are not shown
	Tally     Tally
}

// Contacts returns a page of a client's contacts. It looks at as many as it
// takes to fill the page, in one transaction for each hundred.
func (s *Store) Contacts(ctx context.Context, clientID ID, f ContactFilter) (ContactPage, error) {
	if f.Limit <= 0 || f.Limit > PageSize {
		f.Limit = PageSize
	}
	p, err := view(ctx, s, func(r kv.Reader) (contactPager, error) {
		p, err := newContactPager(r, clientID, f)
		if err != nil {
			return p, err
		}
		err = p.read(r)
		return p, err
	})
	for err == nil && !p.done {
		p, err = view(ctx, s, func(r kv.Reader) (contactPager, error) {
			next := p
			err := next.read(r)
			return next, err
		})
	}
	return p.page, err
}

// contactPager fills one page, in several transactions if need be.
type contactPager struct {
	client ID
	filter ContactFilter
	after  []byte // where to go on in the order of the client's contacts
	found  *hits  // what a search found and was not looked at yet; nil without one
	page   ContactPage
	done   bool
}

// step is how many contacts a transaction looks at: as many as it takes when
// those to leave out come first, but no more than fit.
func (p *contactPager) step() int {
	return min(p.filter.Limit+len(p.filter.Without)+1, kv.MaxReads-20)
}

func newContactPager(r kv.Reader, clientID ID, f ContactFilter) (contactPager, error) {
	p := contactPager{client: clientID, filter: f}
	if _, err := client(r, clientID); err != nil {
		return p, err
	}
	t, err := get[Tally](r, tallyKey(clientID))
	if err != nil {
		return p, err
	}
	p.page.Tally = t
	if strings.TrimSpace(f.Query) != "" {
		found, err := searchContacts(r, clientID, f.Query)
		found.list = found.beyond(f.After)
		p.found, p.page.Truncated = &found, found.truncated
		return p, err
	}
	if f.After != "" {
		c, err := get[Contact](r, contactKey(clientID, f.After))
		if err != nil {
			return p, err
		}
		p.after = orderKey(c)
	}
	return p, nil
}

// searchContacts returns what the words of the query found, favorites first.
func searchContacts(r kv.Reader, clientID ID, query string) (hits, error) {
	found, err := search(r, key(tCWord, clientID), query)
	if err != nil {
		return hits{}, err
	}
	favorites, err := r.Scan(kv.Range{Prefix: key(tOrder, string(clientID), "0")})
	if err != nil {
		return hits{}, err
	}
	starred := make(map[ID]bool, len(favorites))
	for _, e := range favorites {
		starred[ID(last(e.Key))] = true
	}
	slices.SortStableFunc(found.list, func(a, b hit) int { return one(starred[b.id]) - one(starred[a.id]) })
	return found, nil
}

// read looks at the next contacts, until the page is full or none is left.
func (p *contactPager) read(r kv.Reader) error {
	ids, loose, err := p.next(r)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := p.add(r, id, loose); err != nil || p.done {
			return err
		}
	}
	p.done = len(ids) < p.step()
	return nil
}

// next returns the contacts to look at in this transaction, and the words to
// look for.
func (p *contactPager) next(r kv.Reader) (ids []ID, loose []string, err error) {
	if p.found != nil {
		rest := *p.found
		n := min(len(rest.list), p.step())
		for _, h := range rest.list[:n] {
			ids = append(ids, h.id)
		}
		rest.list = rest.list[n:]
		p.found = &rest
		return ids, rest.loose, nil
	}
	entries, err := r.Scan(kv.Range{Prefix: key(tOrder, p.client), After: p.after, Limit: p.step()})
	for _, e := range entries {
		ids = append(ids, ID(last(e.Key)))
		p.after = slices.Clone(e.Key)
	}
	return ids, nil, err
}

// add appends a contact that the filter lets through. On a full page it only
// says that there is a next one.
func (p *contactPager) add(r kv.Reader, id ID, loose []string) error {
	c, err := get[Contact](r, contactKey(p.client, id))
	if err != nil || !p.wants(c, loose) {
		return err
	}
	if n := len(p.page.Contacts); n == p.filter.Limit {
		p.page.Next, p.done = p.page.Contacts[n-1].ID, true
		return nil
	}
	p.page.Contacts = append(p.page.Contacts, c)
	return nil
}

func (p *contactPager) wants(c Contact, loose []string) bool {
	if !c.Deleted.IsZero() || p.filter.Active && c.Departed ||
		!match(loose, c.FirstName, c.LastName, c.Role, c.Email) {
		return false
	}
	a, _ := AddressKey(c.Email)
	return !slices.Contains(p.filter.Without, a)
}
