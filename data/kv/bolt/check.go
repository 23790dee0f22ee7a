package bolt

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"time"

	bbolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// checkEnv holds, in a child process that is to check a file, its path.
const checkEnv = "CARNET_CHECK_DATABASE"

// What a checker prints, a word a line. A checker that stops after the first
// died of the file.
const (
	saidChecking = "checking\n"
	saidSound    = saidChecking + "sound\n"
	saidLocked   = saidChecking + "locked\n"
)

// CheckMain makes the process a checker, and ends it, when Open started it for
// that; otherwise it does nothing. main calls it first, and so does the
// TestMain of a package that opens files after an unclean stop.
//
// It is there because a damaged file can kill a process, past recover: its
// pages are memory, and may point anywhere. Open therefore runs this very
// executable again, and lets that one die.
func CheckMain() {
	path := os.Getenv(checkEnv)
	if path == "" {
		return
	}
	go func() { // whoever asked holds the other end: without them there is no use in it
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(1)
	}()
	check(path, os.Stdout)
	os.Exit(0)
}

// check reads the whole structure of a file, and none of its values, up to the
// first fault. What bbolt says of it is not repeated: it quotes keys.
func check(path string, out io.Writer) {
	fmt.Fprint(out, saidChecking)
	db, err := bbolt.Open(path, 0, &bbolt.Options{ReadOnly: true, Timeout: lockTimeout, FreelistType: bbolt.FreelistMapType})
	if errors.Is(err, berrors.ErrTimeout) {
		fmt.Fprintln(out, "locked")
		return
	}
	if err != nil {
		fmt.Fprintln(out, "unreadable")
		return
	}
	tx, err := db.Begin(false)
	if err != nil {
		fmt.Fprintln(out, "unreadable")
		return
	}
	// Nothing is closed: after a fault bbolt still walks, and the process ends.
	limitMemory(64<<20 + uint64(tx.Size())/16)
	for range tx.Check() {
		fmt.Fprintln(out, "damaged")
		return
	}
	fmt.Fprintln(out, "sound")
}

// limitMemory ends the process when it takes more bytes than limit beyond what
// it has: a page that claims to be followed by a thousand million others makes
// bbolt note each of them.
func limitMemory(limit uint64) {
	debug.SetMaxStack(32 << 20) // pages that form a circle
	total := []metrics.Sample{{Name: "/memory/classes/total:bytes"}}
	metrics.Read(total)
	limit += total[0].Value.Uint64()
	go func() {
		for range time.Tick(5 * time.Millisecond) {
			if metrics.Read(total); total[0].Value.Uint64() > limit {
				os.Exit(1)
			}
		}
	}()
}

// checkInChild runs CheckMain on path in a process of its own.
func checkInChild(path string) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("bolt: cannot check the file: %w", err)
	}
	child := exec.Command(self)
	child.Env = append(os.Environ(), checkEnv+"="+path)
	alive, err := child.StdinPipe()
	if err != nil {
		return fmt.Errorf("bolt: cannot check the file: %w", err)
	}
	defer alive.Close()
	out, err := child.Output()
	var died *exec.ExitError
	switch said := string(out); {
	case err != nil && !errors.As(err, &died):
		return fmt.Errorf("bolt: cannot check the file: %w", err)
	case said == saidSound:
		return nil
	case said == saidLocked:
		return ErrLocked
	case strings.HasPrefix(said, saidChecking):
		return ErrDamaged
	}
	return errNoCheckMain
}
