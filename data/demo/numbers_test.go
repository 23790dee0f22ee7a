package demo_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"carnet/data"
)

func TestCompanyNumbers(t *testing.T) {
	// Every SIRET and its SIREN have their Luhn sums, every French VAT number
	// has its key and is of that SIREN; every company has a VAT number.
	t.Parallel()
	s, _ := open(t)
	for _, c := range clients(t, s) {
		if c.SIRET != "" && (len(c.SIRET) != 14 || luhn(c.SIRET)%10 != 0 || luhn(c.SIRET[:9])%10 != 0) {
			t.Errorf("%s: SIRET %s", c.Name, c.SIRET)
		}
		if c.Kind == data.Company && c.VAT == "" || c.Kind == data.Person && c.SIRET+c.VAT != "" {
			t.Errorf("%s: SIRET %q, VAT %q", c.Name, c.SIRET, c.VAT)
		}
		if siren, french := strings.CutPrefix(c.VAT, "FR"); french {
			key, _ := strconv.Atoi(siren[:2])
			n, err := strconv.Atoi(siren[2:])
			if err != nil || key != (12+3*(n%97))%97 || siren[2:] != c.SIRET[:9] {
				t.Errorf("%s: VAT %s, SIRET %s", c.Name, c.VAT, c.SIRET)
			}
		}
	}
}

// luhn is the sum of digits, every second from the right doubled (ISO 7812-1).
func luhn(digits string) (sum int) {
	for i := range digits {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	return sum
}

func TestPhonesAndAddresses(t *testing.T) {
	// Telephone numbers read as people write them, and every e-mail address
	// reads as a whole one. But for two that are given, domains are reserved
	// for examples (RFC 2606), so that nobody can be behind them.
	t.Parallel()
	s, _ := open(t)
	phone := regexp.MustCompile(`^(0[1-7]( \d\d){4}|\+44 (20 7946 0\d{3}|7700 900\d{3}))$`)
	check := func(email string, phones ...string) {
		_, domain := data.SplitAddress(email)
		given := domain == "menuiserie-lambert.fr" || domain == "cabinet-expertise-comptable.fr"
		if !data.WholeAddress(email) || !given && !strings.HasSuffix(domain, ".example") {
			t.Errorf("address %q", email)
		}
		for _, p := range phones {
			if p != "" && !phone.MatchString(p) {
				t.Errorf("%s: telephone %q", email, p)
			}
		}
	}
	for _, c := range clients(t, s) {
		if c.Email != "" {
			check(c.Email, c.Phone)
		}
		for _, x := range contacts(t, s, c.ID) {
			check(x.Email, x.Phone, x.Mobile)
		}
	}
}
