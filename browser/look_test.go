package browser

import (
	"fmt"
	"os"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/runtime"
)

// has reports whether there is such an element now, without waiting.
func (p *page) has(role, name string) bool {
	p.t.Helper()
	return p.count(role, name) > 0
}

// count is how many such elements there are now, without waiting. A scope that
// is absent holds none.
func (p *page) count(role, name string) int {
	found, _ := p.matches(who{role, name})
	return len(found)
}

// waitFor waits until there is such an element, or several.
func (p *page) waitFor(role, name string) {
	p.t.Helper()
	w := who{role, name}
	err := p.until(func() error {
		found, err := p.matches(w)
		if err == nil && len(found) == 0 {
			err = fmt.Errorf("no %v", w)
		}
		return err
	})
	if err != nil {
		p.fail(err)
	}
}

// waitGone waits until there is no such element.
func (p *page) waitGone(role, name string) {
	p.t.Helper()
	w := who{role, name}
	err := p.until(func() error {
		if found, err := p.matches(w); err == nil && len(found) > 0 {
			return fmt.Errorf("still %d of %v", len(found), w)
		}
		return nil
	})
	if err != nil {
		p.fail(err)
	}
}

// attr is an attribute of the only such element, "" when it has none.
func (p *page) attr(role, name, attribute string) string {
	p.t.Helper()
	return p.read(role, name, `function(a) { return this.getAttribute(a) ?? "" }`, attribute)
}

// value is what the only such field holds.
func (p *page) value(role, name string) string {
	p.t.Helper()
	return p.read(role, name, `function() { return String(this.value ?? this.textContent) }`)
}

// read waits for the only such element and calls a function on it.
func (p *page) read(role, name, function string, args ...any) string {
	p.t.Helper()
	var got string
	err := p.until(func() error {
		e, err := p.find(who{role, name})
		if err == nil {
			got, err = on[string](p, e.dom, function, args...)
		}
		return err
	})
	if err != nil {
		p.fail(err)
	}
	return got
}

// waitAttr waits until the attribute of the only such element has this value.
func (p *page) waitAttr(role, name, attribute, want string) {
	p.t.Helper()
	w := who{role, name}
	err := p.until(func() error {
		e, err := p.find(w)
		if err != nil {
			return err
		}
		got, err := on[string](p, e.dom, `function(a) { return this.getAttribute(a) ?? "" }`, attribute)
		if err == nil && got != want {
			err = fmt.Errorf("%v: %s is %q, want %q", w, attribute, got, want)
		}
		return err
	})
	if err != nil {
		p.fail(err)
	}
}

// focused is the role and name of the element that has the focus.
func (p *page) focused() (role, name string) {
	p.t.Helper()
	w, err := p.focus()
	p.must(err)
	return w.role, w.name
}

// waitFocus waits until the focus is on such an element.
func (p *page) waitFocus(role, name string) {
	p.t.Helper()
	want := who{role, name}
	err := p.until(func() error {
		got, err := p.focus()
		if err == nil && !want.is(got) {
			err = fmt.Errorf("the focus is on %v, want %v", got, want)
		}
		return err
	})
	if err != nil {
		p.fail(err)
	}
}

func (p *page) focus() (who, error) {
	active, err := call(p, runtime.Evaluate, runtime.EvaluateParams{Expression: "document.activeElement ?? document.documentElement"})
	if err != nil {
		return who{}, err
	}
	alone := false
	res, err := call(p, accessibility.GetPartialAXTree, accessibility.GetPartialAXTreeParams{
		ObjectID: active.Result.ObjectID, FetchRelatives: &alone,
	})
	if err != nil || len(res.Nodes) == 0 {
		return who{}, err
	}
	return who{word(res.Nodes[0].Role), plain(word(res.Nodes[0].Name))}, nil
}

// text is what the page shows, or the scope, as plain text with each run of
// spaces made one.
func (p *page) text() string {
	p.t.Helper()
	var got string
	err := p.until(func() (err error) {
		got, err = p.shown()
		return err
	})
	if err != nil {
		p.fail(err)
	}
	return got
}

func (p *page) shown() (string, error) {
	outer := who{"RootWebArea", ""}
	q := *p
	if n := len(p.scope); n > 0 {
		outer, q.scope = p.scope[n-1], p.scope[:n-1]
	}
	e, err := q.find(outer)
	if err != nil {
		return "", err
	}
	s, err := on[string](p, e.dom, `function() { return (this.body ?? this).innerText }`)
	return plain(s), err
}

// waitText waits until text contains this, as it is or in capitals.
func (p *page) waitText(want string) {
	p.t.Helper()
	want = plain(want)
	err := p.until(func() error {
		got, err := p.shown()
		if err == nil && !strings.Contains(got, want) && !strings.Contains(got, strings.ToUpper(want)) {
			err = fmt.Errorf("%q is not in %q", want, got)
		}
		return err
	})
	if err != nil {
		p.fail(err)
	}
}

// sights are how a page is looked at: on a phone in the dark and on a desk in the
// light, and the other two ways as well when SHOTS names a folder for pictures.
func sights() []sight {
	two := []sight{{"phone-dark", 360, true}, {"desktop-light", 1440, false}}
	if os.Getenv("SHOTS") == "" {
		return two
	}
	return append(two, sight{"phone-light", 360, false}, sight{"desktop-dark", 1440, true})
}

type sight struct {
	name  string
	width int64
	dark  bool
}

// looks holds a page to axe and to its width as people see it, and takes pictures.
func (p *page) looks(name string) {
	p.t.Helper()
	for _, s := range sights() {
		p.viewport(s.width, 900, s.width == 360)
		p.dark(s.dark)
		p.settle()
		p.axe(name + ", " + s.name)
		p.noOverflow()
		p.screenshot(name + "-" + s.name)
	}
	p.dark(false)
	p.viewport(1280, 800, false)
}
