package handlers

import (
	"errors"
	"net/url"
	"strconv"
	"time"

	"carnet/data"
	"carnet/i18n"
	"carnet/views"

	"github.com/gofiber/fiber/v2"
)

type eventsIndex struct {
	form                  // of how long events are kept
	Client   *data.Client // whose file's events these are; nil: all
	User     data.ID
	Noun     string
	From     string // days, as they were typed
	Until    string
	Misdated bool // one of them is no day
	Users    []data.User
	Erasing  int // contacts
	List     eventsList
}

func (eventsIndex) Template() string { return "events/index" }

func (v eventsIndex) Title() string {
	if v.Client != nil {
		return v.T("Journal de %s", "Journal of %s", v.Client.Name)
	}
	return v.T("Journal", "Journal")
}

// Nouns are the kinds that the list can be filtered by.
func (v eventsIndex) Nouns() []choice {
	var out []choice
	for _, n := range eventNouns {
		out = append(out, choice{n.noun, v.T(n.fr, n.en)})
	}
	return out
}

// MinDays and MaxDays bound how long events are kept.
func (eventsIndex) MinDays() int { return data.MinJournalDays }
func (eventsIndex) MaxDays() int { return data.MaxJournalDays }

// All is the address of the events of all clients.
func (eventsIndex) All() views.Address { return views.Path("events") }

// eventsList is a page of the events that a filter chose.
type eventsList struct {
	i18n.Lang
	Events   []eventsRow
	Asked    []choice // the fields of the filter, with their values
	Filtered bool
	Later    bool   // not the first page
	First    string // the address of the first page
	Next     string // the address of the next page
	Partial  bool   // many were looked at, and the page is not full
}

func (eventsList) Template() string { return "events/_list" }

// eventsIndex: GET /events?client=&user=&noun=&from=&until=&after=
func (h *handlers) eventsIndex(c *fiber.Ctx) error {
	kept, err := h.Store.Journal(c.UserContext())
	if err != nil {
		return err
	}
	return h.events(c, fiber.StatusOK, form{Lang: h.lang(c), Values: map[string]string{"days": strconv.Itoa(kept.Days)}})
}

// eventsUpdate: POST /events keeps how long events are kept.
func (h *handlers) eventsUpdate(c *fiber.Ctx) error {
	f := h.posted(c, "days")
	err := h.Store.SetJournal(c.UserContext(), data.Journal{Days: f.number("days")})
	if errors.As(err, &f.Problems) {
		return h.events(c, fiber.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	return h.seeOther(c, "/events", toast{Lang: f.Lang, ID: "info", Text: f.T("Durée enregistrée : ce qui est plus ancien disparaît dans l’heure.", "Duration saved: what is older goes within the hour.")})
}

// events answers with the page, or the list to htmx.
func (h *handlers) events(c *fiber.Ctx, status int, f form) error {
	v := eventsIndex{form: f, Noun: c.Query("noun"), From: c.Query("from"), Until: c.Query("until")}
	filter, err := eventFilter(zoneOf(c), func(name string) string { return c.Query(name) })
	if v.Misdated = errors.Is(err, errDay); v.Misdated {
		status = fiber.StatusUnprocessableEntity
	} else if err != nil {
		return err
	}
	v.User = filter.User
	if filter.Client != "" {
		client, err := h.Store.Client(c.UserContext(), filter.Client)
		if err != nil {
			return err
		}
		v.Client = &client
	}
	v.List = eventsList{Lang: v.Lang, Later: filter.After != ""}
	if !v.Misdated {
		if v.List, err = h.eventsList(c, v.Lang, filter); err != nil {
			return err
		}
	}
	if isFragment(c) && status == fiber.StatusOK {
		n := len(v.List.Events)
		return h.fragment(c, status, v.List, live(v.N(n, "%d action.", "%d actions.", "%d action.", "%d actions.")))
	}
	if v.Users, err = h.Store.Users(c.UserContext()); err != nil {
		return err
	}
	if v.Erasing, err = h.Store.Erasures(c.UserContext()); err != nil {
		return err
	}
	return h.page(c, status, v)
}

func (h *handlers) eventsList(c *fiber.Ctx, l i18n.Lang, f data.EventFilter) (eventsList, error) {
	v := eventsList{Lang: l, Later: f.After != ""}
	page, err := h.Store.Events(c.UserContext(), f)
	if err != nil {
		return v, err
	}
	for _, e := range page.Events {
		v.Events = append(v.Events, eventsRow{l, e, f.Client == "", zoneOf(c)})
	}
	asked := url.Values{}
	for _, name := range eventFields {
		if value := c.Query(name); value != "" {
			asked.Set(name, value)
			v.Asked = append(v.Asked, choice{name, value})
		}
	}
	v.Filtered, v.Partial = len(asked) > 0, page.Partial
	v.First = "/events?" + asked.Encode()
	if page.Next != "" {
		asked.Set("after", string(page.Next))
		v.Next = "/events?" + asked.Encode()
	}
	return v, nil
}

// eventFields are those of the filter, but for the cursor.
var eventFields = []string{"client", "user", "noun", "from", "until"}

// errDay: what was typed is no day.
var errDay = errors.New("handlers: no day")

// eventFilter reads a filter from a query or a form. errDay if a day is none.
func eventFilter(z zone, value func(string) string) (f data.EventFilter, err error) {
	for name, id := range map[string]*data.ID{"client": &f.Client, "user": &f.User, "after": &f.After} {
		if value(name) == "" {
			continue
		}
		if *id, err = data.ParseID(value(name)); err != nil {
			return f, err
		}
	}
	f.Noun = value("noun")
	for name, at := range map[string]*time.Time{"from": &f.From, "until": &f.Until} {
		if value(name) == "" {
			continue
		}
		if *at, err = time.ParseInLocation(time.DateOnly, value(name), z.at(time.Now()).Location()); err != nil || at.Year() < 1970 {
			return f, errDay
		}
	}
	if !f.Until.IsZero() {
		f.Until = f.Until.AddDate(0, 0, 1) // that day too
	}
	return f, nil
}
