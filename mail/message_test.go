package mail

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"carnet/data"
)

func letter() Message {
	return Message{
		From:    data.Mailbox{Name: "Agence « Été », SARL", Address: "agence@exemple.fr"},
		ReplyTo: data.Mailbox{Name: "Zoé", Address: "zoe@exemple.fr"},
		To:      []data.Mailbox{{Name: `Dupont, "Jean"`, Address: "Jean@société.fr"}, {Address: "josé@exemple.fr"}},
		Cc:      []data.Mailbox{{Name: "Ann Lee", Address: "a..b@example.org"}},
		Subject: "Votre dossier, n° 12 🎉",
		Text:    "Bonjour,\n.\nà bientôt = demain \n",
		ID:      NewMessageID("0190a7c2", "carnet.société.fr"),
		Date:    time.Date(2026, 3, 4, 13, 6, 7, 8, time.FixedZone("", 3600)),
	}
}

const wantLetter = `Date: Wed, 04 Mar 2026 12:06:07 +0000
MIME-Version: 1.0
Message-ID: <0190a7c2@carnet.xn--socit-esab.fr>
Subject: =?utf-8?b?Vm90cmUgZG9zc2llciwgbsKwIDEyIPCfjok=?=
From: =?utf-8?b?QWdlbmNlIMKrIMOJdMOpIMK7LCBTQVJM?= <agence@exemple.fr>
To: "Dupont, \"Jean\"" <Jean@xn--socit-esab.fr>, <josé@exemple.fr>
Cc: "Ann Lee" <"a..b"@example.org>
Reply-To: =?utf-8?q?Zo=C3=A9?= <zoe@exemple.fr>
Content-Transfer-Encoding: quoted-printable
Content-Type: text/plain; charset=UTF-8

Bonjour,
.
=C3=A0 bient=C3=B4t =3D demain=20
`

// A message becomes these bytes, whenever and wherever it is rendered: no Bcc,
// no name of a library, nothing random.
func TestRender(t *testing.T) {
	t.Parallel()
	m := letter()
	for range 20 {
		got, err := Render(m)
		if err != nil {
			t.Fatal(err)
		}
		if want := strings.ReplaceAll(wantLetter, "\n", "\r\n"); string(got) != want {
			t.Fatalf("got\n%s\nwant\n%s", got, want)
		}
		m.Date = m.Date.In(time.FixedZone("", -7200))
	}
}

// What a reader decodes is what was written: names, subject and text.
func TestRenderReadsBack(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"", " ", "a  b", " a ", "simple", "=?utf-8?q?no?=", `quotes " and \ and , ; : < > ( ) @`, "é", "日本語", "👩‍👩‍👧 famille",
		strings.Repeat("x", 5000), strings.Repeat("é", 1200), strings.Repeat("mot ", 500), strings.Repeat(" ", 500) + "x",
	} {
		m := letter()
		m.Subject, m.Text = s, s
		raw, err := Render(m)
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		got := readBack(t, raw)
		if subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject")); err != nil || subject != s {
			t.Errorf("subject %q came back as %q, %v", s, subject, err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(got.Body))
		if err != nil || string(body) != s+"\r\n" {
			t.Errorf("text %q came back as %q, %v", s, body, err)
		}
	}
}

// Each encoded-word is whole characters and at most 75 long, so that software
// which decodes them one by one is right too.
func TestEncodeWords(t *testing.T) {
	t.Parallel()
	for _, s := range []string{strings.Repeat("é", 100), "a" + strings.Repeat("🎉", 100), "日本語"} {
		for word := range strings.SplitSeq(encodeWords(s), " ") {
			plain, err := new(mime.WordDecoder).Decode(word)
			if err != nil || !utf8.ValidString(plain) || len(word) > 75 {
				t.Errorf("%s: %q, %v", word, plain, err)
			}
		}
	}
}

// readBack parses a message and holds it to the form of RFC 5322: CRLF alone,
// lines under 998 bytes, no blank continuation line.
func readBack(t *testing.T, raw []byte) *netmail.Message {
	t.Helper()
	if bytes.Contains(bytes.ReplaceAll(raw, []byte("\r\n"), nil), []byte("\n")) || !bytes.HasSuffix(raw, []byte("\r\n")) {
		t.Errorf("line ends: %q", raw)
	}
	header, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	for line := range bytes.SplitSeq(header, []byte("\r\n")) {
		if len(line) > 998 || len(bytes.TrimSpace(line)) == 0 {
			t.Errorf("a header line of %d bytes: %q", len(line), line)
		}
	}
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("%v in %q", err, raw)
	}
	return m
}

// A hundred recipients with long names fold into short lines and all come back.
func TestRenderManyRecipients(t *testing.T) {
	t.Parallel()
	m := letter()
	m.To = nil
	for i := range 100 {
		m.To = append(m.To, data.Mailbox{Name: fmt.Sprintf("Prénom-%d De La Très Longue Famille, service %d", i, i), Address: fmt.Sprintf("p%d@société-%d.example", i, i)})
	}
	raw, err := Render(m)
	if err != nil {
		t.Fatal(err)
	}
	list, err := readBack(t, raw).Header.AddressList("To")
	if err != nil || len(list) != 100 {
		t.Fatalf("%d addresses, %v", len(list), err)
	}
	for i, a := range list {
		if a.Name != m.To[i].Name || !strings.HasPrefix(a.Address, fmt.Sprintf("p%d@xn--", i)) {
			t.Errorf("%+v came back as %+v", m.To[i], a)
		}
	}
	header, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	for line := range bytes.SplitSeq(header, []byte("\r\n")) {
		if len(line) > 90 {
			t.Errorf("a line of %d bytes: %s", len(line), line)
		}
	}
}

