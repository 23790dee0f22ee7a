package main

import (
	"log"
	"os"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == loadWord {
		if err := loadMain(os.Stdin, os.Stdout); err != nil {
			log.Fatal(err)
		}
		return
	}
	os.Exit(m.Run())
}

// Every case runs against the program as it is and gets right answers, and the
// last three lines are the shares of hello.
func TestRun(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	s := settings{clients: 2, contacts: 3, conns: 2, rounds: 1, time: 20 * time.Millisecond}
	if err := run(t.Context(), s, &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	want := []string{"304/hello ", "star/update ", "star @1/update @1 ", "list/hello ", "suggest/hello ", "star/hello "}
	for i, line := range lines[max(len(lines)-len(want), 0):] {
		if !strings.HasPrefix(line, want[i]) {
			t.Errorf("line %q, want %q", line, want[i])
		}
	}
	if len(lines) < len(want) {
		t.Errorf("the report is %q", lines)
	}
}
