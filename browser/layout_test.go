package browser

// noOverflow fails the test when the page is wider than its window, with the
// elements that stick out.
func (p *page) noOverflow() {
	p.t.Helper()
	if out := p.overflow(); len(out) > 0 {
		p.t.Errorf("the page is wider than its window: %q", out)
	}
}

// overflow lists what makes the page wider than its window; none when it is
// not.
func (p *page) overflow() []string {
	p.t.Helper()
	out, err := eval[[]string](p, `(() => {
		const root = document.documentElement, width = root.clientWidth;
		if (root.scrollWidth <= width) return [];
		const wide = [...document.body.querySelectorAll("*")].filter(e => {
			const box = e.getBoundingClientRect();
			return box.width > 0 && box.right + scrollX > width + 0.5;
		});
		return [root.scrollWidth + " px in " + width,
			...wide.map(e => e.cloneNode(false).outerHTML.slice(0, 120)).slice(0, 10)];
	})()`)
	p.must(err)
	return out
}

// targets44 lists what can be pointed at but is smaller than 44 by 44 CSS
// pixels, or 24 by 24 for a link within text (WCAG 2.2, 2.5.5 and 2.5.8), in
// the modal dialog if one is open. A label and a pseudo-element that takes the
// click count as part of the target; what is disabled or visually hidden is
// not one.
func (p *page) targets44() []string {
	p.t.Helper()
	p.settle()
	small, err := eval[[]string](p, targets)
	p.must(err)
	return small
}

const targets = `(() => {
	const modals = document.querySelectorAll("dialog:modal");
	const scope = modals[modals.length - 1] ?? document;
	const at = [scrollX, scrollY];
	const hits = (e, x, y) => {
		const hit = document.elementFromPoint(x, y);
		return !!hit && (e.contains(hit) || hit.closest("label")?.control === e);
	};
	const small = [];
	for (const e of scope.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex], [role=option], [role=menuitem]")) {
		if (e.type === "hidden" || e.disabled || e.closest("[inert]") || e.matches("[tabindex='-1']:not([role])")) continue;
		if (!e.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
		let box = e.getBoundingClientRect();
		const label = [...(e.labels ?? [])].find(l => l.checkVisibility());
		if (label && (e.type === "checkbox" || e.type === "radio")) {
			const l = label.getBoundingClientRect();
			if (l.width * l.height > box.width * box.height) box = l;
		}
		if (box.width <= 1 || box.height <= 1) continue;
		const style = getComputedStyle(e);
		const inline = e.localName === "a" && style.display === "inline";
		const want = inline ? 24 : 44;
		const height = inline ? Math.max(box.height, parseFloat(style.lineHeight) || 0) : box.height;
		if (box.width >= want - 0.5 && height >= want - 0.5) continue;
		e.scrollIntoView({block: "center", inline: "center", behavior: "instant"});
		box = e.getBoundingClientRect();
		const x = box.x + box.width / 2, y = box.y + box.height / 2;
		// The reach of a target: from its centre, how far the pointer still hits
		// it to both sides, in half pixels.
		const reach = (dx, dy) => {
			let n = 1;
			for (const way of [-1, 1]) for (let i = 1; i < 2 * want && hits(e, x + way * i * dx / 2, y + way * i * dy / 2); i++) n++;
			return n;
		};
		const wide = box.width >= want - 0.5 || reach(1, 0) >= 2 * want;
		const high = height >= want - 0.5 || reach(0, 1) >= 2 * want;
		if (!wide || !high) small.push(Math.round(box.width) + "x" + Math.round(box.height) + " " + e.outerHTML.slice(0, 120));
	}
	scrollTo({left: at[0], top: at[1], behavior: "instant"});
	return small;
})()`
