package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"carnet/data"
	"carnet/data/kv/bolt"
	"carnet/mail"
)

// asNaive makes the test binary naive, where a test started it as that.
const asNaive = "naive"

// naive is a program that sends the mails of a book and then marks them as
// sent, as one would without knowing better. What the tests of Carnet show is
// only worth something if they show that this one doubles.
func naive(path, server string) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	engine, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		panic(err)
	}
	s, err := data.Open(ctx, engine)
	if err != nil {
		panic(err)
	}
	defer s.Close()
	to, err := mail.ParseURL(server)
	if _, err2 := s.Recover(ctx); err != nil || err2 != nil {
		panic(errors.Join(err, err2))
	}
	w := mail.Worker{Store: s, Transport: sendsThenMarks{mail.NewSMTP(to, mail.Options{})}, Log: slog.New(slog.DiscardHandler)}
	w.Run(ctx)
}

// sendsThenMarks makes nothing durable before the final dot.
type sendsThenMarks struct{ *mail.SMTP }

func (s sendsThenMarks) Send(ctx context.Context, e mail.Envelope, _ func() error) (mail.Result, error) {
	return s.SMTP.Send(ctx, e, func() error { return nil })
}

// killed is a book whose program is killed again and again while it sends.
type killed struct {
	book
	*witness
	launch func(*testing.T) *program
	mails  map[data.ID]string // id → Message-ID
	passed map[data.ID]bool   // what an earlier kill found beyond its commit
}

func newKilled(t *testing.T) *killed {
	k := &killed{book: plainBook(t), witness: newWitness(t), mails: map[data.ID]string{}, passed: map[data.ID]bool{}}
	k.launch = func(t *testing.T) *program { return mailing(t, k.book, k.witness) }
	return k
}

func newKilledNaive(t *testing.T) *killed {
	k := newKilled(t)
	k.launch = func(t *testing.T) *program {
		return launch(t, command(t, []string{asProgram + "=" + asNaive}, k.path, "smtp+insecure://"+k.Addr().String()))
	}
	return k
}

// found counts mails by their state in the book after a kill.
type found map[data.State]int

func (f found) String() string {
	var words []string
	for _, s := range []data.State{data.Queued, data.Sending, data.Committing, data.Accepted} {
		if f[s] > 0 {
			words = append(words, fmt.Sprintf("%s %d", s, f[s]))
		}
	}
	return strings.Join(words, ", ")
}

