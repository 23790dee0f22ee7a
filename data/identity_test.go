package data

import "testing"

func TestSIRET(t *testing.T) {
	// Behaviour 1: a SIRET has 14 digits and the sum of Luhn, or La Poste's own.
	t.Parallel()
	for siret, want := range map[string]bool{
		"73282932000074": true, "73282932000075": false, "35600000000048": true, "35600000000015": true,
		"35600000000041": false, "7328293200007": false, "7328293200007x": false, "": false,
		"٧٣٢٨٢٩٣": false, "00000000000000": true,
	} {
		if validSIRET(siret) != want {
			t.Errorf("%q is valid: %t", siret, !want)
		}
	}
}

func TestVAT(t *testing.T) {
	// Behaviour 1: a VAT number has the form of its country, a French one its key.
	t.Parallel()
	for vat, want := range map[string]bool{
		"FR40303265045": true, "FR41303265045": false, "FRK7399859412": true, "FRO7399859412": false,
		"DE123456789": true, "DE12345678": false, "BE0123456789": true, "ATU12345678": true, "EL123456789": true,
		"GR123456789": false, "NL123456789B01": true, "IE1234567FA": true, "XI123456789": true, "CHE123456789TVA": true,
		"US123": false, "": false, "FR40303265045\n": false,
	} {
		if validVAT(vat) != want {
			t.Errorf("%q is valid: %t", vat, !want)
		}
	}
}

func TestWebsite(t *testing.T) {
	// A website is http or https, with a host of two names at least, and nothing else.
	t.Parallel()
	for typed, want := range map[string]string{
		"x.fr": "https://x.fr", "http://x.fr/a?b#c": "http://x.fr/a?b#c", "société.fr": "https://société.fr",
		"localhost": "", "javascript:alert(1)": "", "javascript://x.fr/%0aalert(1)": "", "https://u:p@x.fr": "",
		"x.fr x": "", "https://": "", "ftp://x.fr": "", "https://.x": "",
	} {
		got := typed
		if valid := website(&got); valid != (want != "") || valid && got != want {
			t.Errorf("%q is %q: %t", typed, got, valid)
		}
	}
}
