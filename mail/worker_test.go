package mail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"carnet/data"
	"carnet/data/blob"
	"carnet/data/datatest"
	"carnet/data/kv"
)

// office is a book whose outbox is delivered.
type office struct {
	*testing.T
	*data.Store
	client data.ID
	text   string // of its mails
}

func newOffice(t *testing.T, options ...data.Option) office {
	t.Helper()
	s := datatest.On(t, datatest.Engine(t, filepath.Join(t.TempDir(), "carnet.db")), options...)
	return office{T: t, Store: s, client: datatest.Client(t, s, "X").ID}
}

// post puts n mails in the outbox, each to one address of its own.
func (o office) post(n int) (ids []data.ID) {
	o.Helper()
	for i := range n {
		m, err := o.Compose(data.Message{Client: o.client, Subject: "Bonjour", Text: o.text, From: data.Mailbox{Address: "agence@exemple.fr"},
			To: []data.Mailbox{{Address: fmt.Sprintf("c%d@exemple.fr", i)}}})
		if err != nil {
			o.Fatal(err)
		}
		m.MessageID = NewMessageID(string(m.ID), "exemple.fr")
		raw, err := Bytes(m)
		if err != nil {
			o.Fatal(err)
		}
		id, err := o.Enqueue(o.Context(), "", data.Posting{Message: m, Raw: [][]byte{raw}})
		if err != nil {
			o.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}

// run runs workers until the test ends or the returned function is called.
func (o office) run(workers ...*Worker) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(o.Context()))
	var all sync.WaitGroup
	for _, w := range workers {
		w.Store, w.Log = o.Store, slog.New(slog.DiscardHandler)
		all.Go(func() { w.Run(ctx) })
	}
	stop = func() { cancel(); all.Wait() }
	o.Cleanup(stop)
	return stop
}

// want fails the test unless each mail is in this state.
func (o office) want(state data.State, ids ...data.ID) {
	o.Helper()
	for _, id := range ids {
		_, ds, err := o.Message(context.WithoutCancel(o.Context()), id)
		if err != nil {
			o.Fatal(err)
		}
		if ds[0].State != state {
			o.Errorf("%s is %s, want %s", ds[0].Mailbox.Address, ds[0].State, state)
		}
	}
}

// wantCounts fails the test unless so many mails are in each state, after so
// many attempts in all.
func (o office) wantCounts(want map[data.State]int, ids []data.ID, attempts int) {
	o.Helper()
	got, n := map[data.State]int{}, 0
	for _, id := range ids {
		_, ds, err := o.Message(context.WithoutCancel(o.Context()), id)
		if err != nil {
			o.Fatal(err)
		}
		got[ds[0].State]++
		n += ds[0].Attempts
	}
	if !maps.Equal(got, want) || n != attempts {
		o.Errorf("%v after %d attempts, want %v after %d", got, n, want, attempts)
	}
}

// scripted is a Transport that does what a function says.
type scripted func(ctx context.Context, e Envelope, committing func() error) error

func (s scripted) Send(ctx context.Context, e Envelope, committing func() error) (Result, error) {
	if err := s(ctx, e, committing); err != nil {
		return Result{}, err
	}
	return Result{Outcomes: []Outcome{{State: Accepted, Code: 250}}}, nil
}

func (scripted) Close() {}

// Mails leave over so many connections at once and no more, each once.
func TestConnectionsOfWorker(t *testing.T) {
	t.Parallel()
	for connections, want := range map[int]int{0: 2, 1: 1, 3: 3, 50: data.MaxConnections} {
		synctest.Test(t, func(t *testing.T) {
			o := newOffice(t)
			ids := o.post(20)
			var mu sync.Mutex
			seen, now, most := map[string]int{}, 0, 0
			o.run(&Worker{Connections: connections, Transport: scripted(func(_ context.Context, e Envelope, committing func() error) error {
				mu.Lock()
				seen[e.To[0]]++
				now++
				most = max(most, now)
				mu.Unlock()
				time.Sleep(time.Second) // all that may come meanwhile come
				mu.Lock()
				now--
				mu.Unlock()
				return committing()
			})})
			time.Sleep(time.Minute)
			synctest.Wait()
			o.want(data.Accepted, ids...)
			if most != want || len(seen) != 20 || slices.Max(counts(seen)) > 1 {
				t.Errorf("%d connections: %d at once, %v", connections, most, seen)
			}
		})
	}
}

