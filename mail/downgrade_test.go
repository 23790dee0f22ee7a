package mail

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"carnet/data"
)

// Without SMTPUTF8 a mailbox outside ASCII stays readable in the header, as an
// empty group, and every other mailbox and the text stay as they were.
func TestDowngrade(t *testing.T) {
	t.Parallel()
	m := letter()
	m.To = nil
	for i := range 30 {
		m.To = append(m.To, data.Mailbox{Name: fmt.Sprintf("Jean Dupont, service %d", i), Address: fmt.Sprintf("j%d@example.org", i)})
	}
	m.To[20] = data.Mailbox{Name: "Müller", Address: "müller@example.org"}
	raw, err := Render(m)
	if err != nil {
		t.Fatal(err)
	}
	low := downgrade(raw)
	header, body, _ := bytes.Cut(low, []byte("\r\n\r\n"))
	_, wantBody, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	if !isASCII(header) || !bytes.Equal(body, wantBody) {
		t.Errorf("%s", low)
	}
	list, err := readBack(t, low).Header.AddressList("To")
	if err != nil || len(list) != 29 {
		t.Fatalf("%d addresses, %v", len(list), err)
	}
	for i, a := range append(list[:20:20], list[20:]...) {
		want := m.To[i+i/20]
		if a.Name != want.Name || a.Address != want.Address {
			t.Errorf("%+v came back as %+v", want, a)
		}
	}
	if group := encodeWords("Müller müller@example.org") + ":;"; !strings.Contains(string(header), group) {
		t.Errorf("no %s in %s", group, header)
	}
	if ascii := []byte("Subject: a\r\nTo: b@c\r\n\r\nété"); !bytes.Equal(downgrade(ascii), ascii) {
		t.Errorf("%q changed", ascii)
	}
}
