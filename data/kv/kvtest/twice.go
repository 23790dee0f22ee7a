package kvtest

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"sync"

	"carnet/data/kv"
)

// Twice returns s with every Update running its closure twice: first in a
// transaction that is rolled back, then for good. A closure that keeps
// something between its runs, or reads a clock, shows it. An error or a panic
// of the first run is the outcome.
//
// It also panics on a View or an Update within an Update, on the same goroutine.
func Twice(s kv.Store) kv.Store { return &twice{Store: s} }

type twice struct {
	kv.Store
	inside sync.Map // the goroutines that are in the closure of an Update
}

var errAgain = errors.New("kvtest: run again")

func (t *twice) Update(ctx context.Context, fn func(kv.Writer) error) error {
	me := goroutine()
	t.refuseNested(me, "Update")
	run := func(w kv.Writer) error {
		t.inside.Store(me, true)
		defer t.inside.Delete(me)
		return fn(w)
	}
	err := t.Store.Update(ctx, func(w kv.Writer) error {
		if err := run(w); err != nil {
			return err
		}
		return errAgain
	})
	if !errors.Is(err, errAgain) {
		return err
	}
	return t.Store.Update(ctx, run)
}

func (t *twice) View(ctx context.Context, fn func(kv.Reader) error) error {
	t.refuseNested(goroutine(), "View")
	return t.Store.View(ctx, fn)
}

func (t *twice) refuseNested(me, what string) {
	if _, ok := t.inside.Load(me); ok {
		panic("kvtest: " + what + " within an Update")
	}
}

// goroutine names the goroutine that calls it. A stack begins "goroutine 7 [".
func goroutine() string {
	stack := make([]byte, 64)
	name, _, _ := bytes.Cut(stack[:runtime.Stack(stack, false)], []byte(" ["))
	return string(name)
}
