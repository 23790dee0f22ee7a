package browser

import (
	"fmt"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/runtime"
)

// clean fails the test with each problem that watch has seen so far. The end
// of the test calls it too.
func (p *page) clean() {
	p.t.Helper()
	// What the page did before this answer is known when the answer comes.
	call(p, runtime.Evaluate, runtime.EvaluateParams{Expression: "0"})
	for _, problem := range p.seen.take() {
		p.t.Error(problem)
	}
}

// allow excuses the problems that contain one of these texts, for a test that
// provokes them. The empty text excuses them all.
func (p *page) allow(texts ...string) {
	p.seen.mu.Lock()
	defer p.seen.mu.Unlock()
	p.seen.allowed = append(p.seen.allowed, texts...)
}

// expectDialogs makes native dialogs (confirm, beforeunload) expected, and
// answers each with OK or Cancel.
func (p *page) expectDialogs(accept bool) {
	p.seen.mu.Lock()
	defer p.seen.mu.Unlock()
	p.seen.accept = &accept
}

// dialogs returns the texts of the native dialogs so far.
func (p *page) dialogs() []string {
	p.seen.mu.Lock()
	defer p.seen.mu.Unlock()
	return slices.Clone(p.seen.dialogs)
}

// responses returns the answers so far, in the order in which they ended.
func (p *page) responses() []response {
	p.seen.mu.Lock()
	defer p.seen.mu.Unlock()
	var all []response
	for _, r := range p.seen.responses {
		all = append(all, *r)
	}
	return all
}

// forget starts the count of budget anew.
func (p *page) forget() {
	p.seen.mu.Lock()
	defer p.seen.mu.Unlock()
	p.seen.responses = nil
}

// budget fails the test when the page, since it was opened or told to forget,
// made more requests or transferred more bytes than this, headers included.
func (p *page) budget(requests int, bytes int64) {
	p.t.Helper()
	p.settle()
	var sum int64
	var lines strings.Builder
	all := p.responses()
	for _, r := range all {
		sum += r.bytes
		fmt.Fprintf(&lines, "\n%7d  %d  %s", r.bytes, r.status, r.url)
	}
	if len(all) > requests || sum > bytes {
		p.t.Errorf("%d requests, %d bytes, want at most %d and %d:%s", len(all), sum, requests, bytes, lines.String())
	}
}
