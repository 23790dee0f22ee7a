package data

import (
	"context"
	"strconv"
	"time"

	"carnet/data/kv"
)

// Journal is how the events are kept. Nothing changes one: it is written with
// what it tells, and goes when it is older than Days.
type Journal struct {
	Days int `cbor:"1,keyasint"`
}

// How many days events are kept: at least, at most, and until it is set.
const (
	MinJournalDays     = 30
	MaxJournalDays     = 3650
	DefaultJournalDays = 365
)

// What is told of the journal itself.
const (
	EventRetain Action = "event.retain" // the detail is the days
	EventExport Action = "event.export" // of the client's file, if there is one
)

// Journal returns how the events are kept.
func (s *Store) Journal(ctx context.Context) (Journal, error) { return view(ctx, s, journal) }

func journal(r kv.Reader) (Journal, error) {
	j, err := get[Journal](r, key[string](tJournal))
	if err == ErrNotFound {
		return Journal{Days: DefaultJournalDays}, nil
	}
	return j, err
}

// SetJournal changes how the events are kept; the next Sweep removes what is
// older. Invalid if a bound is passed.
func (s *Store) SetJournal(ctx context.Context, j Journal) error {
	if j.Days < MinJournalDays || j.Days > MaxJournalDays {
		return Invalid{{Field: "days", Problem: OutOfRange, Max: MaxJournalDays}}
	}
	done := event(ctx)
	return s.kv.Update(ctx, func(w kv.Writer) error {
		old, err := journal(w)
		if err != nil || old == j {
			return err
		}
		return firstErr(put(w, key[string](tJournal), j), done.write(w, EventRetain, "", "", strconv.Itoa(j.Days)))
	})
}

// ExportEvents tells that the events, or those of a client, are taken out of the
// book. It is called before they are read.
func (s *Store) ExportEvents(ctx context.Context, client ID) error {
	done := event(ctx)
	return s.kv.Update(ctx, func(w kv.Writer) error { return done.write(w, EventExport, client, "", "") })
}

// sweepEvents removes the events that are kept no longer, the oldest first.
func (s *Store) sweepEvents(ctx context.Context) error {
	now := s.now()
	for {
		more, err := update(ctx, s, func(w kv.Writer) (bool, error) {
			j, err := journal(w)
			if err != nil {
				return false, err
			}
			oldest, err := w.Scan(kv.Range{Prefix: key[string](tEvent), Limit: kv.MaxWrites / 3})
			if err != nil {
				return false, err
			}
			until := eventKey(firstID(now.Add(-time.Duration(j.Days) * 24 * time.Hour)))
			for _, x := range oldest {
				if string(x.Key) >= string(until) {
					return false, nil
				}
				e, err := decode[Event](x.Value)
				if err != nil {
					return false, err
				}
				if err := deleteAll(w, e.keys()); err != nil {
					return false, err
				}
			}
			return len(oldest) > 0, nil
		})
		if err != nil || !more {
			return err
		}
	}
}
