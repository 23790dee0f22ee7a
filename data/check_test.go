package data

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"carnet/data/kv"
)

// fill makes a book with a record of each kind in each state, and returns its
// entries.
func fill(t *testing.T, s *Store) []kv.Entry {
	t.Helper()
	u := User{ID: NewID(), Email: "ana@x.fr", Created: s.now()}
	ctx := As(t.Context(), Actor{User: u.ID, Address: "192.0.2.1"})
	c := must(s.CreateClient(ctx, NewID(), Client{Name: "Été", Email: "main@x.fr"}))
	binned := must(s.CreateClient(ctx, "", Client{Name: "Gone", Email: "main@x.fr"}))
	must(s.CreateContact(ctx, "", Contact{Client: binned.ID, Email: "a@x.fr", Favorite: true}, false))
	must(s.CreateContact(ctx, "", Contact{Client: c.ID, Email: "a@x.fr", Favorite: true}, false))
	b := must(s.CreateContact(ctx, "", Contact{Client: c.ID, Email: "b@x.fr", LastName: "B"}, false))
	for i, state := range []State{Queued, Accepted, Held} {
		m := must(s.Compose(Message{Client: c.ID, Subject: "x", Text: "t", To: []Mailbox{{Address: "a@x.fr"}, {Address: "b@x.fr"}}}))
		must(s.Enqueue(ctx, "", Posting{Message: m, Raw: [][]byte{[]byte("raw")}, Hold: state == Held}))
		if state == Accepted {
			claim := must(s.Claim(ctx, m.ID, time.Hour))
			if err := s.Finish(ctx, claim, "", map[int]Outcome{0: {State: Accepted}, 1: {State: Accepted}}, true, 0); err != nil {
				t.Fatal(i, err)
			}
		}
	}
	z := must(s.CreateContact(ctx, "", Contact{Client: c.ID, Email: "z@x.fr"}, false))
	wait := must(s.Compose(Message{Client: c.ID, Subject: "x", To: []Mailbox{{Address: "z@x.fr"}, {Address: "b@x.fr"}}}))
	must(s.Enqueue(ctx, "", Posting{Message: wait, Raw: [][]byte{[]byte("raw")}}))
	must(s.EraseContact(ctx, c.ID, z.ID)) // its mail still leaves for another
	erased := s.kv.Update(ctx, func(w kv.Writer) error {
		return put(w, erasureKey(c.ID, z.ID), erasure{Client: c.ID, Contact: z.ID, Addresses: []string{"z@x.fr"}})
	})
	err := s.kv.Update(ctx, func(w kv.Writer) error {
		return firstErr(insertUser(w, u), put(w, key[string](tAgency), Agency{Name: "A"}))
	})
	m := must(s.Compose(Message{Client: c.ID, Author: u.ID, Subject: "x", To: []Mailbox{{Address: "a@x.fr"}}}))
	undone := Draft{ID: NewID(), Client: c.ID, Author: u.ID}
	must(s.Enqueue(ctx, "", Posting{Message: m, Raw: [][]byte{[]byte("raw")}, Wait: time.Minute, Draft: &undone}))
	must(s.Undo(ctx, u.ID, m.ID))
	must(s.SetRelay(ctx, 0, nil, func(*Relay) {}))
	must(s.CreateAnnex(ctx, Attachment{Name: "cgv.pdf", Hash: strings.Repeat("a", 64)}))
	must(s.CreateTemplate(ctx, "", Template{Name: "Relance"}))
	must(s.SaveDraft(ctx, Draft{ID: NewID(), Client: c.ID, Author: u.ID, Subject: "d"}, false))
	must(s.UpdateContact(ctx, c.ID, b.ID, b.Version, func(x *Contact) { x.Email = "b2@x.fr" }))
	kept := s.SetJournal(ctx, Journal{Days: 90})
	_, deleted := s.DeleteContact(ctx, c.ID, b.ID)
	invite := func() error {
		_, _, err := s.Invite(As(ctx, Actor{User: u.ID}), Invitation{Email: "bob@x.fr", Role: Member})
		return err
	}
	signs := s.kv.Update(ctx, func(w kv.Writer) error { return put(w, key(tFactor, u.ID), Factor{User: u.ID, Enabled: s.now()}) })
	must(s.CreateReset(ctx, u.ID))
	signs = firstErr(signs, s.AddPasskey(As(ctx, Actor{User: u.ID}), Passkey{ID: []byte("an id"), User: u.ID, Name: "Phone"}))
	if err := firstErr(err, kept, erased, invite(), signs, s.CreateSession(As(ctx, Actor{Address: "192.0.2.1"}), "token", u.ID), s.DeleteClient(ctx, binned.ID), deleted); err != nil {
		t.Fatal(err)
	}
	return must(view(ctx, s, func(r kv.Reader) ([]kv.Entry, error) { return r.Scan(kv.Range{}) }))
}

