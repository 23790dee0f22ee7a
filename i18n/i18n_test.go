package i18n

import (
	"testing"
	"time"
)

// A French text gets its spaces, and what is filled in keeps its own.
func TestT(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		l        Lang
		fr, want string
		args     []any
	}{
		{French, "Abandonner ?", "Abandonner\u202f?", nil},
		{French, "« %s » : vu ; oui !", "«\u00a0a ?\u00a0»\u00a0: vu\u202f; oui\u202f!", []any{"a ?"}},
		{English, "Abandonner ?", "Discard?", nil},
	} {
		if got := c.l.T(c.fr, "Discard?", c.args...); got != c.want {
			t.Errorf("T(%q) = %q, want %q", c.fr, got, c.want)
		}
	}
}

// Zero is singular in French and plural in English.
func TestN(t *testing.T) {
	t.Parallel()
	for n, want := range map[int][2]string{0: {"0 favori", "0 favorites"}, 1: {"1 favori", "1 favorite"}, 2: {"2 favoris", "2 favorites"}} {
		for i, l := range []Lang{French, English} {
			if got := l.N(n, "%d favori", "%d favoris", "%d favorite", "%d favorites"); got != want[i] {
				t.Errorf("%s %d: %q, want %q", l, n, got, want[i])
			}
		}
	}
}

// The header's first choice among ours wins, by its quality, else French.
func TestParse(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]Lang{
		"": French, "en": English, "de, es": French, "de, en;q=0.3": English, "fr-FR, en": French,
		"en-GB;q=0.9, fr;q=0.8": English, "fr;q=0.1, en;q=0.2": English, "en;q=oops": French,
	} {
		if got := Parse(header); got != want {
			t.Errorf("Parse(%q) = %q, want %q", header, got, want)
		}
	}
}

// Days and moments read as each language writes them.
func TestDates(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 8, 1, 9, 5, 0, 0, time.UTC)
	for got, want := range map[string]string{
		French.Date(at): "1er août 2026", English.Date(at): "1 Aug 2026",
		French.Moment(at): "1er août 2026 à 09:05", English.Moment(at): "1 Aug 2026, 09:05",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestNumber(t *testing.T) {
	// Digits stand in groups of three.
	t.Parallel()
	for n, want := range map[int][2]string{0: {"0", "0"}, 999: {"999", "999"}, -100: {"-100", "-100"}, 5000: {"5\u202f000", "5,000"}, 1234567: {"1\u202f234\u202f567", "1,234,567"}} {
		if fr, en := French.Number(n), English.Number(n); fr != want[0] || en != want[1] {
			t.Errorf("%d is %q and %q", n, fr, en)
		}
	}
}
