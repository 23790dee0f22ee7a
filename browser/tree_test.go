package browser

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
)

// who tells an element as a screen reader does. An empty name stands for any.
type who struct{ role, name string }

func (w who) String() string { return fmt.Sprintf("%s %q", w.role, w.name) }

// element is a node of the accessibility tree.
type element struct {
	who
	id       accessibility.NodeID
	parent   accessibility.NodeID
	dom      cdp.BackendNodeID
	depth    int
	disabled bool
}

// plain makes every run of spaces one space: U+00A0 and U+202F, which French
// puts before its punctuation, and line ends included.
func plain(s string) string { return strings.Join(strings.Fields(s), " ") }

// tree reads what the page says to assistive technology, in document order,
// without the nodes that it ignores.
func (p *page) tree() ([]element, error) {
	res, err := call(p, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		return nil, err
	}
	nodes := map[accessibility.NodeID]*accessibility.Node{}
	for _, n := range res.Nodes {
		nodes[n.NodeID] = n
	}
	var all []element
	var walk func(n *accessibility.Node, parent accessibility.NodeID, depth int)
	walk = func(n *accessibility.Node, parent accessibility.NodeID, depth int) {
		if !n.Ignored && word(n.Role) != "InlineTextBox" {
			all = append(all, element{
				who: who{word(n.Role), plain(word(n.Name))}, id: n.NodeID, parent: parent,
				dom: n.BackendDOMNodeID, depth: depth, disabled: property(n, "disabled") == "true",
			})
			parent, depth = n.NodeID, depth+1
		}
		for _, id := range n.ChildIDs {
			if child := nodes[id]; child != nil {
				walk(child, parent, depth)
			}
		}
	}
	if len(res.Nodes) > 0 {
		walk(res.Nodes[0], "", 0)
	}
	return all, nil
}

func word(v *accessibility.Value) string {
	var s string
	if v != nil {
		json.Unmarshal(v.Value, &s)
	}
	return s
}

func property(n *accessibility.Node, name accessibility.PropertyName) string {
	for _, p := range n.Properties {
		if p.Name == name {
			return string(p.Value.Value)
		}
	}
	return ""
}

// in narrows every helper that takes a role and a name, and text, to what is
// inside one element: p.in("dialog", "Contacts").click("button", "Créer").
func (p *page) in(role, name string) *page {
	q := *p
	q.scope = append(slices.Clip(p.scope), who{role, name})
	return &q
}

// matches lists the elements of this role and name in the scope.
func (p *page) matches(w who) ([]element, error) {
	all, err := p.tree()
	if err != nil {
		return nil, err
	}
	for _, s := range p.scope {
		outer, err := single(all, s)
		if err != nil {
			return nil, err
		}
		inside := map[accessibility.NodeID]bool{outer.id: true}
		all = slices.DeleteFunc(all, func(e element) bool {
			if inside[e.parent] {
				inside[e.id] = true
			}
			return !inside[e.parent]
		})
	}
	return filter(all, w), nil
}

func filter(all []element, w who) []element {
	var found []element
	for _, e := range all {
		if w.is(e.who) {
			found = append(found, e)
		}
	}
	return found
}

// is reports whether the page's element is the one that is meant. Chromium
// gives names as text-transform paints them, so capitals on the page match.
func (w who) is(e who) bool {
	name := plain(w.name)
	return e.role == w.role && (name == "" || e.name == name || e.name == strings.ToUpper(name))
}

func single(all []element, w who) (element, error) {
	found := filter(all, w)
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return element{}, fmt.Errorf("no %v", w)
	}
	return element{}, fmt.Errorf("%d of %v: narrow it with in", len(found), w)
}

// find returns the only element of this role and name.
func (p *page) find(w who) (element, error) {
	all, err := p.matches(w)
	if err != nil {
		return element{}, err
	}
	return single(all, w)
}

// fail ends the test with the error and what the page shows.
func (p *page) fail(err error) {
	p.t.Helper()
	path, _ := p.where()
	p.t.Fatalf("%v\nat %s:\n%s", err, path, p.dump())
}

// dump lists the roles and names on the page, indented by depth.
func (p *page) dump() string {
	all, err := p.tree()
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	for i, e := range all {
		if i == 300 {
			fmt.Fprintf(&b, "… %d more\n", len(all)-i)
			break
		}
		if e.role != "generic" && e.role != "none" {
			fmt.Fprintf(&b, "%s%v\n", strings.Repeat("  ", e.depth), e.who)
		}
	}
	return b.String()
}
