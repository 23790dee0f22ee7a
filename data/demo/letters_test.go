package demo_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"carnet/data"
	"carnet/data/demo"
)

// messages returns those of a client, or of the agency, the newest first.
func messages(t *testing.T, s *data.Store, client data.ID) []data.MessageSummary {
	t.Helper()
	page, err := s.Messages(t.Context(), data.MessageFilter{Client: client})
	if err != nil || page.Next != "" {
		t.Fatal(err, page.Next)
	}
	return page.Messages
}

func TestHistoryOfMenuiserieLambert(t *testing.T) {
	// Three mails were sent to Menuiserie Lambert, 11, 20 and 33 days ago, and
	// all recipients' server accepted them on that day.
	t.Parallel()
	before := time.Now()
	s, _ := open(t)
	after := time.Now() // the day after, at midnight
	want := []struct {
		days        int
		subject, to string
	}{
		{11, "Devis D-2026-118 — escalier chêne", "Claire Morel, Julien Lambert"},
		{20, "Facture F-2026-204", "contact@menuiserie-lambert.fr, Claire Morel"},
		{33, "Rendez-vous de prise de cotes", "Thomas Girard"},
	}
	sent := messages(t, s, named(t, s, "Menuiserie Lambert").ID)
	if len(sent) != len(want) {
		t.Fatalf("%d mails", len(sent))
	}
	for i, m := range sent {
		_, ds, err := s.Message(t.Context(), m.ID)
		if err != nil {
			t.Fatal(err)
		}
		onDay := func(at time.Time) bool {
			return slices.ContainsFunc([]time.Time{before, after}, func(now time.Time) bool {
				return at.Local().Format(time.DateOnly) == now.AddDate(0, 0, -want[i].days).Format(time.DateOnly)
			})
		}
		var to []string
		for _, d := range ds {
			label := d.Mailbox.Name
			if label == "" {
				label = d.Mailbox.Address
			}
			to = append(to, label)
			if d.State != data.Accepted || d.Attempts != 1 || d.Server == "" || !onDay(d.At) {
				t.Errorf("%s: %+v", m.Subject, d)
			}
		}
		if m.Subject != want[i].subject || strings.Join(to, ", ") != want[i].to || !onDay(m.Created) {
			t.Errorf("%q to %q of %v", m.Subject, to, m.Created)
		}
	}
}

func TestOutbox(t *testing.T) {
	// All is accepted but for one recipient whom a server refused for good, and
	// one mail that was tried and will be again, soon; nothing is due now.
	t.Parallel()
	s, _ := open(t)
	start, total := time.Now(), data.States{}
	for _, m := range messages(t, s, "") {
		_, ds, err := s.Message(t.Context(), m.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range ds {
			total[d.State]++
			switch {
			case d.State == data.Failed && (d.Code != 550 || len(ds) < 2 || start.Sub(d.At) < 7*24*time.Hour):
				t.Errorf("%s: refused as %+v", m.Subject, d)
			case d.State == data.Queued && (d.Code != 452 || d.Attempts < 2 || !d.At.Before(start) || d.Next.Sub(start) < 10*time.Minute):
				t.Errorf("%s: deferred as %+v", m.Subject, d)
			case (d.State != data.Accepted) != strings.Contains(d.Reply, d.Mailbox.Address):
				t.Errorf("%s: %q about %s", m.Subject, d.Reply, d.Mailbox.Address)
			}
		}
	}
	if total[data.Failed] != 1 || total[data.Queued] != 1 || total[data.Accepted] < 15 || len(total) != 3 {
		t.Errorf("states: %v", total)
	}
	due, next, err := s.Due(t.Context())
	if err != nil || len(due) > 0 || next.Sub(start) > time.Hour {
		t.Errorf("due: %v, next: %v, %v", due, next, err)
	}
	if n, err := s.Recover(t.Context()); n > 0 || err != nil {
		t.Errorf("%d mails are still in hand, %v", n, err)
	}
}

func TestMessages(t *testing.T) {
	// Mails are listed in the order of their dates, were written by the user
	// after the client was added, to addresses that are the client's under the
	// names it gives them, and are kept as rendered.
	t.Parallel()
	s, user := open(t)
	sent := messages(t, s, "")
	if !slices.IsSortedFunc(sent, func(a, b data.MessageSummary) int { return b.Created.Compare(a.Created) }) {
		t.Error("not in the order of dates")
	}
	for _, m := range sent {
		c, err := s.Client(t.Context(), m.Client)
		if err != nil {
			t.Fatal(err)
		}
		if m.Author != user.ID || m.From != demo.Sender || m.ReplyTo != user.Mailbox() || m.Created.Before(c.Created) {
			t.Errorf("%s: %+v", m.Subject, m.Message)
		}
		known, err := s.Recipients(t.Context(), c.ID, m.Recipients())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range known {
			if !r.Known() || r.Contact != nil && r.Mailbox != r.Contact.Mailbox() {
				t.Errorf("%s: to %+v", m.Subject, r)
			}
		}
		whole, _, err := s.Message(t.Context(), m.ID)
		if err != nil {
			t.Fatal(err)
		}
		want, _ := render(whole)
		if raw, err := s.Raw(t.Context(), m.ID, 0); err != nil || string(raw) != string(want) {
			t.Errorf("%s: kept as %q, %v", m.Subject, raw, err)
		}
	}
}
