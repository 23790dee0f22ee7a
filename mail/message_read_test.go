package mail

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"
	"unicode"

	gomessage "github.com/emersion/go-message/mail"

	"carnet/data"
)

// Two programs that share no code read back all that was typed, and every byte
// of what was attached.
func TestReadBack(t *testing.T) {
	t.Parallel()
	every := make([]byte, 256*300)
	for i := range every {
		every[i] = byte(i * i >> 3)
	}
	for _, s := range []string{
		"", " ", "\n", ".", "a\n.\n..\nb", ".\r\n\r\nQUIT", "a  b \n c ", "a\n\n\nb\n\n", "From me\nFrom you", "simple", "=?utf-8?q?no?= =3D =\n", `quotes " and \ and , ; : < > ( ) @`,
		"é", "日本語", "👩‍👩‍👧 famille", "مرحبا **بالعالم**\nשלום, abc", strings.Repeat("x", 998), strings.Repeat("x", 5000), strings.Repeat("é", 1200), strings.Repeat("mot ", 500),
		strings.Repeat(" ", 500) + "x", "a\rb\r\nc", "a\x00b\tc\x7f\ufeff", "--=_6a58b2e0f87829e83e81445e\n--=_6a58b2e0f87829e83e81445e--", "<b>&amp;</b>\n\n- [a](https://x.fr/=_)\n\n-- \nMoi",
	} {
		for _, textOnly := range []bool{true, false} {
			m := letter()
			m.Text, m.TextOnly, m.Lang = s, textOnly, "fr"
			m.Subject = strings.Map(func(r rune) rune {
				if unicode.IsControl(r) {
					return -1
				}
				return r
			}, s)
			m.Attachments = []Attachment{file("a.bin", "", string(every)), file("Été, « n° 1 ».PDF", "application/pdf", s), file("vide", "text/csv", "")}
			raw, err := Render(m)
			if err != nil {
				t.Fatalf("%q: %v", s, err)
			}
			for name, reader := range readers {
				got := reader(t, raw)
				checkContent(t, got, m)
				if got.subject != m.Subject {
					t.Errorf("%s: the subject %q came back as %q", name, m.Subject, got.subject)
				}
			}
		}
	}
}

// Names of people hold what names hold, and come back so.
func TestReadBackNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"", "Jean", "Dupont, Jean", `Jean "Jojo" Dupont`, `a\b`, "Zoé", "O'Brien (Paris); <x> @ : .", "日本語", "👩‍👩‍👧", "=?utf-8?q?no?=", "שלום", strings.Repeat("é", 200), strings.Repeat("mot ", 100) + "fin",
	} {
		m := letter()
		m.From.Name, m.To[0].Name, m.Cc[0].Name = name, name, name
		raw, err := Render(m)
		if err != nil {
			t.Fatalf("%q: %v", name, err)
		}
		for reader, read := range readers {
			got := read(t, raw)
			for _, boxes := range [][]data.Mailbox{got.from, got.to[:1], got.cc} {
				if boxes[0].Name != name {
					t.Errorf("%s: %q came back as %q", reader, name, boxes[0].Name)
				}
			}
			if len(got.to) != 2 || got.to[0].Address != "Jean@xn--socit-esab.fr" || got.to[1].Address != "josé@exemple.fr" || got.cc[0].Address != "a..b@example.org" {
				t.Errorf("%s: to %q, cc %q", reader, got.to, got.cc)
			}
		}
	}
}

// read is what a reader makes of a message.
type read struct {
	subject      string
	from, to, cc []data.Mailbox
	bodies       map[string]string // by type
	files        []data.Mailbox    // name, and content
	types        []string          // of the files
}

// readers are two, which have no code in common but for addresses and types.
var readers = map[string]func(*testing.T, []byte) read{"net/mail": byStandard, "go-message": byMessage}

