package browser

import (
	"fmt"
	"strings"
	"testing"
)

// logger writes in its log what reaches the field or the button.
const logger = `
	const log = document.querySelector("output");
	const say = s => log.textContent += s + ";";
	for (const type of ["click", "dblclick", "keydown", "keyup", "beforeinput", "input", "change", "paste", "touchstart"])
		document.addEventListener(type, e => {
			if (type === "paste") return say("paste:" + e.clipboardData.getData("text/plain"));
			if (type.startsWith("key")) return say(type + ":" + [e.ctrlKey && "C", e.shiftKey && "S"].filter(Boolean).join("") + e.key);
			say(type + (e.isTrusted ? "" : "!") + (type === "click" ? e.detail : ""));
		});`

func (p *page) heard() string {
	p.t.Helper()
	s, err := eval[string](p, `(() => { const o = document.querySelector("output"), s = o.textContent; o.textContent = ""; return s })()`)
	p.must(err)
	return s
}

func wantHeard(t *testing.T, p *page, want string) {
	t.Helper()
	if got := p.heard(); got != want {
		t.Errorf("heard %q, want %q", got, want)
	}
}

func TestClick(t *testing.T) {
	// A click is the mouse's, scrolled into view, at rest and on top.
	t.Parallel()
	p := scratch(t, `<button>Ici</button><button id="go">Lance</button><div id="far"></div><button id="low">Bas</button>
		<label class="tick"><input type="checkbox"><span>Coche</span></label>
		<div id="box"><button>Dessous</button><div id="veil"></div></div>
		<button disabled>Non</button><button id="slide">Bouge</button><output></output>`, logger+`
		const slide = document.getElementById("slide");
		slide.onanimationend = () => say("rest");
		document.getElementById("go").onclick = () => slide.classList.add("in");`,
		`#far { height: 3000px } #box { position: relative } #veil { position: absolute; inset: 0 }
		.tick input { position: absolute; opacity: 0 } .tick span { display: block; position: relative; width: 99px }
		.in { animation: in 400ms } @keyframes in { from { margin-left: 900px } }`)
	p.click("button", "Ici")
	wantHeard(t, p, "click1;")
	p.doubleClick("button", "Bas")
	wantHeard(t, p, "click1;click2;dblclick;")
	p.tripleClick("heading", "Essai")
	wantHeard(t, p, "click1;click2;dblclick;click3;")
	if got, _ := eval[string](p, `getSelection().toString().trim()`); got != "Essai" {
		t.Errorf("three clicks selected %q", got)
	}
	p.click("checkbox", "Coche")
	if on, _ := eval[bool](p, `document.querySelector("input").checked`); !on {
		t.Error("the label did not take the click")
	}
	p.visit("/")
	p.click("button", "Lance")
	p.click("button", "Bouge")
	wantHeard(t, p, "click1;rest;click1;")
	wantRefusal(t, p, `button "Dessous" is covered by <div id="veil">`, func(p *page) { p.click("button", "Dessous") })
	wantRefusal(t, p, `button "Non" is disabled`, func(p *page) { p.click("button", "Non") })
	p.viewport(360, 740, true)
	p.tap("button", "Bas")
	wantHeard(t, p, "touchstart;click1;")
}

func TestKeys(t *testing.T) {
	// Keys are a keyboard's: one keydown and keyup each, with text only if
	// the page lets the keydown through.
	t.Parallel()
	p := scratch(t, `<label>À <input id="to"></label><label>Objet <input></label><output></output>`, logger+`
		document.getElementById("to").addEventListener("keydown", e => { if (e.key === ",") e.preventDefault() });`, ``)
	p.click("textbox", "À")
	p.heard()
	p.typeKeys("é")
	wantHeard(t, p, "keydown:é;beforeinput;input;keyup:é;")
	p.typeKeys("A")
	wantHeard(t, p, "keydown:SA;beforeinput;input;keyup:SA;")
	p.typeKeys("b,c@x.fr")
	if got := p.value("textbox", "À"); got != "éAbc@x.fr" {
		t.Errorf("the field holds %q", got)
	}
	p.heard()
	p.press("Backspace")
	wantHeard(t, p, "keydown:Backspace;beforeinput;input;keyup:Backspace;")
	p.press("Tab")
	if _, name := p.focused(); name != "Objet" {
		t.Errorf("Tab went to %q", name)
	}
	p.press("Tab", shift)
	if _, name := p.focused(); name != "À" {
		t.Errorf("Shift+Tab went to %q", name)
	}
	p.heard()
	for _, key := range []string{"Enter", "ArrowDown", "ArrowLeft", "Escape", "F2", "Delete", "Home", "PageDown"} {
		p.press(key)
		if got, want := p.heard(), fmt.Sprintf("keydown:%s;", key); !strings.HasPrefix(got, want) {
			t.Errorf("heard %q, want %q first", got, want)
		}
	}
	wantRefusal(t, p, `no key is named "Entrée"`, func(p *page) { p.press("Entrée") })
}

func TestFill(t *testing.T) {
	// Filling replaces what a field holds, and says when it could not.
	t.Parallel()
	p := scratch(t, `<label>Nom <input value="Avant"></label><label>Notes <textarea></textarea></label>
		<label>Type <select><option>Entreprise</option><option>Administration</option></select></label>
		<label>Fixe <input value="Reste" readonly></label><output></output>`, logger, ``)
	p.fill("textbox", "Nom", "Mairie d’Été")
	p.fill("textbox", "Notes", "un\ndeux")
	p.fill("textbox", "Nom", "")
	p.heard()
	p.choose("combobox", "Type", "Administration")
	if got := p.heard(); !strings.Contains(got, "change;") {
		t.Errorf("choosing fired %q", got)
	}
	wantRefusal(t, p, `holds "Reste", want "Autre"`, func(p *page) { p.fill("textbox", "Fixe", "Autre") })
	wantRefusal(t, p, `shows "Administration", want "Zoo"`, func(p *page) { p.choose("combobox", "Type", "Zoo") })
}

func TestClipboard(t *testing.T) {
	// A paste is Ctrl+V with the text on the clipboard; a copy is read from it.
	t.Parallel()
	p := scratch(t, `<label>À <textarea></textarea></label><button>Copier</button><button>Rien</button><output></output>`, logger+`
		document.querySelector("button").onclick = () => navigator.clipboard.writeText("jean@x.fr");`, ``)
	const list = "Jean <j@x.fr>,\n\u00a0\"Été, Ana\" <a@y.fr>\t😀"
	p.click("textbox", "À")
	p.heard()
	p.paste(list)
	if got := p.heard(); !strings.Contains(got, "paste:"+list+";") {
		t.Errorf("heard %q", got)
	}
	if got := p.value("textbox", "À"); got != list {
		t.Errorf("the field holds %q", got)
	}
	if got := p.copies(func() { p.click("button", "Copier") }); got != "jean@x.fr" {
		t.Errorf("copied %q", got)
	}
	wantRefusal(t, p, "did not change", func(p *page) { p.copies(func() { p.click("button", "Rien") }) })
}
