package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// axeSource is the text of axe-core: $AXE_CORE, or what npm installed here.
var axeSource = sync.OnceValues(func() (string, error) {
	path := os.Getenv("AXE_CORE")
	if path == "" {
		path = "node_modules/axe-core/axe.min.js"
	}
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		err = fmt.Errorf("no axe-core: npm install --prefix browser, or AXE_CORE=/path/to/axe.min.js (%w)", err)
	}
	return string(b), err
})

// axe fails the test with each violation of WCAG 2.2 AA and of axe's best
// practices on the page as it stands. The state, "the list, one star", says in
// the report how it stands.
func (p *page) axe(state string) {
	p.t.Helper()
	for _, v := range p.violations() {
		p.t.Errorf("axe: %s: %s", state, v)
	}
}

// violations runs axe in each frame, in a world of its own, where neither the
// CSP nor the scripts of the page see it.
func (p *page) violations() []string {
	p.t.Helper()
	p.settle()
	return p.violationsNow()
}

// violationsNow is violations of a page that does not settle.
func (p *page) violationsNow() []string {
	p.t.Helper()
	source, err := axeSource()
	require(p.t, err)
	tree, err := call(p, cdppage.GetFrameTree, cdp.Empty{})
	p.must(err)
	var all []string
	var walk func(f *cdppage.FrameTree)
	walk = func(f *cdppage.FrameTree) {
		found, err := p.runAxe(f.Frame.ID, source)
		p.must(err)
		all = append(all, found...)
		for _, child := range f.ChildFrames {
			walk(child)
		}
	}
	walk(tree.FrameTree)
	return all
}

// axeTimers replaces the timers of axe's world, which do not fire in a document
// that may not run scripts.
const axeTimers = `globalThis.setTimeout = (f, _, ...args) => { Promise.resolve().then(() => f(...args)); return 0 };`

// axeRun leaves the frames within to the caller and preloads nothing, so that
// axe makes no request. What a page has to have a part of it has not.
const axeRun = `axe.run(document, {
	runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
	rules: self === top ? {} : Object.fromEntries(["document-title", "landmark-one-main", "page-has-heading-one", "region"].map(r => [r, {enabled: false}])),
	resultTypes: ["violations"], iframes: false, preload: false,
}).then(r => r.violations.flatMap(v => v.nodes.map(n =>
	v.id + " (" + v.impact + "): " + v.help + "\n  " + n.html + "\n  " + n.failureSummary.replaceAll("\n", "\n  "))))`

// runAxe reports the violations in one frame.
func (p *page) runAxe(frame cdp.FrameID, source string) ([]string, error) {
	world, err := call(p, cdppage.CreateIsolatedWorld, cdppage.CreateIsolatedWorldParams{FrameID: frame, WorldName: "axe"})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	in := func(e *runtime.EvaluateParams) { e.ContextID = world.ExecutionContextID }
	if err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](axeTimers+source, in)); err != nil {
		return nil, err
	}
	return chromedp.Run(ctx, chromedp.Evaluate[[]string](axeRun, in, chromedp.EvalAwaitPromise))
}
