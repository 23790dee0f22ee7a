package data_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"carnet/data"
	"carnet/data/datatest"
)

func TestMessagesByStateAndAuthor(t *testing.T) {
	// The list of mails is filtered by state, author and client, alone and
	// together; what is on its way is found as waiting whatever it is doing.
	t.Parallel()
	s := datatest.Open(t)
	u, other := user(t, s).ID, data.NewID()
	one, two := datatest.Client(t, s, "Un"), datatest.Client(t, s, "Deux")
	post := func(c data.Client, author data.ID, state data.State) data.ID {
		t.Helper()
		m := note(t, s, c.ID, "a@x.fr")
		m.Author = author
		id := must(s.Enqueue(t.Context(), "", data.Posting{Message: m, Raw: [][]byte{nil}, Hold: state == data.Held}))(t)
		if state == data.Held || state == data.Queued {
			return id
		}
		claim := must(s.Claim(t.Context(), id, time.Minute))(t)
		switch state {
		case data.Sending:
		case data.Committing:
			ok(t, s.Commit(t.Context(), claim))
		default:
			ok(t, s.Finish(t.Context(), claim, "mx", map[int]data.Outcome{0: {State: state}}, true, 0))
		}
		return id
	}
	queued, sending, committing := post(one, u, data.Queued), post(two, u, data.Sending), post(one, other, data.Committing)
	accepted, failed, held := post(one, u, data.Accepted), post(two, other, data.Failed), post(one, u, data.Held)
	for _, c := range []struct {
		filter data.MessageFilter
		want   []data.ID // newest first
	}{
		{data.MessageFilter{}, []data.ID{held, failed, accepted, committing, sending, queued}},
		{data.MessageFilter{State: data.Queued}, []data.ID{committing, sending, queued}},
		{data.MessageFilter{State: data.Accepted}, []data.ID{accepted}},
		{data.MessageFilter{State: data.Unknown}, nil},
		{data.MessageFilter{Author: other}, []data.ID{failed, committing}},
		{data.MessageFilter{Author: other, State: data.Failed}, []data.ID{failed}},
		{data.MessageFilter{Client: one.ID}, []data.ID{held, accepted, committing, queued}},
		{data.MessageFilter{Client: one.ID, Author: u, State: data.Held}, []data.ID{held}},
		{data.MessageFilter{Client: two.ID, State: data.Accepted}, nil},
	} {
		page := must(s.Messages(t.Context(), c.filter))(t)
		if got := idsOf(page); !slices.Equal(got, c.want) || page.Next != "" {
			t.Errorf("%+v gives %v, want %v", c.filter, got, c.want)
		}
	}
}

func idsOf(page data.MessagePage) (ids []data.ID) {
	for _, m := range page.Messages {
		ids = append(ids, m.ID)
	}
	return ids
}

func TestMessagesPageByPage(t *testing.T) {
	// However few messages a filter lets through, its pages together have each
	// once, and each page is bounded.
	t.Parallel()
	s := datatest.Open(t)
	c, rare := datatest.Client(t, s, "Un"), data.NewID()
	var want []data.ID
	for i := range 120 {
		m := note(t, s, c.ID, "a@x.fr")
		m.Subject = fmt.Sprintf("Devis numéro %d", i)
		if i%7 == 0 {
			m.Author, m.Subject = rare, "Relance"
			want = append(want, m.ID)
		}
		ok(t, errOf(s.Enqueue(t.Context(), "", data.Posting{Message: m, Raw: [][]byte{nil}, Hold: true})))
	}
	slices.Reverse(want)
	for _, filter := range []data.MessageFilter{
		{Author: rare, Limit: 5}, {Author: rare, Client: c.ID, Limit: 5}, {State: data.Held, Author: rare}, {Client: c.ID, Query: "REL", Limit: 4},
	} {
		var got []data.ID
		for {
			page := must(s.Messages(t.Context(), filter))(t)
			got = append(got, idsOf(page)...)
			if page.Next == "" {
				break
			}
			filter.After = page.Next
		}
		if !slices.Equal(got, want) {
			t.Errorf("%+v: %d messages, want %d", filter, len(got), len(want))
		}
	}
}

func TestHistorySearch(t *testing.T) {
	// A client's mails are found by the beginning of the words of their subject,
	// recipients and text, without case and accents.
	t.Parallel()
	s := datatest.Open(t)
	c := datatest.Client(t, s, "Un")
	post := func(subject, text string, to data.Mailbox) data.ID {
		m := must(s.Compose(data.Message{Client: c.ID, Subject: subject, Text: text, To: []data.Mailbox{to}}))(t)
		return must(s.Enqueue(t.Context(), "", data.Posting{Message: m, Raw: [][]byte{nil}, Hold: true}))(t)
	}
	devis := post("Devis d’escalier", "Chêne massif", data.Mailbox{Name: "Élodie Brun", Address: "elodie@x.fr"})
	facture := post("Facture", strings.Repeat("Nous vous remercions de votre confiance. ", 400)+"Merci, girafe.", data.Mailbox{Address: "compta@y.fr"})
	for query, want := range map[string][]data.ID{
		"devis": {devis}, "ESC": {devis}, "elo": {devis}, "chene mass": {devis}, "y.fr": {facture},
		"girafe": {facture}, "ompta": nil, "devis merci": nil, "f": {facture, devis}, "": {facture, devis}, "&": {facture, devis},
	} {
		page := must(s.Messages(t.Context(), data.MessageFilter{Client: c.ID, Query: query}))(t)
		if got := idsOf(page); !slices.Equal(got, want) {
			t.Errorf("%q finds %v, want %v", query, got, want)
		}
	}
}

func TestLate(t *testing.T) {
	// A message that has been put off for more than an hour is late in the list,
	// until nothing more happens to it.
	t.Parallel()
	o := newOutbox(t, "a@x.fr", "b@x.fr")
	late := func(want bool) {
		t.Helper()
		if m := must(o.Messages(t.Context(), data.MessageFilter{}))(t).Messages[0]; m.Late != want {
			t.Errorf("late is %t: %v", m.Late, m.States)
		}
	}
	late(false)
	o.clock.Advance(2 * time.Hour) // it waited for its turn
	late(false)
	o.finish(o.claim(), map[int]data.Outcome{0: {State: data.Accepted}, 1: {State: data.Queued, Code: 450}})
	late(false)
	o.clock.Advance(data.Patience + time.Second)
	late(true)
	c := o.claim()
	late(true)
	o.finish(c, map[int]data.Outcome{1: {State: data.Failed}})
	late(false)
}
