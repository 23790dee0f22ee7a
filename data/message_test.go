package data_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"carnet/data"
	"carnet/data/blob"
	"carnet/data/datatest"
)

// note is a message to one or more addresses, composed.
func note(t *testing.T, s *data.Store, client data.ID, to ...string) data.Message {
	t.Helper()
	m := data.Message{Client: client, Subject: "Bonjour", Text: "À bientôt", From: data.Mailbox{Address: "a@agence.fr"}}
	for _, a := range to {
		m.To = append(m.To, data.Mailbox{Address: a})
	}
	return must(s.Compose(m))(t)
}

// send enqueues a note, and returns its id.
func send(t *testing.T, s *data.Store, client data.ID, to ...string) data.ID {
	t.Helper()
	return must(s.Enqueue(t.Context(), "", data.Posting{Message: note(t, s, client, to...), Raw: [][]byte{[]byte("raw")}}))(t)
}

func TestCompose(t *testing.T) {
	// Behaviour 26, 36, 41 and 49: what cannot be sent is told, all at once; what
	// can is tidied, and holds no line end that the server would read.
	t.Parallel()
	s := datatest.Open(t)
	boxes := func(n int) (out []data.Mailbox) {
		for i := range n {
			out = append(out, data.Mailbox{Address: fmt.Sprintf("c%d@x.fr", i)})
		}
		return out
	}
	typed := []data.Mailbox{{Name: "Jean", Address: " Jean@X.fr\r\n"}}
	m := must(s.Compose(data.Message{Subject: " Été \r\n", Text: "a\r\nb ✅\n\n", To: typed, Cc: boxes(1), Bcc: boxes(3)[1:]}))(t)
	if m.Subject != "Été" || m.Text != "a\nb ✅" || m.To[0].Address != "Jean@X.fr" || m.ID == "" || m.Created.IsZero() || len(m.Recipients()) != 4 {
		t.Errorf("composed it is %+v", m)
	}
	if typed[0].Address != " Jean@X.fr\r\n" {
		t.Error("the caller's list was changed")
	}
	for name, c := range map[string]struct {
		message data.Message
		field   string
		want    data.Problem
	}{
		"no subject":      {data.Message{To: boxes(1), Subject: " \n"}, "subject", data.Required},
		"a long subject":  {data.Message{To: boxes(1), Subject: strings.Repeat("é", 251)}, "subject", data.TooLong},
		"a header more":   {data.Message{To: boxes(1), Subject: "Été\r\nBcc: x@x.fr"}, "subject", data.Forbidden},
		"a bell":          {data.Message{To: boxes(1), Subject: "\a"}, "subject", data.Forbidden},
		"a long text":     {data.Message{To: boxes(1), Text: strings.Repeat("é", 20001)}, "text", data.TooLong},
		"many bytes":      {data.Message{To: boxes(1), Text: strings.Repeat("✅", 20000) + "é"}, "text", data.TooLong},
		"nobody":          {data.Message{}, "to", data.NoneGiven},
		"too many":        {data.Message{To: boxes(60), Cc: boxes(101)[60:]}, "to", data.TooMany},
		"no address":      {data.Message{To: []data.Mailbox{{Address: "jean"}}}, "to", data.Unresolved},
		"two addresses":   {data.Message{To: []data.Mailbox{{Address: "a@x.fr\r\nb@x.fr"}}}, "to", data.Unresolved},
		"a name of lines": {data.Message{To: []data.Mailbox{{Name: "a\r\nBcc: b@x.fr", Address: "a@x.fr"}}}, "to", data.Unresolved},
		"a long name":     {data.Message{To: []data.Mailbox{{Name: strings.Repeat("a", 201), Address: "a@x.fr"}}}, "to", data.Unresolved},
		"one twice":       {data.Message{To: boxes(1), Bcc: []data.Mailbox{{Address: "C0@x.fr"}}}, "to", data.Duplicate},
	} {
		_, err := s.Compose(c.message)
		if p := problem(t, err, c.field); p.Problem != c.want {
			t.Errorf("%s: %+v, want %s", name, p, c.want)
		}
	}
	must(s.Compose(data.Message{To: boxes(data.MaxRecipients), Subject: "x"}))(t)
}

