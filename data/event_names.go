package data

import (
	"context"
	"slices"
	"time"

	"carnet/data/kv"
)

// Named is a record as it is called now; the zero Named is of one that is gone,
// or was none.
type Named struct {
	Name   string
	Here   bool // it can be opened
	Binned bool // it is in the trash, or deleted
}

// recordKey returns the key of what an event was done to; nil if it has no name.
func (e Event) recordKey() []byte {
	if e.Record == "" || e.Record == e.User && e.Action != ProfileUpdate { // of themselves
		return nil
	}
	switch e.Action.Noun() {
	case "contact":
		return contactKey(e.Client, e.Record)
	case "message":
		return messageKey(e.Record)
	case "template":
		return templateKey(e.Record)
	case "annex":
		return annexKey(e.Record)
	case "user", "profile", "session", "factor":
		return userKey(e.Record)
	}
	return nil
}

// nameEvents names what the events of a page speak of, each thing read once.
func (s *Store) nameEvents(ctx context.Context, events []Told) error {
	names := map[string]Named{}
	var keys []string
	want := func(k []byte) {
		if _, known := names[string(k)]; k != nil && !known {
			names[string(k)] = Named{}
			keys = append(keys, string(k))
		}
	}
	for _, e := range events {
		if e.User != "" {
			want(userKey(e.User))
		}
		if e.Client != "" {
			want(clientKey(e.Client))
		}
		want(e.recordKey())
	}
	for part := range slices.Chunk(keys, kv.MaxReads) {
		if err := s.kv.View(ctx, func(r kv.Reader) error {
			for _, k := range part {
				n, err := nameUnder(r, []byte(k))
				if err != nil {
					return err
				}
				names[k] = n
			}
			return nil
		}); err != nil {
			return err
		}
	}
	for i, e := range events {
		if e.User != "" {
			events[i].By = names[string(userKey(e.User))]
		}
		if e.Client != "" {
			events[i].Of = names[string(clientKey(e.Client))]
		}
		events[i].What = names[string(e.recordKey())]
	}
	return nil
}

// nameUnder reads what the record under a key is called. One that is absent is
// gone, and that is no error.
func nameUnder(r kv.Reader, k []byte) (n Named, err error) {
	switch tableOf(k) {
	case tUser:
		var x User
		x, err = get[User](r, k)
		n = here(x.Name, time.Time{})
	case tClient:
		var x Client
		x, err = get[Client](r, k)
		n = here(x.Name, x.Deleted)
	case tContact:
		var x Contact
		x, err = get[Contact](r, k)
		n = here(x.Label(), x.Deleted)
	case tMessage:
		var x Message
		x, err = message(r, ID(last(k)))
		n = here(x.Subject, time.Time{})
	case tTemplate:
		var x Template
		x, err = get[Template](r, k)
		n = here(x.Name, x.Deleted)
	case tAnnex:
		var x Annex
		x, err = get[Annex](r, k)
		n = here(x.File.Name, time.Time{})
	}
	if err == ErrNotFound {
		return Named{}, nil
	}
	return n, err
}

func here(name string, deleted time.Time) Named {
	return Named{Name: name, Here: deleted.IsZero(), Binned: !deleted.IsZero()}
}
