package browser

import (
	"strings"
	"testing"
)

func TestAxe(t *testing.T) {
	// Axe judges a page under the strict policy, leaves no trace in it, and
	// names the rule, the element and the cure.
	t.Parallel()
	p := scratch(t, `<label>Nom <input></label>`, ``, ``)
	p.axe("a good page")
	if traced, _ := eval[bool](p, `"axe" in window`); traced {
		t.Error("axe is in the page's own world")
	}
	for rule, body := range map[string]string{
		"label":          `<input>`,
		"color-contrast": `<p class="pale">Bonjour</p>`,
		"target-size":    `<button class="tiny">a</button><button class="tiny">b</button>`,
		"heading-order":  `<h4>Saut</h4>`,
	} {
		p := scratch(t, body, ``, `.pale { color: #ccc } .tiny { width: 12px; height: 12px; padding: 0; border: 0; margin: 0 }`)
		wantRefusal(t, p, "axe: a bad page: "+rule, func(p *page) {
			p.patience = patience // the page may still wait for its icon
			p.axe("a bad page")
		})
	}
}

func TestAxeWithoutJS(t *testing.T) {
	// A page whose scripts are off is judged too, and they stay off.
	t.Parallel()
	p := scratch(t, `<input>`, `document.title = "Avec"`, ``)
	p.noJS()
	p.visit("/")
	if v := strings.Join(p.violations(), "\n"); !strings.Contains(v, "label") {
		t.Errorf("violations: %q", v)
	}
	p.reload()
	p.waitFor("RootWebArea", "Essai")
}

func TestAxeInFrames(t *testing.T) {
	// What a sandboxed frame shows is judged as well.
	t.Parallel()
	p := serve(t, map[string]string{
		"/": `<!doctype html><html lang="fr"><title>Essai</title><main><h1>Essai</h1>
			<iframe title="Aperçu" sandbox srcdoc="<!doctype html><html lang=fr><title>A</title><main><h1>A</h1><img src='data:,'></main>"></iframe></main>`,
	}, "/")
	if v := strings.Join(p.violations(), "\n"); !strings.Contains(v, "image-alt") {
		t.Errorf("violations: %q", v)
	}
}

func TestOverflow(t *testing.T) {
	// A page that is wider than a phone is caught, with the element.
	t.Parallel()
	p := scratch(t, `<table><tr><td class="wide">x</td></tr></table><div class="scroll"><p class="wide">y</p></div>`, ``,
		`td.wide { min-width: 500px } p.wide { width: 900px } .scroll { overflow: auto }`)
	p.noOverflow()
	p.viewport(360, 740, true)
	wantRefusal(t, p, `td class=\"wide\"`, func(p *page) { p.noOverflow() })
}

func TestTargets(t *testing.T) {
	// A target under 44 px is caught, unless its label or its padding helps.
	t.Parallel()
	p := scratch(t, `<button class="big">Grand</button><button class="small">Petit</button>
		<button class="small reach" aria-label="Atteint">x</button>
		<label class="row"><input type="checkbox"> Coche</label>
		<input type="radio" aria-label="Seul" class="small">
		<p class="text">Voir <a href="/">la fiche</a> et <a href="/" class="fine">i</a></p>
		<button class="small" disabled>Inerte</button>
		<button class="big flat">Plat</button><button class="big thin">l</button>`, ``,
		`.big { width: 44px; height: 44px; padding: 0 } .flat { height: 43px } .thin { width: 43px } .small { width: 20px; height: 20px; margin: 40px; padding: 0 }
		.reach { position: relative } .reach::after { content: ""; position: absolute; inset: -14px }
		.row { display: block; line-height: 44px } .text { line-height: 24px; font-size: 16px } .fine { font-size: 8px }`)
	p.viewport(360, 740, true)
	small := p.targets44()
	for _, want := range []string{"Petit", "Seul", "fine", "flat", "thin"} {
		if !strings.Contains(strings.Join(small, "\n"), want) {
			t.Errorf("%s is not among the small", want)
		}
	}
	if len(small) != 5 {
		t.Errorf("%d are small, want 5: %s", len(small), strings.Join(small, "\n"))
	}
}
