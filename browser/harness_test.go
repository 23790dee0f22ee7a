package browser

// A journey starts the program, opens a page and acts as a person does: by
// role and accessible name, with the mouse and the keyboard.
//
//	func TestStarInTheList(t *testing.T) {
//		// A star in "Voir tout" is the same star on the customer file.
//		t.Parallel()
//		p := start(t).open(t)
//		p.visit("/clients")
//		p.follow("link", "Mairie de Vannes")
//		p.click("link", "Voir tout")
//		list := p.in("dialog", "Contacts")
//		list.click("button", "Favori : Jean Dupont")
//		list.waitAttr("button", "Favori : Jean Dupont", "aria-pressed", "true")
//		p.axe("the list, one star")
//		p.press("Escape")
//		p.waitGone("dialog", "Contacts")
//	}
//
// Each helper waits up to a minute for what it needs, then fails with the
// roles and names that the page shows. Names are compared with every kind of
// space made equal, and an empty name stands for any. At the end of a test its
// page must be clean: see watch.

import (
	"flag"
	"os"
	"testing"
)

// TestMain bounds the tests in flight to two, since each page renders on a
// core of its own, and closes the browser that they share.
func TestMain(m *testing.M) {
	if os.Getenv("SCRATCH_PROGRAM") != "" {
		scratchProgram()
	}
	flag.Parse()
	if n := flag.Lookup("test.parallel"); n.Value.(flag.Getter).Get().(int) > 2 {
		n.Value.Set("2")
	}
	code := m.Run()
	closeChrome()
	removeBuild()
	os.Exit(code)
}

// require skips the test for want of something that the journeys need, or
// fails it where REQUIRE_BROWSER=1 says that nothing may be skipped.
func require(t testing.TB, err error) {
	t.Helper()
	switch {
	case err == nil:
	case os.Getenv("REQUIRE_BROWSER") == "1":
		t.Fatalf("REQUIRE_BROWSER=1: %v", err)
	default:
		t.Skip(err)
	}
}
