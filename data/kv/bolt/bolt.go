// Package bolt keeps a kv.Store in one file, with go.etcd.io/bbolt.
//
// One goroutine commits: what was asked for while it waited for the disk goes
// into the next commit together, so that the cost of an fsync is shared. Every
// value carries a checksum, because bbolt's data pages have none.
//
// The file is used by one process at a time. It has mode 0600.
package bolt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"sync"
	"time"

	bbolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"carnet/data/kv"
)

// lockTimeout is how long Open waits for another process to let go of the file.
const lockTimeout = 500 * time.Millisecond

// Options of Open; the zero value is right for a server.
type Options struct {
	MaxSize int  // bytes that the file may reach; beyond, kv.ErrFull. 0: as the disk allows
	Grow    int  // bytes by which the file grows; 0: 16 MiB
	NoCheck bool // trust the file after an unclean stop, for programs that cannot call CheckMain
}

// Store is a kv.Store in a bbolt file.
//
// An Update within an Update waits for ever, and a View within one may: the
// transactions of bbolt do not nest. kvtest.Twice finds both.
type Store struct {
	db   *bbolt.DB
	file *os.File // bbolt's own handle

	queue   chan *job
	quit    chan struct{} // closed when Close begins
	stopped chan struct{} // closed when the committing goroutine has ended
	refuse  error         // why nothing may be written any more; of the committing goroutine
	broken  chan error    // and for who watches

	topics   topics
	closing  sync.Once
	closeErr error

	// What tests replace to see a disk fail.
	commit func(*bbolt.Tx) error
	free   func(*os.File) (uint64, error)
}

var _ kv.Store = (*Store)(nil)

// Open opens the file at path, and creates it if there is none. After an
// unclean stop its structure is checked first, by a child process (CheckMain).
//
// The errors are those of this package, with the path; the file is then as it was.
func Open(path string, opts Options) (*Store, error) {
	s, err := open(path, opts)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

func open(path string, opts Options) (*Store, error) {
	if os.Getenv(checkEnv) != "" {
		return nil, errNoCheckMain // this is a checker that strayed into the program
	}
	if err := createMissing(path); err != nil {
		return nil, err
	}
	clean, err := inspect(path)
	if err != nil {
		return nil, err
	}
	if !clean && !opts.NoCheck {
		if err := checkInChild(path); err != nil {
			return nil, err
		}
	}
	s, err := attach(path, opts)
	if err != nil {
		return nil, err
	}
	go s.commits()
	return s, nil
}

// attach opens a file that inspect found good.
func attach(path string, opts Options) (*Store, error) {
	s := &Store{
		queue:   make(chan *job, maxGroup),
		quit:    make(chan struct{}),
		stopped: make(chan struct{}),
		broken:  make(chan error, 1),
		commit:  (*bbolt.Tx).Commit,
		free:    freeSpace,
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout:         lockTimeout,
		FreelistType:    bbolt.FreelistMapType,
		NoFreelistSync:  true, // or opening could already write, to a file that is not ours
		InitialMmapSize: mapSize(opts.MaxSize),
		MaxSize:         opts.MaxSize,
		OpenFile: func(name string, flag int, mode os.FileMode) (f *os.File, err error) {
			s.file, err = os.OpenFile(name, flag&^os.O_CREATE, mode)
			return s.file, err
		},
	})
	if err != nil {
		return nil, openError(err)
	}
	db.NoFreelistSync = false
	if opts.Grow > 0 {
		db.AllocSize = opts.Grow
	}
	s.db = db
	if err := db.View(checkFormat); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return s, nil
}

// mapSize is the address space kept for the file, which is not memory. bbolt
// takes more if the file is larger. A map that grows waits for all readers,
// and with it every writer and every new reader.
func mapSize(maxSize int) int {
	switch {
	case runtime.GOOS == "windows": // there the file would be as large as its map
		return 0
	case maxSize > 0:
		return maxSize
	case strconv.IntSize == 32:
		return 256 << 20
	}
	return 1 << 30
}

// View implements kv.Store. While fn runs, the space of what others delete is
// not used again: fn computes, it does not wait.
func (s *Store) View(ctx context.Context, fn func(kv.Reader) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.read(func(tx *bbolt.Tx) error {
		r := reader{bucket: tx.Bucket(records)}
		defer r.end()
		return fn(&r)
	})
}

func (s *Store) read(fn func(*bbolt.Tx) error) error {
	tx, err := s.db.Begin(false)
	if errors.Is(err, berrors.ErrDatabaseNotOpen) {
		return kv.ErrClosed
	}
	if err != nil {
		return err
	}
	defer tx.Rollback()
	return fn(tx)
}

// WriteTo writes a consistent copy of the whole file to w, while others read
// and write. w is a local file: a slow one keeps deleted space from being used
// again. The copy counts as stopped uncleanly, so opening it checks it.
func (s *Store) WriteTo(w io.Writer) (n int64, err error) {
	err = s.read(func(tx *bbolt.Tx) error {
		n, err = tx.WriteTo(w)
		return err
	})
	return n, err
}

// Broken implements kv.Store.
func (s *Store) Broken() <-chan error { return s.broken }

// Close implements kv.Store. It marks the file as stopped cleanly unless
// writing had failed. A second Close does nothing and returns what the first did.
func (s *Store) Close() error {
	s.closing.Do(func() {
		close(s.quit)
		<-s.stopped
		if s.refuse == nil {
			s.closeErr = markClean(s.file)
		}
		s.closeErr = errors.Join(s.closeErr, s.db.Close())
	})
	return s.closeErr
}
