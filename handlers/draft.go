package handlers

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"carnet/data"

	"github.com/gofiber/fiber/v2"
)

// draft is a message that is being written, as the form that shows it holds it:
// chips in hidden inputs. The book keeps a copy (drafts.go).
type draft struct {
	client  data.Client
	id      data.ID       // of the copy
	version uint64        // of the copy that the form began with; 0 for a new one
	each    bool          // one mail for each recipient
	fields  []*draftField // To, Cc, Bcc
	ignored []string      // keys of addresses that are not asked about again
	asked   []string      // keys of addresses that the step before sending asked about
	subject string
	text    string
	request string

	lines   []cardLine // the question as it was answered so far
	added   []string   // labels of the recipients that this request added
	doubles []string   // keys of those that it added a second time
}

// draftField is one field of recipients.
type draftField struct {
	name    string // "to", "cc", "bcc"
	tokens  []data.Token
	query   string // what is typed and not yet a chip
	editing int    // the chip being edited in place, or -1
	shown   bool
}

// maxChips bounds the chips of a form, so that it can be posted. What is beyond
// stays in the text field: nothing is dropped.
const maxChips = 200

// fieldNames are the fields of recipients, in order.
var fieldNames = []string{"to", "cc", "bcc"}

// readDraft reads a draft from the form that was posted.
func readDraft(c *fiber.Ctx, client data.Client) *draft {
	d := &draft{client: client, subject: c.FormValue("subject"), text: strings.ReplaceAll(c.FormValue("text"), "\r\n", "\n"),
		request: c.FormValue("request"), version: draftVersion(c), each: c.FormValue("each") == "1", asked: formValues(c, "asked"), ignored: formValues(c, "ignored")}
	if id, err := data.ParseID(c.FormValue("draft")); err == nil {
		d.id = id
	} else {
		d.id = data.NewID()
	}
	for _, name := range fieldNames {
		f := &draftField{name: name, query: c.FormValue(name + "_q"), editing: -1}
		for _, v := range formValues(c, name) {
			f.tokens = append(f.tokens, token(v))
		}
		d.lines = append(d.lines, readCard(c, name)...)
		f.shown = name == "to" || len(f.tokens) > 0 || f.query != "" || c.FormValue(name+"_shown") == "1"
		d.fields = append(d.fields, f)
	}
	for _, f := range d.fields {
		if at, err := strconv.Atoi(c.FormValue(f.name + "_at")); err == nil && at >= 0 && at < len(f.tokens) {
			d.replace(f, at, c.FormValue(f.name+"_edit"))
		}
	}
	for _, f := range d.fields { // what was typed and left the field, and is no chip yet
		for _, typed := range formValues(c, f.name+"_typed") {
			d.commit(f, typed)
		}
		f.shown = f.shown || len(f.tokens) > 0
	}
	return d
}

// token reads what a chip's hidden input holds: one mailbox, or text that is
// none and stays as it is.
func token(v string) data.Token {
	if ts := data.SplitMailboxes(v); len(ts) == 1 {
		return ts[0]
	}
	return data.Token{Raw: v, Err: data.ErrAddress}
}

// formValues returns every value of a name, in the order of the form.
func formValues(c *fiber.Ctx, name string) []string {
	var out []string
	for _, v := range c.Context().PostArgs().PeekMulti(name) {
		out = append(out, string(v))
	}
	return out
}

// field returns the field of a name, or nil.
func (d *draft) field(name string) *draftField {
	for _, f := range d.fields {
		if f.name == name {
			return f
		}
	}
	return nil
}

// has tells where an address already is.
func (d *draft) has(key string) (*draftField, int) {
	for _, f := range d.fields {
		for i, t := range f.tokens {
			if k, err := data.AddressKey(t.Mailbox.Address); err == nil && k == key {
				return f, i
			}
		}
	}
	return nil, -1
}

// keys returns the keys of all recipients.
func (d *draft) keys() []string {
	var out []string
	for _, f := range d.fields {
		for _, t := range f.tokens {
			if k, err := data.AddressKey(t.Mailbox.Address); err == nil {
				out = append(out, k)
			}
		}
	}
	return out
}

// state tells, for one field, drafts apart that are offered other contacts or
// asked another question: what is typed, who is a recipient where, and who is
// not asked about.
func (d *draft) state(f *draftField) string {
	parts := []string{f.name, f.query}
	for _, g := range d.fields {
		parts = append(parts, g.name)
		for _, t := range g.tokens {
			if k, err := data.AddressKey(t.Mailbox.Address); err == nil {
				parts = append(parts, k)
			}
		}
	}
	return fmt.Sprintf("%q", append(append(parts, "ignored"), d.ignored...))
}

// mails is how many mails leave if each recipient gets one, with those that are
// typed and no chips yet.
func (d *draft) mails() int {
	keys := d.keys()
	for _, f := range d.fields {
		for _, t := range data.SplitMailboxes(f.query) {
			if k, err := data.AddressKey(t.Mailbox.Address); t.Err == nil && err == nil && !slices.Contains(keys, k) {
				keys = append(keys, k)
			}
		}
	}
	return len(keys)
}

