package mail

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode"
	"unicode/utf8"

	"carnet/data"
)

// A file's name arrives as it was if it can do no harm, else without what
// could, and there is always one that old programs read.
func TestAttachmentName(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 126) + "a.pdf"
	for _, tt := range []struct{ typed, name, ascii string }{
		{"devis.pdf", "devis.pdf", "devis.pdf"},
		{"Été à Nîmes.pdf", "Été à Nîmes.pdf", "Ete a Nimes.pdf"},
		{"E\u0301te\u0301.pdf", "Été.pdf", "Ete.pdf"},
		{`le "bon" 100 %.txt`, `le "bon" 100 %.txt`, "le _bon_ 100 _.txt"},
		{"a; b='c', (d).txt", "a; b='c', (d).txt", "a; b='c', (d).txt"},
		{"👩‍👩‍👧.jpg", "👩‍👩‍👧.jpg", "_____.jpg"},
		{"日本.txt", "日本.txt", "__.txt"},
		{"日本", "日本", "file"},
		{"../../x", "x", "x"},
		{"/etc/passwd", "passwd", "passwd"},
		{`C:\Documents\a.pdf`, "a.pdf", "a.pdf"},
		{"..", "file", "file"}, {"a/..", "file", "file"}, {"", "file", "file"}, {" . ", "file", "file"}, {"a/", "file", "file"},
		{"．．／x", "．．／x", ".._x"}, {"．．", "．．", "file"},
		{".htaccess", ".htaccess", ".htaccess"},
		{"a.pdf. ", "a.pdf", "a.pdf"},
		{"a\r\nContent-Type: text/html\r\n\r\nb", "htmlb", "htmlb"},
		{"a\x00\x1b\u0085\u2028b.pdf", "ab.pdf", "ab.pdf"},
		{"facture\u202efdp.exe", "facturefdp.exe", "facturefdp.exe"},
		{"a\u200b\ufeff\u2066b", "ab", "ab"},
		{"a\xffb", "a\uFFFDb", "a_b"},
		{long[2:], long[2:], strings.Repeat("e", 56) + ".pdf"}, // 255 bytes
		{long, long[:250] + ".pdf", strings.Repeat("e", 56) + ".pdf"},
		{strings.Repeat("x", 251) + ".pdf", strings.Repeat("x", 251) + ".pdf", strings.Repeat("x", 56) + ".pdf"},
		{strings.Repeat("x", 300), strings.Repeat("x", 255), strings.Repeat("x", 60)},
		{"x." + strings.Repeat("y", 300), "x." + strings.Repeat("y", 253), "x." + strings.Repeat("y", 58)},
	} {
		if got := fileName(tt.typed); got != tt.name {
			t.Errorf("%q became %q and not %q", tt.typed, got, tt.name)
		}
		if got := asciiName(fileName(tt.typed)); got != tt.ascii {
			t.Errorf("%q became %q and not %q", tt.typed, got, tt.ascii)
		}
		m := letter()
		m.Attachments = []Attachment{file(tt.typed, "", "a")}
		raw, err := Render(m)
		if err != nil {
			t.Fatal(err)
		}
		for _, reader := range readers {
			checkContent(t, reader(t, raw), m)
		}
	}
}

// The type that a browser gives is passed on if it is one and does no harm.
func TestAttachmentType(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"application/pdf": "application/pdf", "Image/PNG": "image/png", "text/csv; charset=utf-8": "text/csv", "text/plain;name=\"x\"": "text/plain",
		"application/vnd.openxmlformats-officedocument.wordprocessingml.document": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
		"": anyType, "pdf": anyType, "a/b/c": anyType, "text/": anyType, "/pdf": anyType, "text/plain\r\nBcc: x@y": anyType, "texte/é": anyType, "a/" + strings.Repeat("b", 2000): anyType,
		"message/rfc822": anyType, "multipart/mixed; boundary=x": anyType, "MESSAGE/Partial": anyType,
		"text/html": anyType, "image/svg+xml": anyType, "application/xhtml+xml; a=b": anyType, "text/javascript": anyType,
	} {
		if got := mediaType(typed); got != want {
			t.Errorf("%q became %q and not %q", typed, got, want)
		}
	}
}

