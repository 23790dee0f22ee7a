package data

import (
	"context"
	"slices"
	"strings"
	"time"

	"carnet/data/kv"
)

// EventFilter chooses events.
type EventFilter struct {
	User   ID        // by this user; empty: by any
	Client ID        // in the file of this client; empty: in any, or in none
	Record ID        // to this record; empty: to any
	Noun   string    // of the action, as "contact"; empty: any
	From   time.Time // at this time or later, to the millisecond; zero: from the first
	Until  time.Time // before this time; zero: to the last
	After  ID        // the last event looked at for the page before; empty: from the newest
	Limit  int       // events wanted, MaxEvents at most; 0 means EventPageSize
}

// Events on a page: as a person reads them, and the most.
const (
	EventPageSize = 37
	MaxEvents     = 100
)

// EventPage is a page of events, the newest first.
type EventPage struct {
	Events  []Told
	Next    ID   // the cursor of the next page; empty on the last
	Partial bool // the page is not full, and there may be more: many were looked at
}

// Told is an event with what those in it are called now.
type Told struct {
	Event
	By   Named // who
	Of   Named // the client
	What Named // what it was done to
}

// Noun returns what kind of thing an action is done to: "contact" of
// "contact.create".
func (a Action) Noun() string {
	noun, _, _ := strings.Cut(string(a), ".")
	return noun
}

// eventRounds is how many transactions look for the events of one page.
const eventRounds = 20

// Events returns a page of events. A filter that few pass may give less than a
// page and a cursor to look on from.
func (s *Store) Events(ctx context.Context, f EventFilter) (EventPage, error) {
	if f.Limit <= 0 || f.Limit > MaxEvents {
		f.Limit = EventPageSize
	}
	p := eventPager{filter: f, after: f.After}
	if until := firstID(f.Until); !f.Until.IsZero() && (p.after == "" || until < p.after) {
		p.after = until
	}
	for round := 0; !p.done; round++ {
		if round == eventRounds {
			p.page.Next, p.page.Partial = p.after, true
			break
		}
		next, err := view(ctx, s, p.read)
		if err != nil {
			return EventPage{}, err
		}
		p = next
	}
	return p.page, s.nameEvents(ctx, p.page.Events)
}

// eventPager fills one page, in several transactions if need be.
type eventPager struct {
	filter EventFilter
	after  ID // the last event looked at
	page   EventPage
	done   bool
}

// read looks at the next events, in a copy of p.
func (p eventPager) read(r kv.Reader) (eventPager, error) {
	prefix, index := key[string](tEvent), false
	span := kv.Range{Limit: kv.MaxPage, Reverse: true}
	switch f := p.filter; {
	case f.Client != "":
		prefix, index = key(tEventOf, f.Client), true
	case f.User != "":
		prefix, index = key(tEventBy, f.User), true
	case f.Record == "" && f.Noun == "":
		span.Limit = f.Limit + 1
	}
	if index {
		span.Limit = kv.MaxReads - 1 // each is read too
	}
	if span.Prefix = prefix; p.after != "" {
		span.After = appendElement(slices.Clone(prefix), string(p.after))
	}
	entries, err := r.Scan(span)
	if err != nil {
		return p, err
	}
	p.page.Events = slices.Clone(p.page.Events)
	for _, x := range entries {
		id := ID(last(x.Key))
		if !p.filter.From.IsZero() && id < firstID(p.filter.From) {
			p.done = true
			return p, nil
		}
		var e Event
		if index {
			e, err = get[Event](r, x.Value)
		} else {
			e, err = decode[Event](x.Value)
		}
		if err != nil {
			return p, err
		}
		if p.filter.passes(e) {
			if len(p.page.Events) == p.filter.Limit {
				p.page.Next, p.done = p.after, true
				return p, nil
			}
			p.page.Events = append(p.page.Events, Told{Event: e})
		}
		p.after = id
	}
	p.done = len(entries) < span.Limit
	return p, nil
}

func (f EventFilter) passes(e Event) bool {
	return (f.User == "" || e.User == f.User) && (f.Client == "" || e.Client == f.Client) &&
		(f.Record == "" || e.Record == f.Record) && (f.Noun == "" || e.Action.Noun() == f.Noun)
}
