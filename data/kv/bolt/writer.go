package bolt

import (
	"bytes"
	"slices"

	"carnet/data/kv"
)

// writer is a transaction that writes. Its writes stay in memory, on top of
// those of the group's earlier closures, so that one that fails leaves no trace.
type writer struct {
	reader
	shared bool // writes still belongs to the group
	count  int
	need   int // bytes of keys and values put
	topics []string
}

// Put implements kv.Writer.
func (w *writer) Put(key, value []byte) error {
	if len(value) > kv.MaxValue {
		return w.exceed("bytes in a value", len(value), kv.MaxValue)
	}
	w.need += len(key) + len(value)
	return w.set(key, append([]byte{}, value...))
}

// Delete implements kv.Writer.
func (w *writer) Delete(key []byte) error { return w.set(key, nil) }

// Notify implements kv.Writer.
func (w *writer) Notify(topic string) { w.topics = append(w.topics, topic) }

// set keeps value, which it owns, under key.
func (w *writer) set(key, value []byte) error {
	if w.bucket == nil {
		return kv.ErrClosed
	}
	if err := w.checkKey(key); err != nil {
		return err
	}
	if w.count++; w.count > kv.MaxWrites {
		return w.exceed("writes", w.count, kv.MaxWrites)
	}
	if w.shared {
		w.writes, w.shared = slices.Clone(w.writes), false
	}
	i, ok := w.find(key)
	if ok {
		w.writes[i].Value = value
	} else {
		w.writes = slices.Insert(w.writes, i, kv.Entry{Key: bytes.Clone(key), Value: value})
	}
	return nil
}