func TestEnqueue(t *testing.T) {
	// Behaviour 30, 37 and 49: the largest message that composes, to as many as it
	// takes, is kept in one go and comes back as it was.
	t.Parallel()
	s := datatest.Open(t)
	c := datatest.Client(t, s, "X")
	m := data.Message{Client: c.ID, Subject: strings.Repeat("É", data.MaxSubject), Text: strings.Repeat("é ✅\n", 4999) + "👋👋👋👋"}
	for i := range data.MaxRecipients {
		box := data.Mailbox{Name: strings.Repeat("n", 200), Address: fmt.Sprintf("%03d%s@%s.fr", i, strings.Repeat("a", 60), strings.Repeat("b", 60))}
		switch i % 3 {
		case 0:
			m.To = append(m.To, box)
		case 1:
			m.Cc = append(m.Cc, box)
		default:
			m.Bcc = append(m.Bcc, box)
		}
	}
	if n := len([]rune(m.Text)); n != data.MaxText {
		t.Fatalf("a text of %d characters", n)
	}
	m = must(s.Compose(m))(t)
	raw := bytes.Repeat([]byte("0123456789abcdef"), 25<<10)[:400_001]
	request := data.NewID()
	ids, errs := together(4, func(int) (data.ID, error) {
		return s.Enqueue(t.Context(), request, data.Posting{Message: m, Raw: [][]byte{raw}})
	})
	if slices.ContainsFunc(errs, func(err error) bool { return err != nil }) || len(slices.Compact(ids)) != 1 {
		t.Fatalf("posted four times it is %v, %v", ids, errs)
	}
	got, ds, err := s.Message(t.Context(), m.ID)
	ok(t, err)
	if got.Text != m.Text || got.Size != len(raw) || !slices.Equal(got.Recipients(), m.Recipients()) || len(ds) != data.MaxRecipients {
		t.Errorf("it came back as another: %d recipients, %d deliveries", len(got.Recipients()), len(ds))
	}
	for i, d := range ds {
		if d.State != data.Queued || d.Mailbox != m.Recipients()[i] || d.Attempts != 0 {
			t.Fatalf("the delivery %d is %+v", i, d)
		}
	}
	if back := must(s.Raw(t.Context(), m.ID, 0))(t); !bytes.Equal(back, raw) {
		t.Errorf("the mail is %d bytes, want %d", len(back), len(raw))
	}
	claim := must(s.Claim(t.Context(), m.ID, lease))(t)
	ok(t, s.Commit(t.Context(), claim))
	outcomes := map[int]data.Outcome{}
	for i := range ds {
		outcomes[i] = data.Outcome{State: data.Queued, Code: 450, Reply: strings.Repeat("é", 300)}
	}
	ok(t, s.Finish(t.Context(), claim, "smtp", outcomes, true, 0))
	if n := must(s.Settle(t.Context(), m.ID, data.Cancelled, data.Queued))(t); n != data.MaxRecipients {
		t.Errorf("%d were cancelled", n)
	}
}

func TestEnqueueRefuses(t *testing.T) {
	// A message to a client that is gone is not kept; one that is not there is not found.
	t.Parallel()
	s := datatest.Open(t)
	c := datatest.Client(t, s, "X")
	m := note(t, s, c.ID, "a@x.fr")
	ok(t, s.DeleteClient(t.Context(), c.ID))
	_, err := s.Enqueue(t.Context(), "", data.Posting{Message: m})
	wantError(t, err, data.ErrNotFound)
	_, _, err = s.Message(t.Context(), m.ID)
	wantError(t, err, data.ErrNotFound)
	_, err = s.Raw(t.Context(), m.ID, 0)
	wantError(t, err, data.ErrNotFound)
	_, err = s.Claim(t.Context(), m.ID, lease)
	wantError(t, err, data.ErrNotFound)
	_, err = s.Release(t.Context(), m.ID, data.Held)
	wantError(t, err, data.ErrNotFound)
	_, err = s.Settle(t.Context(), m.ID, data.Cancelled, data.Held)
	wantError(t, err, data.ErrNotFound)
}

