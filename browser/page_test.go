package browser

import (
	"context"
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// page is one tab of one person. It belongs to the goroutine of its test.
type page struct {
	t        testing.TB
	patience time.Duration // how long a helper waits; see refusal
	scope    []who         // see in
	*tab
}

type tab struct {
	ctx   context.Context
	base  string // the address of the server
	seen  *watch
	media emulation.SetEmulatedMediaParams
	desk  *page // see blank
}

// open gives the test a page of a new person: no cookie, an empty cache, the
// language French, and a window of 1280 by 800.
func (c *Carnet) open(t testing.TB) *page {
	t.Helper()
	return open(t, c.URL)
}

func open(t testing.TB, base string) *page {
	t.Helper()
	ctx, err := chrome()
	require(t, err)
	return newPage(t, ctx, base, chromedp.WithNewBrowserContext())
}

// another opens a second tab of the same person: cookies are shared.
func (p *page) another() *page {
	p.t.Helper()
	return newPage(p.t, p.ctx, p.base)
}

func newPage(t testing.TB, parent context.Context, base string, opts ...chromedp.ContextOption) *page {
	t.Helper()
	server, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	seen := newWatch(server.Host)
	ctx, cancel := chromedp.NewContext(parent, append(opts, chromedp.WithListener(seen.event))...)
	t.Cleanup(cancel)
	p := &page{t: t, patience: patience, tab: &tab{ctx: ctx, base: base, seen: seen}}
	seen.answer = func(accept bool) {
		chromedp.Call(ctx, cdppage.HandleJavaScriptDialog, cdppage.HandleJavaScriptDialogParams{Accept: accept})
	}
	p.must(chromedp.Do(ctx))
	// A page that is not in front would neither take the focus nor paint.
	_, err = call(p, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	p.must(err)
	_, err = call(p, audits.Enable, cdp.Empty{})
	p.must(err)
	p.viewport(1280, 800, false)
	t.Cleanup(func() {
		if t.Failed() {
			p.screenshot(t.Name() + "-failed")
		}
		p.clean()
	})
	return p
}

// must ends the test on an error of the browser itself.
func (p *page) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// patience is how long a test waits for what must come, axe and the start of
// the programs included: it bounds a hang, and measures nothing.
const patience = time.Minute

// call sends one command of the DevTools protocol to the page and waits for
// its result.
func call[P, R any](p *page, cmd cdp.Command[P, R], params P) (R, error) {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	r, err := chromedp.Call(ctx, cmd, params)
	if err != nil {
		err = fmt.Errorf("%s: %w", cmd.Method, err)
	}
	return r, err
}

// eval runs a script in the page, awaits its promise and returns its value.
// It is for looking: a click or a key made by a script is exempt from the CSP.
func eval[T any](p *page, script string) (T, error) {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
}

// until calls done after each event of the page, and at least every 25 ms,
// until it returns nil. Out of patience, it returns done's last error.
func (p *page) until(done func() error) error {
	limit := time.NewTimer(p.patience)
	defer limit.Stop()
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for {
		err := done()
		if err == nil {
			return nil
		}
		select {
		case <-p.ctx.Done():
			return context.Cause(p.ctx)
		case <-limit.C:
			return err
		case <-p.seen.changed:
		case <-tick.C:
		}
	}
}

// on calls a JavaScript function with an element of the page as its this.
func on[T any](p *page, id cdp.BackendNodeID, function string, args ...any) (T, error) {
	var zero T
	obj, err := resolve(p, id)
	if err != nil {
		return zero, err
	}
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.CallFunctionOn[T](function, func(c *runtime.CallFunctionOnParams) {
		c.ObjectID = obj
	}, args...))
}

// resolve gives an element its handle in the page's own world.
func resolve(p *page, id cdp.BackendNodeID) (runtime.RemoteObjectID, error) {
	r, err := call(p, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: id})
	if err != nil {
		return "", err
	}
	return r.Object.ObjectID, nil
}
