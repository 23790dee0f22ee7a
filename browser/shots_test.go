package browser

import (
	"os"
	"testing"
)

// The pictures of the README and of docs are taken from the demo, when SHOTS
// names the folder that they go to (make shots).
func TestShots(t *testing.T) {
	if os.Getenv("SHOTS") == "" {
		t.Skip("SHOTS names no folder")
	}
	c := start(t)
	for _, look := range []struct {
		name   string
		width  int64
		height int64
		dark   bool
	}{{"desktop-light", 1440, 900, false}, {"desktop-dark", 1440, 900, true}, {"phone-light", 360, 740, false}} {
		p := c.open(t)
		p.viewport(look.width, look.height, look.width == 360)
		p.dark(look.dark)
		p.expectDialogs(true) // what was typed may go
		file := lambert(p)
		p.visit("/clients")
		p.screenshot("clients-" + look.name)
		p.visit(file)
		p.screenshot("client-" + look.name)
		p.click("link", "Voir tout")
		p.waitFor("dialog", "Contacts de Menuiserie Lambert")
		p.settle()
		p.screenshot("contacts-" + look.name)
		p.visit(file + "/messages/new")
		p.click("combobox", "Destinataires")
		p.settle()
		p.screenshot("recipients-" + look.name)
		p.typeKeys("paul.durand@notaires-lyon.fr")
		p.waitFor("group", "Nouvelle adresse paul.durand@notaires-lyon.fr")
		p.settle()
		p.screenshot("suggestion-" + look.name)
		p.visit("/messages")
		p.screenshot("messages-" + look.name)
	}
}
