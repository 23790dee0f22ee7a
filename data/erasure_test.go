package data_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"carnet/data"
	"carnet/data/datatest"
	"carnet/data/kv"
	"carnet/data/kv/bolt"
	"carnet/data/kv/kvtest"
)

// known is a book in which a person is everywhere: as a contact with a former
// address and a twin in the trash, as the main address, in mails of all states,
// and in drafts.
type known struct {
	*data.Store
	client data.ID
	person data.Contact
	author data.User
	mails  map[string]data.Message
}

// Words that are to be found nowhere after an erasure.
var traces = []string{"zephyrine", "quille", "zq@x.fr", "zq-old@x.fr", "+33 6 99 98 99"}

func know(t testing.TB, s *data.Store) *known {
	t.Helper()
	ctx := t.Context()
	k := &known{Store: s, mails: map[string]data.Message{}}
	k.author = must(s.SetUp(ctx, data.Agency{Name: "A"}, data.User{Name: "Ana", Email: "ana@x.fr"}, password))(t)
	c := datatest.Client(t, s, "Lambert")
	k.client = c.ID
	datatest.Contact(t, s, c.ID, "other@x.fr", false)
	person := data.Contact{Client: c.ID, Email: "ZQ-old@x.fr", FirstName: "Zéphyrine", LastName: "Quille", Mobile: "+33 6 99 98 99 10"}
	twin := must(s.CreateContact(ctx, "", person, false))(t)
	must(s.UpdateContact(ctx, c.ID, twin.ID, twin.Version, func(x *data.Contact) { x.Email = "zq@x.fr" }))(t)
	must(s.DeleteContact(ctx, c.ID, twin.ID))(t)
	k.person = must(s.CreateContact(ctx, "", person, true))(t)
	k.send(t, "old", "ZQ-old@x.fr", "other@x.fr")
	k.person = must(s.UpdateContact(ctx, c.ID, k.person.ID, k.person.Version, func(x *data.Contact) { x.Email = "zq@x.fr" }))(t)
	must(s.MakeMain(ctx, c.ID, k.person.ID))(t)

	k.send(t, "alone", "zq@x.fr")
	k.send(t, "accepted", "other@x.fr", "Zéphyrine Quille <ZQ@x.fr>")
	for _, name := range []string{"old", "alone", "accepted"} {
		claim := must(s.Claim(ctx, k.mails[name].ID, lease))(t)
		out := map[int]data.Outcome{}
		for i := range claim.Deliveries {
			out[i] = data.Outcome{State: data.Failed, Code: 550, Reply: "5.1.1 <ZQ@x.fr> unknown"}
		}
		ok(t, s.Finish(ctx, claim, "mx", out, true, 0))
	}
	k.send(t, "waiting", "zq@x.fr", "other@x.fr")
	m := must(s.Compose(data.Message{Client: c.ID, Subject: "undone", Text: "t", To: []data.Mailbox{k.person.Mailbox()}}))(t)
	d := data.Draft{ID: data.NewID(), Client: c.ID, Author: k.author.ID}
	m.Author = k.author.ID
	must(s.Enqueue(ctx, "", data.Posting{Message: m, Raw: [][]byte{[]byte("To: zq@x.fr")}, Wait: time.Hour, Draft: &d}))(t)
	must(s.Undo(ctx, k.author.ID, m.ID))(t)

	field := data.DraftField{Recipients: []data.DraftRecipient{{Text: "other@x.fr"}, {Text: "Zéphyrine Quille <zq@x.fr>"}}, Typed: "zq@x.fr"}
	for _, deleted := range []bool{false, true} {
		d := must(s.SaveDraft(ctx, data.Draft{ID: data.NewID(), Client: c.ID, Author: k.author.ID, Subject: "d", Page: "p",
			DraftBody: data.DraftBody{To: field, Asked: []string{"zq@x.fr"}, Text: "Bonjour"}}, false))(t)
		if deleted {
			ok(t, s.DeleteDraft(ctx, k.author.ID, c.ID, d.ID))
		}
	}
	return k
}

// send puts a mail in the outbox, of which the person is a recipient.
func (k *known) send(t testing.TB, name string, to ...string) {
	t.Helper()
	var boxes []data.Mailbox
	for _, x := range data.SplitMailboxes(strings.Join(to, ",")) {
		boxes = append(boxes, x.Mailbox)
	}
	text := "Bonjour"
	if name == "alone" {
		text = "Chère Zéphyrine"
	}
	m := must(k.Compose(data.Message{Client: k.client, Author: k.author.ID, Subject: name, Text: text, To: boxes}))(t)
	must(k.Enqueue(t.Context(), "", data.Posting{Message: m, Raw: [][]byte{[]byte("To: zq@x.fr")}}))(t)
	k.mails[name] = m
}

