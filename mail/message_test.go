package mail

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
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
`

const wantText = `Content-Transfer-Encoding: quoted-printable
Content-Type: text/plain; charset=UTF-8

Bonjour,
.
=C3=A0 bient=C3=B4t =3D demain=20
`

const wantMixed = `Content-Type: multipart/mixed; boundary="=_9baee1814f5535a86864613b"

--=_9baee1814f5535a86864613b
Content-Type: multipart/alternative; boundary="=_6a58b2e0f87829e83e81445e"

--=_6a58b2e0f87829e83e81445e
` + wantText + `
--=_6a58b2e0f87829e83e81445e
Content-Transfer-Encoding: quoted-printable
Content-Type: text/html; charset=UTF-8

<!DOCTYPE html>
<html lang=3D"fr" dir=3D"auto">
<head>
<meta charset=3D"utf-8">
<meta name=3D"viewport" content=3D"width=3Ddevice-width, initial-scale=3D1"=
>
<meta name=3D"color-scheme" content=3D"light dark">
<style>
:root { color-scheme: light dark }
p, li { unicode-bidi: plaintext }
</style>
</head>
<body>
<div lang=3D"fr" dir=3D"auto" style=3D"font-family: -apple-system, BlinkMac=
SystemFont, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif; font-size: 15=
px; line-height: 1.5; overflow-wrap: break-word">
<p>Bonjour,<br>
.<br>
=C3=A0 bient=C3=B4t =3D demain</p>
</div>
</body>
</html>

--=_6a58b2e0f87829e83e81445e--

--=_9baee1814f5535a86864613b
Content-Disposition: attachment; filename="Devis n_ 12.pdf";
 filename*=UTF-8''Devis%20n%C2%B0%2012.pdf
Content-Transfer-Encoding: base64
Content-Type: application/pdf

MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2
Nzg5

