package data_test

import (
	"context"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"carnet/data"
	"carnet/data/datatest"
	"carnet/data/kv"
)

// counted is an engine that counts the entries that are read.
type counted struct {
	kv.Store
	read atomic.Int64
}

func (c *counted) View(ctx context.Context, fn func(kv.Reader) error) error {
	return c.Store.View(ctx, func(r kv.Reader) error { return fn(countedReader{r, c}) })
}

func (c *counted) Update(ctx context.Context, fn func(kv.Writer) error) error {
	return c.Store.Update(ctx, func(w kv.Writer) error { return fn(countedWriter{w, countedReader{w, c}}) })
}

type countedReader struct {
	kv.Reader
	engine *counted
}

func (r countedReader) Get(key []byte) ([]byte, error) {
	r.engine.read.Add(1)
	return r.Reader.Get(key)
}

func (r countedReader) Lookup(index []byte) (key, value []byte, err error) {
	r.engine.read.Add(1)
	return r.Reader.Lookup(index)
}

func (r countedReader) Scan(over kv.Range) ([]kv.Entry, error) {
	entries, err := r.Reader.Scan(over)
	r.engine.read.Add(int64(len(entries)) + 1)
	return entries, err
}

type countedWriter struct {
	kv.Writer
	reader countedReader
}

func (w countedWriter) Get(key []byte) ([]byte, error) { return w.reader.Get(key) }
func (w countedWriter) Lookup(index []byte) (key, value []byte, err error) {
	return w.reader.Lookup(index)
}
func (w countedWriter) Scan(over kv.Range) ([]kv.Entry, error) { return w.reader.Scan(over) }

func TestManyMailsWait(t *testing.T) {
	// However many mails wait, a page reads as many records, and so does sending
	// one: there is no scan of them.
	t.Parallel()
	engine := &counted{Store: datatest.Engine(t, filepath.Join(t.TempDir(), "carnet.db"))}
	s := datatest.On(t, engine)
	ctx, client := t.Context(), datatest.Client(t, s, "Un").ID
	post := func(n int) {
		var all sync.WaitGroup
		for range n {
			all.Go(func() {
				m, err := s.Compose(data.Message{Client: client, Subject: "Devis", Text: "Bonjour", To: []data.Mailbox{{Address: "a@x.fr"}}})
				if err == nil {
					_, err = s.Enqueue(ctx, "", data.Posting{Message: m, Raw: [][]byte{[]byte("raw")}})
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	}
	var due []data.ID
	steps := map[string]func() error{
		"the mails":             func() error { return errOf(s.Messages(ctx, data.MessageFilter{})) },
		"the mails that wait":   func() error { return errOf(s.Messages(ctx, data.MessageFilter{State: data.Queued})) },
		"the mails of a client": func() error { return errOf(s.Messages(ctx, data.MessageFilter{Client: client})) },
		"the client":            func() error { return errOf(s.ClientSummary(ctx, client)) },
		"what is due":           func() (err error) { due, _, err = s.Due(ctx); return err },
		"a mail that is sent": func() error {
			c, err := s.Claim(ctx, due[0], time.Minute)
			if err != nil {
				return err
			}
			ok(t, errOf(s.Raw(ctx, due[0], 0)))
			ok(t, s.Commit(ctx, c))
			return s.Finish(ctx, c, "mx", map[int]data.Outcome{0: {State: data.Accepted}}, true, 0)
		},
	}
	cost := func() map[string]int64 {
		out := map[string]int64{}
		for _, name := range []string{"the mails", "the mails that wait", "the mails of a client", "the client", "what is due", "a mail that is sent"} {
			before := engine.read.Load()
			ok(t, steps[name]())
			out[name] = engine.read.Load() - before
		}
		return out
	}
	post(150)
	few := cost()
	post(1500)
	for name, n := range cost() {
		if n > few[name] || n == 0 {
			t.Errorf("%s: %d records are read, %d when few wait", name, n, few[name])
		}
	}
}