// contents returns all keys and values of an engine, in lower case.
func contents(t testing.TB, engine kv.Store) string {
	t.Helper()
	var b strings.Builder
	for after, more := []byte(nil), true; more; {
		ok(t, engine.View(t.Context(), func(r kv.Reader) error {
			entries, err := r.Scan(kv.Range{After: after})
			more = len(entries) == kv.MaxPage
			for _, e := range entries {
				fmt.Fprintf(&b, "%s %s\n", e.Key, e.Value)
				after = slices.Clone(e.Key)
			}
			return err
		}))
	}
	return data.Fold(b.String()) + strings.ToLower(b.String())
}

// wantNoTrace fails the test for each word of the person that is still there.
func wantNoTrace(t testing.TB, engine kv.Store) {
	t.Helper()
	all := contents(t, engine)
	for _, word := range traces {
		if i := strings.Index(all, word); i >= 0 {
			t.Errorf("%q is still there: %q", word, all[max(0, i-100):min(len(all), i+100)])
		}
	}
}

func TestErase(t *testing.T) {
	// After a contact is erased no key and no value of the book holds its name or
	// its addresses; mails that wait for it are cancelled, those for others leave,
	// and what others were written stays.
	t.Parallel()
	engine := datatest.Engine(t, filepath.Join(t.TempDir(), "carnet.db"))
	s := datatest.On(t, kvtest.Twice(engine))
	k := know(t, s)
	ctx := t.Context()
	for _, word := range traces {
		if !strings.Contains(contents(t, engine), word) {
			t.Fatalf("%q was never there", word)
		}
	}
	if done := must(s.EraseContact(ctx, k.client, k.person.ID))(t); !done {
		t.Error("it is not done")
	}
	m, ds, err := s.Message(ctx, k.mails["waiting"].ID)
	ok(t, err)
	if ds[0].State != data.Cancelled || ds[1].State != data.Queued || ds[0].Mailbox != data.Erased(0) || m.Text != "Bonjour" {
		t.Errorf("the mail that waits: %+v %q", ds, m.Text)
	}
	if raw := must(s.Raw(ctx, m.ID, 0))(t); len(raw) == 0 {
		t.Error("the other will not get it")
	}
	claim := must(s.Claim(ctx, m.ID, lease))(t)
	ok(t, s.Finish(ctx, claim, "mx", map[int]data.Outcome{1: {State: data.Accepted}}, true, 0))
	datatest.Check(t, s)
	ok(t, s.Sweep(ctx))
	wantNoTrace(t, engine)

	alone, _, err := s.Message(ctx, k.mails["alone"].ID)
	ok(t, err)
	if alone.Subject != "" || alone.Text != "" || !alone.Sourceless() {
		t.Errorf("the mail that was for it alone says %q %q", alone.Subject, alone.Text)
	}
	accepted, ds, err := s.Message(ctx, k.mails["accepted"].ID)
	ok(t, err)
	if accepted.Subject != "accepted" || accepted.Text != "Bonjour" || ds[0].Mailbox.Address != "other@x.fr" || ds[1].Mailbox != data.Erased(1) {
		t.Errorf("the mail to two is %+v %+v", accepted, ds)
	}
	_, err = s.Raw(ctx, m.ID, 0)
	wantError(t, err, data.ErrErased)
	_, err = s.Release(ctx, accepted.ID, data.Failed)
	wantError(t, err, data.ErrErased)
	_, err = s.AnyContact(ctx, k.client, k.person.ID)
	wantError(t, err, data.ErrNotFound)
	c := must(s.Client(ctx, k.client))(t)
	if c.Email != "" {
		t.Errorf("the main address is %q", c.Email)
	}
	page := must(s.Drafts(ctx, k.author.ID, k.client, ""))(t)
	for _, d := range page.Drafts {
		if d.Subject != "d" {
			continue
		}
		d = must(s.Draft(ctx, k.author.ID, k.client, d.ID))(t)
		if len(d.To.Recipients) != 1 || d.Text != "Bonjour" {
			t.Errorf("the draft is %+v", d)
		}
		d.Page = "p"
		_, err := s.SaveDraft(ctx, data.Draft{ID: d.ID, Client: d.Client, Author: d.Author, Page: "p", Version: 1}, false)
		wantError(t, err, data.ErrStale)
	}
	events := must(s.Events(ctx, data.EventFilter{Client: k.client, Record: k.person.ID}))(t).Events
	if len(events) == 0 || events[0].Action != data.ContactErase || events[0].What != (data.Named{}) {
		t.Errorf("the journal tells %+v", events)
	}
}

