package mail

import (
	"errors"
	"fmt"
	netmail "net/mail"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// The bounds, in bytes, of what is written into a command or a header. The
// address book has narrower ones: these keep a line from growing without end.
const (
	maxLocal  = 256
	maxDomain = 253
)

var domainName = regexp.MustCompile(`^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$`)

// asciiAddress is an address with its domain as ASCII A-labels (RFC 5891) and
// its local part untouched, so that what is left of non-ASCII needs SMTPUTF8.
// It refuses, with ErrHeader, what could break out of a header or a command;
// whether an address is well chosen is for the address book to say.
func asciiAddress(address string) (string, error) {
	at := strings.LastIndexByte(address, '@')
	if at < 1 || at > maxLocal || !utf8.ValidString(address) || hasControl(address) {
		return "", fmt.Errorf("%w: %q is not an address", ErrHeader, address)
	}
	domain, err := asciiDomain(address[at+1:])
	if err != nil {
		return "", fmt.Errorf("%w: %q: %w", ErrHeader, address, err)
	}
	return address[:at+1] + domain, nil
}

// asciiDomain maps a name to A-labels. An ASCII name is left as it is, since
// the IDNA profile refuses names that DNS does resolve (an underscore).
func asciiDomain(domain string) (string, error) {
	ascii := domain
	if !isASCII(domain) {
		var err error
		if ascii, err = idna.Lookup.ToASCII(domain); err != nil {
			return "", fmt.Errorf("the domain cannot be written in ASCII: %w", err)
		}
	}
	if !domainName.MatchString(ascii) || len(ascii) > maxDomain {
		return "", errors.New("not a domain name")
	}
	return ascii, nil
}

// path is an address between angle brackets as MAIL and RCPT take it, its
// local part quoted when it is no dot-atom (RFC 5321, section 4.1.2).
func path(address string) (string, error) {
	ascii, err := asciiAddress(address)
	if err != nil {
		return "", err
	}
	return (&netmail.Address{Address: ascii}).String(), nil
}

func isASCII[T string | []byte](s T) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// hasControl is true of CR, LF, NUL, the other C0 and C1 controls, and the
// two Unicode line separators, which some software takes for line ends.
func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
	})
}
