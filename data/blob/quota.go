package blob

import (
	"context"
	"io"
	"sync/atomic"
)

// block is what the smallest blob takes of a quota, in bytes, as it does of a
// disk: so a quota bounds how many files there are, too.
const block = 4 << 10

// Quota is a Store that takes so many bytes in all; beyond, Put is ErrFull.
// What is removed gives nothing back, nor does a blob that is there already.
type Quota struct {
	Store
	Bytes int64 // in all
	left  atomic.Int64
}

// WithQuota returns an empty store that takes so many bytes.
func WithQuota(s Store, bytes int64) *Quota {
	q := &Quota{Store: s, Bytes: bytes}
	q.left.Store(bytes)
	return q
}

// Put implements Store. The bytes are counted as they arrive, so that two at
// once do not both take the last ones.
func (q *Quota) Put(ctx context.Context, r io.Reader, limit int64) (Ref, error) {
	c := &charged{quota: q, from: r}
	err := c.take(block)
	var ref Ref
	if err == nil {
		ref, err = q.Store.Put(ctx, c, limit)
	}
	if err != nil {
		q.left.Add(c.taken)
	}
	return ref, err
}

// charged reads at the expense of a quota.
type charged struct {
	quota *Quota
	from  io.Reader
	read  int64
	taken int64 // of the quota
}

func (c *charged) take(n int64) error {
	c.taken += n
	if c.quota.left.Add(-n) < 0 {
		return ErrFull
	}
	return nil
}

func (c *charged) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.read += int64(n)
	if more := c.read - c.taken; more > 0 {
		if err := c.take(more); err != nil {
			return 0, err
		}
	}
	return n, err
}
