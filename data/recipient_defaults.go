package data

import (
	"context"
	"time"

	"carnet/data/kv"
)

// Defaults are who a message to a client goes to, unless its author decides
// otherwise, and the favorites who are not among them.
type Defaults struct {
	To       []Recipient // the main address, then the favorites by name; each address once, MaxRecipients at most
	Departed []Contact
	Binned   []Contact // in the trash, for a month at most
	More     int       // favorites for whom there is no room
}

// binnedNotice is how long a favorite in the trash is missed.
const binnedNotice = 30 * 24 * time.Hour

// Defaults returns the default recipients of a client. It looks at some more
// favorites than a message takes, and at 50 addresses in the trash.
func (s *Store) Defaults(ctx context.Context, clientID ID) (Defaults, error) {
	since := s.now().Add(-binnedNotice)
	d, err := view(ctx, s, func(r kv.Reader) (Defaults, error) { return defaults(r, clientID) })
	if err != nil {
		return d, err
	}
	d.Binned, err = view(ctx, s, func(r kv.Reader) ([]Contact, error) { return binnedFavorites(r, clientID, since) })
	return d, err
}

func defaults(r kv.Reader, clientID ID) (Defaults, error) {
	var d Defaults
	c, err := client(r, clientID)
	if err != nil {
		return d, err
	}
	if c.Email != "" {
		first, err := recipient(r, c, Mailbox{Address: c.Email})
		if err != nil {
			return d, err
		}
		d.To = append(d.To, first)
	}
	t, err := get[Tally](r, tallyKey(clientID))
	if err != nil {
		return d, err
	}
	entries, err := r.Scan(kv.Range{Prefix: key(tOrder, string(clientID), "0"), Limit: kv.MaxReads - 10})
	d.More = t.Favorites - len(entries)
	for _, e := range entries {
		f, err := get[Contact](r, contactKey(clientID, ID(last(e.Key))))
		switch {
		case err != nil:
			return d, err
		case SameAddress(f.Email, c.Email): // it is there already
		case f.Departed:
			d.Departed = append(d.Departed, f)
		case len(d.To) == MaxRecipients:
			d.More++
		default:
			d.To = append(d.To, Recipient{Mailbox: f.Mailbox(), Contact: &f})
		}
	}
	return d, err
}

// binnedFavorites returns who went to the trash as a favorite since a time,
// and whose address nobody else at the client has.
func binnedFavorites(r kv.Reader, clientID ID, since time.Time) ([]Contact, error) {
	c, err := client(r, clientID)
	if err != nil {
		return nil, err
	}
	entries, err := r.Scan(kv.Range{Prefix: key(tBinned, clientID), Limit: 50})
	if err != nil {
		return nil, err
	}
	var out []Contact
	for _, e := range entries {
		f, err := get[Contact](r, e.Value)
		if err != nil {
			return nil, err
		}
		if !f.Favorite || f.Departed || f.Deleted.Before(since) || SameAddress(f.Email, c.Email) {
			continue
		}
		taken, err := exists(r, addressKey(clientID, last(e.Key)))
		if err != nil {
			return nil, err
		}
		if !taken {
			out = append(out, f)
		}
	}
	return out, nil
}
