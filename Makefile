# What a developer runs. CI runs `.ci/run`, which is `make check` after the
# tools that it needs.

SHELL       = /bin/bash
.SHELLFLAGS = -o pipefail -euc

STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK = golang.org/x/vuln/cmd/govulncheck@v1.9.0
FASTHTTP    = v1.78.0
FUZZTIME    = 10s
TABLES      = ^(TestEveryFieldOfEveryForm|TestRoutesOfEveryRole)$$
MAILKILLS   = 200
ATTACKS     = ^(TestRaw.*|TestSlow.*|TestFatAndSlow|TestConnectionsOfOneAddress|TestRequestsOfOneConnection|TestForged.*|TestTLS.*|TestPlainLeadsToTLS|TestACME|TestCrossSite|TestEveryRouteIsTried|TestRoutes.*|TestForms.*|TestOtherMethods|TestVisitors.*|TestClosedInAPublicDemo|TestForeignForms|TestHeaders.*|TestHugeRequests|TestMalformedRequests|TestOwnHostOnly|TestDemoKnowsThisMachineOnly|TestRedirectsStayHere|TestThrottle.*|TestBad.*|TestBodiesThatAreNoForm|TestIDsOfNothing|TestQueriesOfNothing|TestInjection.*|Test.*Attack.*)$$

step = @printf '\n== %s\n' "$@"

.PHONY: check gofmt vet staticcheck fasthttp arrows race tables browser fuzz static test vuln deep mail attack bench shots build tools

check: gofmt vet staticcheck fasthttp arrows race tables browser fuzz static

gofmt:
	$(step)
	@bad=$$(gofmt -l .); if [ -n "$$bad" ]; then echo "gofmt -w: $$bad"; exit 1; fi

vet:
	$(step)
	@go vet ./...

staticcheck:
	$(step)
	@go run $(STATICCHECK) ./...

# Fiber 2 asks for a fasthttp of 2023, with which a request can be smuggled in
# another, and a line break in a header. It has no CVE: only this line knows.
fasthttp:
	$(step)
	@v=$$(go list -m -f '{{.Version}}' github.com/valyala/fasthttp); \
	printf '%s\n' $(FASTHTTP) "$$v" | sort --version-sort --check=quiet || \
	{ echo "go.mod has fasthttp $$v, below $(FASTHTTP)"; exit 1; }

arrows:
	$(step)
	@go test -count=1 -run '^TestArrows$$' .

race:
	$(step)
	@REQUIRE_BROWSER=1 go test -race -timeout 40m -skip '$(TABLES)' $$(go list ./... | grep -v '/browser$$')

# One request after the other, thousands of them: nothing for the race detector,
# under which they take ten times as long.
tables:
	$(step)
	@go test -run '$(TABLES)' ./handlers

# The program of these is another process: the race detector would watch the
# hand that clicks. `make deep` has it watch both.
browser:
	$(step)
	@REQUIRE_BROWSER=1 go test -timeout 40m ./browser

# Each target for a while, one after the other: they take all cores. What it
# finds is made smaller for a moment only: a minute, as usual, is most of it. On a busy
# machine the go command may take the end of that while for a failure, and says
# "context deadline exceeded" without an input: then the target runs again.
fuzz:
	$(step)
	@targets=$$(go test -list '^Fuzz' ./... | awk \
		'/^Fuzz/ { f[++n] = $$1 } /^ok/ { for (i = 1; i <= n; i++) print $$2 " " f[i]; n = 0 }'); \
	[ -n "$$targets" ] || { echo "no fuzz target was found"; exit 1; }; \
	log=$$(mktemp); trap 'rm -f "$$log"' EXIT; \
	while read -r package target; do \
		echo "$$package $$target"; \
		for try in 1 2 3; do \
			if go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 2s "$$package" </dev/null 2>&1 | tee "$$log"; then continue 2; fi; \
			grep -q 'context deadline exceeded' "$$log" || exit 1; \
			! grep -q 'Failing input' "$$log" || exit 1; \
		done; \
		exit 1; \
	done <<<"$$targets"

