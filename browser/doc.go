// Package browser holds the journeys: a few tests that drive Carnet, built
// from this checkout, in a real browser with real input.
//
// They want Chromium, found through $CHROME or on $PATH, and for accessibility
// axe-core, found through $AXE_CORE or put in place by
//
//	npm install --prefix browser
//
// What is missing skips its tests, except with REQUIRE_BROWSER=1, when it
// fails them. With SHOTS=folder the journeys leave their screenshots there,
// and a failed one its last sight. RACE=1 builds the program with the race
// detector, whose findings become a failed exit.
package browser
