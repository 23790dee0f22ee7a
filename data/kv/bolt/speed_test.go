package bolt

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	bbolt "go.etcd.io/bbolt"

	"carnet/data/kv"
)

// BenchmarkUpdate is a durable write of 200 bytes, by a lone caller and by 64
// at once; writes/commit is how many share an fsync.
func BenchmarkUpdate(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run(fmt.Sprint(callers), func(b *testing.B) {
			s, err := Open(filepath.Join(b.TempDir(), "carnet.db"), Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			commits := 0
			s.commit = func(tx *bbolt.Tx) error { commits++; return tx.Commit() }
			value := make([]byte, 200)
			work := make(chan int)
			done := make(chan struct{})
			for range callers {
				go func() {
					for i := range work {
						key := fmt.Appendf(nil, "k%d", i%5000)
						if err := s.Update(context.Background(), func(w kv.Writer) error { return w.Put(key, value) }); err != nil {
							b.Error(err)
						}
					}
					done <- struct{}{}
				}()
			}
			for i := range b.N {
				work <- i
			}
			close(work)
			for range callers {
				<-done
			}
			b.ReportMetric(float64(b.N)/float64(commits), "writes/commit")
		})
	}
}
