package mail

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// from is three's envelope from another sender, which makes its MAIL another line.
func from(sender string) Envelope {
	e := three()
	e.From = sender
	return e
}

// wantAccepted sends e and wants all of it accepted after one commit.
func wantAccepted(t *testing.T, tr Transport, e Envelope) {
	t.Helper()
	res, commits, err := send(t, tr, e)
	if err != nil || commits != 1 || slices.ContainsFunc(res.Outcomes, func(o Outcome) bool { return o.State != Accepted }) {
		t.Fatalf("%v, %v, %d commits", res, err, commits)
	}
}

// Several mails go over one connection, of which leave is taken at the end; a
// transaction that did not end by itself is taken back before the next.
func TestConnectionIsKept(t *testing.T) {
	t.Parallel()
	f := newFake(t, map[string]string{"RCPT TO:<nobody@example.org>": "550 no\r\n"})
	tr := f.smtp()
	wantAccepted(t, tr, three())
	wantAccepted(t, tr, three())
	refused := three()
	refused.To = []string{"nobody@example.org"}
	if res, commits, err := send(t, tr, refused); err != nil || commits != 0 || res.Outcomes[0].State != Failed {
		t.Fatalf("%v, %v", res, err)
	}
	wantAccepted(t, tr, three())
	tr.Close()
	var verbs []string
	for _, line := range f.commands("") {
		verb, _, _ := strings.Cut(line, " ")
		verbs = append(verbs, verb)
	}
	if got := strings.Join(verbs, " "); got != "EHLO MAIL RCPT RCPT RCPT DATA MAIL RCPT RCPT RCPT DATA MAIL RCPT RSET MAIL RCPT RCPT RCPT DATA QUIT" {
		t.Errorf("the server heard %s", got)
	}
}

// A connection is left after a hundred mails, when no mail comes for a while,
// and at once when the transport was closed.
func TestConnectionIsLeft(t *testing.T) {
	t.Parallel()
	count := func(f *fake, want int) {
		t.Helper()
		hellos, quits := f.commands("EHLO"), f.commands("QUIT")
		if len(hellos) != want || len(quits) != want {
			t.Errorf("%d connections, %d QUIT; want %d", len(hellos), len(quits), want)
		}
	}
	f := newFake(t, nil)
	tr := f.smtp()
	for range mailsEach + 1 {
		wantAccepted(t, tr, three())
	}
	count(f, 2)

	f = newFake(t, nil)
	wantAccepted(t, NewSMTP(f.server(), Options{Idle: time.Millisecond}), three())
	count(f, 1)

	f = newFake(t, nil)
	tr = NewSMTP(f.server(), Options{Idle: time.Hour})
	tr.Close()
	wantAccepted(t, tr, three())
	count(f, 1)
}

// As many connections are kept as there were mails at once.
func TestConnectionsAtOnce(t *testing.T) {
	t.Parallel()
	f := newFake(t, nil)
	tr := f.smtp()
	var all, ready sync.WaitGroup
	ready.Add(4)
	for range 4 {
		all.Go(func() {
			_, err := tr.Send(t.Context(), three(), func() error { ready.Done(); ready.Wait(); return nil })
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for range 8 {
		wantAccepted(t, tr, three())
	}
	if got := f.commands("EHLO"); len(got) != 4 {
		t.Errorf("%d connections", len(got))
	}
}

// A server that closed a kept connection before it answered to the next mail
// gets that mail over a new one, and no attempt is spent. Once it has answered
// to MAIL the mail is offered to it once, whatever happens.
func TestServerLeavesBetweenMails(t *testing.T) {
	t.Parallel()
	next := "MAIL FROM:<next@example.fr> SIZE=28 BODY=8BITMIME"
	for _, tt := range []struct {
		name    string
		answers map[string]string
		state   State
		hellos  int
	}{
		{"hung up", map[string]string{"1 .": "250 ok\r\n" + hangUp}, Accepted, 2},
		{"said that it leaves", map[string]string{"1 .": "250 ok\r\n421 idle\r\n"}, Accepted, 2},
		{"said that it leaves, and hung up", map[string]string{"1 .": "250 ok\r\n421 idle\r\n" + hangUp}, Accepted, 2},
		{"spoke out of turn", map[string]string{"1 .": "250 ok\r\n250 again\r\n"}, Accepted, 2},
		{"leaves at MAIL", map[string]string{"1 " + next: "421 idle\r\n" + hangUp}, Accepted, 2},
		{"hangs up at MAIL", map[string]string{"1 " + next: hangUp}, Accepted, 2},
		{"is silent at MAIL", map[string]string{"1 " + next: mute}, Accepted, 2},
		{"no RSET", map[string]string{"1 .": "554 spam\r\n", "RSET": "502 what\r\n"}, Accepted, 2},
		{"leaves at both", map[string]string{next: "421 idle\r\n"}, Deferred, 2},
		{"refuses at MAIL", map[string]string{"1 " + next: "451 later\r\n"}, Deferred, 1},
		{"hangs up at RCPT", map[string]string{"RCPT TO:<next@example.org>": hangUp}, Deferred, 1},
		{"leaves at RCPT", map[string]string{"RCPT TO:<next@example.org>": "421 idle\r\n"}, Deferred, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, tt.answers)
			tr := f.smtp()
			if _, _, err := send(t, tr, three()); err != nil {
				t.Fatal(err)
			}
			if tt.answers["1 "+next] == mute { // its silence alone is not waited out
				tr.connections.idle[0].patience = 50 * time.Millisecond
			}
			e := from("next@example.fr")
			e.To = []string{"next@example.org"}
			res, commits, err := send(t, tr, e)
			if err != nil || res.Outcomes[0].State != tt.state || (commits == 1) != (tt.state == Accepted) {
				t.Errorf("%v, %v, %d commits", res, err, commits)
			}
			if got := f.commands("EHLO"); len(got) != tt.hellos {
				t.Errorf("%d connections", len(got))
			}
		})
	}
}

// A cut after DATA on a kept connection is as one on a new connection: the mail
// is not offered again.
func TestCutOnKeptConnection(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		cut   string
		state State
	}{{"DATA", Deferred}, {".", Unknown}} {
		f := newFake(t, nil)
		tr := f.smtp()
		wantAccepted(t, tr, three())
		f.mu.Lock()
		f.answers = map[string]string{tt.cut: hangUp}
		f.mu.Unlock()
		res, _, err := send(t, tr, three())
		if err != nil || !slices.Equal(states(res), []State{tt.state, tt.state, tt.state}) {
			t.Errorf("cut at %s: %v, %v", tt.cut, res, err)
		}
		if got := f.commands("EHLO"); len(got) != 1 || len(f.commands("MAIL")) != 2 {
			t.Errorf("cut at %s: the server heard %q", tt.cut, f.commands(""))
		}
	}
}

// A stop is obeyed on a kept connection too, which is then closed.
func TestStopOnKeptConnection(t *testing.T) {
	t.Parallel()
	f := newFake(t, map[string]string{"RCPT TO:<next@example.org>": mute})
	tr := f.smtp()
	tr.options.Command = time.Hour
	wantAccepted(t, tr, three())
	e := three()
	e.To = []string{"next@example.org"}
	ctx, cancel := context.WithCancel(t.Context())
	f.whenMute(cancel)
	if res, err := tr.Send(ctx, e, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", res, err)
	}
	if got := f.commands("QUIT"); len(got) != 0 {
		t.Error("QUIT in a conversation that was cut")
	}
}