// A file that cannot be read, or that is not the one that was shown, stops the
// message.
func TestAttachmentFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	short, long := file("a", "", "abc"), file("a", "", "abc")
	short.Size, long.Size = 4, 2
	for _, tt := range []struct {
		name string
		file Attachment
		want error
	}{
		{"too short", short, ErrSize},
		{"too long", long, ErrSize},
		{"no file", Attachment{Open: func() (io.ReadCloser, error) { return nil, broken }}, broken},
		{"no end", Attachment{Size: 9, Open: func() (io.ReadCloser, error) { return io.NopCloser(iotest.ErrReader(broken)), nil }}, broken},
	} {
		m := letter()
		m.Attachments = []Attachment{tt.file}
		if raw, err := Render(m); !errors.Is(err, tt.want) || raw != nil {
			t.Errorf("%s: %q, %v", tt.name, raw, err)
		}
	}
	m := letter()
	m.Attachments = []Attachment{file("a", "", strings.Repeat("a", 1<<20))}
	if err := Write(failing{broken}, m); !errors.Is(err, broken) {
		t.Errorf("a writer that fails: %v", err)
	}
	m.ID = ""
	if err := Write(failing{broken}, m); !errors.Is(err, ErrHeader) {
		t.Errorf("something was written: %v", err)
	}
}

// failing is a writer that takes nothing.
type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// A large file goes through, and is never in memory whole. Alone, since it
// counts what the process takes.
func TestWriteStreams(t *testing.T) {
	took := func(size int64) (allocated uint64, written int64) {
		m := letter()
		m.Attachments = []Attachment{{Name: "film.mp4", Size: size, Open: func() (io.ReadCloser, error) {
			return io.NopCloser(io.LimitReader(zeros{}, size)), nil
		}}}
		var before, after runtime.MemStats
		var w counter
		runtime.ReadMemStats(&before)
		if err := Write(&w, m); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc, int64(w)
	}
	small, _ := took(1 << 10)
	large, written := took(20 << 20)
	if written < 20<<20*4/3 || large > 2*small+64<<10 {
		t.Errorf("20 MiB took %d bytes of memory, and 1 KiB %d; %d were written", large, small, written)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

type counter int64

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }

// Whatever a file is called, its name arrives safe, whole, and once.
func FuzzAttachmentName(f *testing.F) {
	for _, s := range []string{"Été.pdf", "../../x", "a\r\nb: c", `"\";x="y`, strings.Repeat("é", 200), "a\u202eb\x00", "．．／x", "%41*''", "\xff", " . ", "u\x00\u030f"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		name := fileName(typed)
		if name == "" || len(name) > maxFileName || !utf8.ValidString(name) || strings.ContainsAny(name, `/\`) || hasControl(name) || strings.Trim(name, ". ") == "" ||
			strings.ContainsFunc(name, func(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) }) {
			t.Errorf("%q became %q", typed, name)
		}
		if again := fileName(name); again != name {
			t.Errorf("%q became %q and then %q", typed, name, again)
		}
		value := disposition(typed)
		kind, params, err := mime.ParseMediaType(strings.ReplaceAll(value, "\r\n", ""))
		if err != nil || kind != "attachment" || len(params) != 1 || params["filename"] != name {
			t.Errorf("%q: %q says %v, %v", typed, value, params, err)
		}
		first, _, _ := strings.Cut(value, ";\r\n")
		kind, params, err = mime.ParseMediaType(first)
		old := params["filename"]
		if err != nil || kind != "attachment" || old == "" || strings.ContainsAny(old, `/\"`) || strings.Trim(old, ". ") == "" || !isASCII(value) {
			t.Errorf("%q: %q says %q, %v", typed, first, old, err)
		}
		lines := strings.Split(value, "\r\n")
		if len(lines) > 2 || slices.ContainsFunc(lines, func(l string) bool { return len(l) > 998-len("Content-Disposition: ") }) || bytes.ContainsAny([]byte(strings.Join(lines, "")), "\r\n") {
			t.Errorf("%q: %q", typed, lines)
		}
	})
}

// A message that has attachments is not rendered without what opens them.
func TestNoOpener(t *testing.T) {
	t.Parallel()
	m := data.Message{From: data.Mailbox{Address: "a@x.fr"}, To: []data.Mailbox{{Address: "b@x.fr"}}, MessageID: "1@x.fr", Created: time.Now(),
		Attachments: []data.Attachment{{Name: "a.txt", Size: 1, Hash: "a"}}}
	if _, err := Bytes(m); !errors.Is(err, ErrSize) {
		t.Errorf("it gives %v", err)
	}
}
