package bolt

import (
	"context"
	"fmt"
	"runtime"
	"slices"

	bbolt "go.etcd.io/bbolt"

	"carnet/data/kv"
)

// A commit takes at most so many closures, and no further one after so many
// writes; both far beyond what makes the cost of an fsync small.
const (
	maxGroup       = 256
	maxGroupWrites = 1 << 10
)

// job is an Update or a part of a Load that waits for its commit.
type job struct {
	ctx  context.Context
	turn chan *writer // hands the transaction to the caller, whose goroutine runs the closure
	ran  chan bool    // hands it back: whether to commit
	done chan error   // the outcome
	load []kv.Entry   // what a Load writes, by key; it has no closure
}

func newJob(ctx context.Context) *job {
	return &job{ctx: ctx, turn: make(chan *writer), ran: make(chan bool, 1), done: make(chan error, 1)}
}

// Update implements kv.Store. fn runs in the caller's goroutine, so a panic has
// its stack, and nobody else's change is lost by it.
func (s *Store) Update(ctx context.Context, fn func(kv.Writer) error) error {
	j := newJob(ctx)
	if err := s.enqueue(j); err != nil {
		return err
	}
	select {
	case w := <-j.turn:
		if err := j.run(w, fn); err != nil {
			return err
		}
		return <-j.done
	case err := <-j.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-s.stopped:
		return kv.ErrClosed
	}
}

// run calls fn, and gives the transaction back whatever way fn ends.
func (j *job) run(w *writer, fn func(kv.Writer) error) (err error) {
	good := false
	defer func() {
		w.end()
		j.ran <- good
	}()
	if err = fn(w); err == nil {
		err = w.err // a limit exceeded counts even if fn passed over it
	}
	good = err == nil
	return err
}

func (s *Store) enqueue(j *job) error {
	if err := j.ctx.Err(); err != nil {
		return err
	}
	select {
	case s.queue <- j:
		return nil
	case <-j.ctx.Done():
		return j.ctx.Err()
	case <-s.quit:
		return kv.ErrClosed
	}
}

// commits is the goroutine that writes, until Close.
func (s *Store) commits() {
	defer close(s.stopped)
	for {
		select {
		case j := <-s.queue:
			s.commitGroup(j)
		case <-s.quit:
			return
		}
	}
}

// group is a commit in the making.
type group struct {
	tx      *bbolt.Tx
	bucket  *bbolt.Bucket
	writes  []kv.Entry // by key; a nil value is a deletion
	load    []kv.Entry // to be written after them
	topics  []string
	members []*job
	room    room
}

// commitGroup commits first together with all that queued meanwhile. It waits
// for no timer: a lone caller has its commit at once.
func (s *Store) commitGroup(first *job) {
	if s.refuse != nil {
		first.done <- s.refuse
		return
	}
	tx, err := s.db.Begin(true)
	if err != nil {
		first.done <- notSaved(err)
		return
	}
	g := &group{tx: tx, bucket: tx.Bucket(records), room: s.newRoom(tx.Size())}
	runtime.Gosched() // those just answered may ask again: a third fewer commits for 64 callers
	for j := first; j != nil; j = s.more(g) {
		g.add(j)
	}
	err = s.save(g)
	if err == nil {
		s.topics.signal(g.topics)
	}
	for _, j := range g.members {
		j.done <- err
	}
}

// more returns the next job for the group, or nil if it is to be committed.
func (s *Store) more(g *group) *job {
	if len(g.members) >= maxGroup || len(g.writes) >= maxGroupWrites || g.load != nil {
		return nil
	}
	select {
	case j := <-s.queue:
		return j
	default:
		return nil
	}
}

// add runs a job over what the group wrote so far, and takes it in if it is good.
func (g *group) add(j *job) {
	if j.load != nil {
		if !g.room.take(loadSize(j.load)) {
			j.done <- fmt.Errorf("bolt: %w", kv.ErrFull)
			return
		}
		g.load = j.load
		g.members = append(g.members, j)
		return
	}
	w := &writer{reader: reader{bucket: g.bucket, writes: g.writes}, shared: true}
	select {
	case j.turn <- w:
	case <-j.ctx.Done():
		return
	}
	if !<-j.ran {
		return
	}
	// Deleting is how room is made: only what puts has to have it.
	if w.need > 0 && !g.room.takeFor(w.count, w.need) {
		j.done <- fmt.Errorf("bolt: %w", kv.ErrFull)
		return
	}
	g.writes = w.writes
	g.topics = append(g.topics, w.topics...)
	g.members = append(g.members, j)
}

// save commits a group. When it fails nothing is saved, unless kv.ErrUnknown.
func (s *Store) save(g *group) (err error) {
	if len(g.writes) == 0 && len(g.load) == 0 {
		return g.tx.Rollback()
	}
	defer func() {
		if p := recover(); p != nil { // what bbolt does when it meets a page that is not what it should be
			err = s.fail(fmt.Errorf("%w: %w", ErrDamaged, kv.ErrCorrupt))
			_ = g.tx.Rollback()
		}
	}()
	if len(g.load) > 0 {
		g.bucket.FillPercent = 0.9 // sorted: pages are not filled later
	}
	for _, e := range slices.Concat(g.writes, g.load) {
		if err := apply(g.bucket, e); err != nil {
			_ = g.tx.Rollback()
			return notSaved(err)
		}
	}
	id := uint64(g.tx.ID())
	if err := s.commit(g.tx); err != nil {
		return s.outcome(id, err)
	}
	return nil
}

func apply(b *bbolt.Bucket, e kv.Entry) error {
	if e.Value == nil {
		return b.Delete(e.Key)
	}
	return b.Put(e.Key, seal(e.Key, e.Value))
}

// outcome tells what the failed commit of transaction id left. Its last two
// steps are to write the meta page and to sync it. If the meta is there, only
// the sync can have failed, and whether the disk has it nobody knows; if it is
// not, the transaction never was.
func (s *Store) outcome(id uint64, failure error) error {
	var last uint64
	err := s.read(func(tx *bbolt.Tx) error {
		last = uint64(tx.ID())
		return nil
	})
	switch {
	case err != nil: // the map is gone too; that was before the meta
		return s.fail(notSaved(failure))
	case last == id:
		return s.fail(fmt.Errorf("bolt: %w: %w", kv.ErrUnknown, failure))
	}
	return notSaved(failure)
}

// fail ends writing: what is asked for from now on has this error too.
func (s *Store) fail(err error) error {
	s.refuse = err
	s.broken <- err
	return err
}
