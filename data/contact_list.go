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
	After   Cursor   // Next of the page before; empty: from the start
	Limit   int      // contacts wanted, PageSize at most; 0 means PageSize
	Without []string // keys of addresses to leave out
	Active  bool     // leave out who departed
}

// ContactPage is a page of contacts, favorites first, then by name.
type ContactPage struct {
	Contacts  []Contact
	Next      Cursor // of the next page; empty on the last
	Truncated bool   // too many match the query: some are not shown
	Tally     Tally
}

// Contacts returns a page of a client's contacts. It looks at as many as it
// takes to fill the page, in one transaction for each hundred. ErrNotFound if
// the cursor is none.
func (s *Store) Contacts(ctx context.Context, clientID ID, f ContactFilter) (ContactPage, error) {
	after, err := f.After.position(contactPosition)
	if err != nil {
		return ContactPage{}, err
	}
	if f.Limit <= 0 || f.Limit > PageSize {
		f.Limit = PageSize
	}
	p, err := view(ctx, s, func(r kv.Reader) (contactPager, error) {
		p, err := contactPager{client: clientID, filter: f, after: after}.begin(r)
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
	after  []byte // the position of the last contact that was looked at
	end    []byte // the position of the last one on the page
	found  *hits  // what a search found; nil without one
	page   ContactPage
	done   bool
}

// step is how many contacts a transaction looks at: as many as it takes when
// those to leave out come first, but no more than fit.
func (p *contactPager) step() int {
	return min(p.filter.Limit+len(p.filter.Without)+1, kv.MaxReads-20)
}

// begin reads what there is to read once.
func (p contactPager) begin(r kv.Reader) (contactPager, error) {
	if _, err := client(r, p.client); err != nil {
		return p, err
	}
	t, err := get[Tally](r, tallyKey(p.client))
	if err != nil {
		return p, err
	}
	p.page.Tally = t
	if strings.TrimSpace(p.filter.Query) == "" {
		return p, nil
	}
	found, err := searchContacts(r, p.client, p.filter.Query)
	found.list = found.beyond(p.after)
	p.found, p.page.Truncated = &found, found.truncated
	return p, err
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
	for i, h := range found.list {
		found.list[i].at = append(appendElement(nil, orderGroup(starred[h.id])), h.at...)
	}
	found.sort()
	return found, nil
}

// read looks at the next contacts, until the page is full or none is left.
func (p *contactPager) read(r kv.Reader) error {
	list, loose, err := p.next(r)
	if err != nil {
		return err
	}
	for _, h := range list {
		if err := p.add(r, h, loose); err != nil || p.done {
			return err
		}
		p.after = h.at
	}
	p.done = len(list) < p.step()
	return nil
}

// next returns the contacts to look at in this transaction, and the words to
// look for.
func (p *contactPager) next(r kv.Reader) (list []hit, loose []string, err error) {
	if p.found != nil {
		rest := p.found.beyond(p.after)
		return rest[:min(len(rest), p.step())], p.found.loose, nil
	}
	list, err = scanAfter(r, key(tOrder, p.client), p.after, p.step())
	return list, nil, err
}

// add appends a contact that the filter lets through. On a full page it only
// says that there is a next one.
func (p *contactPager) add(r kv.Reader, h hit, loose []string) error {
	c, err := get[Contact](r, contactKey(p.client, h.id))
	if err != nil || !p.wants(c, loose) {
		return err
	}
	if len(p.page.Contacts) == p.filter.Limit {
		p.page.Next, p.done = newCursor(p.end), true
		return nil
	}
	p.page.Contacts, p.end = append(p.page.Contacts, c), h.at
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
