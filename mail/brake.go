package mail

import "time"

const (
	firstPause = time.Minute
	lastPause  = 15 * time.Minute
)

// brake holds the queue while nothing can leave: a minute, and twice as long
// each time that the one message which then tries is held up too.
type brake struct {
	pause time.Duration // the last one; 0: it is not on
	until time.Time
	turn  int // changes whenever it is pulled or released

	pulled chan struct{} // closed when it is pulled the next time
}

func newBrake() brake { return brake{pulled: make(chan struct{})} }

func (b *brake) pull(now time.Time) {
	b.pause = min(max(2*b.pause, firstPause), lastPause)
	b.until = now.Add(b.pause)
	b.turn++
	close(b.pulled)
	b.pulled = make(chan struct{})
}

func (b *brake) release() { *b = brake{turn: b.turn + 1, pulled: b.pulled} }

// wait returns how long nothing may be tried.
func (b *brake) wait(now time.Time) time.Duration { return max(b.until.Sub(now), 0) }

// bucket lets so many messages a minute through, evenly but for those of a
// second, which may go at once.
type bucket struct {
	perMinute int // 0: no limit
	level     float64
	at        time.Time // of that level; zero: it is full
}

// take lets one through and returns 0, or returns how long to wait for it.
func (b *bucket) take(now time.Time) time.Duration {
	if b.perMinute <= 0 {
		return 0
	}
	perSecond := float64(b.perMinute) / 60
	full := max(perSecond, 1)
	b.level = min(b.level+now.Sub(b.at).Seconds()*perSecond, full)
	b.at = now
	if b.level < 1 {
		return time.Duration((1-b.level)/perSecond*float64(time.Second)) + 1
	}
	b.level--
	return 0
}
