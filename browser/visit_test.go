package browser

import (
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	cdppage "github.com/chromedp/cdproto/page"
)

// visit opens a path of the server ("/clients?page=2") as if typed in the
// address bar, and waits until it has loaded and its requests are answered.
func (p *page) visit(path string) {
	p.t.Helper()
	p.loading("GET "+path, func() error {
		r, err := call(p, cdppage.Navigate, cdppage.NavigateParams{URL: p.base + path})
		if err == nil && r.ErrorText != "" {
			return fmt.Errorf("%s: %s", path, r.ErrorText)
		}
		return err
	})
}

// reload asks for the same page again, as F5 does.
func (p *page) reload() {
	p.t.Helper()
	p.loading("reload", func() error {
		_, err := call(p, cdppage.Reload, cdppage.ReloadParams{})
		return err
	})
}

// back goes one page back in the history.
func (p *page) back() {
	p.t.Helper()
	p.history(-1)
}

// forward undoes back.
func (p *page) forward() {
	p.t.Helper()
	p.history(1)
}

func (p *page) history(step int64) {
	p.t.Helper()
	h, err := call(p, cdppage.GetNavigationHistory, cdp.Empty{})
	p.must(err)
	i := h.CurrentIndex + step
	if i < 0 || i >= int64(len(h.Entries)) {
		p.t.Fatalf("history: nothing at %+d", step)
	}
	// Where only the address was changed the page has it before htmx asks for
	// the page again.
	p.loading(fmt.Sprintf("history %+d", step), func() error {
		_, err := call(p, cdppage.NavigateToHistoryEntry, cdppage.NavigateToHistoryEntryParams{EntryID: h.Entries[i].ID})
		return err
	})
	p.waitPath(strings.TrimPrefix(h.Entries[i].URL, p.base))
}

// loading does what leads to another document, waits for its load event, and
// settles.
func (p *page) loading(what string, act func() error) {
	p.t.Helper()
	before := p.seen.loaded()
	if err := act(); err != nil {
		p.t.Fatal(err)
	}
	err := p.until(func() error {
		if p.seen.loaded() == before {
			return fmt.Errorf("%s: no page loaded", what)
		}
		return nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
	p.settle()
}

// settle waits until no request is in flight and no animation runs, but for
// those without end.
func (p *page) settle() {
	p.t.Helper()
	if err := p.until(p.quiet); err != nil {
		p.t.Fatal(err)
	}
}

func (p *page) quiet() error {
	if urls := p.seen.inFlight(); len(urls) > 0 {
		return fmt.Errorf("no answer yet: %s", strings.Join(urls, ", "))
	}
	moving, err := eval[int](p, `document.readyState === "loading" ? 1 : document.getAnimations().filter(a =>
		a.playState === "running" && a.effect.getComputedTiming().endTime !== Infinity &&
		a.effect.getComputedTiming().progress !== null).length`) // null: a toast that waits before it goes
	if err == nil && moving > 0 {
		err = fmt.Errorf("%d animations still run", moving)
	}
	return err
}

// path is where the page is: path, query and fragment.
func (p *page) path() string {
	p.t.Helper()
	s, err := p.where()
	p.must(err)
	return s
}

func (p *page) where() (string, error) {
	return eval[string](p, `location.pathname + location.search + location.hash`)
}

// waitPath waits until path is want.
func (p *page) waitPath(want string) {
	p.t.Helper()
	err := p.until(func() error {
		got, err := p.where()
		if err == nil && got != want {
			err = fmt.Errorf("at %s, want %s", got, want)
		}
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
}
