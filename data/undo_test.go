package data_test

import (
	"testing"
	"time"

	"carnet/data"
	"carnet/data/datatest"
)

// desk is a book with somebody who writes to a client.
type desk struct {
	*data.Store
	clock  *datatest.Clock
	user   data.User
	client data.Client
}

func newDesk(t *testing.T) desk {
	t.Helper()
	clock := datatest.NewClock()
	s := datatest.Open(t, clock.Option())
	return desk{s, clock, user(t, s), datatest.Client(t, s, "Lambert")}
}

// post sends a draft, which can be undone for ten seconds.
func (d desk) post(t *testing.T, request data.ID, draft data.Draft, to ...string) data.ID {
	t.Helper()
	m := note(t, d.Store, d.client.ID, to...)
	m.Author = d.user.ID
	return must(d.Enqueue(t.Context(), request, data.Posting{Message: m, Raw: [][]byte{[]byte("raw")}, Wait: 10 * time.Second, Draft: &draft}))(t)
}

func TestUndo(t *testing.T) {
	// Behaviour 37: nothing leaves during the window; undoing brings the draft
	// back exactly, the message is absent everywhere, and the same form may be
	// sent again.
	t.Parallel()
	d := newDesk(t)
	draft := draftTo(d.user, d.client, "a@x.fr", "b@x.fr")
	draft.Ignored = []string{"a@x.fr"}
	request := data.NewID()
	id := d.post(t, request, draft, "a@x.fr", "b@x.fr")
	wantError(t, errOf(d.Draft(t.Context(), d.user.ID, d.client.ID, draft.ID)), data.ErrNotFound)
	wantError(t, errOf(d.SaveDraft(t.Context(), draft, true)), data.ErrState)
	wantError(t, errOf(d.Claim(t.Context(), id, time.Minute)), data.ErrNotFound)
	wantError(t, errOf(d.Undo(t.Context(), data.NewID(), id)), data.ErrNotFound)

	back := must(d.Undo(t.Context(), d.user.ID, id))(t)
	if back.ID != draft.ID || back.Subject != draft.Subject || back.Text != draft.Text || len(back.To.Recipients) != 2 || len(back.Ignored) != 1 {
		t.Errorf("the draft came back as %+v", back)
	}
	ok(t, errOf(d.Draft(t.Context(), d.user.ID, d.client.ID, draft.ID)))
	_, _, err := d.Message(t.Context(), id)
	wantError(t, err, data.ErrNotFound)
	wantError(t, errOf(d.Raw(t.Context(), id, 0)), data.ErrNotFound)
	wantError(t, errOf(d.Undo(t.Context(), d.user.ID, id)), data.ErrNotFound)
	wantError(t, errOf(d.Release(t.Context(), id, data.Queued)), data.ErrNotFound)
	if page := must(d.Messages(t.Context(), data.MessageFilter{}))(t); len(page.Messages) != 0 {
		t.Errorf("the list still has %d messages", len(page.Messages))
	}
	d.clock.Advance(time.Hour)
	if due, _, err := d.Due(t.Context()); len(due) != 0 || err != nil {
		t.Errorf("due: %v, %v", due, err)
	}
	datatest.Check(t, d.Store)
	ok(t, d.Sweep(t.Context()))
	datatest.Check(t, d.Store)

	again := d.post(t, request, back, "a@x.fr", "b@x.fr")
	if again == id {
		t.Error("the form that was sent again is the message that was undone")
	}
}

func TestUndoTooLate(t *testing.T) {
	// What was claimed may have left, and is not undone; it is claimed when the
	// window is over, and not before.
	t.Parallel()
	d := newDesk(t)
	id := d.post(t, "", draftTo(d.user, d.client, "a@x.fr"), "a@x.fr")
	d.clock.Advance(9 * time.Second)
	wantError(t, errOf(d.Claim(t.Context(), id, time.Minute)), data.ErrNotFound)
	d.clock.Advance(time.Second + time.Millisecond)
	claim := must(d.Claim(t.Context(), id, time.Minute))(t)
	wantError(t, errOf(d.Undo(t.Context(), d.user.ID, id)), data.ErrState)
	ok(t, d.Finish(t.Context(), claim, "mx", map[int]data.Outcome{0: {State: data.Queued}}, true, 0))
	wantError(t, errOf(d.Undo(t.Context(), d.user.ID, id)), data.ErrState)
}