func TestMessages(t *testing.T) {
	// Behaviour 43: the mails of a client, and of the agency, are listed newest
	// first, in pages that are complete; a client in the trash keeps its name there.
	t.Parallel()
	s := datatest.Open(t)
	x, y := datatest.Client(t, s, "X"), datatest.Client(t, s, "Y")
	var ofX, all []data.ID
	for i := range 45 {
		client := x.ID
		if i%9 == 0 {
			client = y.ID
		}
		id := send(t, s, client, "a@x.fr", "b@x.fr")
		all = append([]data.ID{id}, all...)
		if client == x.ID {
			ofX = append([]data.ID{id}, ofX...)
		}
	}
	list := func(f data.MessageFilter) (out []data.ID) {
		t.Helper()
		for {
			page := must(s.Messages(t.Context(), f))(t)
			for _, m := range page.Messages {
				if m.States[data.Queued] != 2 || m.ClientName != map[data.ID]string{x.ID: "X", y.ID: "Y"}[m.Client] || m.Text != "" {
					t.Fatalf("%+v", m)
				}
				out = append(out, m.ID)
			}
			if f.After = page.Next; f.After == "" {
				return out
			}
		}
	}
	for _, limit := range []int{0, 1, 7, 1000} {
		if got := list(data.MessageFilter{Limit: limit}); !slices.Equal(got, all) {
			t.Errorf("by %d: %d of the agency", limit, len(got))
		}
		if got := list(data.MessageFilter{Limit: limit, Client: x.ID}); !slices.Equal(got, ofX) {
			t.Errorf("by %d: %d of the client", limit, len(got))
		}
	}
	ok(t, s.DeleteClient(t.Context(), y.ID))
	if got := list(data.MessageFilter{}); !slices.Equal(got, all) {
		t.Errorf("with a client in the trash: %d", len(got))
	}
}

func TestEnqueueWithDraft(t *testing.T) {
	// The largest message that was written as the largest draft is kept in one go
	// too, by an author, at the first try and after it was taken back.
	t.Parallel()
	blobs, err := blob.OpenFolder(filepath.Join(t.TempDir(), "blobs"))
	ok(t, err)
	s := datatest.Open(t, data.WithBlobs(blobs))
	c, u := datatest.Client(t, s, "X"), user(t, s)
	ctx := data.As(t.Context(), data.Actor{User: u.ID, Address: "192.0.2.7"})
	m := data.Message{Client: c.ID, Author: u.ID, Subject: "x", Text: strings.Repeat("é ✅\n", 4999)}
	for i := range data.MaxRecipients {
		m.To = append(m.To, data.Mailbox{Address: fmt.Sprintf("%03d@x.fr", i)})
	}
	d := data.Draft{ID: data.NewID(), Client: c.ID, Author: u.ID, Page: "page", Subject: "x"}
	d.Text = m.Text
	for len(d.Ignored) < 215 {
		d.Ignored = append(d.Ignored, strings.Repeat("a", 1400)+fmt.Sprint(len(d.Ignored)))
	}
	d = must(s.SaveDraft(ctx, d, false))(t)
	for range 2 {
		m = must(s.Compose(m))(t)
		raw := bytes.Repeat([]byte("x"), 120_000) // more than the database holds
		id := must(s.Enqueue(ctx, data.NewID(), data.Posting{Message: m, Raw: [][]byte{raw}, Wait: time.Minute, Draft: &d}))(t)
		if _, ds, err := s.Message(ctx, id); err != nil || len(ds) != data.MaxRecipients {
			t.Fatalf("%d deliveries, %v", len(ds), err)
		}
		d = must(s.Undo(ctx, u.ID, id))(t)
		m.ID, m.MessageID = "", ""
	}
	if d.Parts != 6 {
		t.Errorf("the draft has %d parts: it is not the largest", d.Parts)
	}
}
