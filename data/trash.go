package data

import (
	"context"
	"time"

	"carnet/data/kv"
)

// Binned is a client or a contact in the trash.
type Binned struct {
	Client  Client   // its client, or itself
	Contact *Contact // nil for a client
	Deleted time.Time
}

// maxBinned is how much of the trash is shown.
const maxBinned = 40

// Trash returns what was deleted last, 40 at most, newest first. The contacts
// of a client in the trash come back with it and are not listed. It looks at
// as much as it takes, in one transaction for each forty.
func (s *Store) Trash(ctx context.Context) (out []Binned, err error) {
	scan := kv.Range{Prefix: key[string](tTrash), Limit: maxBinned, Reverse: true}
	for more := true; more && len(out) < maxBinned; {
		page, err := view(ctx, s, func(r kv.Reader) ([]Binned, error) {
			entries, err := r.Scan(scan)
			if err != nil {
				return nil, err
			}
			page := make([]Binned, len(entries))
			for i, e := range entries {
				if page[i], err = binned(r, e.Value); err != nil {
					return nil, err
				}
			}
			return page, nil
		})
		if err != nil {
			return nil, err
		}
		for _, b := range page {
			scan.After = b.key()
			if (b.Contact == nil || b.Client.Deleted.IsZero()) && len(out) < maxBinned {
				out = append(out, b)
			}
		}
		more = len(page) == maxBinned
	}
	return out, nil
}

// key returns where it stands in the trash.
func (b Binned) key() []byte {
	if b.Contact != nil {
		return trashKey(b.Deleted, b.Contact.ID)
	}
	return trashKey(b.Deleted, b.Client.ID)
}

func binned(r kv.Reader, k []byte) (Binned, error) {
	ids := elements(k)
	c, err := get[Client](r, clientKey(ID(ids[1])))
	if err != nil || ids[0] == tClient {
		return Binned{Client: c, Deleted: c.Deleted}, err
	}
	x, err := get[Contact](r, k)
	return Binned{Client: c, Contact: &x, Deleted: x.Deleted}, err
}