// byStandard reads with the standard library alone.
func byStandard(t *testing.T, raw []byte) read {
	t.Helper()
	m := readBack(t, raw)
	r := read{bodies: map[string]string{}}
	r.subject = must(new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")))(t)
	for key, boxes := range map[string]*[]data.Mailbox{"From": &r.from, "To": &r.to, "Cc": &r.cc} {
		if m.Header.Get(key) != "" {
			*boxes = mailboxes(must(m.Header.AddressList(key))(t))
		}
	}
	r.standardPart(t, m.Header.Get, m.Body)
	return r
}

func (r *read) standardPart(t *testing.T, get func(string) string, body io.Reader) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(kind, "multipart/") {
		for mr := multipart.NewReader(body, params["boundary"]); ; {
			p, err := mr.NextRawPart()
			if err == io.EOF {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			r.standardPart(t, p.Header.Get, p)
		}
	}
	switch get("Content-Transfer-Encoding") {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	content := string(must(io.ReadAll(body))(t))
	if disposition := get("Content-Disposition"); disposition != "" {
		_, params, err := mime.ParseMediaType(disposition)
		if err != nil {
			t.Fatalf("%v in %q", err, disposition)
		}
		r.file(params["filename"], kind, content)
		return
	}
	r.bodies[kind] = strings.ReplaceAll(content, "\r\n", "\n")
}

func (r *read) file(name, kind, content string) {
	r.files = append(r.files, data.Mailbox{Name: name, Address: content})
	r.types = append(r.types, kind)
}

// byMessage reads with emersion/go-message.
func byMessage(t *testing.T, raw []byte) read {
	t.Helper()
	mr := must(gomessage.CreateReader(bytes.NewReader(raw)))(t)
	r := read{bodies: map[string]string{}}
	r.subject = must(mr.Header.Subject())(t)
	for key, boxes := range map[string]*[]data.Mailbox{"From": &r.from, "To": &r.to, "Cc": &r.cc} {
		*boxes = mailboxes(must(mr.Header.AddressList(key))(t))
	}
	for {
		p, err := mr.NextPart()
		if err == io.EOF {
			return r
		}
		if err != nil {
			t.Fatal(err)
		}
		content := string(must(io.ReadAll(p.Body))(t))
		switch h := p.Header.(type) {
		case *gomessage.InlineHeader:
			kind, _, _ := h.ContentType()
			r.bodies[kind] = strings.ReplaceAll(content, "\r\n", "\n")
		case *gomessage.AttachmentHeader:
			kind, _, _ := h.ContentType()
			r.file(must(h.Filename())(t), kind, content)
		}
	}
}

func mailboxes(list []*netmail.Address) []data.Mailbox {
	var out []data.Mailbox
	for _, a := range list {
		out = append(out, data.Mailbox{Name: a.Name, Address: a.Address})
	}
	return out
}

// checkContent holds what was read to what was typed.
func checkContent(t *testing.T, got read, m Message) {
	t.Helper()
	plain, want := m.Text, map[string]string{}
	if !m.TextOnly {
		plain = Plain(m.Text)
		want["text/html"] = Document(m.Text, m.Lang)
	}
	want["text/plain"] = plain
	for kind, text := range want {
		if !slices.Equal(linesOf(got.bodies[kind]), linesOf(text)) {
			t.Errorf("%s: %q came back as %q", kind, text, got.bodies[kind])
		}
	}
	if len(got.bodies) != len(want) || len(got.files) != len(m.Attachments) {
		t.Errorf("bodies %q, files %q", got.bodies, got.files)
	}
	for i, a := range m.Attachments[:min(len(got.files), len(m.Attachments))] {
		r := must(a.Open())(t)
		content := string(must(io.ReadAll(r))(t))
		if got.files[i] != (data.Mailbox{Name: fileName(a.Name), Address: content}) || got.types[i] != mediaType(a.Type) {
			t.Errorf("%q, %q came back as %q, %s", a.Name, content, got.files[i], got.types[i])
		}
	}
}

// linesOf cuts a text at CRLF, CR or LF, the last of which ends a line.
func linesOf(s string) []string {
	s = lineEnds.Replace(strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Split(strings.TrimSuffix(s, "\n"), "\n")
}

// must is the value, or the end of the test.
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