func TestSentAgainFromAPageLeftOpen(t *testing.T) {
	// A form that was sent, changed and sent again is two messages and no draft;
	// undoing the second does not bring the first one's draft back.
	t.Parallel()
	d := newDesk(t)
	draft := draftTo(d.user, d.client, "a@x.fr")
	first := d.post(t, data.NewID(), draft, "a@x.fr")
	draft.Text = "autre texte"
	second := d.post(t, data.NewID(), draft, "a@x.fr")
	if first == second || len(must(d.Drafts(t.Context(), d.user.ID, d.client.ID, ""))(t).Drafts) != 0 {
		t.Error("it is one message, or a draft is left")
	}
	if back := must(d.Undo(t.Context(), d.user.ID, second))(t); back.Text != "autre texte" || back.ID == draft.ID {
		t.Errorf("the draft came back as %q", back.Text)
	}
	if back := must(d.Undo(t.Context(), d.user.ID, first))(t); back.Text != "Bonjour," {
		t.Errorf("the first draft came back as %q", back.Text)
	}
}

func TestEachIsClaimedAlone(t *testing.T) {
	// A message that is one mail for each is claimed one recipient at a time, each
	// with its own bytes, and one that is refused leaves the others alone.
	t.Parallel()
	d := newDesk(t)
	m := note(t, d.Store, d.client.ID, "a@x.fr", "b@x.fr", "c@x.fr")
	m.Each = true
	raw := [][]byte{[]byte("to a"), []byte("and to b"), []byte("c")}
	id := must(d.Enqueue(t.Context(), "", data.Posting{Message: m, Raw: raw, Shared: []byte(", and the files")}))(t)
	outcomes := []data.Outcome{{State: data.Accepted}, {State: data.Failed, Code: 550}, {State: data.Accepted}}
	for i := range raw {
		due, _, err := d.Due(t.Context())
		if err != nil || len(due) != 1 {
			t.Fatalf("due: %v, %v", due, err)
		}
		claim := must(d.Claim(t.Context(), id, time.Minute))(t)
		if claim.Deliveries[i].State != data.Sending {
			t.Errorf("claim %d has %+v", i, claim.Deliveries)
		}
		wantError(t, errOf(d.Claim(t.Context(), id, time.Minute)), data.ErrNotFound)
		ok(t, d.Commit(t.Context(), claim))
		ok(t, d.Finish(t.Context(), claim, "mx", map[int]data.Outcome{i: outcomes[i]}, true, 0))
	}
	_, ds, err := d.Message(t.Context(), id)
	ok(t, err)
	for i := range ds {
		if ds[i].State != outcomes[i].State || ds[i].Attempts != 1 {
			t.Errorf("delivery %d is %+v", i, ds[i])
		}
		if got := must(d.Raw(t.Context(), id, i))(t); string(got) != string(raw[i])+", and the files" {
			t.Errorf("mail %d is %q", i, got)
		}
	}
	wantError(t, errOf(d.Raw(t.Context(), id, 3)), data.ErrNotFound)
}

func TestSendingAStaleDraft(t *testing.T) {
	// A page may not send a draft that another page saved or sent since, unless
	// it is told to; the same form sent again is the message it made. A file
	// that was attached is no change of what is typed.
	t.Parallel()
	d := newDesk(t)
	draft := must(d.SaveDraft(t.Context(), draftTo(d.user, d.client, "a@x.fr"), false))(t)
	a, b := draft, draft
	a.Page, b.Page, a.Text, b.Text = data.NewID(), data.NewID(), "de A", "de B"
	ok(t, errOf(d.SaveDraft(t.Context(), a, false)))
	send := func(request data.ID, x data.Draft, force bool) (data.ID, error) {
		m := note(t, d.Store, d.client.ID, "a@x.fr")
		m.Author = d.user.ID
		return d.Enqueue(t.Context(), request, data.Posting{Message: m, Raw: [][]byte{[]byte("raw")}, Wait: 10 * time.Second, Draft: &x, Force: force})
	}
	wantError(t, errOf(send("b", b, false)), data.ErrStale)
	if got := must(d.Draft(t.Context(), d.user.ID, d.client.ID, draft.ID))(t); got.Text != "de A" {
		t.Errorf("the draft of the other page is %q", got.Text)
	}
	first := must(send("b", b, true))(t)
	if again := must(send("b", b, false))(t); again != first {
		t.Error("the same form made a second message")
	}
	wantError(t, errOf(send("a", a, false)), data.ErrState)
	if second := must(send("a", a, true))(t); second == first {
		t.Error("what was sent all the same is no second message")
	}
	if back := must(d.Undo(t.Context(), d.user.ID, first))(t); back.Text != "de B" {
		t.Errorf("what was sent first comes back as %q", back.Text)
	}
}