// states returns the state of each mail, all of whose recipients share it.
func (k *killed) states(t *testing.T) (states map[data.ID]data.State) {
	t.Helper()
	states = map[data.ID]data.State{}
	if err := k.open(t, func(s *data.Store) error {
		for id := range k.mails {
			_, ds, err := s.Message(t.Context(), id)
			if err != nil {
				return err
			}
			for _, d := range ds {
				if d.State != ds[0].State {
					t.Errorf("the recipients of a mail are %s and %s", d.State, ds[0].State)
				}
			}
			states[id] = ds[0].State
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return states
}

// post puts mails to two people each in the outbox.
func (k *killed) post(t *testing.T, n int) {
	t.Helper()
	if err := k.open(t, func(s *data.Store) error {
		for range n {
			m, err := s.Compose(data.Message{Client: k.client, From: data.Mailbox{Address: "agence@agence.example"}, Subject: "Devis",
				To: []data.Mailbox{{Address: "claire@lambert.example"}, {Address: "julien@lambert.example"}}})
			if err != nil {
				return err
			}
			m.MessageID = mail.NewMessageID(string(m.ID), "agence.example")
			raw := fmt.Sprintf("Message-ID: <%s>\r\nSubject: Devis\r\n\r\nfin\r\n", m.MessageID)
			if _, err := s.Enqueue(t.Context(), "", data.Posting{Message: m, Raw: [][]byte{[]byte(raw)}}); err != nil {
				return err
			}
			k.mails[m.ID] = m.MessageID
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// kill starts the program, has it killed where strike says, and returns what
// this kill left in the middle of a confirmation.
func (k *killed) kill(t *testing.T, strike func(step) (time.Duration, bool)) found {
	t.Helper()
	name := k.arm(strike)
	p := k.launch(t)
	name(p)
	select {
	case <-p.exited:
	case <-time.After(patience):
		t.Fatal("the program was not killed")
	}
	f := k.find(t)
	if f[data.Committing] > mail.DefaultConnections {
		t.Errorf("a kill leaves %d mails uncertain", f[data.Committing])
	}
	return f
}

// find returns how the last kill left the mails that the ones before it had
// not decided.
func (k *killed) find(t *testing.T) found {
	t.Helper()
	f := found{}
	for id, s := range k.states(t) {
		if !k.passed[id] {
			f[s]++
		}
		k.passed[id] = k.passed[id] || s != data.Queued && s != data.Sending
	}
	return f
}

// toll is what became of all mails in the end.
type toll struct{ mails, lost, doubled, unknown int }

func (k toll) String() string {
	return fmt.Sprintf("%d mails, lost %d, doubled %d, unknown %d", k.mails, k.lost, k.doubled, k.unknown)
}

// waits returns how many mails are still to be sent.
func (k *killed) waits(t *testing.T) (n int) {
	t.Helper()
	for _, s := range k.states(t) {
		if s == data.Queued || s == data.Sending {
			n++
		}
	}
	return n
}

// settle lets the program send what still waits, and counts.
func (k *killed) settle(t *testing.T) toll {
	t.Helper()
	waits := k.waits(t)
	k.mu.Lock()
	k.strike = nil
	total := k.total + 2*waits
	k.mu.Unlock()
	k.serve()
	p := k.launch(t)
	k.await(t, total)
	p.stop()
	end := toll{mails: len(k.mails)}
	states := k.states(t)
	k.mu.Lock()
	defer k.mu.Unlock()
	for id, messageID := range k.mails {
		once, twice := 0, false
		for _, to := range []string{"<claire@lambert.example>", "<julien@lambert.example>"} {
			n := k.taken[messageID+" "+to]
			once += min(n, 1)
			twice = twice || n > 1
		}
		switch {
		case twice:
			end.doubled++
		case states[id] == data.Unknown:
			end.unknown++ // taken or not: a person is told
		case states[id] != data.Accepted || once != 2:
			end.lost++
			t.Logf("%s is %s, and was taken for %d recipients", messageID, states[id], once)
		}
	}
	return end
}

// killRounds returns how often a random kill is tried, and a kill at each step.
func killRounds(t *testing.T) (random, each int) {
	s := os.Getenv("CARNET_MAIL_KILLS")
	if s == "" {
		return 10, 2
	}
	random, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return random, 10
}

// A kill -9 at any step of a mail loses none and doubles none, and leaves at
// most one uncertain for each connection.
func TestMailKilledAtEachStep(t *testing.T) {
	t.Parallel()
	_, rounds := killRounds(t)
	for _, at := range []step{claimed, connected, sender, recipient, content, committing, dot, answered} {
		t.Run(string(at), func(t *testing.T) {
			t.Parallel()
			k, f := newKilled(t), found{}
			for range rounds {
				k.post(t, 1)
				if at == claimed {
					f.add(k.killClaimed(t))
					continue
				}
				k.serve()
				f.add(k.kill(t, func(s step) (time.Duration, bool) { return window(at), s == at }))
			}
			end := k.settle(t)
			t.Logf("killed at %-18s %3d times, found then: %s. In the end: %s", at, rounds, f, end)
			wantNone(t, end)
			if end.unknown > rounds*mail.DefaultConnections {
				t.Errorf("%d uncertain after %d kills", end.unknown, rounds)
			}
		})
	}
}

// window is how long after a step the program is killed: at once, but somewhere
// around its commit when that is the step, since nothing tells when it is made.
func window(at step) time.Duration {
	if at == committing {
		return rand.N(6 * time.Millisecond)
	}
	return 0
}

// killClaimed kills the program once its page says that the mail is being sent,
// while the server has not come to the door.
func (k *killed) killClaimed(t *testing.T) found {
	t.Helper()
	p := k.launch(t)
	v := p.visit(k.token)
	sending := func() bool {
		for id := range k.mails {
			if !k.passed[id] && slices.Contains(outcomes(t, v, "/messages/"+string(id)), "Envoi…") {
				return true
			}
		}
		return false
	}
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for end := time.After(patience); !sending(); {
		select {
		case <-look.C:
		case <-end:
			t.Fatal("no mail is ever being sent")
		}
	}
	p.kill()
	return k.find(t)
}

func (f found) add(more found) {
	for s, n := range more {
		f[s] += n
	}
}

func wantNone(t *testing.T, end toll) {
	t.Helper()
	if end.lost > 0 || end.doubled > 0 {
		t.Errorf("%s", end)
	}
}

// Kills at random moments, over and over on one book, lose no mail and double
// none. CARNET_MAIL_KILLS sets how often.
func TestMailKilledAtRandom(t *testing.T) {
	t.Parallel()
	rounds, _ := killRounds(t)
	k, f := newKilled(t), found{}
	k.serve()
	for range rounds {
		k.post(t, 3-k.waits(t))
		f.add(k.kill(t, moment()))
	}
	end := k.settle(t)
	t.Logf("killed at random %d times, found then: %s. In the end: %s", rounds, f, end)
	wantNone(t, end)
	if end.unknown > rounds*mail.DefaultConnections {
		t.Errorf("%d uncertain after %d kills", end.unknown, rounds)
	}
}

// moment is a random one while three mails are sent.
func moment() func(step) (time.Duration, bool) {
	n := rand.IntN(3 * 7)
	return func(step) (time.Duration, bool) {
		n--
		return rand.N(3 * time.Millisecond), n < 0
	}
}

// The naive way doubles mails where Carnet does not: these tests can tell. One
// that is killed before the answer doubles each; after it, some are marked.
func TestNaiveDoubles(t *testing.T) {
	t.Parallel()
	for at, most := range map[step]int{dot: 1, answered: 30} {
		k := newKilledNaive(t)
		k.serve()
		var end toll
		for end.mails < most && end.doubled == 0 {
			k.post(t, 1)
			k.kill(t, func(s step) (time.Duration, bool) { return 0, s == at })
			end = k.settle(t)
		}
		t.Logf("the naive way, killed at %s: %s", at, end)
		if end.doubled == 0 {
			t.Errorf("killed at %s it doubled none", at)
		}
	}
}