func TestCheckFindsDamage(t *testing.T) {
	// A book that is sound passes; one that lacks any entry, has one too many, or
	// one with another value, does not, and is told without what people typed.
	t.Parallel()
	s := openTest(t)
	change := func(k, value []byte) {
		t.Helper()
		if err := s.kv.Update(t.Context(), func(w kv.Writer) error {
			if value == nil {
				return w.Delete(k)
			}
			return w.Put(k, value)
		}); err != nil {
			t.Fatal(err)
		}
	}
	entries := fill(t, s)
	if problems := must(s.Check(t.Context())); len(problems) > 0 {
		t.Fatalf("a sound book has %q", problems)
	}
	seen, undone := map[string]bool{}, ""
	for _, e := range entries {
		if tableOf(e.Key) == tUndone {
			undone = last(e.Key)
		}
	}
	damaged := func(what string, k []byte) {
		t.Helper()
		problems := must(s.Check(t.Context()))
		if len(problems) == 0 {
			t.Errorf("%s: %q passes", what, elements(k))
		}
		for _, p := range problems {
			if strings.Contains(p, "x.fr") || strings.Contains(p, "ete") {
				t.Errorf("%q tells what was typed", p)
			}
		}
	}
	for _, e := range entries {
		table := tableOf(e.Key)
		seen[table] = true
		if slices.Contains([]string{tMeta, tSeq, tOnce, tAgency, tRelay, tTemplate, tJournal, tErasure}, table) {
			continue // nothing else says that they have to be there
		}
		// Nothing else says so either, but it names somebody.
		if slices.Contains([]string{tFormer, tOrigins, tFactor}, table) {
			change(e.Key, []byte("\xff nonsense"))
			damaged("nonsense", e.Key)
			change(e.Key, append([]byte{}, e.Value...))
			continue
		}
		// Of two in the trash with one address only the last has it; what was undone
		// may have begun to be removed; a reset is known by nothing else.
		if table != tBinned && table != tReset && (table != tDelivery || elements(e.Key)[1] != undone) {
			change(e.Key, nil)
			damaged("without", e.Key)
		}
		if table != tText { // which may be any
			change(e.Key, []byte("\xff nonsense"))
			damaged("nonsense", e.Key)
		}
		change(e.Key, append([]byte{}, e.Value...))
		es := elements(e.Key)
		es[len(es)-1] += "0"
		stray := key(es[0], es[1:]...)
		change(stray, append([]byte{}, e.Value...))
		damaged("a copy", stray)
		change(stray, nil)
	}
	change(key("cat", "x"), []byte{})
	damaged("a table too many", nil)
	for _, table := range slices.Concat(recordTables, ownedTables, indexTables) {
		if !seen[table] && table != tBlob { // of which no record has any yet
			t.Error(fmt.Sprint("the book has nothing in ", table))
		}
	}
}

func TestCheckOfLongDrafts(t *testing.T) {
	// A book full of the longest drafts is checked within the reads that a
	// transaction has.
	t.Parallel()
	s := openTest(t)
	c, err := s.CreateClient(t.Context(), "", Client{Name: "Lambert", Kind: Company, Language: "fr"})
	if err != nil {
		t.Fatal(err)
	}
	for range 26 {
		d := Draft{ID: NewID(), Client: c.ID, Author: NewID(), DraftBody: DraftBody{Text: strings.Repeat("x", maxDraftParts*partSize-100)}}
		if saved, err := s.SaveDraft(t.Context(), d, false); err != nil || saved.Parts != maxDraftParts {
			t.Fatalf("%d parts, %v", saved.Parts, err)
		}
	}
	if problems, err := s.Check(t.Context()); err != nil || len(problems) != 0 {
		t.Errorf("%v, %v", problems, err)
	}
}
