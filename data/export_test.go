package data

import (
	"context"

	"carnet/data/kv"
)

// Journaled returns the events that were kept, in their order, for tests.
func Journaled(ctx context.Context, s *Store) ([]Event, error) {
	return view(ctx, s, func(r kv.Reader) ([]Event, error) {
		entries, err := r.Scan(kv.Range{Prefix: key[string](tEvent)})
		if err != nil {
			return nil, err
		}
		var out []Event
		for _, e := range entries {
			v, err := decode[Event](e.Value)
			if err != nil {
				return nil, err
			}
			out = append(out, v)
		}
		return out, nil
	})
}