func TestEraseInterrupted(t *testing.T) {
	// Whichever operation of the engine fails during an erasure, the book is sound,
	// and the next sweep, or the next call, does the rest.
	t.Parallel()
	dir := t.TempDir()
	whole := datatest.Engine(t, filepath.Join(dir, "carnet.db"))
	k := know(t, datatest.On(t, whole))
	entries := func(from kv.Store) (out []kv.Entry) {
		ok(t, from.View(t.Context(), func(r kv.Reader) error {
			all, err := r.Scan(kv.Range{})
			for _, e := range all {
				out = append(out, kv.Entry{Key: slices.Clone(e.Key), Value: slices.Clone(e.Value)})
			}
			return err
		}))
		return out
	}
	before := entries(whole)
	engine := datatest.Engine(t, filepath.Join(dir, "copy.db"))
	fill := func() {
		ok(t, engine.Update(t.Context(), func(w kv.Writer) error { return nil }))
		clean(t, engine)
		_, err := engine.Load(t.Context(), func(yield func(k, v []byte) bool) {
			for _, e := range before {
				if !yield(e.Key, e.Value) {
					return
				}
			}
		})
		ok(t, err)
	}
	fill()
	sound := datatest.On(t, engine)
	failed := 0
	for n := 1; ; n++ {
		fill()
		flaky, err := data.Open(t.Context(), kvtest.Flaky(engine, n))
		if errors.Is(err, kvtest.ErrInjected) {
			continue
		}
		ok(t, err)
		done, err := flaky.EraseContact(t.Context(), k.client, k.person.ID)
		datatest.Check(t, sound)
		if err == nil {
			if !done || failed < 100 {
				t.Errorf("done is %t after %d failures", done, failed)
			}
			break
		}
		if failed++; !errors.Is(err, kvtest.ErrInjected) {
			t.Fatalf("at operation %d it says %v", n, err)
		}
		if begun := must(sound.Erasures(t.Context()))(t); begun == 0 || n%2 == 0 {
			done, err := sound.EraseContact(t.Context(), k.client, k.person.ID)
			if begun == 0 && err == data.ErrNotFound { // it failed behind the last change
				err, done = nil, true
			}
			ok(t, err)
			if !done {
				t.Fatalf("at operation %d the next call does not finish", n)
			}
		}
		must(sound.Settle(t.Context(), k.mails["waiting"].ID, data.Cancelled, data.Queued))(t)
		ok(t, sound.Sweep(t.Context()))
		wantNoTrace(t, engine)
		if t.Failed() {
			t.Fatalf("at operation %d", n)
		}
	}
}

// clean removes all that an engine keeps.
func clean(t testing.TB, engine *bolt.Store) {
	t.Helper()
	for more := true; more; {
		ok(t, engine.Update(t.Context(), func(w kv.Writer) error {
			entries, err := w.Scan(kv.Range{Limit: kv.MaxWrites})
			more = len(entries) > 0
			for _, e := range entries {
				if err == nil {
					err = w.Delete(e.Key)
				}
			}
			return err
		}))
	}
}

func TestEraseWhileSending(t *testing.T) {
	// While a mail to the contact is being sent it is not erased, and nothing is
	// changed; one that begins to leave later is done by the next sweep.
	t.Parallel()
	engine := datatest.Engine(t, filepath.Join(t.TempDir(), "carnet.db"))
	s := datatest.On(t, kvtest.Twice(engine))
	k := know(t, s)
	ctx := t.Context()
	claim := must(s.Claim(ctx, k.mails["waiting"].ID, lease))(t)
	before := dump(t, engine)
	_, err := s.EraseContact(ctx, k.client, k.person.ID)
	wantError(t, err, data.ErrState)
	if !slices.Equal(dump(t, engine), before) {
		t.Error("something was changed")
	}
	ok(t, s.Finish(ctx, claim, "mx", map[int]data.Outcome{0: {State: data.Accepted}, 1: {State: data.Accepted}}, true, 0))
	if !must(s.EraseContact(ctx, k.client, k.person.ID))(t) {
		t.Error("it is not done")
	}
	wantNoTrace(t, engine)
}

