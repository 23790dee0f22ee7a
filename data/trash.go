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

// Trash returns what was deleted last, 40 at most, newest first. The contacts
// of a client in the trash come back with it and are not listed.
func (s *Store) Trash(ctx context.Context) ([]Binned, error) {
	return view(ctx, s, func(r kv.Reader) ([]Binned, error) {
		entries, err := r.Scan(kv.Range{Prefix: key[string](tTrash), Limit: 40, Reverse: true})
		if err != nil {
			return nil, err
		}
		var out []Binned
		for _, e := range entries {
			b, err := binned(r, e.Value)
			if err != nil {
				return nil, err
			}
			if b.Contact == nil || b.Client.Deleted.IsZero() {
				out = append(out, b)
			}
		}
		return out, nil
	})
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
