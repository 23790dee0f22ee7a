package data_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"carnet/data"
	"carnet/data/datatest"
	"carnet/data/kv"
)

// told returns the events of a book, the oldest first, as "action detail".
func told(t testing.TB, s *data.Store, f data.EventFilter) []string {
	t.Helper()
	var out []string
	for more := true; more; {
		page := must(s.Events(t.Context(), f))(t)
		for _, e := range page.Events {
			out = append(out, strings.TrimSpace(string(e.Action)+" "+e.Detail))
		}
		f.After, more = page.Next, page.Next != ""
	}
	slices.Reverse(out)
	return out
}

func TestJournalTells(t *testing.T) {
	// Each change that a person makes is told once, with who did it, to what, and
	// the fields; one that changed nothing, or failed, and a form sent again, is not.
	t.Parallel()
	s := datatest.Open(t, data.WithKey(func() (data.Key, error) { return data.Key{1}, nil }))
	u := must(s.SetUp(t.Context(), data.Agency{Name: "A"}, data.User{Name: "Ana", Email: "ana@x.fr"}, password))(t)
	before := told(t, s, data.EventFilter{})
	if !slices.Equal(before, []string{"user.setup"}) || len(told(t, s, data.EventFilter{User: u.ID})) != 1 {
		t.Errorf("of a new book the journal tells %q", before)
	}
	ctx := data.As(t.Context(), data.Actor{User: u.ID, Address: "192.0.2.7"})
	request, once := data.NewID(), data.NewID()
	var c data.Client
	for range 2 {
		c = must(s.CreateClient(ctx, request, data.Client{Name: "Un", Email: "main@x.fr"}))(t)
	}
	c, _, err := s.UpdateClient(ctx, c.ID, c.Version, true, func(c *data.Client) { c.Phone, c.Email = "1", "new@x.fr" })
	ok(t, err)
	_, _, err = s.UpdateClient(ctx, c.ID, c.Version-1, true, func(c *data.Client) { c.Phone = "2" })
	wantError(t, err, data.ErrStale)
	c, _, err = s.UpdateClient(ctx, c.ID, c.Version, true, func(*data.Client) {})
	ok(t, err)
	var x data.Contact
	for range 2 {
		x = must(s.CreateContact(ctx, once, data.Contact{Client: c.ID, Email: "x@x.fr"}, false))(t)
	}
	for _, favorite := range []bool{true, true, false, false} {
		_, _, err = s.Star(ctx, c.ID, x.ID, favorite)
		ok(t, err)
	}
	x = must(s.UpdateContact(ctx, c.ID, x.ID, x.Version, func(x *data.Contact) { x.LastName, x.Departed = "Zola", true }))(t)
	for range 2 {
		must(s.MakeMain(ctx, c.ID, x.ID))(t)
	}
	must(s.DeleteContact(ctx, c.ID, x.ID))(t)
	for range 2 {
		must(s.RestoreContact(ctx, c.ID, x.ID))(t)
	}
	ok(t, s.DeleteClient(ctx, c.ID))
	for range 2 {
		must(s.RestoreClient(ctx, c.ID))(t)
	}
	m := must(s.Compose(data.Message{Client: c.ID, Author: u.ID, Subject: "s", Text: "t", To: []data.Mailbox{{Address: "a@x.fr"}, {Address: "b@x.fr"}}}))(t)
	send := func(hold bool, d *data.Draft) data.ID {
		m.ID = data.NewID()
		return must(s.Enqueue(ctx, m.ID, data.Posting{Message: m, Raw: [][]byte{[]byte("raw")}, Hold: hold, Draft: d}))(t)
	}
	held := send(true, nil)
	must(s.Enqueue(ctx, held, data.Posting{Message: m, Raw: [][]byte{[]byte("raw")}}))(t)
	must(s.Release(ctx, held, data.Held))(t)
	claim := must(s.Claim(ctx, held, lease))(t) // the worker is nobody
	ok(t, s.Commit(ctx, claim))
	ok(t, s.Finish(ctx, claim, "mx", map[int]data.Outcome{0: {State: data.Failed}, 1: {State: data.Unknown}}, true, 0))
	must(s.Settle(ctx, held, data.Accepted, data.Unknown))(t)
	must(s.Release(ctx, held, data.Failed))(t)
	must(s.Settle(ctx, held, data.Cancelled, data.Held, data.Queued))(t)
	_, err = s.Settle(ctx, held, data.Cancelled, data.Held, data.Queued)
	wantError(t, err, data.ErrState)
	d := data.Draft{ID: data.NewID(), Client: c.ID, Author: u.ID}
	must(s.SaveDraft(ctx, d, false))(t)
	must(s.Undo(ctx, u.ID, send(false, &d)))(t)
	tpl := must(s.CreateTemplate(ctx, "", data.Template{Name: "T"}))(t)
	tpl = must(s.UpdateTemplate(ctx, tpl.ID, tpl.Version, func(x *data.Template) { x.Text = "secret words" }))(t)
	must(s.UpdateTemplate(ctx, tpl.ID, tpl.Version, func(*data.Template) {}))(t)
	must(s.DeleteTemplate(ctx, tpl.ID))(t)
	must(s.RestoreTemplate(ctx, tpl.ID))(t)
	annex := must(s.CreateAnnex(ctx, data.Attachment{Name: "cgv.pdf", Hash: strings.Repeat("a", 64)}))(t)
	must(s.DeleteAnnex(ctx, annex.ID))(t)
	secret := "hunter2"
	must(s.SetRelay(ctx, 0, &secret, func(x *data.Relay) { x.Host, x.User, x.From.Address = "mx.x.fr", "u", "a@x.fr" }))(t)
	for range 2 {
		must(s.SetProfile(ctx, u.ID, data.Profile{Name: "Anaïs", Undo: data.DefaultUndo}))(t)
	}
	must(s.Prefer(ctx, u.ID, data.English, ""))(t)
	for range 2 {
		ok(t, s.SetJournal(ctx, data.Journal{Days: 90}))
	}
	must(s.Dossier(ctx, c.ID, x.ID))(t)
	ok(t, s.ExportEvents(ctx, c.ID))
	must(s.EraseContact(ctx, c.ID, x.ID))(t)

	want := []string{"client.create", "client.update email,phone", "contact.create favorite",
		"contact.create", "contact.star", "contact.unstar", "contact.update last_name,departed",
		"contact.main", "contact.create favorite", "contact.delete", "contact.restore", "client.delete", "client.restore",
		"message.hold 2", "message.release 2", "message.settle 1", "message.resend 1", "message.cancel 1", "message.send 2", "message.undo",
		"template.create", "template.update text", "template.delete", "template.restore", "annex.create", "annex.delete",
		"relay.update host,user,password,from", "profile.update name", "event.retain 90", "contact.export", "event.export", "contact.erase"}
	if got := told(t, s, data.EventFilter{})[len(before):]; !slices.Equal(got, want) {
		t.Errorf("it tells\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, e := range must(s.Events(t.Context(), data.EventFilter{Limit: 32}))(t).Events {
		if e.User != u.ID || e.Address != "192.0.2.7" || e.By.Name != "Anaïs" {
			t.Errorf("%s is of %+v", e.Action, e)
		}
		if noun := e.Action.Noun(); (noun == "client" || noun == "contact" || noun == "message") && (e.Client != c.ID || e.Record == "") {
			t.Errorf("%s is of the client %q and of %q", e.Action, e.Client, e.Record)
		}
	}
}

func TestJournalFilters(t *testing.T) {
	// The journal is read by person, client, record, kind and period, or all of
	// these, page by page, each event once and the newest first.
	t.Parallel()
	s := datatest.Open(t)
	day := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	users := []data.ID{data.NewID(), data.NewID()}
	clients := []data.Client{}
	for i := range 2 {
		clients = append(clients, datatest.Client(t, s, fmt.Sprint("Client ", i)))
	}
	for i := range 300 { // by the hour: templates of two people, and contacts of nobody
		ctx := data.As(t.Context(), data.Actor{User: users[i%2], At: day.Add(time.Duration(i) * time.Hour)})
		if i%3 != 0 {
			datatest.Contact(t, s, clients[i/2%2].ID, fmt.Sprintf("c%d@x.fr", i), false)
			continue
		}
		tpl := must(s.CreateTemplate(ctx, "", data.Template{Name: "T"}))(t)
		if i%2 == 1 {
			must(s.DeleteTemplate(ctx, tpl.ID))(t)
		}
	}
	for name, c := range map[string]struct {
		f    data.EventFilter
		want int
	}{
		"a person":                   {data.EventFilter{User: users[0]}, 50},
		"a person, a kind":           {data.EventFilter{User: users[1], Noun: "template"}, 100},
		"a client":                   {data.EventFilter{Client: clients[0].ID}, 101},
		"a client, a stranger":       {data.EventFilter{Client: clients[0].ID, User: users[0]}, 0},
		"a day":                      {data.EventFilter{From: day, Until: day.Add(24 * time.Hour)}, 12},
		"a day of a person":          {data.EventFilter{User: users[0], From: day, Until: day.Add(24 * time.Hour)}, 4},
		"the last hours":             {data.EventFilter{From: day.Add(290 * time.Hour), Until: day.Add(300 * time.Hour)}, 5},
		"the last hours of a person": {data.EventFilter{User: users[0], From: day.Add(290 * time.Hour)}, 1},
		"before it all":              {data.EventFilter{Until: day}, 0},
		"since ever":                 {data.EventFilter{From: day.Add(-time.Hour), Noun: "template"}, 150},
	} {
		for _, limit := range []int{0, 1, 7, data.MaxEvents} {
			c.f.Limit = limit
			if got := told(t, s, c.f); len(got) != c.want {
				t.Errorf("%s, %d a page: %d events, want %d", name, limit, len(got), c.want)
			}
		}
	}
	page := must(s.Events(t.Context(), data.EventFilter{User: users[0]}))(t)
	if !slices.IsSortedFunc(page.Events, func(a, b data.Told) int { return strings.Compare(string(b.ID), string(a.ID)) }) || len(page.Events) != data.EventPageSize {
		t.Errorf("%d events, not in order", len(page.Events))
	}
	if at := page.Events[0].Time(); !at.Equal(day.Add(294 * time.Hour)) {
		t.Errorf("the newest was %v", at)
	}
}

func TestJournalIsBounded(t *testing.T) {
	// A page of a filter that nothing passes looks at a bounded part of the journal
	// and says where to look on.
	t.Parallel()
	engine := &counted{Store: datatest.Engine(t, filepath.Join(t.TempDir(), "carnet.db"))}
	s := datatest.On(t, engine)
	user := data.NewID()
	ctx := data.As(t.Context(), data.Actor{User: user})
	const n = 2600
	done := make(chan error)
	for range n {
		go func() { done <- s.ExportEvents(ctx, "") }()
	}
	for range n {
		ok(t, <-done)
	}
	f := data.EventFilter{User: user, Noun: "contact"}
	before := engine.read.Load()
	page := must(s.Events(t.Context(), f))(t)
	if read := engine.read.Load() - before; read > 5000 {
		t.Errorf("%d records were read", read)
	}
	if !page.Partial || page.Next == "" || len(page.Events) > 0 {
		t.Errorf("the page is %+v", page)
	}
	f.After = page.Next
	if page = must(s.Events(t.Context(), f))(t); page.Partial || page.Next != "" {
		t.Errorf("the last page is %+v", page)
	}
}

func TestJournalKeepsForDays(t *testing.T) {
	// Events go with the sweep when they are older than the days that are set, with
	// their index, and no younger one does; the bounds of the setting hold.
	t.Parallel()
	clock := datatest.NewClock()
	s := datatest.Open(t, clock.Option())
	user, now := data.NewID(), clock.Now()
	const day = 24 * time.Hour
	for days := range 130 {
		ctx := data.As(t.Context(), data.Actor{User: user, At: now.Add(-time.Duration(400-days) * day)})
		ok(t, s.ExportEvents(ctx, ""))
	}
	for _, days := range []int{-1, 0, data.MinJournalDays - 1, data.MaxJournalDays + 1} {
		wantProblem(t, s.SetJournal(t.Context(), data.Journal{Days: days}), "days", data.OutOfRange)
	}
	if j := must(s.Journal(t.Context()))(t); j.Days != data.DefaultJournalDays {
		t.Errorf("%d days at first", j.Days)
	}
	count := func() int { return len(told(t, s, data.EventFilter{User: user})) }
	if n := count(); n != 130 {
		t.Fatalf("%d events", n)
	}
	ok(t, s.Sweep(t.Context()))
	if n := count(); n != 130-35 {
		t.Errorf("%d events are kept for a year, want %d", n, 130-35)
	}
	ok(t, s.SetJournal(t.Context(), data.Journal{Days: 300}))
	if n := count(); n != 130-35 {
		t.Errorf("%d events before the sweep", n)
	}
	ok(t, s.Sweep(t.Context()))
	if n := count(); n != 30 {
		t.Errorf("%d events are kept for 300 days, want 30", n)
	}
}

// frugal is an engine that counts the operations of its updates.
type frugal struct {
	kv.Store
	reads, writes atomic.Int64
}

func (f *frugal) Update(ctx context.Context, fn func(kv.Writer) error) error {
	return f.Store.Update(ctx, func(w kv.Writer) error {
		f.reads.Store(0)
		f.writes.Store(0)
		return fn(frugalWriter{w, f})
	})
}

type frugalWriter struct {
	kv.Writer
	f *frugal
}

func (w frugalWriter) Get(k []byte) ([]byte, error) { w.f.reads.Add(1); return w.Writer.Get(k) }
func (w frugalWriter) Lookup(k []byte) (key, value []byte, err error) {
	w.f.reads.Add(2)
	return w.Writer.Lookup(k)
}
func (w frugalWriter) Scan(r kv.Range) ([]kv.Entry, error) { w.f.reads.Add(1); return w.Writer.Scan(r) }
func (w frugalWriter) Put(k, v []byte) error               { w.f.writes.Add(1); return w.Writer.Put(k, v) }
func (w frugalWriter) Delete(k []byte) error               { w.f.writes.Add(1); return w.Writer.Delete(k) }

func TestCostOfAStar(t *testing.T) {
	// A star makes at most three reads and eight writes, the journal among them; one
	// that is set already writes nothing.
	t.Parallel()
	engine := &frugal{Store: datatest.Engine(t, filepath.Join(t.TempDir(), "carnet.db"))}
	s := datatest.On(t, engine)
	ctx, c := data.As(t.Context(), data.Actor{User: data.NewID(), Address: "192.0.2.7"}), datatest.Client(t, s, "Un")
	x := datatest.Contact(t, s, c.ID, "x@x.fr", false)
	for _, favorite := range []bool{true, true, false} {
		_, tally, err := s.Star(ctx, c.ID, x.ID, favorite)
		ok(t, err)
		reads, writes := engine.reads.Load(), engine.writes.Load()
		if reads < 2 || reads > 3 || writes > 8 || writes == 0 && x.Favorite != favorite || writes > 0 && x.Favorite == favorite {
			t.Errorf("%t after %t: %d reads, %d writes", favorite, x.Favorite, reads, writes)
		}
		if want := map[bool]int{true: 1}[favorite]; tally.Favorites != want {
			t.Errorf("%d favorites, want %d", tally.Favorites, want)
		}
		x.Favorite = favorite
	}
}
