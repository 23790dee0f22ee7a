package blob

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// A quota takes so many bytes in all, however many ask at once; what was
// refused takes nothing of it.
func TestQuota(t *testing.T) {
	t.Parallel()
	f := open(t)
	q := WithQuota(f, 100_000)
	var taken atomic.Int64
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			text := fmt.Sprintf("%02d", i) + strings.Repeat("x", 9_998)
			switch ref, err := q.Put(t.Context(), strings.NewReader(text), 10_000); {
			case err == nil:
				taken.Add(ref.Size)
			case !errors.Is(err, ErrFull):
				t.Error(err)
			}
		})
	}
	all.Wait()
	for i := 0; q.left.Load() >= 10_000; i++ { // those that met in the end may both have been refused
		ref, err := q.Put(t.Context(), strings.NewReader(fmt.Sprintf("%04d", i)+strings.Repeat("y", 9_996)), 10_000)
		if err != nil {
			t.Fatalf("with %d bytes left: %v", q.left.Load(), err)
		}
		taken.Add(ref.Size)
	}
	if taken.Load() != 100_000 || q.left.Load() != 0 {
		t.Errorf("it took %d bytes and has %d left", taken.Load(), q.left.Load())
	}
	if len(names(t, f)) > 10 {
		t.Errorf("%d files", len(names(t, f)))
	}
}

// Small files count as blocks of a disk, so that a quota bounds their number.
func TestQuotaOfSmallFiles(t *testing.T) {
	t.Parallel()
	q := WithQuota(open(t), 10*block)
	n := 0
	for ; n < 100; n++ {
		if _, err := q.Put(t.Context(), strings.NewReader(fmt.Sprint(n)), 10); err != nil {
			break
		}
	}
	if n != 10 {
		t.Errorf("%d files in 10 blocks", n)
	}
}

// A file that is too large, or breaks off, takes nothing of a quota.
func TestQuotaGivesBack(t *testing.T) {
	t.Parallel()
	q := WithQuota(open(t), 50_000)
	if _, err := q.Put(t.Context(), strings.NewReader(strings.Repeat("x", 30_000)), 20_000); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
	cut := io.MultiReader(strings.NewReader(strings.Repeat("x", 30_000)), brokenReader{})
	if _, err := q.Put(t.Context(), cut, 40_000); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
	if _, err := q.Put(t.Context(), strings.NewReader(strings.Repeat("x", 60_000)), 70_000); !errors.Is(err, ErrFull) {
		t.Error(err)
	}
	if q.left.Load() != 50_000 {
		t.Errorf("%d bytes are left of 50000", q.left.Load())
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
