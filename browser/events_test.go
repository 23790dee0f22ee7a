package browser

import (
	"fmt"
	"strings"
	"testing"
)

// An administrator finds the journal under the settings, filters it, sees what
// was just done, erases a contact of it for good, and the journal and the mails
// name that contact no more; with the keyboard, at 360 pixels, in the dark and in
// English too.
func TestJournal(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.visit("/settings")
	p.reachByTab("link", "Journal")
	p.enter()
	p.waitText("a envoyé l’e-mail")
	p.axe("the journal")
	p.looks("journal")
	p.choose("combobox", "Sujet", "Contacts")
	p.waitFocus("combobox", "Sujet")
	p.must(p.until(func() error {
		if text := p.text(); strings.Contains(text, "a envoyé l’e-mail") || !strings.Contains(text, "a ajouté le contact") {
			return fmt.Errorf("the journal of contacts shows %s", text)
		}
		return nil
	}))
	p.axe("the journal filtered")

	file := lambert(p)
	p.visit(file)
	p.follow("link", "Journal de ce client")
	p.waitText("Journal de Menuiserie Lambert")
	p.choose("combobox", "Sujet", "E-mails")
	p.waitText("a envoyé l’e-mail")
	p.visit(file + "/contacts")
	p.click("button", "Actions pour Claire Morel")
	p.click("link", "Modifier")
	p.waitFor("link", "Données personnelles : tout télécharger, ou effacer")
	p.axe("the form of a contact")
	p.follow("link", "Données personnelles : tout télécharger, ou effacer")
	p.waitText("Effacer définitivement")
	p.axe("the data of a contact")
	p.looks("erase")
	p.reachByTab("checkbox", "Effacer définitivement Claire Morel")
	p.press(" ")
	p.press("Tab")
	p.press("Tab")
	p.waitFocus("button", "Effacer")
	p.enter()
	p.waitText("Contact effacé définitivement.")
	if strings.Contains(p.text(), "Claire Morel") {
		t.Errorf("the client’s file still shows %s", p.text())
	}
	p.visit("/messages?client=" + strings.TrimPrefix(file, "/clients/"))
	p.follow("link", erasedMail(p))
	p.waitText("la source de cet e-mail avec lui")
	p.axe("a mail after an erasure")
	p.looks("message-erased")
	p.visit("/events")
	p.waitText("a effacé définitivement un contact (contact effacé)")
	if strings.Contains(p.text(), "Claire Morel") {
		t.Error("the journal still names her")
	}
	p.dark(true)
	p.follow("button", "English: switch the interface to English")
	p.waitText("erased a contact for good")
	p.viewport(360, 740, true)
	p.axe("the journal in English, in the dark, on a phone")
	p.noOverflow()
}

// erasedMail is the subject of the first mail to somebody who was erased.
func erasedMail(p *page) string {
	p.t.Helper()
	subject, err := eval[string](p, `[...document.querySelectorAll('#messages-list li')].find(li => li.textContent.includes('Contact effacé')).querySelector('a').textContent`)
	p.must(err)
	return subject
}
