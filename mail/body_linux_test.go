package mail

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Text that is nasty on purpose takes time by its length, not by its square.
func TestHTMLLinear(t *testing.T) {
	t.Parallel()
	for _, nasty := range []string{
		"*", "**", "* ", "*a ", "a* ", "*a", "**a *b", "日*", "日*日**", "*é **é ***é é*** é** é* ", "*a **b c* ", "!*", "[", "]", "](", "[a](", "[[a](", "[a](http://x(", "[a](https://x.fr)",
		"[*a](https://x.fr)*", "(", ":", "https:", "https://", "https://x", "@", "a@", "a@b", "a@b.c", ".@", "\\", "\\\n", " ", "\t", "\n", "\r", "-", "- ", "- - ",
		"- a\n", "- a\n\n", "1. a\n", "1. a\n2. b\n", "a\n\n\n", "<", "&", "<a href=", "&#", "\x00", "\xff", "é", "\u00a0", "a\n- b\n1. c\n",
	} {
		linear(t, nasty, func(n int) string { return strings.Repeat(nasty, n/len(nasty)) })
	}
	linear(t, "stairs", func(n int) string { // each line of a list further in
		var b strings.Builder
		for i := 0; b.Len() < n; i += 2 {
			b.WriteString(strings.Repeat(" ", i) + "- a\n")
		}
		return b.String()
	})
}

// linear fails if eight times the text takes more than four times eight times
// as long. Only the processor's work for it counts: others use the machine too.
func linear(t *testing.T, name string, text func(n int) string) {
	short, long := time.Hour, time.Hour
	for range 50 { // one good round is enough, for a quadratic loop has none
		short, long = min(short, effort(t, text(8_000))), min(long, effort(t, text(64_000)))
		if long < 32*short {
			return
		}
	}
	t.Errorf("%q: eight times the text takes %v, not %v", name, long, 8*short)
}

// effort is how long the processor works on a text.
func effort(t *testing.T, s string) time.Duration {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	worked := func() time.Duration {
		var ts unix.Timespec
		if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &ts); err != nil {
			t.Fatal(err)
		}
		return time.Duration(ts.Nano())
	}
	start := worked()
	HTML(s)
	Plain(s)
	return worked() - start
}
