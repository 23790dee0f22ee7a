package data_test

import (
	"errors"
	"strings"
	"testing"

	"carnet/data"
)

func TestAddressKey(t *testing.T) {
	// Behaviour 12: spellings of one address have one key, and no others do.
	t.Parallel()
	for typed, want := range map[string]string{
		"Jean@X.fr":              "jean@x.fr",
		" \t\r\njean@x.fr\u3000": "jean@x.fr",
		"\ufeffje\u200ban@\u00a0x.f\u2060r\u00a0": "jean@x.fr",
		"\u202ajean@x.fr\u202c":                   "jean@x.fr",
		"contact@société.fr":                      "contact@xn--socit-esab.fr",
		"contact@socie\u0301te\u0301.fr":          "contact@xn--socit-esab.fr",
		"contact@XN--SOCIT-ESAB.FR":               "contact@xn--socit-esab.fr",
		"jean@ＥＸＡＭＰＬＥ。com":                        "jean@example.com",
		"ÉLISE@x.fr":                              "élise@x.fr",
		"e\u0301lise@x.fr":                        "élise@x.fr",
		"\u212Aelvin@x.fr":                        "kelvin@x.fr",
		"İ@x.fr":                                  "i\u0307@x.fr",
	} {
		if got, err := data.AddressKey(typed); got != want || err != nil {
			t.Errorf("%q: got %q, %v, want %q", typed, got, err, want)
		}
	}
	other := [][2]string{
		{"jean@x.fr", "jean+news@x.fr"},
		{"jean.dupont@x.fr", "jeandupont@x.fr"},
		{"elise@x.fr", "élise@x.fr"},
		{"jean@x.fr", "jean@y.fr"},
		{"i@x.fr", "İ@x.fr"},
		{"jean@strasse.de", "jean@straße.de"},
	}
	for _, pair := range other {
		a, err := data.AddressKey(pair[0])
		b, err2 := data.AddressKey(pair[1])
		if a == b || err != nil || err2 != nil {
			t.Errorf("%q and %q have the keys %q (%v) and %q (%v)", pair[0], pair[1], a, err, b, err2)
		}
	}
}

func TestParseAddress(t *testing.T) {
	// Behaviours 12 to 14: an address is kept as typed, less what is invisible.
	t.Parallel()
	label := strings.Repeat("a", 63)
	for typed, want := range map[string]string{
		"Jean.Dupont+Devis@X.fr":        "Jean.Dupont+Devis@X.fr",
		"\ufeff Élise@Société.fr\u00a0": "Élise@Société.fr",
		"a@b":                           "a@b",
		".a..b.@x.fr":                   ".a..b.@x.fr",
		"!#$%&'*+/=?^_`{|}~-@x.fr":      "!#$%&'*+/=?^_`{|}~-@x.fr",
		"用户@例え.jp":                      "用户@例え.jp",
		"δοκιμή@παράδειγμα.δοκιμή": "δοκιμή@παράδειγμα.δοκιμή",
		"a@" + label:     "a@" + label,
		label + "b@x.fr": label + "b@x.fr",
		label + "@" + label + "." + label + "." + label[1:]: label + "@" + label + "." + label + "." + label[1:],
	} {
		if got, err := data.ParseAddress(typed); got != want || err != nil {
			t.Errorf("%q: got %q, %v, want %q", typed, got, err, want)
		}
	}
}

