package data_test

import (
	"errors"
	"slices"
	"testing"

	"carnet/data"
)

func TestSplitMailboxes(t *testing.T) {
	// Behaviours 25 and 26: a paste gives every address with its name, in
	// order, and every bad token.
	t.Parallel()
	for _, p := range pastes {
		if got := split(p.text); !slices.Equal(got, p.want) {
			t.Errorf("%q:\ngot  %q\nwant %q", p.text, got, p.want)
		}
	}
}

func TestSplitMailboxesInAnyCompany(t *testing.T) {
	// Behaviour 26: what one line or list holds, however broken, changes
	// nothing in the next.
	t.Parallel()
	for _, p := range pastes {
		for _, q := range pastes {
			for _, separator := range []string{"\n", ";"} {
				text := p.text + separator + q.text
				if got := split(text); !slices.Equal(got, slices.Concat(p.want, q.want)) {
					t.Errorf("%q:\ngot  %q\nwant %q and %q", text, got, p.want, q.want)
				}
			}
		}
	}
}

// split returns the tokens of a text as a paste writes them.
func split(text string) []string {
	var out []string
	for _, token := range data.SplitMailboxes(text) {
		if token.Err == nil {
			out = append(out, token.Mailbox.String())
		} else {
			out = append(out, "!"+token.Raw)
		}
	}
	return out
}

func TestSplitMailboxesTellsWhy(t *testing.T) {
	// Behaviour 26: a bad token says what is wrong with it.
	t.Parallel()
	tokens := data.SplitMailboxes("jean@, Paul <@x.fr>, toto, a b@c@x.fr, x..@-y.fr")
	want := []data.AddressReason{data.AddressNoDomain, data.AddressNoLocal, data.AddressNoAt, data.AddressSpace, data.AddressBadDomain}
	if len(tokens) != len(want) {
		t.Fatalf("%d tokens, want %d: %+v", len(tokens), len(want), tokens)
	}
	for i, token := range tokens {
		var why data.AddressError
		if !errors.As(token.Err, &why) || why.Reason != want[i] || token.Mailbox != (data.Mailbox{}) {
			t.Errorf("%q: %v, want %q", token.Raw, token.Err, want[i])
		}
	}
}

func TestMailboxString(t *testing.T) {
	// A name keeps its quotes, backslashes and look-alikes through its text form.
	t.Parallel()
	for _, name := range []string{
		"Jean Dupont", "Dupont, Jean", `Jean "Jo" Dupont`, `back\slash`, `\`, "a<b>c", "(x)", "x: y", "x; y", "=?utf-8?q?x?=",
		"'Jean'", "“Jean”", "[Jean]", "- Jean -", "…", "a@y.fr", "mailto:a@y.fr", "L’Équipe", "d'Artagnan", "👩\u200d💻", "\u0301x",
		`"`, `"x`, `x"`, "<", "a, b, c", "Jean.", "'", "? =", "+", "- x", "١٢", "ー",
	} {
		box := data.Mailbox{Name: name, Address: "j@x.fr"}
		tokens := data.SplitMailboxes(box.String())
		if len(tokens) != 1 || tokens[0].Mailbox != box {
			t.Errorf("%q: %s came back as %+v", name, box, tokens)
		}
	}
}
