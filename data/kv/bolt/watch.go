package bolt

import "sync"

// topics are those who watch, by topic. A channel holds one signal: a second
// one before it is read says nothing more.
type topics struct {
	mu       sync.Mutex
	watchers map[string]map[chan struct{}]struct{}
}

// Watch implements kv.Store. The channel is never closed.
func (s *Store) Watch(topic string) (<-chan struct{}, func()) {
	t, ch := &s.topics, make(chan struct{}, 1)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.watchers == nil {
		t.watchers = make(map[string]map[chan struct{}]struct{})
	}
	if t.watchers[topic] == nil {
		t.watchers[topic] = make(map[chan struct{}]struct{})
	}
	t.watchers[topic][ch] = struct{}{}
	return ch, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.watchers[topic], ch)
		if len(t.watchers[topic]) == 0 {
			delete(t.watchers, topic)
		}
	}
}

func (t *topics) signal(names []string) {
	if len(names) == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, name := range names {
		for ch := range t.watchers[name] {
			select {
			case ch <- struct{}{}:
			default:
			}
		}
	}
}