static: build
	$(step)
	@! ldd bin/carnet 2>/dev/null || { echo "bin/carnet needs shared libraries"; exit 1; }
	@bin/carnet version

build:
	$(step)
	@CGO_ENABLED=0 go build -trimpath -o bin/carnet .

tools: # brings what the steps need through the module proxy
	go mod download
	go run $(STATICCHECK) -version

test:
	go test ./...

# Fails on a known weakness that the program reaches, in a module or in Go. The
# list of these comes as a module, so that it needs no other host than the rest;
# the Go is the one that go.mod names, with which a release is built.
vuln:
	$(step)
	@list=$$(go mod download -json golang.org/x/vulndb@latest | sed -n 's/.*"Dir": "\(.*\)",/\1/p'); \
	echo "list: $${list##*@}"; \
	GOTOOLCHAIN=auto go run $(GOVULNCHECK) -db "file://$$list/data/osv" ./...

# What takes long: run by hand before an issue is closed. It takes two hours on
# two cores: what takes longer is not run.
deep:
	$(MAKE) fuzz FUZZTIME=3m
	go test -race -count=10 -timeout 3h ./data/...
	CARNET_DEEP=1 CARNET_KILL_ROUNDS=20 go test -count=1 -timeout 1h -v -run '^(TestKill|TestServerDown)$$' .
	CARNET_DEEP=1 go test -count=1 -v -run '^TestSpeed$$' ./mail
	CARNET_DEEP=1 go test -count=1 -v -run '^TestFullPublicDemo$$' .
	CARNET_DEEP=1 REQUIRE_BROWSER=1 go test -count=1 -timeout 1h -v -run '^TestInjection$$' ./browser
	RACE=1 REQUIRE_BROWSER=1 go test -race -count=1 -timeout 1h ./browser
	$(MAKE) vuln

# Meets each fault of a server, then sends through OpenSMTPD, which must be
# installed, as root; then kills the program while it sends, and counts what
# became of the mails. It takes minutes.
mail:
	@log=$$(mktemp); trap 'rm -f "$$log"' EXIT; failed=0; \
	REQUIRE_MTA=1 CARNET_MAIL_KILLS=$(MAILKILLS) go test -count=1 -timeout 1h -v \
		-run '^(TestFault.*|TestPauses|TestMTA.*|TestMailKilled.*|TestNaiveDoubles)$$' ./mail . 2>&1 | grep --line-buffered -v '^ *=== ' | tee "$$log" || failed=1; \
	awk -F'In the end: ' 'NF == 2 { split($$2, n, /[ ,]+/); mails += n[1]; lost += n[4]; doubled += n[6]; unknown += n[8] } \
		END { printf "%d mails, lost %d, doubled %d, unknown %d\n", mails, lost, doubled, unknown; exit !mails || lost || doubled }' "$$log" && \
	exit $$failed

# Attacks the built program: raw and slow requests, alone and behind nginx, forged
# headers, foreign pages in Chromium, every route for everybody, and all kinds of
# input. It needs nginx and Chromium, and takes minutes. A short form of it is no
# other: CI runs the same tests.
attack:
	@log=$$(mktemp); trap 'rm -f "$$log"' EXIT; failed=0; \
	REQUIRE_NGINX=1 REQUIRE_BROWSER=1 REQUIRE_NETWORK=1 go test -count=1 -timeout 1h -v -run '$(ATTACKS)' . ./handlers ./browser 2>&1 | \
		tee "$$log" | grep --line-buffered -E '^(---|FAIL|ok|panic)|In the end:|_test.go:' || failed=1; \
	awk -F'In the end: ' 'NF == 2 { split($$2, n, /[ ,]+/); requests += n[1]; wrong += n[3] } /^ *--- FAIL/ { failed++ } \
		END { if (!wrong) wrong = failed + 0; printf "%d requests, %d wrong\n", requests, wrong; exit !requests || wrong }' "$$log" && \
	exit $$failed

bench:
	@go run ./bench

shots:
	SHOTS=$(CURDIR)/docs/shots REQUIRE_BROWSER=1 go test -count=1 -run '^TestShots$$' ./browser
