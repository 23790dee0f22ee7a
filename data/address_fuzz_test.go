package data_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"carnet/data"
)

// htmlAddress is the rule of input type=email, word for word:
// https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address
var htmlAddress = regexp.MustCompile("^[a-zA-Z0-9.!#$%&'*+\\/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$")

// addresses are seeds: what people type in a field of one address.
var addresses = []string{
	"jean@x.fr", "Jean.Dupont@Example.COM", "contact@société.fr", "contact@xn--socit-esab.fr", "CONTACT@SOCIÉTÉ.FR",
	"élise.noël@x.fr", "e\u0301lise@socie\u0301te\u0301.fr", "o'neil@x.ie", "l’équipe@x.fr", "jean+devis@x.fr", "j.p.dupont@mairie-de-l-hay.fr",
	"a@b", ".a@x.fr", "a.@x.fr", "a..b@x.fr", "a@x..fr", "a@.x.fr", "a@x.fr.", "a@-x.fr", "a@x-.fr", "a@x_y.fr", "a@1.2", "a@[1.2.3.4]",
	"", " ", "@", "a@", "@x.fr", "jean", "jean dupont@x.fr", "a@b@c", "<a@x.fr>", "\"a b\"@x.fr", "a\x00@x.fr", "a@x.fr\r\nBcc: b@y.fr",
	"\ufeffjean@x.fr\u00a0", "je\u200ban@x.fr", "\u202ejean@x.fr", "jean@x\u00adx.fr", "jean@ＥＸＡＭＰＬＥ.com", "jean@x。fr", "İ@x.fr", "ẞ@straße.de",
	"ǰ@x.fr", "J\u030c@x.fr", "ς@σς.gr", "用户@例え.jp", "दीपक@उदाहरण.भारत", "سارة@مثال.السعودية", "x@a\u200cb.ir", "\u0301a@x.fr", "=\u0338@x.fr", "a@xn--", "a@xn--é.fr",
	"a@xn--a.é.fr", "!#$%&'*+/=?^_`{|}~-@x.fr", "Ⱥ@x.fr", strings.Repeat("a", 64) + "@x.fr", strings.Repeat("a", 65) + "@x.fr",
	"a@" + strings.Repeat("b", 63) + ".fr", "a@" + strings.Repeat("b", 64) + ".fr", "a@" + strings.Repeat("b.", 126), "a@" + strings.Repeat("b.", 125) + "fr", "\xff@x.fr", "a@\xff.fr",
}

func FuzzAddressKey(f *testing.F) {
	// A key is valid and its own; an address, its cleaned form and its other
	// case share one; no space, control or invisible character is left.
	for _, s := range addresses {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		address, err := data.ParseAddress(s)
		key, keyErr := data.AddressKey(s)
		if err != nil {
			var why data.AddressError
			if !errors.As(err, &why) || !errors.Is(err, data.ErrAddress) || !errors.Is(keyErr, why) || address+key != "" || data.WholeAddress(s) {
				t.Fatalf("%q is refused in part: %q, %v, %q, %v", s, address, err, key, keyErr)
			}
			return
		}
		if again, err := data.ParseAddress(address); again != address || err != nil {
			t.Fatalf("%q is cleaned to %q, then to %q, %v", s, address, again, err)
		}
		for _, same := range []string{key, address, " " + s + "\ufeff", "\u00a0" + swapCase(address)} {
			if k, err := data.AddressKey(same); k != key && !errors.Is(err, data.AddressError{Reason: data.AddressTooLong}) || keyErr != nil {
				t.Fatalf("%q has the key %q, %v, but %q has %q, %v", s, key, keyErr, same, k, err)
			}
		}
		if _, err := data.ParseAddress(key); err != nil {
			t.Fatalf("%q has the key %q, which is not valid: %v", s, key, err)
		}
		local, domain := data.SplitAddress(key)
		if len(key) > 254 || len(local) > 64 || strings.ContainsFunc(domain, func(r rune) bool { return r > unicode.MaxASCII }) {
			t.Fatalf("%q has the key %q", s, key)
		}
		if !utf8.ValidString(address) || strings.ContainsFunc(address, unseen) || strings.Contains(local, "@") {
			t.Fatalf("%q is cleaned to %q", s, address)
		}
	})
}

