package data_test

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"carnet/data"

	"golang.org/x/sys/unix"
)

func TestSplitMailboxesIsLinear(t *testing.T) {
	// A hostile paste takes time in proportion to its size: eight times the
	// size is 8 times the work, where a quadratic loop would make it 64.
	for _, unit := range []string{
		"<", ">", `"`, ",", "(", ")", ":", "@", `\`, `\"`, `"\`, " ", "a ", "a, ", "a@x.fr ", `"a" `, "(a", "((a)", "<a>", "a<", "=?", "=?a?q?",
		"mailto:", "mailto:a,", "'", "[(", "é", "a:", "a@b:", "a@x.fr (b) ", "\u0301", "\u200d", "a.", "é.", "@é", "x@é", "\xff", "\u00a0", "> (", `"<`, "é@" + strings.Repeat("漢字", 120) + " ",
	} {
		// Only the processor's work for it counts, and of a few rounds the best:
		// one good round is enough, for a quadratic loop has none.
		small, large := time.Hour, time.Hour
		for range 50 {
			small, large = min(small, timed(t, unit, 8<<10)), min(large, timed(t, unit, 64<<10))
			if large < 24*small {
				break
			}
		}
		if large >= 24*small {
			t.Fatalf("%q: 8 KiB took %v, 64 KiB %v", unit, small, large)
		}
	}
}

// timed returns how long the processor works to read size bytes of unit and a
// last <.
func timed(t *testing.T, unit string, size int) time.Duration {
	text := strings.Repeat(unit, size/len(unit)) + "<"
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	worked := func() time.Duration {
		var ts unix.Timespec
		if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &ts); err != nil {
			t.Fatal(err)
		}
		return time.Duration(ts.Nano())
	}
	begin := worked()
	data.SplitMailboxes(text)
	return worked() - begin
}
