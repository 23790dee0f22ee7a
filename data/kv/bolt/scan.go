package bolt

import (
	"bytes"

	bbolt "go.etcd.io/bbolt"

	"carnet/data/kv"
)

// merge walks a range over the committed records and the writes of a
// transaction at once, in the order of the keys. Where both have a key, the
// write counts.
type merge struct {
	stored stored
	writes []kv.Entry // those left, the next one first or, in reverse, last
	span   kv.Range
	order  int // 1 forward, -1 in reverse
}

func newMerge(r *reader, span kv.Range) *merge {
	m := &merge{stored: stored{cursor: r.bucket.Cursor()}, span: span, order: 1}
	low, high := bounds(span)
	from, _ := r.find(low)
	to := len(r.writes)
	if high != nil {
		to, _ = r.find(high)
	}
	m.writes = r.writes[min(from, to):to]
	if span.Reverse {
		m.order = -1
		m.stored.last(high)
	} else {
		m.stored.seek(low)
	}
	return m
}

// bounds turns a range into low <= key < high; a nil high is no bound. In
// reverse, low is that of the prefix only, and the other way round.
func bounds(span kv.Range) (low, high []byte) {
	low, high = span.Prefix, successor(span.Prefix)
	switch {
	case len(span.After) == 0:
	case !span.Reverse:
		// The next key in byte order is After with a zero byte.
		if after := append(bytes.Clone(span.After), 0); bytes.Compare(after, low) > 0 {
			low = after
		}
	case high == nil || bytes.Compare(span.After, high) < 0:
		high = span.After
	}
	return low, high
}

// successor returns the least key beyond all that begin with prefix, or nil if
// there is none: the prefix is empty or all 0xff.
func successor(prefix []byte) []byte {
	n := len(prefix)
	for n > 0 && prefix[n-1] == 0xff {
		n--
	}
	if n == 0 {
		return nil
	}
	next := bytes.Clone(prefix[:n])
	next[n-1]++
	return next
}

// next returns the next entry, or a nil key after the last. The slices are to
// be copied.
func (m *merge) next() (key, value []byte, err error) {
	for {
		stored, write := m.stored.key, m.write()
		if stored != nil && !bytes.HasPrefix(stored, m.span.Prefix) {
			stored = nil
		}
		if write == nil && stored == nil {
			return nil, nil, nil
		}
		if write != nil && (stored == nil || m.order*bytes.Compare(write.Key, stored) <= 0) {
			if bytes.Equal(write.Key, stored) {
				m.stored.step(m.span.Reverse)
			}
			m.drop()
			if write.Value == nil {
				continue
			}
			return write.Key, write.Value, nil
		}
		value, err = unseal(stored, m.stored.sealed)
		m.stored.step(m.span.Reverse)
		return stored, value, err
	}
}

func (m *merge) write() *kv.Entry {
	switch n := len(m.writes); {
	case n == 0:
		return nil
	case m.span.Reverse:
		return &m.writes[n-1]
	}
	return &m.writes[0]
}

func (m *merge) drop() {
	if m.span.Reverse {
		m.writes = m.writes[:len(m.writes)-1]
	} else {
		m.writes = m.writes[1:]
	}
}

// stored is a place among the committed records; a nil key is either end. The
// bucket has no change of its own: in one that has, bbolt's cursor takes a
// page emptied by deletions for the end when it goes backwards, or never stops.
type stored struct {
	cursor      *bbolt.Cursor
	key, sealed []byte
}

// seek goes to the first key from low on.
func (s *stored) seek(low []byte) {
	if len(low) == 0 {
		s.key, s.sealed = s.cursor.First()
		return
	}
	s.key, s.sealed = s.cursor.Seek(low)
}

// last goes to the last key before high.
func (s *stored) last(high []byte) {
	if high != nil {
		if key, _ := s.cursor.Seek(high); key != nil {
			s.key, s.sealed = s.cursor.Prev()
			return
		}
	}
	s.key, s.sealed = s.cursor.Last()
}

func (s *stored) step(reverse bool) {
	if reverse {
		s.key, s.sealed = s.cursor.Prev()
	} else {
		s.key, s.sealed = s.cursor.Next()
	}
}
