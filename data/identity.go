package data

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// validSIRET tells whether s is a French establishment number: 14 digits whose
// Luhn sum is a multiple of 10. La Poste's (SIREN 356000000) are checked by
// their plain sum, a multiple of 5, as INSEE has it.
func validSIRET(s string) bool {
	if len(s) != 14 {
		return false
	}
	sum, plain := 0, 0
	for i, r := range s {
		if r < '0' || r > '9' {
			return false
		}
		d := int(r - '0')
		plain += d
		if i%2 == 0 {
			d *= 2
			if d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0 || strings.HasPrefix(s, "356000000") && plain%5 == 0
}

// vatForm is the forms of the VAT numbers of the Union (VIES) with their two
// letters, Switzerland's and the United Kingdom's; Greece is EL, Northern
// Ireland XI.
var vatForm = regexp.MustCompile(`^(ATU\d{8}|BE[01]\d{9}|BG\d{9,10}|CY\d{8}[A-Z]|CZ\d{8,10}|DE\d{9}|` +
	`DK\d{8}|EE\d{9}|EL\d{9}|ES[A-Z0-9]\d{7}[A-Z0-9]|FI\d{8}|FR[A-HJ-NP-Z0-9]{2}\d{9}|HR\d{11}|HU\d{8}|` +
	`IE\d[A-Z0-9+*]\d{5}[A-Z]{1,2}|IT\d{11}|LT(\d{9}|\d{12})|LU\d{8}|LV\d{11}|MT\d{8}|NL[A-Z0-9+*]{10}\d{2}|` +
	`PL\d{10}|PT\d{9}|RO\d{2,10}|SE\d{12}|SI\d{8}|SK\d{10}|(XI|GB)(\d{9}|\d{12}|GD\d{3}|HA\d{3})|CHE\d{9}(MWST|TVA|IVA)?)$`)

// validVAT tells whether s, in capitals and without spaces, has the form of
// its country's VAT numbers; a French one with a numeric key is also checked
// against its SIREN: key = (12 + 3 × (SIREN mod 97)) mod 97.
func validVAT(s string) bool {
	if !vatForm.MatchString(s) {
		return false
	}
	if s[:2] != "FR" {
		return true
	}
	key, err := strconv.Atoi(s[2:4])
	if err != nil {
		return true // a key with letters follows another rule
	}
	siren, _ := strconv.Atoi(s[4:])
	return key == (12+3*(siren%97))%97
}

// website completes and checks a web address: http or https, a host with a dot.
func website(s *string) bool {
	full := *s
	if !strings.Contains(full, "://") {
		full = "https://" + full
	}
	u, err := url.Parse(full)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil ||
		!strings.Contains(strings.Trim(u.Hostname(), "."), ".") {
		return false
	}
	*s = full
	return true
}
