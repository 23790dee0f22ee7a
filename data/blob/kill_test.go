package blob

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	mrand "math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

const putEnv = "CARNET_TEST_PUT"

// putMain makes the test binary put blobs until it is killed: several
// goroutines, each a line for what was kept.
func putMain() {
	path := os.Getenv(putEnv)
	if path == "" {
		return
	}
	f, err := OpenFolder(path)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var mu sync.Mutex
	for range 4 {
		go func() {
			for {
				size := int64(mrand.IntN(100_000))
				ref, err := f.Put(context.Background(), io.LimitReader(rand.Reader, size), size)
				if err != nil || ref.Size != size {
					fmt.Fprintln(os.Stderr, ref, err)
					os.Exit(1)
				}
				mu.Lock()
				fmt.Println(ref.Hash, ref.Size)
				mu.Unlock()
			}
		}()
	}
	select {}
}

func TestKill(t *testing.T) {
	// A process that is killed in the middle of Puts loses no blob that Put had
	// returned, and leaves nothing under a hash that is not whole; what else it
	// left is collected.
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	f := open(t)
	kept, leftovers := map[string]int64{}, 0
	for round := range 3 {
		child := exec.Command(self)
		child.Env = append(os.Environ(), putEnv+"="+f.path)
		child.Stderr = os.Stderr
		out, err := child.StdoutPipe()
		if err == nil {
			err = child.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			var ref Ref
			if _, err := fmt.Sscan(lines.Text(), &ref.Hash, &ref.Size); err != nil {
				t.Fatalf("%q: %v", lines.Text(), err)
			}
			kept[ref.Hash] = ref.Size
			if n == 20+round*7 {
				_ = child.Process.Kill()
			}
		}
		_ = child.Wait()
		leftovers += wantKept(t, f, kept)
	}
	if len(kept) < 60 || leftovers == 0 {
		t.Errorf("%d blobs and %d halves: it was not killed in the middle", len(kept), leftovers)
	}
	inUse := func(hash string) (bool, error) { return kept[hash] > 0, nil }
	if _, err := f.Collect(t.Context(), -time.Second, inUse); err != nil || wantKept(t, f, kept) > 0 {
		t.Errorf("collected: %v, %q", err, names(t, f))
	}
}

// wantKept reads all blobs, and returns how many files have no hash.
func wantKept(t *testing.T, f *Folder, kept map[string]int64) (leftovers int) {
	t.Helper()
	for hash, size := range kept {
		if got, err := read(f, hash); int64(len(got)) != size || err != nil {
			t.Fatalf("%d bytes were kept, and %d are there: %v", size, len(got), err)
		}
	}
	for _, name := range names(t, f) {
		if strings.HasPrefix(name, fresh) {
			leftovers++
		} else if _, err := read(f, filepath.Base(name)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	return leftovers
}