func TestParseAddressTellsWhy(t *testing.T) {
	// Behaviour 13: what is no address is refused with a reason that a form can explain.
	t.Parallel()
	label := strings.Repeat("a", 63)
	for typed, want := range map[string]data.AddressReason{
		"":                                data.AddressEmpty,
		" \u00a0\u200b":                   data.AddressEmpty,
		"jean":                            data.AddressNoAt,
		"jean dupont":                     data.AddressNoAt,
		"@x.fr":                           data.AddressNoLocal,
		"jean@":                           data.AddressNoDomain,
		"jean dupont@x.fr":                data.AddressSpace,
		"jean\u2003dupont@x.fr":           data.AddressSpace,
		"jean@x.fr\npaul@y.fr":            data.AddressSpace,
		"jean@paul@x.fr":                  data.AddressManyAts,
		"jean<@x.fr":                      data.AddressForbidden,
		"\"jean\"@x.fr":                   data.AddressForbidden,
		"je\x00an@x.fr":                   data.AddressForbidden,
		"je\x7fan@x.fr":                   data.AddressForbidden,
		"je\u0085an@x.fr":                 data.AddressSpace, // U+0085 is a line end
		"je\u0081an@x.fr":                 data.AddressForbidden,
		"jean😀@x.fr":                      data.AddressForbidden,
		"jos\xe9@x.fr":                    data.AddressForbidden,
		"\u0301jean@x.fr":                 data.AddressForbidden,
		"jean@x_y.fr":                     data.AddressForbidden,
		"jean@x\x00.fr":                   data.AddressForbidden,
		"jean@[127.0.0.1]":                data.AddressForbidden,
		"jean@x..fr":                      data.AddressBadDomain,
		"jean@x.fr.":                      data.AddressBadDomain,
		"jean@.fr":                        data.AddressBadDomain,
		"jean@-x.fr":                      data.AddressBadDomain,
		"jean@x-.fr":                      data.AddressBadDomain,
		"jean@" + label + "a.fr":          data.AddressBadDomain,
		"jean@société-.fr":                data.AddressBadDomain,
		"jean@é" + label[5:] + ".fr":      data.AddressBadDomain,
		"jean@é。.fr":                      data.AddressBadDomain,
		"jean@xn--a.société.fr":           data.AddressBadDomain,
		label + "aa@x.fr":                 data.AddressTooLong,
		strings.Repeat("é", 33) + "@x.fr": data.AddressTooLong,
		strings.Repeat("Ⱥ", 32) + "@x.fr": data.AddressTooLong, // 64 bytes, its lower case 96
		label + "@" + label + "." + label + "." + label:                   data.AddressTooLong,
		strings.Repeat("é", 32) + "@" + label + "." + label + "." + label: data.AddressTooLong, // 224 characters
		"jean@" + strings.Repeat("é", 64<<10):                             data.AddressTooLong,
	} {
		got, err := data.ParseAddress(typed)
		var why data.AddressError
		if got != "" || !errors.Is(err, data.ErrAddress) || !errors.As(err, &why) || why.Reason != want || err.Error() != "data: invalid address: "+string(want) {
			t.Errorf("%.80q: got %q, %v, want %q", typed, got, err, want)
		}
		if key, err := data.AddressKey(typed); key != "" || !errors.Is(err, data.ErrAddress) {
			t.Errorf("%.80q: got the key %q, %v", typed, key, err)
		}
	}
}

func TestWholeAddress(t *testing.T) {
	// Behaviour 21: an address is asked about once it reads as a whole one.
	t.Parallel()
	for typed, want := range map[string]bool{
		"": false, "jean": false, "jean@": false, "jean@x": false, "jean@localhost": false, "jean@x.": false, "jean@x.f": false,
		"jean@x.fr": true, "jean@x.fr.": false, "jean@x.fr.c": false, "jean@x.fr, ": false, " jean@x.fr ": true,
		"jean.dupont@x": false, "jean@société.fr": true, "jean@x.é": false, "jean@x.xn--9ca": false,
		"jean@例え.世界": true, "jean@x。fr": true, "je an@x.fr": false,
	} {
		if got := data.WholeAddress(typed); got != want {
			t.Errorf("%q: got %v, want %v", typed, got, want)
		}
	}
}

func TestSplitAddress(t *testing.T) {
	// The domain is what follows the last @.
	t.Parallel()
	for address, want := range map[string][2]string{
		"jean@x.fr": {"jean", "x.fr"}, "a@b@x.fr": {"a@b", "x.fr"}, "jean": {"jean", ""}, "@": {"", ""}, "": {"", ""},
	} {
		if local, domain := data.SplitAddress(address); local != want[0] || domain != want[1] {
			t.Errorf("%q: got %q, %q, want %q", address, local, domain, want)
		}
	}
}

func TestCleanText(t *testing.T) {
	// Behaviours 12 and 13: a name keeps what is seen and nothing else.
	t.Parallel()
	for typed, want := range map[string]string{
		"  Jean\t\r\nDupont\u00a0":            "Jean Dupont",
		"Jean\u202fDu\u200bpont\ufeff":        "Jean Dupont",
		"E\u0301lise":                         "Élise",
		"e\u200b\u0301":                       "é",
		"Jean\u202etnopuD\u202c\u2066\x1b[0m": "JeantnopuD[0m",
		"a\x00b\x7fc\u0081d":                  "abcd",
		"Du\u200cpont\u200d":                  "Dupont",
		"می\u200cخواهم":                       "می\u200cخواهم",
		"👩\u200d💻 ❤\ufe0f":                    "👩\u200d💻 ❤\ufe0f",
		"Jos\xe9":                             "Jos\uFFFD",
		"\u200d \u200c":                       "",
		"\u3164":                              "",
	} {
		if got := data.CleanText(typed); got != want {
			t.Errorf("%q: got %q, want %q", typed, got, want)
		}
	}
}
