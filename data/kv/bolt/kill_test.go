package bolt

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"

	"carnet/data/kv"
)

const writeEnv = "CARNET_TEST_WRITE"

// writeMain makes the test binary write to a file until it is killed: several
// goroutines, each a line for what was acknowledged.
func writeMain() {
	path := os.Getenv(writeEnv)
	if path == "" {
		return
	}
	s, err := Open(path, small)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var mu sync.Mutex
	for writer := range 8 {
		go func() {
			for i := 0; ; i++ {
				key := fmt.Sprintf("%d/%d/%d", os.Getpid(), writer, i)
				err := s.Update(context.Background(), func(w kv.Writer) error {
					return errors.Join(w.Put([]byte(key), []byte("v")), w.Put([]byte("twin/"+key), []byte("v")))
				})
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				mu.Lock()
				fmt.Println(key)
				mu.Unlock()
			}
		}()
	}
	select {}
}

// A process that is killed in the middle of writes loses nothing that it had
// acknowledged, and has no half of any change; while it lives, nobody else can
// open its file.
func TestKill(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := newPath(t)
	var acknowledged []string
	for round := range 3 {
		child := exec.Command(self)
		child.Env = append(os.Environ(), writeEnv+"="+path)
		child.Stderr = os.Stderr
		out, err := child.StdoutPipe()
		if err == nil {
			err = child.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		n, last := 0, 150+round*37
		for ; lines.Scan(); n++ {
			acknowledged = append(acknowledged, lines.Text())
			if n == 0 {
				if _, err := Open(path, Options{}); !errors.Is(err, ErrLocked) {
					t.Errorf("a second process is told %v", err)
				}
			}
			if n == last {
				_ = child.Process.Kill()
			}
		}
		_ = child.Wait()
		if n <= last {
			t.Fatalf("it ended by itself after %d writes", n)
		}
		wantAcknowledged(t, path, acknowledged)
	}
}

func wantAcknowledged(t *testing.T, path string, keys []string) {
	t.Helper()
	s, err := Open(path, small)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		if _, err := get(s, key); err != nil {
			t.Fatalf("%s of %d acknowledged: %v", key, len(keys), err)
		}
	}
	lone := 0
	n, err := s.Scrub(t.Context(), func(key []byte, err error) { t.Errorf("%s: %v", key, err) })
	if err == nil {
		lone, err = countTwins(t.Context(), s)
	}
	if err := errors.Join(err, s.Close()); err != nil || n != 2*lone || n < 2*len(keys) {
		t.Fatalf("%d records, %d twins, %d acknowledged, %v", n, lone, len(keys), err)
	}
}

// countTwins counts the records under twin/.
func countTwins(ctx context.Context, s *Store) (n int, err error) {
	var after []byte
	for {
		var page []kv.Entry
		err := s.View(ctx, func(r kv.Reader) (err error) {
			page, err = r.Scan(kv.Range{Prefix: []byte("twin/"), After: after})
			return err
		})
		if len(page) == 0 || err != nil {
			return n, err
		}
		n, after = n+len(page), page[len(page)-1].Key
	}
}
