package handlers

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestAddressesAreRemote(t *testing.T) {
	// Who asks is what remote says, and nothing else is asked: behind a proxy
	// Fiber's own address is the proxy's, and all would be one for limits and
	// the journal.
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	others := regexp.MustCompile(`\.(IP|IPs|RemoteIP|RemoteAddr)\(\)`)
	for _, file := range files {
		if file == "remote.go" || strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(source), "\n") {
			if others.MatchString(line) {
				t.Errorf("%s:%d: %s", file, i+1, strings.TrimSpace(line))
			}
		}
	}
}
