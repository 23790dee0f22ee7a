package browser

import (
	"strings"
	"testing"
)

func TestFindByRoleAndName(t *testing.T) {
	// Elements are told by role and accessible name, whatever the spaces.
	t.Parallel()
	p := scratch(t, `
		<button aria-pressed="false">Vouliez-vous`+"\u00a0"+`dire`+"\u202f"+`?</button>
		<button aria-haspopup="menu">Menu</button>
		<button class="caps">Créer</button>
		<label>Nom <input value="Vannes"></label>
		<label>Courriel <input type="email"></label>
		<label>Filtre <input type="search"></label>
		<label><input type="checkbox"> Favori</label>
		<a href="/">Accueil</a><img src="data:," alt="Logo">
		<p role="status">Ajouté</p>
		<table><tr><th>Nom</th></tr><tr><td>Jean</td></tr></table>
		<div aria-hidden="true"><button tabindex="-1">Caché</button></div>`, ``, `.caps { text-transform: uppercase }`)
	for _, w := range []who{
		{"button", "Vouliez-vous dire ?"}, {"button", "Menu"}, {"button", "Créer"},
		{"textbox", "Nom"}, {"textbox", "Courriel"}, {"searchbox", "Filtre"},
		{"checkbox", "Favori"}, {"link", "Accueil"}, {"image", "Logo"}, {"status", ""},
		{"columnheader", "Nom"}, {"cell", "Jean"}, {"heading", "Essai"}, {"RootWebArea", "Essai"},
	} {
		if !p.has(w.role, w.name) {
			t.Errorf("no %v", w)
		}
	}
	for _, w := range []who{{"button", "Caché"}, {"button", "Créez"}, {"link", "Menu"}} {
		if p.has(w.role, w.name) {
			t.Errorf("a %v", w)
		}
	}
	if t.Failed() {
		t.Log(p.dump())
	}
	if got := p.attr("button", "Vouliez-vous dire ?", "aria-pressed"); got != "false" {
		t.Errorf("aria-pressed is %q", got)
	}
	if got := p.value("textbox", "Nom"); got != "Vannes" {
		t.Errorf("value is %q", got)
	}
}

func TestFindFailsWithDump(t *testing.T) {
	// A helper that finds nothing, or too much, says so and shows the page.
	t.Parallel()
	p := scratch(t, `<button>Un</button><button>Deux</button><button>Deux</button><dialog open aria-label="Boîte"><ul><li><button>Un</button></ul></dialog>`, ``, ``)
	wantRefusal(t, p, `no button "Trois"`, func(p *page) { p.click("button", "Trois") })
	wantRefusal(t, p, `heading "Essai"`, func(p *page) { p.click("button", "Trois") })
	wantRefusal(t, p, `2 of button "Deux"`, func(p *page) { p.click("button", "Deux") })
	wantRefusal(t, p, `no link "Un"`, func(p *page) { p.waitFor("link", "Un") })
	wantRefusal(t, p, `still 2 of button "Un"`, func(p *page) { p.waitGone("button", "Un") })
	wantRefusal(t, p, `no textbox ""`, func(p *page) { p.attr("textbox", "", "id") })
	wantRefusal(t, p, `title is "", want "x"`, func(p *page) { p.in("dialog", "Boîte").waitAttr("button", "Un", "title", "x") })
	wantRefusal(t, p, `is not in`, func(p *page) { p.waitText("Trois") })
	wantRefusal(t, p, `want link "Un"`, func(p *page) { p.waitFocus("link", "Un") })
	wantRefusal(t, p, `want /ailleurs`, func(p *page) { p.waitPath("/ailleurs") })
	if n := p.in("dialog", "Boîte").count("button", ""); n != 1 {
		t.Errorf("%d buttons in the dialog, want 1", n)
	}
	if p.in("dialog", "Ailleurs").has("button", "Un") {
		t.Error("found in a dialog that is absent")
	}
	if got := p.in("dialog", "Boîte").text(); got != "Un" {
		t.Errorf("the dialog says %q", got)
	}
	if got := p.text(); !strings.HasPrefix(got, "Essai Un") {
		t.Errorf("the page says %q", got)
	}
}

func TestWaitForChange(t *testing.T) {
	// Waiting sees what a script brings later, and focus that moves.
	t.Parallel()
	p := scratch(t, `<button id="go">Ouvrir</button><p id="old">Avant</p>`, `
		document.getElementById("go").onclick = () => setTimeout(() => {
			const b = document.createElement("button");
			b.textContent = "Fermer";
			document.querySelector("main").append(b);
			document.getElementById("old").remove();
			b.focus();
		}, 150);`, ``)
	p.click("button", "Ouvrir")
	p.waitFor("button", "Fermer")
	p.waitGone("paragraph", "")
	p.waitFocus("button", "Fermer")
	if role, name := p.focused(); role != "button" || name != "Fermer" {
		t.Errorf("the focus is on %s %q", role, name)
	}
}