func FuzzAddressHTML(f *testing.F) {
	// Behaviour 13: of ASCII texts, a field of ours takes what a browser takes,
	// up to 64 characters before the @ and 254 in all.
	for _, s := range addresses {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) {
			return
		}
		value := strings.TrimSpace(s) // a browser trims the value before it looks
		want := htmlAddress.MatchString(value) && len(value) <= 254 && strings.LastIndexByte(value, '@') <= 64
		if got, err := data.ParseAddress(s); (err == nil) != want || err == nil && got != value {
			t.Fatalf("%q: got %q, %v, want %v", s, got, err, want)
		}
	})
}

func FuzzCleanText(f *testing.F) {
	// A cleaned text is one visible line of UTF-8, and stays as it is.
	for _, p := range pastes {
		f.Add(p.text)
	}
	f.Fuzz(func(t *testing.T, s string) {
		line := data.CleanText(s)
		if again := data.CleanText(line); again != line {
			t.Fatalf("%q is cleaned to %q, then to %q", s, line, again)
		}
		if !utf8.ValidString(line) || strings.TrimSpace(line) != line || strings.ContainsFunc(line, unicode.IsControl) ||
			strings.ContainsAny(line, "\u00a0\u200b\u2028\u202a\u202e\u2066\u2069\ufeff") {
			t.Fatalf("%q is cleaned to %q", s, line)
		}
	})
}

func FuzzSplitMailboxes(f *testing.F) {
	// Any bytes give tokens that are good or bad, never both; the good ones
	// survive their text form, alone and in lists with bad ones between.
	for _, p := range pastes {
		f.Add(p.text)
	}
	for _, s := range addresses {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var good []data.Mailbox
		for _, token := range data.SplitMailboxes(text) {
			box := token.Mailbox
			if (token.Err != nil) != (box == data.Mailbox{}) || token.Raw == "" || token.Raw != data.CleanText(token.Raw) {
				t.Fatalf("%q gives %+v", text, token)
			}
			if token.Err != nil {
				continue
			}
			if address, err := data.ParseAddress(box.Address); address != box.Address || err != nil || box.Name != data.CleanText(box.Name) {
				t.Fatalf("%q gives %+v, which is not clean: %v", text, token, err)
			}
			good = append(good, box)
		}
		for _, list := range []struct{ separator, bad string }{{", ", "b@"}, {";", "toto"}, {"\r\n", "Jean"}, {"\t", "<x>"}, {",", `a"@`}} {
			checkList(t, good, list.separator, list.bad)
		}
	})
}

// checkList fails unless every mailbox comes back, in order, from a list of
// them with a bad token after each.
func checkList(t *testing.T, boxes []data.Mailbox, separator, bad string) {
	t.Helper()
	var b strings.Builder
	for _, box := range boxes {
		b.WriteString(box.String() + separator + bad + separator)
	}
	tokens := data.SplitMailboxes(b.String())
	if len(tokens) != 2*len(boxes) {
		t.Fatalf("%q gives %d tokens, not %d: %+v", b.String(), len(tokens), 2*len(boxes), tokens)
	}
	for i, box := range boxes {
		if tokens[2*i].Mailbox != box || tokens[2*i+1].Err == nil {
			t.Fatalf("%q gives %+v, not %+v", b.String(), tokens[2*i:2*i+2], box)
		}
	}
}

// swapCase swaps the case of ASCII letters, where case has no exceptions.
func swapCase(s string) string {
	return strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && unicode.IsLetter(r) {
			return r ^ ' '
		}
		return r
	}, s)
}

func unseen(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}
