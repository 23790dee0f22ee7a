package mail

import (
	"bufio"
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// Dots that begin a line are doubled, every line ends in CRLF, and no text can
// hold the end of the message.
func TestStuff(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"":                        "",
		"a":                       "a\r\n",
		"a\r\n":                   "a\r\n",
		".":                       "..\r\n",
		".\r\n.\r\n":              "..\r\n..\r\n",
		"a.\r\n..b\r\nc.d\r\n":    "a.\r\n...b\r\nc.d\r\n",
		"a\n.\nMAIL FROM:<x@y>\n": "a\r\n..\r\nMAIL FROM:<x@y>\r\n",
		"a\r.\rb":                 "a\r\n..\r\nb\r\n",
		"a\r\r\n\n.":              "a\r\n\r\n\r\n..\r\n",
		"a\n.\r\nb\r\n.\nc":       "a\r\n..\r\nb\r\n..\r\nc\r\n",
	} {
		var out bytes.Buffer
		w := bufio.NewWriter(&out)
		stuff(w, []byte(body))
		w.Flush()
		if out.String() != want {
			t.Errorf("%q became %q; want %q", body, out.String(), want)
		}
	}
}

// A server's words are kept on one line, without controls or marks that turn
// the text, and cut at 300 characters.
func TestClean(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"5.1.1 <b>no</b>":                    "5.1.1 <b>no</b>",
		"\x1b[31mred\x00\x07 \x7f\u0085":     "[31mred",
		"a\r\nBcc: x\t b":                    "a Bcc: x b",
		"pay \u202etxt.exe\u2066 \ufeffhere": "pay txt.exe here",
		"caf\xe9":                            "caf\uFFFD",
	} {
		if got := clean(raw); got != want {
			t.Errorf("%q became %q; want %q", raw, got, want)
		}
	}
	if got := clean(strings.Repeat("é🎉", 500)); utf8.RuneCountInString(got) != 300 || !utf8.ValidString(got) {
		t.Errorf("cut at %d: %q", utf8.RuneCountInString(got), got)
	}
}

// What pauses the queue reads as one line, whatever a certificate holds.
func TestPauseErrorIsOneLine(t *testing.T) {
	t.Parallel()
	err := &PauseError{Step: StepTLS, Code: 550, Reply: "no", Reason: BadReply, Err: errors.New("valid for a\r\nb\x1b")}
	if got := err.Error(); got != "mail: sending is paused at tls: the server said 550 no: bad-reply: valid for a b" {
		t.Errorf("%q", got)
	}
}

// A hostile refusal reaches the outcome cleaned, its lines as one.
func TestHostileReply(t *testing.T) {
	t.Parallel()
	f := newFake(t, map[string]string{"RCPT": "550-\x1b[2Jgo\r\n550-\u202eaway\r\n550 " + strings.Repeat("x", 900) + "\r\n"})
	res, _, err := send(t, f.smtp(), three())
	if err != nil {
		t.Fatal(err)
	}
	if want := ("[2Jgo away " + strings.Repeat("x", 900))[:300]; res.Outcomes[0].Reply != want {
		t.Errorf("%q", res.Outcomes[0].Reply)
	}
}

// A server without extensions is asked for none, and gets what it can carry:
// the recipient that needs SMTPUTF8 fails alone, and is in no raw header.
func TestPlainServer(t *testing.T) {
	t.Parallel()
	f := newFake(t, map[string]string{"EHLO": "250 plain\r\n"})
	raw, err := Render(letter())
	if err != nil {
		t.Fatal(err)
	}
	e := Envelope{From: "agence@exemple.fr", To: []string{"Jean@société.fr", "josé@exemple.fr", "not an address", "a..b@example.org"}, Body: raw}
	res, commits, err := send(t, f.smtp(), e)
	if err != nil || commits != 1 || !slices.Equal(states(res), []State{Accepted, Failed, Failed, Accepted}) {
		t.Fatalf("%v, %v", res, err)
	}
	if res.Outcomes[1] != (Outcome{State: Failed, Reason: NeedsSMTPUTF8}) || res.Outcomes[2].Reason != BadAddress {
		t.Errorf("%+v", res.Outcomes)
	}
	want := []string{"EHLO carnet.test", "MAIL FROM:<agence@exemple.fr>", "RCPT TO:<Jean@xn--socit-esab.fr>", `RCPT TO:<"a..b"@example.org>`, "DATA", "QUIT"}
	if got := f.commands(""); !slices.Equal(got, want) {
		t.Errorf("the server heard %q", got)
	}
	sent := f.received()
	if !isASCII(sent) || !strings.Contains(sent, "\r\n =?utf-8?b?am9zw6lAZXhlbXBsZS5mcg==?=:;\r\n") {
		t.Errorf("sent %q", sent)
	}
}

// Extensions that are announced are used: 8BITMIME, SIZE, SMTPUTF8.
func TestExtensions(t *testing.T) {
	t.Parallel()
	f := newFake(t, map[string]string{"EHLO": "250-f\r\n250-8bitmime\r\n250-SIZE\r\n250 SMTPUTF8\r\n"})
	e := three()
	e.To[1] = "josé@example.org"
	if res, _, err := send(t, f.smtp(), e); err != nil || res.Outcomes[1].State != Accepted {
		t.Fatalf("%v, %v", res, err)
	}
	if got := f.commands("MAIL"); !slices.Equal(got, []string{"MAIL FROM:<agence@example.fr> SIZE=28 BODY=8BITMIME SMTPUTF8"}) {
		t.Errorf("%q", got)
	}
	if got := f.commands("RCPT"); got[1] != "RCPT TO:<josé@example.org>" {
		t.Errorf("%q", got)
	}
}
