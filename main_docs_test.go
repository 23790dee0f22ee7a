package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// asvsLevels is how many requirements ASVS 5.0.0 has at levels 1 and 2.
var asvsLevels = map[string]int{"1": 70, "2": 183}

var (
	packageClause = regexp.MustCompile(`(?m)^package (\w+?)(?:_test)?$`)
	testFunction  = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	requirement   = regexp.MustCompile(`\bV\d+\.\d+\.\d+\b`)
	section       = regexp.MustCompile(`^V\d+`)
	quoted        = regexp.MustCompile("`([^`]+)`")
	testName      = regexp.MustCompile(`^\w+\.(Test|Fuzz)\w+$`)
)

// testsOfTree returns the tests of the tree as "package.TestName".
func testsOfTree(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || len(path) > 1 && path[0] == '.') {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		in := packageClause.FindSubmatch(source)
		if in == nil {
			return fmt.Errorf("%s has no package", path)
		}
		for _, m := range testFunction.FindAllSubmatch(source, -1) {
			found[string(in[1])+"."+string(m[1])] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// cells are those of a row of a table in Markdown; nil for another line.
func cells(line string) []string {
	inner, ok := strings.CutPrefix(strings.TrimSpace(line), "| ")
	if !ok {
		return nil
	}
	row := strings.Split(strings.TrimSuffix(inner, "|"), " |")
	for i := range row {
		row[i] = strings.TrimSpace(row[i])
	}
	return row
}

// asvs is what docs/asvs.md says: requirements by level and state, as its table
// counts them and as its rows do, and rows by requirement.
type asvs struct{ told, counted, seen map[string]int }

// asvsStates stand over the columns of the table of counts.
var asvsStates = []string{"met", "partly", "not met", "accepted risk", "does not apply"}

// take reads a row of a table.
func (a asvs) take(t *testing.T, row []string) {
	t.Helper()
	count := func(id, level, state string) {
		a.seen[id]++
		a.counted[level+" "+state]++
	}
	switch {
	case len(row) == 7 && asvsLevels[row[0]] > 0: // the counts
		for i, cell := range row[1:] {
			n, err := strconv.Atoi(cell)
			if err != nil {
				t.Error(err)
			}
			a.told[row[0]+" "+slices.Concat(asvsStates, []string{"in all"})[i]] = n
		}
	case len(row) == 6 && requirement.MatchString(row[0]):
		if asvsLevels[row[1]] == 0 || !slices.Contains(asvsStates[:4], row[3]) {
			t.Errorf("%s: %q of level %q", row[0], row[3], row[1])
		}
		if !quoted.MatchString(row[5]) {
			t.Errorf("%s: nothing shows it", row[0])
		}
		count(row[0], row[1], row[3])
		for _, m := range quoted.FindAllStringSubmatch(row[5], -1) {
			if _, err := os.Stat(m[1]); err != nil && !testName.MatchString(m[1]) {
				t.Errorf("%s: %v", row[0], err)
			}
		}
	case len(row) == 4 && section.MatchString(row[0]): // what does not apply
		for i, level := range []string{"1", "2"} {
			for _, id := range requirement.FindAllString(row[1+i], -1) {
				count(id, level, "does not apply")
			}
		}
	}
}

func TestASVS(t *testing.T) {
	// docs/asvs.md names tests and files that are there, has each requirement
	// once, and counts what it has.
	t.Parallel()
	text, err := os.ReadFile("docs/asvs.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := testsOfTree(t)
	for _, m := range quoted.FindAllStringSubmatch(string(text), -1) {
		if testName.MatchString(m[1]) && !tests[m[1]] {
			t.Errorf("there is no test %s", m[1])
		}
	}
	a := asvs{told: map[string]int{}, counted: map[string]int{}, seen: map[string]int{}}
	for line := range strings.Lines(string(text)) {
		a.take(t, cells(line))
	}
	for id, n := range a.seen {
		if n != 1 {
			t.Errorf("%s stands %d times", id, n)
		}
	}
	for level, want := range asvsLevels {
		sum := 0
		for _, state := range asvsStates {
			if told, n := a.told[level+" "+state], a.counted[level+" "+state]; told != n {
				t.Errorf("level %s, %s: %d are told, %d are there", level, state, told, n)
			}
			sum += a.counted[level+" "+state]
		}
		if sum != want || a.told[level+" in all"] != want {
			t.Errorf("level %s: %d of %d", level, sum, want)
		}
	}
}
