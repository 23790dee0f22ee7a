package browser

import (
	"strings"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp/kb"
)

// Modifiers of press.
const (
	alt   = kb.ModifierAlt
	ctrl  = kb.ModifierCtrl
	shift = kb.ModifierShift
)

// fill clicks the only such field and replaces what it holds, as one insertion,
// then checks that the field holds it. It does not leave the field.
func (p *page) fill(role, name, text string) {
	p.t.Helper()
	p.click(role, name)
	p.press("a", ctrl)
	if text == "" {
		p.press("Delete")
	} else {
		_, err := call(p, input.InsertText, input.InsertTextParams{Text: text})
		p.must(err)
	}
	if got := p.value(role, name); got != text {
		p.t.Fatalf("%v holds %q, want %q", who{role, name}, got, text)
	}
}

// choose picks an option of the only such native list by typing its label,
// as a person at the keyboard does.
func (p *page) choose(role, name, option string) {
	p.t.Helper()
	p.read(role, name, `function() { this.focus(); return "" }`)
	p.typeKeys(option)
	got := p.read(role, name, `function() { return this.selectedOptions[0]?.label ?? "" }`)
	if plain(got) != plain(option) {
		p.t.Fatalf("%v shows %q, want %q", who{role, name}, got, option)
	}
}

// typeKeys presses and releases one key for each character. "\n" is Enter and
// "\t" is Tab. All bear the same time, however busy the machine is: a list
// forgets the first letters of an option after a second.
func (p *page) typeKeys(text string) {
	p.t.Helper()
	at := time.Now()
	for _, r := range strings.ReplaceAll(text, "\n", "\r") {
		key := kb.Keys[r]
		if key == nil {
			key = &kb.Key{Key: string(r), Text: string(r)}
		}
		p.must(p.strike(key, 0, at))
	}
}

// press strikes one key by its name in the UI Events standard ("Enter", "Tab",
// "ArrowDown", "Escape", "Backspace", "F2", "a"), with modifiers if given.
func (p *page) press(name string, modifiers ...kb.Modifier) {
	p.t.Helper()
	key := named(name)
	if key == nil {
		p.t.Fatalf("no key is named %q", name)
	}
	var bits kb.Modifier
	for _, m := range modifiers {
		bits |= m
	}
	p.must(p.strike(key, bits, time.Now()))
}

func named(name string) *kb.Key {
	if r := []rune(name); len(r) == 1 {
		return kb.Keys[r[0]]
	}
	for _, k := range kb.Keys {
		if k.Key == name && k.Code == name {
			return k
		}
	}
	return nil
}

// strike sends the two events of a key. The text goes with the first, so that
// a page that refuses the keydown gets no character.
func (p *page) strike(key *kb.Key, modifiers kb.Modifier, at time.Time) error {
	if key.Shift {
		modifiers |= shift
	}
	ev := input.DispatchKeyEventParams{
		Type: input.DispatchKeyEventTypeRawKeyDown, Modifiers: int64(modifiers), Timestamp: input.TimeSinceEpoch(float64(at.UnixNano()) / 1e9),
		Key: key.Key, Code: key.Code, WindowsVirtualKeyCode: key.Windows, NativeVirtualKeyCode: key.Native,
	}
	if key.Text != "" && modifiers&(ctrl|alt) == 0 {
		ev.Type, ev.Text, ev.UnmodifiedText = input.DispatchKeyEventTypeKeyDown, key.Text, key.Unmodified
	}
	if _, err := call(p, input.DispatchKeyEvent, ev); err != nil {
		return err
	}
	ev.Type, ev.Text, ev.UnmodifiedText = input.DispatchKeyEventTypeKeyUp, "", ""
	_, err := call(p, input.DispatchKeyEvent, ev)
	return err
}
