package browser

import (
	"fmt"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// click presses and releases the left button at the centre of the only such
// element, scrolled into view, once it is enabled, at rest and not covered.
func (p *page) click(role, name string) {
	p.t.Helper()
	p.clickTimes(who{role, name}, 1)
}

// doubleClick clicks twice in one place.
func (p *page) doubleClick(role, name string) {
	p.t.Helper()
	p.clickTimes(who{role, name}, 2)
}

// tripleClick clicks three times in one place, which selects a paragraph.
func (p *page) tripleClick(role, name string) {
	p.t.Helper()
	p.clickTimes(who{role, name}, 3)
}

// follow clicks and waits for the document that it leads to.
func (p *page) follow(role, name string) {
	p.t.Helper()
	w := who{role, name}
	p.loading("click on "+w.String(), func() error {
		p.t.Helper()
		p.clickTimes(w, 1)
		return nil
	})
}

func (p *page) clickTimes(w who, times int64) {
	p.t.Helper()
	x, y := p.reach(w)
	mouse := func(kind input.DispatchMouseEventType, button input.MouseButton, count int64) {
		p.t.Helper()
		_, err := call(p, input.DispatchMouseEvent, input.DispatchMouseEventParams{
			Type: kind, X: x, Y: y, Button: button, ClickCount: count,
		})
		p.must(err)
	}
	mouse(chromedp.MouseMoved, input.MouseButtonNone, 0)
	for n := range times {
		mouse(chromedp.MousePressed, input.MouseButtonLeft, n+1)
		mouse(chromedp.MouseReleased, input.MouseButtonLeft, n+1)
	}
}

// tap touches the centre of the only such element. The page must be mobile.
func (p *page) tap(role, name string) {
	p.t.Helper()
	x, y := p.reach(who{role, name})
	_, err := call(p, input.DispatchTouchEvent, input.DispatchTouchEventParams{
		Type: input.DispatchTouchEventTypeTouchStart, TouchPoints: []*input.TouchPoint{{X: x, Y: y}},
	})
	p.must(err)
	_, err = call(p, input.DispatchTouchEvent, input.DispatchTouchEventParams{
		Type: input.DispatchTouchEventTypeTouchEnd, TouchPoints: []*input.TouchPoint{},
	})
	p.must(err)
}

// reach waits until a person could point at the only such element, and returns
// its centre in the window.
func (p *page) reach(w who) (x, y float64) {
	p.t.Helper()
	err := p.until(func() error {
		e, err := p.find(w)
		if err != nil {
			return err
		}
		if e.disabled {
			return fmt.Errorf("%v is disabled", w)
		}
		obstacle, err := on[string](p, e.dom, reachable)
		if err != nil {
			return fmt.Errorf("%v: %w", w, err)
		}
		if obstacle != "" {
			return fmt.Errorf("%v %s", w, obstacle)
		}
		x, y, err = p.centre(e.dom)
		return err
	})
	if err != nil {
		p.fail(err)
	}
	return x, y
}

// reachable says why the element cannot be pointed at, or "". A control counts
// as reached by its label.
const reachable = `function() {
	const moving = document.getAnimations().some(a => a.playState === "running" &&
		a.effect.getComputedTiming().endTime !== Infinity &&
		a.effect.getComputedTiming().progress !== null && a.effect.target?.contains(this));
	if (moving) return "is moving";
	this.scrollIntoViewIfNeeded(true);
	const box = this.getClientRects()[0];
	if (!box) return "has no box";
	const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
	if (!hit) return "is out of the window";
	if (this.contains(hit) || hit.closest("label")?.control === this) return "";
	this.scrollIntoView({block: "center", inline: "center", behavior: "instant"});
	return "is covered by " + hit.outerHTML.slice(0, 120);
}`

func (p *page) centre(id cdp.BackendNodeID) (x, y float64, err error) {
	res, err := call(p, dom.GetContentQuads, dom.GetContentQuadsParams{BackendNodeID: id})
	if err != nil {
		return 0, 0, err
	}
	if len(res.Quads) == 0 || len(res.Quads[0]) != 8 {
		return 0, 0, fmt.Errorf("no box to click in")
	}
	q := res.Quads[0]
	return (q[0] + q[2] + q[4] + q[6]) / 4, (q[1] + q[3] + q[5] + q[7]) / 4, nil
}
