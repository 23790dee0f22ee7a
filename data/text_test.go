package data

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestFold(t *testing.T) {
	// Behaviour 4: what a search compares has neither case nor accents nor
	// ligatures; folding twice changes nothing.
	t.Parallel()
	for text, want := range map[string]string{
		"Élise": "elise", "ŒUVRE": "oeuvre", "Æsir": "aesir", "Straße": "strasse", "STRAẞE": "strasse", "Łódź": "lodz",
		"Ðø": "do", "ﬁn": "fin", "Ｘ２": "x2", "İzmir": "izmir", "l’été": "l'ete", "Ελλάς": "ελλας", "": "", "e\u0301": "e",
	} {
		if got := Fold(text); got != want {
			t.Errorf("%q folds to %q, want %q", text, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		if once := Fold(s); Fold(once) != once {
			t.Fatalf("%q folds to %q, and that to %q", s, once, Fold(once))
		}
	})
}

func TestWords(t *testing.T) {
	// A word begins at each letter or digit after something else, and is kept
	// once, cut at the end of a character.
	t.Parallel()
	for text, want := range map[string]string{
		"Marie-Hélène":      "marie-helene helene",
		"marie@x.fr, marie": "marie@x.fr, x.fr, fr, marie",
		"L'Été (2)":         "l'ete ete 2)",
		"— & !":             "",
	} {
		if got := strings.Join(words(text), " "); got != want {
			t.Errorf("%q has %q, want %q", text, got, want)
		}
	}
	long := words(strings.Repeat("я", 100))
	if len(long) != 1 || len(long[0]) != maxWord || !utf8.ValidString(long[0]) {
		t.Errorf("a long word is %q", long)
	}
	if n := len(words(strings.Join(strings.Split("abcdefghijklmnopqrstuvwxyz0123456789", ""), " "))); n != maxWords {
		t.Errorf("%d words are kept", n)
	}
	for _, odd := range []string{"aя", "яa", "€", ""} {
		for n := range 5 {
			if got := cut(odd, n); !utf8.ValidString(got) || !strings.HasPrefix(odd, got) || len(got) > n {
				t.Errorf("cut(%q, %d) is %q", odd, n, got)
			}
		}
	}
}

func TestWordsAreFound(t *testing.T) {
	// Each word of a text, and each beginning of it, asks for what the index has.
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.SampledFrom([]rune("aé1-.@' &(œ\u00a0’Z")), 0, 20, -1).Draw(t, "text")
		for _, field := range strings.Fields(text) {
			runes := []rune(field)
			query := string(runes[:rapid.IntRange(0, len(runes)).Draw(t, "length")])
			if asked := askedWords(query); !match(asked, text) {
				t.Fatalf("%q asks for %q, and %q has %q", query, asked, text, words(text))
			}
		}
	})
}

func TestSortKey(t *testing.T) {
	// Keys have the French order of names, whatever case, and numbers by value;
	// any bytes make one, that is not too long for a key.
	t.Parallel()
	names := []string{"", "10 ans", "abbé", "Bureau 2", "bureau 10", "cœur", "comte", "Été", "étude", "zèbre"}
	if !slices.IsSortedFunc(names, func(a, b string) int { return strings.Compare(sortKey(a), sortKey(b)) }) {
		t.Error("the order is another")
	}
	if sortKey("Élan") != sortKey("élan") {
		t.Error("case counts")
	}
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) + rapid.String().Draw(t, "s")
		if n := len(sortKey(s)); n > 160 {
			t.Fatalf("%q has a key of %d bytes", s, n)
		}
	})
}

func TestUnprintable(t *testing.T) {
	// Behaviour 13: control characters, invalid UTF-8 and what turns the
	// direction of text are refused; tabs, line ends and emoji are not.
	t.Parallel()
	for _, good := range []string{"", "é\t\r\n", "👩‍👩‍👧 ✅", "עברית", "a\u00a0\u202fb"} {
		if unprintable(good) {
			t.Errorf("%q is refused", good)
		}
	}
	for _, bad := range []string{"a\x00", "\x7f", "\u0085", "\x1b[1m", "\xff", "a\u202eb", "\u2066"} {
		if !unprintable(bad) {
			t.Errorf("%q passes", bad)
		}
	}
}

func TestChecker(t *testing.T) {
	// Behaviour 41: a field of one line has no line end once it is checked.
	t.Parallel()
	var c checker
	for typed, want := range map[string]string{
		" a\r\nBcc: b\u200b ": "a Bcc: b", "e\u0301": "é", "\ufeff": "", "a \u00a0 b": "a b",
	} {
		c.line("f", &typed, 20)
		if typed != want || c.err() != nil {
			t.Errorf("it is %q, want %q, %v", typed, want, c.err())
		}
	}
	text := "\ta\r\nb\rc\n \n"
	if c.lines("f", &text, 6); text != "\ta\nb\nc" || c.err() != nil {
		t.Errorf("several lines are %q, %v", text, c.err())
	}
	if c.lines("f", &text, 5); c.problems[0] != (FieldError{Field: "f", Problem: TooLong, Max: 5}) {
		t.Errorf("too long is %v", c.problems)
	}
}