--=_9baee1814f5535a86864613b--
`

// A message becomes these bytes, whenever and wherever it is rendered: no Bcc,
// no name of a library, nothing random.
func TestRender(t *testing.T) {
	t.Parallel()
	for _, textOnly := range []bool{true, false} {
		m, want := letter(), wantLetter+wantText
		if m.TextOnly = textOnly; !textOnly {
			m.Lang = "fr"
			m.Attachments = []Attachment{file("Devis n° 12.pdf", "application/pdf", strings.Repeat("0123456789", 6))}
			want = wantLetter + wantMixed
		}
		for range 20 {
			got, err := Render(m)
			if err != nil {
				t.Fatal(err)
			}
			if want := strings.ReplaceAll(want, "\n", "\r\n"); string(got) != want {
				t.Fatalf("got\n%s\nwant\n%s", got, want)
			}
			m.Date = m.Date.In(time.FixedZone("", -7200))
		}
	}
}

// A message of the book leaves in two forms, in its language, and names nobody
// of Bcc.
func TestBytes(t *testing.T) {
	t.Parallel()
	raw := must(Bytes(data.Message{From: data.Mailbox{Address: "agence@exemple.fr"}, To: []data.Mailbox{{Address: "jean@exemple.fr"}},
		Bcc: []data.Mailbox{{Address: "discret@exemple.fr"}}, Subject: "Devis", Text: "un **devis**", Lang: "en", MessageID: "a@exemple.fr", Created: letter().Date}))(t)
	checkContent(t, byMessage(t, raw), Message{Text: "un **devis**", Lang: "en"})
	if bytes.Contains(raw, []byte("discret@")) {
		t.Errorf("it names who is in no header:\n%s", raw)
	}
}

func file(name, kind, content string) Attachment {
	return Attachment{Name: name, Type: kind, Size: int64(len(content)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(content)), nil
	}}
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
// lines under 998 bytes, no blank continuation line, and after the header only
// what no server on the way changes.
func readBack(t *testing.T, raw []byte) *netmail.Message {
	t.Helper()
	if bytes.ContainsAny(bytes.ReplaceAll(raw, []byte("\r\n"), nil), "\r\n") || !bytes.HasSuffix(raw, []byte("\r\n")) {
		t.Errorf("line ends: %q", raw)
	}
	header, body, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	for line := range bytes.SplitSeq(raw, []byte("\r\n")) {
		if len(line) > 998 {
			t.Errorf("a line of %d bytes: %q", len(line), line)
		}
	}
	for line := range bytes.SplitSeq(header, []byte("\r\n")) {
		if len(bytes.TrimSpace(line)) == 0 {
			t.Errorf("a blank line in the header: %q", header)
		}
	}
	if !isASCII(body) || bytes.Contains(body, []byte(" \r\n")) {
		t.Errorf("not ASCII, or a space at the end of a line: %q", body)
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

// Mails of one series go on with the same bytes, and each is whole with them;
// mails of two have nothing in common that could end one inside the other.
func TestSeries(t *testing.T) {
	t.Parallel()
	var shared [][]byte
	for i, series := range []string{"a@x.fr", "a@x.fr", "b@x.fr"} {
		m := letter()
		m.ID, m.Series = fmt.Sprintf("%d@x.fr", i), series
		m.Subject = fmt.Sprint("Devis ", i)
		m.Attachments = []Attachment{file("a.txt", "text/plain", "un"), file("b.txt", "text/plain", "deux")}
		own, tail := must(written(WriteOwn, m))(t), must(written(WriteShared, m))(t)
		shared = append(shared, tail)
		mail := slices.Concat(own, tail)
		if !bytes.Equal(mail, must(Render(m))(t)) {
			t.Errorf("mail %d is cut elsewhere", i)
		}
		for name, read := range readers {
			if got := read(t, mail); got.subject != m.Subject || len(got.files) != 2 || got.files[1].Address != "deux" {
				t.Errorf("%s reads %+v", name, got)
			}
		}
	}
	if !bytes.Equal(shared[0], shared[1]) || bytes.Equal(shared[0], shared[2]) {
		t.Errorf("shared are %q", shared)
	}
}

// What is read of a mail is what was written, whatever was typed and attached.
func TestReadLetter(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"Bonjour", "Été à **Nîmes** 🎉\n\n- [site](https://x.fr)\n", "", "=_\nFrom x\n."} {
		for _, files := range [][]Attachment{nil, {file("a.html", "text/html", "<p>autre"), file("b.txt", "text/plain", "autre")}} {
			m := letter()
			m.Text, m.Attachments = text, files
			l := must(ReadLetter(must(Render(m))(t)))(t)
			if l.Subject != m.Subject || strings.TrimSuffix(l.Text, "\n") != strings.TrimSuffix(Plain(text), "\n") || l.HTML != Document(text, m.Lang) {
				t.Errorf("%q is read as %+v", text, l)
			}
		}
	}
	if _, err := ReadLetter([]byte("Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: multipart/mixed\r\n\r\n")); err == nil {
		t.Error("a mail that is cut short is read")
	}
}

// Whatever is typed, the header holds the fields that are due and no other, and
// what is read is what was typed.
func FuzzRender(f *testing.F) {
	f.Add("Jean", "jean@example.org", "Bonjour", "Texte\n", "devis.pdf")
	f.Add("a\r\nBcc: x@y", "é@société.fr", "=?utf-8?q?a?=", "\n.\n", "é \"\\.pdf")
	f.Add(strings.Repeat(" ", 200), `"a b"@x.fr`, strings.Repeat(" x", 200), "\r\r\n", "")
	f.Add("Jean", "jean@example.org", "Bonjour", "a\ré\nb", "a\r\nb") // a lone CR, then lines
	f.Add("Jean", "jean@example.org", "Bonjour", "--=_6a58b2e0f87829e83e81445e--\n[a](http://b) \nFrom ", "--=_6a58b2e0f87829e83e81445e")
	f.Fuzz(func(t *testing.T, name, address, subject, text, fileName string) {
		m := letter()
		m.To[0] = data.Mailbox{Name: name, Address: address}
		m.Subject, m.Text = subject, text
		m.Attachments = []Attachment{file(fileName, "text/plain", text)}
		raw, err := Render(m)
		if err != nil {
			if !errors.Is(err, ErrHeader) {
				t.Fatal(err)
			}
			return
		}
		got := readBack(t, raw)
		want := []string{"Date", "Mime-Version", "Message-Id", "Subject", "From", "To", "Cc", "Reply-To", "Content-Type"}
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
		checkContent(t, byStandard(t, raw), m)
	})
}