// impatient is an engine whose user goes after a commit.
type impatient struct {
	kv.Store
	leave context.CancelFunc
}

func (i impatient) Update(ctx context.Context, fn func(kv.Writer) error) error {
	err := i.Store.Update(ctx, fn)
	i.leave()
	return err
}

func TestEraseTakesLong(t *testing.T) {
	// Who does not wait for the end of an erasure is told that it is not done; the
	// next sweep finishes it.
	t.Parallel()
	engine := datatest.Engine(t, filepath.Join(t.TempDir(), "carnet.db"))
	s := datatest.On(t, engine)
	k := know(t, s)
	ctx, leave := context.WithCancel(t.Context())
	hasty := must(data.Open(t.Context(), impatient{engine, leave}))(t)
	if done := must(hasty.EraseContact(ctx, k.client, k.person.ID))(t); done || must(s.Erasures(t.Context()))(t) != 1 {
		t.Errorf("done is %t", done)
	}
	must(s.Settle(t.Context(), k.mails["waiting"].ID, data.Cancelled, data.Queued))(t)
	ok(t, s.Sweep(t.Context()))
	if n := must(s.Erasures(t.Context()))(t); n != 0 {
		t.Errorf("%d are under way", n)
	}
	wantNoTrace(t, engine)
}

func TestEraseLeavesOthers(t *testing.T) {
	// An address that the contact had and that another contact has now is not
	// erased, and neither is what other clients know.
	t.Parallel()
	s := datatest.Open(t)
	ctx, c, other := t.Context(), datatest.Client(t, s, "Un"), datatest.Client(t, s, "Deux")
	x := datatest.Contact(t, s, c.ID, "desk@x.fr", false)
	x = must(s.UpdateContact(ctx, c.ID, x.ID, x.Version, func(x *data.Contact) { x.Email = "x@x.fr" }))(t)
	now := datatest.Contact(t, s, c.ID, "desk@x.fr", true)
	there := datatest.Contact(t, s, other.ID, "x@x.fr", true)
	m := must(s.Compose(data.Message{Client: c.ID, Subject: "s", Text: "t", To: []data.Mailbox{{Address: "desk@x.fr"}}}))(t)
	must(s.Enqueue(ctx, "", data.Posting{Message: m, Raw: [][]byte{[]byte("raw")}}))(t)
	if !must(s.EraseContact(ctx, c.ID, x.ID))(t) {
		t.Error("it is not done")
	}
	for _, kept := range []data.Contact{now, there} {
		if got := must(s.Contact(ctx, kept.Client, kept.ID))(t); got.Email != kept.Email {
			t.Errorf("%+v", got)
		}
	}
	if m, _, err := s.Message(ctx, m.ID); err != nil || m.Erased || m.To[0].Address != "desk@x.fr" {
		t.Errorf("%+v %v", m, err)
	}
	_, err := s.EraseContact(ctx, other.ID, now.ID)
	wantError(t, err, data.ErrNotFound)
}

func TestEraseFromManyRecipients(t *testing.T) {
	// A recipient is taken out of a mail to as many as there may be, of which each
	// server quoted the address, within what a transaction may write.
	t.Parallel()
	engine := datatest.Engine(t, filepath.Join(t.TempDir(), "carnet.db"))
	s := datatest.On(t, kvtest.Twice(engine))
	ctx, c := t.Context(), datatest.Client(t, s, "Un")
	x := datatest.Contact(t, s, c.ID, "zq@x.fr", false)
	to, said := []data.Mailbox{x.Mailbox()}, map[int]data.Outcome{0: {State: data.Failed, Reply: "zq@x.fr?"}}
	for i := 1; i < data.MaxRecipients; i++ {
		to = append(to, data.Mailbox{Address: fmt.Sprintf("n%d@x.fr", i)})
		said[i] = data.Outcome{State: data.Failed, Reply: "not after <ZQ@x.fr>"}
	}
	m := must(s.Compose(data.Message{Client: c.ID, Subject: "s", Text: strings.Repeat("é", 20000), To: to}))(t)
	must(s.Enqueue(ctx, "", data.Posting{Message: m, Raw: [][]byte{make([]byte, 120_000)}}))(t)
	ok(t, s.Finish(ctx, must(s.Claim(ctx, m.ID, lease))(t), "mx", said, true, 0))
	if !must(s.EraseContact(ctx, c.ID, x.ID))(t) {
		t.Error("it is not done")
	}
	wantNoTrace(t, engine)
}
