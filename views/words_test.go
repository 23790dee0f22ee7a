package views

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const quoted = `\s*("(?:[^"\\]|\\.)*")`

var (
	pair = regexp.MustCompile(`\bT\(` + quoted + `,` + quoted + `|\.T` + quoted + quoted)
	four = regexp.MustCompile(`\bN\([^"]*,` + quoted + `,` + quoted + `,` + quoted + `,` + quoted + `|\.N [^"]*?` + quoted + quoted + quoted + quoted)
	use  = regexp.MustCompile(`\b[a-z][\w.]*\.[TN]\(|\$?\.[TN] [("$.]`)
)

// phrase is a text in both languages, in its forms.
type phrase struct {
	where  string
	fr, en []string
}

// phrases returns every text that the pages and the handlers have.
func phrases(t *testing.T) []phrase {
	t.Helper()
	texts := sources(t)
	paths, err := filepath.Glob("../handlers/*.go")
	if err != nil || len(paths) == 0 {
		t.Fatal("no handlers", err)
	}
	for _, p := range paths {
		if text, err := os.ReadFile(p); err != nil {
			t.Fatal(err)
		} else if !strings.HasSuffix(p, "_test.go") {
			texts[p] = string(text)
		}
	}
	var out []phrase
	for path, text := range texts {
		read := 0
		for _, m := range pair.FindAllStringSubmatch(text, -1) {
			s := unquote(t, path, m)
			out = append(out, phrase{path, s[:1], s[1:]})
			read++
		}
		for _, m := range four.FindAllStringSubmatch(text, -1) {
			s := unquote(t, path, m)
			out = append(out, phrase{path, s[:2], s[2:]})
			read++
		}
		if n := len(use.FindAllString(text, -1)); n > read+variable[filepath.Base(path)] {
			t.Errorf("%s: of %d texts %d could be read", path, n, read)
		}
	}
	if len(out) < 200 {
		t.Fatalf("only %d texts were found", len(out))
	}
	return out
}

// variable counts the calls whose texts stand elsewhere: l.fr, l.en.
var variable = map[string]int{"clients.go": 1, "templates.go": 1, "events.go": 1, "events_rows.go": 2}

func unquote(t *testing.T, path string, groups []string) (out []string) {
	t.Helper()
	for _, q := range groups[1:] {
		if q == "" {
			continue
		}
		s, err := strconv.Unquote(q)
		if err != nil {
			t.Fatalf("%s: %s: %v", path, q, err)
		}
		out = append(out, s)
	}
	return out
}

var verb = regexp.MustCompile(`%(\[\d\])?[a-z]`)

// verbs returns what a text takes, in an order that does not matter when each
// says which argument it is.
func verbs(s string) []string {
	v := verb.FindAllString(strings.ReplaceAll(s, "%%", ""), -1)
	if strings.Contains(s, "%[") {
		slices.Sort(v)
	}
	return v
}

func TestTextsTakeTheSameInBothLanguages(t *testing.T) {
	// Every text exists in French and in English, and both take the same
	// arguments (44).
	t.Parallel()
	for _, p := range phrases(t) {
		all := slices.Concat(p.fr, p.en)
		for _, s := range all {
			if strings.TrimSpace(s) == "" {
				t.Errorf("%s: an empty text beside %q", p.where, all)
			}
			if !slices.Equal(verbs(s), verbs(all[0])) {
				t.Errorf("%s: %q takes %v, %q takes %v", p.where, all[0], verbs(all[0]), s, verbs(s))
			}
		}
	}
}

var (
	// No plain space where French has one: before ; : ! ? and inside « ».
	tight = regexp.MustCompile(`[^\s;:!?0-9][;:!?](\s|$)|«[^ ]|[^ ]»`)
	loose = regexp.MustCompile(`\s[;:!?](\s|$)`)
)

func TestFrenchIsTyped(t *testing.T) {
	// French is typed with plain spaces, which typeset makes those of French,
	// and with its own apostrophe; English has no space there (44).
	t.Parallel()
	for _, p := range phrases(t) {
		for _, s := range p.fr {
			// The button to the other language speaks that language.
			if other := strings.HasPrefix(s, "English"); !other && tight.MatchString(s) || strings.ContainsAny(s, "\u00a0\u202f'") {
				t.Errorf("%s: %q", p.where, s)
			}
		}
		for _, s := range p.en {
			if other := strings.HasPrefix(s, "Français"); !other && loose.MatchString(s) || strings.ContainsAny(s, "«»'") {
				t.Errorf("%s: %q", p.where, s)
			}
		}
	}
}