// While one mail talks to the server the next ones are claimed, and no more than
// two; at a stop they wait as before, and no attempt is counted.
func TestClaimsAhead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		ids := o.post(4)
		sent := 0
		stop := o.run(&Worker{Connections: 1, Transport: scripted(func(_ context.Context, _ Envelope, committing func() error) error {
			sent++
			time.Sleep(time.Hour / 2)
			return committing()
		})})
		synctest.Wait()
		o.wantCounts(map[data.State]int{data.Sending: 3, data.Queued: 1}, ids, 3)
		stop()
		o.wantCounts(map[data.State]int{data.Accepted: 1, data.Queued: 3}, ids, 1)
		if sent != 1 {
			t.Errorf("%d were sent", sent)
		}
	})
}

// A mail whose bytes are lost fails, says why, and holds up none behind it.
func TestUnreadableMailFails(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	blobs, err := blob.OpenFolder(folder)
	if err != nil {
		t.Fatal(err)
	}
	o := newOffice(t, data.WithBlobs(blobs))
	m, err := o.Compose(data.Message{Client: o.client, Subject: "Plans", From: data.Mailbox{Address: "agence@exemple.fr"}, To: []data.Mailbox{{Address: "c@exemple.fr"}}})
	if err != nil {
		t.Fatal(err)
	}
	lost, err := o.Enqueue(t.Context(), "", data.Posting{Message: m, Raw: [][]byte{make([]byte, 1<<20)}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	ids := o.post(3)
	var left sync.WaitGroup
	left.Add(len(ids))
	stop := o.run(&Worker{Connections: 1, Transport: scripted(func(_ context.Context, _ Envelope, committing func() error) error {
		defer left.Done()
		return committing()
	})})
	left.Wait()
	stop()
	o.want(data.Accepted, ids...)
	o.want(data.Failed, lost)
	if _, ds, err := o.Message(context.WithoutCancel(t.Context()), lost); err != nil || ds[0].Reason != string(Unreadable) {
		t.Errorf("%+v, %v", ds, err)
	}
}

// counted counts the transactions of an engine.
type counted struct {
	kv.Store
	views, updates atomic.Int64
}

func (c *counted) View(ctx context.Context, fn func(kv.Reader) error) error {
	c.views.Add(1)
	return c.Store.View(ctx, fn)
}

func (c *counted) Update(ctx context.Context, fn func(kv.Writer) error) error {
	c.updates.Add(1)
	return c.Store.Update(ctx, fn)
}

// A mail costs its reading and three writes, its claim, its commit and its end;
// the queue is not read for each.
func TestCostOfMail(t *testing.T) {
	t.Parallel()
	engine := &counted{Store: datatest.Engine(t, filepath.Join(t.TempDir(), "carnet.db"))}
	s := datatest.On(t, engine)
	o := office{T: t, Store: s, client: datatest.Client(t, s, "X").ID}
	ids := o.post(150)
	engine.views.Store(0)
	engine.updates.Store(0)
	var left sync.WaitGroup
	left.Add(len(ids))
	stop := o.run(&Worker{Connections: 4, Transport: scripted(func(_ context.Context, _ Envelope, committing func() error) error {
		defer left.Done()
		return committing()
	})})
	left.Wait()
	stop()
	views, updates := engine.views.Load(), engine.updates.Load()
	if updates != 3*150 || views > 150+15 {
		t.Errorf("%d views and %d updates", views, updates)
	}
	o.want(data.Accepted, ids...)
}

func counts(m map[string]int) (out []int) {
	for _, n := range m {
		out = append(out, n)
	}
	return out
}

// A pause stops all: then one mail tries after a minute, twice as long each time
// up to fifteen, and all goes on when one leaves.
func TestPauseOfWorker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		ids := o.post(4)
		begin := time.Now()
		var mu sync.Mutex
		var tries []string
		ok := false
		w := &Worker{Transport: scripted(func(_ context.Context, _ Envelope, committing func() error) error {
			mu.Lock()
			defer mu.Unlock()
			tries = append(tries, time.Since(begin).Truncate(time.Second).String())
			if !ok {
				return &PauseError{Step: StepAuth, Code: 535}
			}
			return committing()
		})}
		o.run(w)
		synctest.Wait()
		if w.Paused() == nil {
			t.Error("the pause is not told")
		}
		time.Sleep(47 * time.Minute)
		synctest.Wait()
		mu.Lock()
		if got := fmt.Sprint(slices.Compact(slices.Clone(tries))); got != "[0s 1m0s 3m0s 7m0s 15m0s 30m0s 45m0s]" || len(tries) > 8 {
			t.Errorf("it tried at %s", tries) // at 0s over two connections
		}
		ok = true
		mu.Unlock()
		o.want(data.Queued, ids...)
		time.Sleep(14 * time.Minute)
		synctest.Wait()
		o.want(data.Accepted, ids...)
		if w.Paused() != nil {
			t.Error("it still says that it waits")
		}
	})
}

