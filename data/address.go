package data

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// Limits of RFC 5321, section 4.5.3.1, in bytes, with the domain in ASCII.
const (
	MaxAddress      = 254 // a path of 256, less its angle brackets
	MaxAddressLocal = 64  // before the @
	maxLabel        = 63  // one label of the domain (RFC 1035, section 2.3.4)
)

// ErrAddress: the text is not a whole, valid address. Every AddressError is one.
var ErrAddress = errors.New("data: invalid address")

// AddressError says what keeps a text from being an address.
type AddressError struct{ Reason AddressReason }

// AddressReason is a stable word that a page can translate.
type AddressReason string

// The reasons of an AddressError.
const (
	AddressEmpty     AddressReason = "empty"
	AddressNoAt      AddressReason = "missing @"
	AddressNoLocal   AddressReason = "nothing before the @"
	AddressNoDomain  AddressReason = "nothing after the @"
	AddressSpace     AddressReason = "space inside"
	AddressManyAts   AddressReason = "more than one @"
	AddressForbidden AddressReason = "forbidden character"
	AddressBadDomain AddressReason = "malformed domain"
	AddressTooLong   AddressReason = "too long"
)

func (e AddressError) Error() string { return ErrAddress.Error() + ": " + string(e.Reason) }

// Unwrap returns ErrAddress.
func (AddressError) Unwrap() error { return ErrAddress }

// ParseAddress returns the address as it was typed, without invisible
// characters and surrounding space, or an AddressError.
//
// An ASCII address is valid when the HTML standard accepts it in an
// input type=email (so a@b is) and RFC 5321 does not find it too long. Beyond
// ASCII, the domain may be any name that UTS #46 turns into a valid one, and
// the part before the @ may hold letters, marks and digits.
func ParseAddress(s string) (string, error) {
	address, _, err := parseAddress(s)
	return address, err
}

// AddressKey returns what all spellings of one address share: NFC, lower case,
// the domain in ASCII, nothing invisible. Tags (+news) and dots count. A key is
// a valid address and its own key. The error is an AddressError.
func AddressKey(address string) (string, error) {
	_, key, err := parseAddress(address)
	return key, err
}

// WholeAddress reports whether s, while it is being typed, reads as a complete
// address: valid, its domain ending in a dot and two characters or more.
func WholeAddress(s string) bool {
	key, err := AddressKey(s)
	if err != nil {
		return false
	}
	_, domain := SplitAddress(key)
	dot := strings.LastIndexByte(domain, '.')
	last, _ := idna.ToUnicode(domain[dot+1:]) // on error, as it is
	return dot > 0 && utf8.RuneCountInString(last) >= 2
}

// SplitAddress cuts at the last @. Without one, all of it is local.
func SplitAddress(address string) (local, domain string) {
	if at := strings.LastIndexByte(address, '@'); at >= 0 {
		return address[:at], address[at+1:]
	}
	return address, ""
}

func parseAddress(s string) (address, key string, err error) {
	address = cleanAddress(s)
	if reason := misshapen(address); reason != "" {
		return "", "", AddressError{reason}
	}
	local, domain := SplitAddress(address)
	domain, reason := asciiDomain(domain)
	if reason != "" {
		return "", "", AddressError{reason}
	}
	key = lowerCase(local)
	// Lower case can take more bytes (Ⱥ); the key must be valid too.
	size := max(len(local), len(key))
	if size > MaxAddressLocal || size+len("@")+len(domain) > MaxAddress {
		return "", "", AddressError{AddressTooLong}
	}
	return address, key + "@" + domain, nil
}

// misshapen returns what is wrong before the domain is looked into, or "".
func misshapen(address string) AddressReason {
	local, domain := SplitAddress(address)
	switch {
	case address == "":
		return AddressEmpty
	case !strings.Contains(address, "@"):
		return AddressNoAt
	case strings.ContainsFunc(address, unicode.IsSpace):
		return AddressSpace
	case strings.Contains(local, "@"):
		return AddressManyAts
	case local == "":
		return AddressNoLocal
	case domain == "":
		return AddressNoDomain
	case strings.ContainsFunc(local, notLocal) || startsWithMark(local):
		return AddressForbidden
	case utf8.RuneCountInString(address) > MaxAddress:
		return AddressTooLong // said here because Punycode takes quadratic time
	}
	return ""
}

// notLocal: r may not stand before the @. In ASCII these are the atext of RFC
// 5322 and the dot, as in the HTML standard; beyond, RFC 6531 made narrower.
func notLocal(r rune) bool {
	if r < utf8.RuneSelf {
		return !isAlnum(r) && !strings.ContainsRune(".!#$%&'*+/=?^_`{|}~-", r)
	}
	return !unicode.In(r, unicode.L, unicode.M, unicode.Nd)
}

// startsWithMark: a mark would melt into whatever is printed before it.
func startsWithMark(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	return unicode.IsMark(first)
}

// asciiDomain returns the domain in lower-case ASCII, or what is wrong with it.
// An ASCII domain is taken as it is, even xn-- labels that decode to nothing:
// browsers take them too.
func asciiDomain(domain string) (string, AddressReason) {
	ascii := strings.ToLower(domain)
	if strings.ContainsFunc(domain, func(r rune) bool { return r >= utf8.RuneSelf }) {
		var err error
		if ascii, err = idna.Lookup.ToASCII(domain); err != nil {
			return "", AddressBadDomain
		}
	}
	for label := range strings.SplitSeq(ascii, ".") {
		switch {
		case strings.ContainsFunc(label, func(r rune) bool { return !isAlnum(r) && r != '-' }):
			return "", AddressForbidden
		case label == "" || len(label) > maxLabel || label[0] == '-' || label[len(label)-1] == '-':
			return "", AddressBadDomain
		}
	}
	return ascii, ""
}

// lowerCase decomposes first, or İ would become a plain i and two people one.
func lowerCase(local string) string {
	return norm.NFC.String(strings.ToLower(norm.NFD.String(local)))
}

func isAlnum(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}