func (d *draft) count() int {
	n := 0
	for _, f := range d.fields {
		n += len(f.tokens)
	}
	return n
}

// total is how many recipients there are, each address once, and how many of
// them are no chips for want of room.
func (d *draft) total() (n, left int) {
	n = d.count()
	if n < maxChips { // what is typed is being typed
		return n, 0
	}
	seen := map[string]bool{}
	for _, key := range d.keys() {
		seen[key] = true
	}
	for _, f := range d.fields {
		for _, t := range data.SplitMailboxes(f.query) {
			if key, err := data.AddressKey(t.Mailbox.Address); err == nil && !seen[key] {
				seen[key] = true
				left++
			}
		}
	}
	return n + left, left
}

// add makes a chip of a token at the end of a field. An address that is a
// recipient already is not added: its chip gains the name if it had none, and
// is one of the doubles.
func (d *draft) add(f *draftField, t data.Token) {
	if key, err := data.AddressKey(t.Mailbox.Address); err == nil {
		if g, i := d.has(key); g != nil {
			if g.tokens[i].Mailbox.Name == "" {
				g.tokens[i].Mailbox.Name = t.Mailbox.Name
			}
			d.doubles = append(d.doubles, key)
			return
		}
	}
	if t.Err == nil {
		d.added = append(d.added, label(t))
	} else if slices.ContainsFunc(f.tokens, func(x data.Token) bool { return rawOf(x) == t.Raw }) {
		return
	}
	f.tokens = append(f.tokens, t)
}

// commit makes chips of what was typed. What there is no room for stays typed.
func (d *draft) commit(f *draftField, text string) {
	tokens := data.SplitMailboxes(text)
	room := min(max(maxChips-d.count(), 0), len(tokens))
	for _, t := range tokens[:room] {
		d.add(f, t)
	}
	var left strings.Builder // a paste may hold 100,000 pieces
	for _, t := range tokens[room:] {
		left.WriteString(rawOf(t) + ", ")
	}
	f.query += left.String()
}

// commitQuery is commit of what stands in the text field.
func (d *draft) commitQuery(f *draftField) {
	text := f.query
	f.query = ""
	d.commit(f, text)
}

func rawOf(t data.Token) string {
	if t.Err == nil {
		return t.Mailbox.String()
	}
	return t.Raw
}

// replace puts what a chip was edited to in its place; empty text removes it.
func (d *draft) replace(f *draftField, at int, text string) {
	tokens := data.SplitMailboxes(text)
	if text = strings.TrimSpace(text); len(tokens) == 0 && text != "" {
		tokens = []data.Token{{Raw: text, Err: data.ErrAddress}}
	}
	if len(tokens) == 1 && tokens[0].Err == nil && tokens[0].Mailbox.Name == "" &&
		data.SameAddress(tokens[0].Mailbox.Address, f.tokens[at].Mailbox.Address) {
		tokens[0].Mailbox.Name = f.tokens[at].Mailbox.Name
	}
	f.tokens = slices.Delete(f.tokens, at, at+1)
	for _, t := range tokens {
		if key, err := data.AddressKey(t.Mailbox.Address); err == nil {
			if g, _ := d.has(key); g != nil {
				d.doubles = append(d.doubles, key)
				continue
			}
		}
		f.tokens = slices.Insert(f.tokens, at, t)
		at++
	}
}

// remove takes the chip of an address, or of a text that is none, away.
func (f *draftField) remove(value string) {
	for i, t := range f.tokens {
		if rawOf(t) == value {
			f.tokens = append(f.tokens[:i:i], f.tokens[i+1:]...)
			return
		}
	}
}

// setDefaults fills the field of recipients with the client's defaults.
func (d *draft) setDefaults(to []data.Recipient) {
	f := d.field("to")
	f.tokens = nil
	for _, r := range to {
		if key, _ := data.AddressKey(r.Mailbox.Address); !slices.Contains(d.keys(), key) {
			f.tokens = append(f.tokens, data.Token{Raw: r.Mailbox.Address, Mailbox: r.Mailbox})
		}
	}
}

// isDefault tells whether the recipients are just the client's defaults.
func (d *draft) isDefault(to []data.Recipient) bool {
	keys := d.keys()
	if len(keys) != len(to) || d.count() != len(to) || len(d.field("to").tokens) != len(to) {
		return false
	}
	for _, r := range to {
		if key, _ := data.AddressKey(r.Mailbox.Address); !slices.Contains(keys, key) {
			return false
		}
	}
	return true
}

// boxes returns the recipients of a field, and whether all of them are
// addresses.
func (f *draftField) boxes() (boxes []data.Mailbox, ok bool) {
	ok = true
	for _, t := range f.tokens {
		if t.Err != nil {
			ok = false
			continue
		}
		boxes = append(boxes, t.Mailbox)
	}
	return boxes, ok
}
