package mail

import (
	"bytes"
	netmail "net/mail"
	"strings"
)

// downgrade rewrites a message for a server without SMTPUTF8. In each header
// of addresses, a mailbox whose local part is outside ASCII becomes an empty
// group that keeps its name and address as text, as RFC 6857 does it after
// delivery: readers see who else got the message and cannot answer to them.
// A header that is no list of addresses stays as it is.
func downgrade(message []byte) []byte {
	header, body, _ := bytes.Cut(message, []byte("\r\n\r\n"))
	var out bytes.Buffer
	for _, field := range fields(string(header)) {
		if !isASCII(field) {
			field = downgradeField(field)
		}
		out.WriteString(field + "\r\n")
	}
	out.WriteString("\r\n")
	out.Write(body)
	return out.Bytes()
}

// fields are the headers, each with its continuation lines.
func fields(header string) []string {
	var out []string
	for line := range strings.SplitSeq(header, "\r\n") {
		if len(out) > 0 && strings.HasPrefix(line, " ") {
			out[len(out)-1] += "\r\n" + line
		} else {
			out = append(out, line)
		}
	}
	return out
}

func downgradeField(field string) string {
	name, value, _ := strings.Cut(field, ":")
	list, err := netmail.ParseAddressList(strings.ReplaceAll(value, "\r\n", ""))
	if err != nil {
		return field
	}
	var out []string
	for _, a := range list {
		s := a.String()
		if !isASCII(s) {
			s = encodeWords(strings.TrimSpace(a.Name+" "+a.Address)) + ":;"
		}
		out = append(out, s)
	}
	return fold(name, strings.Join(out, ", "))
}

// fold writes a header in lines of 76 bytes where its words allow it.
func fold(name, value string) string {
	var b strings.Builder
	b.WriteString(name + ":")
	line := b.Len()
	for _, word := range words(value) {
		if line+1+len(word) > 76 && line > len(name)+1 {
			b.WriteString("\r\n")
			line = 0
		}
		b.WriteString(" " + word)
		line += 1 + len(word)
	}
	return b.String()
}