// Without visible recipients the header says so, and names nobody.
func TestRenderUndisclosed(t *testing.T) {
	t.Parallel()
	m := letter()
	m.To, m.Cc = nil, nil
	raw, err := Render(m)
	if err != nil || readBack(t, raw).Header.Get("To") != "undisclosed-recipients:;" {
		t.Errorf("%s, %v", raw, err)
	}
}

// Line breaks, other controls and text that is not UTF-8 are refused wherever
// they stand in a header, as are missing parts; nothing is repaired in silence.
func TestRenderRefuses(t *testing.T) {
	t.Parallel()
	set := map[string]func(m *Message, s string){
		"subject":   func(m *Message, s string) { m.Subject = "a" + s + "b" },
		"from name": func(m *Message, s string) { m.From.Name = "a" + s + "b" },
		"from":      func(m *Message, s string) { m.From.Address = "a" + s + "b@example.org" },
		"reply":     func(m *Message, s string) { m.ReplyTo.Name = s },
		"to name":   func(m *Message, s string) { m.To[1].Name = s },
		"to domain": func(m *Message, s string) { m.To[0].Address = "a@example" + s + ".org" },
		"cc":        func(m *Message, s string) { m.Cc[0].Address = "a@example.org" + s },
		"id":        func(m *Message, s string) { m.ID = "a" + s + "@b" },
	}
	for where, put := range set {
		for _, s := range []string{"\r", "\n", "\r\n", "\r\nBcc: x@example.org", "\x00", "\t", "\x7f", "\u0085", "\u2028", "\xff"} {
			m := letter()
			put(&m, s)
			if raw, err := Render(m); !errors.Is(err, ErrHeader) || raw != nil {
				t.Errorf("%q in %s: %q, %v", s, where, raw, err)
			}
		}
	}
	for what, spoil := range map[string]func(*Message){
		"no sender":             func(m *Message) { m.From = data.Mailbox{} },
		"no date":               func(m *Message) { m.Date = time.Time{} },
		"no id":                 func(m *Message) { m.ID = "" },
		"id in brackets":        func(m *Message) { m.ID = "<a@b>" },
		"no local part":         func(m *Message) { m.To[0].Address = "@example.org" },
		"no domain":             func(m *Message) { m.To[0].Address = "jean@" },
		"two addresses":         func(m *Message) { m.To[0].Address = "a@example.org>, <b@example.org" + ">" },
		"an endless local part": func(m *Message) { m.To[0].Address = strings.Repeat("x", 300) + "@example.org" },
		"an endless domain":     func(m *Message) { m.To[0].Address = "a@" + strings.Repeat("x.", 200) + "org" },
		"a domain with a hole":  func(m *Message) { m.To[0].Address = "a@example..org" },
		"an endless name":       func(m *Message) { m.To[0].Name = strings.Repeat("x", 500) },
	} {
		m := letter()
		spoil(&m)
		if _, err := Render(m); !errors.Is(err, ErrHeader) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Whatever is typed, the header holds the fields that are due and no other.
func FuzzRender(f *testing.F) {
	f.Add("Jean", "jean@example.org", "Bonjour", "Texte\n")
	f.Add("a\r\nBcc: x@y", "é@société.fr", "=?utf-8?q?a?=", "\n.\n")
	f.Add(strings.Repeat(" ", 200), `"a b"@x.fr`, strings.Repeat(" x", 200), "\r\r\n")
	f.Add("Jean", "jean@example.org", "Bonjour", "a\ré\nb") // a lone CR, then lines
	f.Fuzz(func(t *testing.T, name, address, subject, text string) {
		m := letter()
		m.To[0] = data.Mailbox{Name: name, Address: address}
		m.Subject, m.Text = subject, text
		raw, err := Render(m)
		if err != nil {
			if !errors.Is(err, ErrHeader) {
				t.Fatal(err)
			}
			return
		}
		got := readBack(t, raw)
		want := []string{"Date", "Mime-Version", "Message-Id", "Subject", "From", "To", "Cc", "Reply-To", "Content-Transfer-Encoding", "Content-Type"}
		for _, key := range want {
			if len(got.Header[key]) != 1 {
				t.Errorf("%d times %s in %q", len(got.Header[key]), key, raw)
			}
		}
		if len(got.Header) != len(want) {
			t.Errorf("headers: %v", got.Header)
		}
		list, err := got.Header.AddressList("To")
		if err != nil || len(list) != 2 || list[1].Address != "josé@exemple.fr" {
			t.Fatalf("To: %v, %v in %q", list, err, raw)
		}
		if back, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject")); err != nil || back != subject {
			t.Errorf("subject %q came back as %q, %v", subject, back, err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(got.Body))
		if err != nil {
			t.Fatal(err)
		}
		if lines := linesOf(text); !slices.Equal(linesOf(string(body)), lines) {
			t.Errorf("text %q came back as %q", text, body)
		}
	})
}

// linesOf cuts a text at CRLF, CR or LF, the last of which ends a line.
func linesOf(s string) []string {
	s = strings.ReplaceAll(strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n"), "\r", "\n")
	return strings.Split(strings.TrimSuffix(s, "\n"), "\n")
}
