package browser

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// undoName is the name of the button that takes a sending back.
const undoName = "Annuler"

// unhurried opens the demo, gives its user so many seconds to undo a sending, and
// opens a new mail to Menuiserie Lambert. What a test does before the time is
// over may take long; where the time is to run out, the test waits for it.
func unhurried(t *testing.T, seconds string) *page {
	t.Helper()
	p := start(t).open(t)
	p.visit("/profile")
	p.fill("spinbutton", "Délai d’annulation, en secondes", seconds)
	p.follow("button", "Enregistrer")
	p.visit(lambert(p) + "/messages/new")
	p.waitFor("combobox", "Destinataires")
	return p
}

// queued opens the demo, writes a mail and sends it, which can be undone for so
// many seconds.
func queued(t *testing.T, seconds string) *page {
	t.Helper()
	p := unhurried(t, seconds)
	p.click("button", "Retirer Claire Morel")
	p.waitGone("button", "Retirer Claire Morel")
	p.fill("textbox", "Objet", "Trop vite")
	p.fill("textbox", "Message", "Sans la pièce\n\nFin")
	p.follow("button", "Envoyer")
	p.waitText("Mis en boîte d’envoi pour 2 destinataires.")
	return p
}

// seconds are those that the countdown shows.
func (p *page) seconds() int {
	p.t.Helper()
	text, err := eval[string](p, `document.querySelector('[data-seconds] .num')?.textContent ?? ''`)
	p.must(err)
	n, _ := strconv.Atoi(text)
	return n
}

// A sending can be undone for the seconds of the profile, which are counted down,
// with the keyboard too; the draft comes back with its chips and its text, and nothing
// left.
func TestUndo(t *testing.T) {
	t.Parallel()
	p := queued(t, "60")
	first := p.seconds()
	if first <= 10 || first > 60 {
		t.Errorf("the countdown begins at %d", first)
	}
	if err := p.until(func() error {
		if n := p.seconds(); n == 0 || n >= first {
			return fmt.Errorf("the countdown is at %d after %d", n, first)
		}
		return nil
	}); err != nil {
		p.fail(err)
	}
	p.axe("a countdown")
	p.reachByTab("button", undoName)
	p.press("Enter")
	p.waitText("Envoi annulé : rien n’est parti. Voici votre brouillon.")
	p.settle()
	p.waitRecipients("Menuiserie Lambert", "Julien Lambert")
	if got := p.value("textbox", "Message"); got != "Sans la pièce\n\nFin" {
		t.Errorf("the text is %q", got)
	}
	p.waitFocus("textbox", "Message")
	p.axe("a draft that came back")
	p.follow("button", "Envoyer")
	p.visit("/messages")
	if n := strings.Count(p.text(), "Trop vite"); n != 1 {
		t.Errorf("the mail is %d times in the outbox", n)
	}
}

// reachByTab presses Tab until the focus is on such an element.
func (p *page) reachByTab(role, name string) {
	p.t.Helper()
	for range 60 {
		p.press("Tab")
		if r, n := p.focused(); (who{role, name}).is(who{r, n}) {
			return
		}
	}
	p.t.Fatalf("60 times Tab did not reach %v", who{role, name})
}

// When the time is over the toast goes by itself, and the focus that was in it
// goes somewhere.
func TestUndoIsOver(t *testing.T) {
	t.Parallel()
	p := queued(t, "30")
	p.reachByTab("button", undoName)
	p.waitGone("button", undoName)
	if role, name := p.focused(); role == "RootWebArea" {
		t.Errorf("the focus is lost on %s %q", role, name)
	}
	p.follow("link", "Trop vite")
	p.waitText("Accepté par")
}

// Two clicks on Envoyer make one mail and one toast.
func TestUndoAfterTwoClicks(t *testing.T) {
	t.Parallel()
	p := unhurried(t, "60")
	p.fill("textbox", "Objet", "Deux clics")
	p.doubleClick("button", "Envoyer")
	p.waitText("Mis en boîte d’envoi pour 3 destinataires.")
	if n := p.count("button", undoName); n != 1 {
		t.Errorf("%d buttons undo it", n)
	}
	if n := strings.Count(p.text(), "Deux clics"); n != 1 {
		t.Errorf("the mail is %d times in the file", n)
	}
	p.follow("button", undoName)
	p.waitText("Envoi annulé")
	if got := p.value("textbox", "Objet"); got != "Deux clics" {
		t.Errorf("the object is %q", got)
	}
}