// A message that cannot leave does not hold up the ones behind it for ever.
func TestPauseTriesAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		ids := o.post(3)
		o.run(&Worker{Connections: 1, Transport: scripted(func(_ context.Context, e Envelope, committing func() error) error {
			if e.To[0] == "c0@exemple.fr" {
				return &PauseError{Step: StepSender, Code: 550}
			}
			return committing()
		})})
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		o.want(data.Accepted, ids[1:]...)
		o.want(data.Queued, ids[0])
	})
}

// No more mails leave in a minute than the limit, and they leave evenly.
func TestPerMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.post(30)
		begin := time.Now()
		var mu sync.Mutex
		var at []time.Duration
		o.run(&Worker{PerMinute: 20, Transport: scripted(func(_ context.Context, _ Envelope, committing func() error) error {
			mu.Lock()
			defer mu.Unlock()
			at = append(at, time.Since(begin))
			return committing()
		})})
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		for i, d := range at {
			if want := time.Duration(i) * 3 * time.Second; d < want || d > want+time.Second {
				t.Errorf("mail %d left after %v, want %v", i, d, want)
			}
		}
		if len(at) != 30 {
			t.Errorf("%d mails left", len(at))
		}
	})
}

// Two workers on one store share it: no mail leaves twice, not even when one
// is so slow that its claim runs out, and what it then says counts no more.
func TestTwoWorkers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		ids := o.post(50)
		var mu sync.Mutex
		left := map[string]int{}
		worker := func(slow time.Duration) *Worker {
			return &Worker{Transport: scripted(func(_ context.Context, e Envelope, committing func() error) error {
				time.Sleep(slow)
				err := committing()
				if slow > lease && !errors.Is(err, data.ErrState) {
					t.Errorf("after %v it may still send: %v", slow, err)
				}
				if err == nil {
					mu.Lock()
					left[e.To[0]]++
					mu.Unlock()
				}
				return err
			})}
		}
		o.run(worker(2*lease), worker(time.Second), worker(time.Minute))
		time.Sleep(3 * lease)
		synctest.Wait()
		o.want(data.Accepted, ids...)
		if len(left) != 50 || slices.Max(counts(left)) > 1 {
			t.Errorf("%v", left)
		}
	})
}

// A worker whose claim was taken over by another may not send, whatever the
// other has done so far.
func TestClaimTakenOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		ids := o.post(1)
		var mu sync.Mutex
		var commits []error
		slow := func() *Worker {
			return &Worker{Transport: scripted(func(_ context.Context, _ Envelope, committing func() error) error {
				time.Sleep(lease + lease/2)
				err := committing()
				mu.Lock()
				defer mu.Unlock()
				commits = append(commits, err)
				return err
			})}
		}
		o.run(slow(), slow())
		time.Sleep(lease + 3*lease/4) // the first wants to send what the second has
		synctest.Wait()
		o.want(data.Sending, ids...)
		mu.Lock()
		defer mu.Unlock()
		if len(commits) != 1 || !errors.Is(commits[0], data.ErrState) {
			t.Errorf("the commits are %v", commits)
		}
	})
}

// A worker that stalls after its commit leaves the mail unknown, and not for
// another to send.
func TestStalledAfterCommit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		ids := o.post(1)
		sends := 0
		w := func() *Worker {
			return &Worker{Transport: scripted(func(_ context.Context, _ Envelope, committing func() error) error {
				sends++
				err := committing()
				time.Sleep(2 * lease)
				return err
			})}
		}
		o.run(w(), w())
		time.Sleep(4 * lease)
		synctest.Wait()
		o.want(data.Unknown, ids...)
		if sends != 1 {
			t.Errorf("it was sent %d times", sends)
		}
	})
}

// A bucket lets a second's worth through at once, then evenly, and never saves
// more than that.
func TestBucket(t *testing.T) {
	t.Parallel()
	now := time.Now()
	b := bucket{perMinute: 120}
	for i, want := range []time.Duration{0, 0, 500 * time.Millisecond} {
		if got := b.take(now); got.Round(time.Millisecond) != want {
			t.Errorf("the take %d waits %v, want %v", i, got, want)
		}
	}
	if got := b.take(now.Add(time.Hour)); got != 0 {
		t.Errorf("after an hour it waits %v", got)
	}
	if got := (&bucket{}).take(now); got != 0 {
		t.Errorf("without a limit it waits %v", got)
	}
}
