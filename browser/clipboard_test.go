package browser

import (
	"encoding/json"
	"fmt"
	"sync"
)

// clipboard guards the system's only one, which parallel tests share.
var clipboard sync.Mutex

// paste presses Ctrl+V with this text on the clipboard: the page gets the
// events, and the data, of a real paste.
func (p *page) paste(text string) {
	p.t.Helper()
	clipboard.Lock()
	defer clipboard.Unlock()
	p.copyOut(text)
	p.press("v", ctrl)
}

// copies returns the text that an act ("click on Copier") puts on the
// clipboard.
func (p *page) copies(act func()) string {
	p.t.Helper()
	clipboard.Lock()
	defer clipboard.Unlock()
	const none = "nothing copied yet"
	p.copyOut(none)
	act()
	var got string
	err := p.until(func() error {
		got = p.pasteIn()
		if got == none || got == "" { // empty while a script writes it
			return fmt.Errorf("the clipboard did not change")
		}
		return nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return got
}

// copyOut copies the text from a blank tab, by Ctrl+C, so that neither the page
// nor its permissions have a part in it.
func (p *page) copyOut(text string) {
	p.t.Helper()
	desk := p.blank(text)
	desk.press("c", ctrl)
}

func (p *page) pasteIn() string {
	p.t.Helper()
	desk := p.blank("")
	desk.press("v", ctrl)
	got, err := eval[string](desk, `document.querySelector("textarea").value`)
	p.must(err)
	return got
}

// blank is a tab with this text in a field, selected.
func (p *page) blank(text string) *page {
	p.t.Helper()
	if p.desk == nil {
		p.desk = p.another()
	}
	quoted, err := json.Marshal(text)
	p.must(err)
	_, err = eval[bool](p.desk, `(() => {
		const field = document.createElement("textarea");
		document.body.replaceChildren(field);
		field.value = `+string(quoted)+`;
		field.focus();
		field.select();
		return true;
	})()`)
	p.must(err)
	return p.desk
}
