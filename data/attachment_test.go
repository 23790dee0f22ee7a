package data

import (
	"errors"
	"hash/maphash"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"carnet/data/blob"
	"carnet/data/kv"
	"carnet/data/kv/kvtest"
)

func TestFileNames(t *testing.T) {
	// The name of a file is a visible line without a path, and keeps its extension.
	t.Parallel()
	long := strings.Repeat("é", 300)
	for name, want := range map[string]string{
		"Devis n° 12.pdf":               "Devis n° 12.pdf",
		"e\u0301te\u0301.PDF":           "été.PDF",
		`C:\fakepath\plan.dwg`:          "plan.dwg",
		"../../etc/passwd":              "passwd",
		"a/b\\c.txt":                    "b_c.txt",
		`a"b\c.txt`:                     `a"b_c.txt`,
		`\\serveur\plans\plan.dwg`:      "plan.dwg",
		`\`:                             "piece-jointe",
		"facture\u202Efdp.exe":          "facturefdp.exe",
		"a\r\nBcc: b@x.fr.pdf":          "a Bcc: b@x.fr.pdf",
		"  deux   mots .pdf ":           "deux mots.pdf",
		"nul\x00.pdf":                   "nul.pdf",
		"bad\xff.pdf":                   "bad\uFFFD.pdf",
		"":                              "piece-jointe",
		" \u200b ":                      "piece-jointe",
		"..":                            "piece-jointe",
		"plans/":                        "piece-jointe",
		".pdf":                          "piece-jointe.pdf",
		"... .pdf":                      "piece-jointe.pdf",
		"fin.":                          "fin",
		"archive.tar.gz":                "archive.tar.gz",
		"Bonjour. Voici le plan":        "Bonjour. Voici le plan",
		long + ".pdf":                   strings.Repeat("é", 98) + ".pdf",
		long:                            strings.Repeat("é", 100),
		"x." + strings.Repeat("y", 300): "x." + strings.Repeat("y", 198),
	} {
		if got := fileName(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}

// FuzzFileName: whatever a browser says is a file's name becomes one that is
// safe to show, to write in a header, and to keep.
func FuzzFileName(f *testing.F) {
	f.Add("été/plan\u202E.pdf")
	f.Add(strings.Repeat("\u0958", 90) + ".\u200d")
	f.Add("a." + strings.Repeat("\U0001F469\u200d", 40))
	f.Fuzz(func(t *testing.T, s string) {
		name := fileName(s)
		if name == "" || len(name) > maxFileName || !utf8.ValidString(name) || !norm.NFC.IsNormalString(name) ||
			strings.ContainsAny(name, `/\`) || strings.ContainsFunc(name, unicode.IsControl) || unprintable(name) ||
			strings.Trim(name, " .") != name {
			t.Errorf("%q is %q", s, name)
		}
	})
}

func TestMediaTypes(t *testing.T) {
	// A type is type/subtype, or that of bytes.
	t.Parallel()
	for s, want := range map[string]string{
		"application/pdf": "application/pdf", "Text/Plain; charset=utf-8": "text/plain", "image/svg+xml": "image/svg+xml",
		"": "application/octet-stream", "pdf": "application/octet-stream", "a/b\r\nBcc: x": "application/octet-stream",
		"multipart/mixed; boundary=x": "application/octet-stream", "message/rfc822": "application/octet-stream",
		"a/" + strings.Repeat("b", 99): "application/octet-stream",
	} {
		if got := mediaType(s); got != want {
			t.Errorf("%q is %q, want %q", s, got, want)
		}
	}
}

func attachment(name string, size int64) Attachment {
	return Attachment{Name: name, Type: "application/pdf", Hash: strings.Repeat("0a", 32), Size: size}
}

func TestAttachmentBounds(t *testing.T) {
	// Ten files and 20 MB together are the most; a hash that is none is refused; the
	// caller's list stays as it was.
	t.Parallel()
	many := func(n int, size int64) (as []Attachment) {
		for range n {
			as = append(as, attachment("a/b.pdf", size))
		}
		return as
	}
	limits := AttachmentLimits{Files: DefaultFiles, Bytes: DefaultMegabytes * 1_000_000}
	most := int(limits.Bytes)
	forged, negative := many(1, 1), many(1, -1)
	forged[0].Hash = "../../carnet.db"
	for name, x := range map[string]struct {
		as   []Attachment
		want Invalid
	}{
		"none":     {nil, nil},
		"all":      {many(limits.Files, limits.Bytes/int64(limits.Files)), nil},
		"many":     {many(limits.Files+1, 0), Invalid{{Field: "files", Problem: TooMany, Max: limits.Files}}},
		"large":    {many(1, limits.Bytes+1), Invalid{{Field: "files", Problem: TooLarge, Max: most}}},
		"together": {append(many(1, 1), many(2, limits.Bytes/2)...), Invalid{{Field: "files", Problem: TooLarge, Max: most}}},
		"overflow": {many(4, 1<<62), Invalid{{Field: "files", Problem: TooLarge, Max: most}}},
		"forged":   {forged, Invalid{{Field: "files", Problem: Malformed}}},
		"negative": {append(negative, many(1, limits.Bytes)...), Invalid{{Field: "files", Problem: Malformed}}},
	} {
		var c checker
		as := x.as
		c.attachments("files", &as, limits)
		if !reflect.DeepEqual(c.problems, x.want) {
			t.Errorf("%s: %v, want %v", name, c.problems, x.want)
		}
		for i := range as {
			if as[i].Name != "b.pdf" || x.as[i].Name != "a/b.pdf" {
				t.Errorf("%s: %q is %q", name, x.as[i].Name, as[i].Name)
			}
		}
	}
}

// withBlobs gives a book a folder, and returns a function that puts a content
// into it as it was so long ago.
func withBlobs(t *testing.T, s *Store) func(content string, ago time.Duration) Attachment {
	t.Helper()
	path := filepath.Join(t.TempDir(), "carnet.db"+blob.Suffix)
	WithBlobs(must(blob.OpenFolder(path)))(s)
	return func(content string, ago time.Duration) Attachment {
		t.Helper()
		ref, err := s.Blobs().Put(t.Context(), strings.NewReader(content), DefaultMegabytes*1_000_000)
		then := time.Now().Add(-ago)
		if err := firstErr(err, os.Chtimes(filepath.Join(path, ref.Hash[:2], ref.Hash), then, then)); err != nil {
			t.Fatal(err)
		}
		return Attachment{Name: content, Hash: ref.Hash, Size: ref.Size}
	}
}

func TestSweepBlobs(t *testing.T) {
	// A blob goes when no record holds it any more and it is a day old, however
	// many held it, and not before.
	t.Parallel()
	s := openTest(t)
	s.kv = kvtest.Twice(s.kv)
	put := withBlobs(t, s)
	const old, recent = 24*time.Hour + 30*time.Minute, 23*time.Hour + 30*time.Minute
	shared, own, orphan, young := put("shared", old), put("own", old), put("orphan", old), put("young", recent)
	a, b := NewID(), NewID()
	change := func(fn func(w kv.Writer) error) {
		t.Helper()
		if err := firstErr(s.kv.Update(t.Context(), fn), s.Sweep(t.Context())); err != nil {
			t.Fatal(err)
		}
	}
	want := func(kept ...Attachment) {
		t.Helper()
		for _, x := range []Attachment{shared, own, orphan, young} {
			c, err := s.Blobs().Open(t.Context(), x.Hash)
			if err == nil {
				err = c.Close()
			}
			stays := false
			for _, k := range kept {
				stays = stays || k == x
			}
			if stays != (err == nil) || err != nil && !errors.Is(err, blob.ErrNotFound) {
				t.Errorf("%s stays: %t, %v", x.Name, !stays, err)
			}
		}
	}
	change(func(w kv.Writer) error {
		again := shared
		again.Name = "the same bytes"
		return firstErr(holdBlobs(w, a, []Attachment{shared, own, again}), holdBlobs(w, b, []Attachment{shared}))
	})
	want(shared, own, young)
	change(func(w kv.Writer) error { return dropBlobs(w, a, []Attachment{shared, own}) })
	want(shared, young)
	change(func(w kv.Writer) error { return dropBlobs(w, b, []Attachment{shared}) })
	want(young)
	if problems := must(s.Check(t.Context())); len(problems) > 0 {
		t.Errorf("what was dropped left %q", problems)
	}
}

func TestCheckBlobs(t *testing.T) {
	// A blob that is held by a record that does not say so is told; one whose record
	// claims it, once for the same bytes twice, is not.
	t.Parallel()
	s, owner := openTest(t), NewID()
	as := []Attachment{attachment("a.pdf", 1), attachment("b.pdf", 1)}
	if err := s.kv.Update(t.Context(), func(w kv.Writer) error { return holdBlobs(w, owner, as) }); err != nil {
		t.Fatal(err)
	}
	if got := must(s.Check(t.Context())); !reflect.DeepEqual(got, []string{"stray: blob " + string(owner)}) {
		t.Errorf("it says %q", got)
	}
	a := audit{kv: s.kv, seed: maphash.MakeSeed(), entries: map[uint64]bool{}}
	err := a.gather(t.Context())
	for _, k := range blobKeys(owner, as) {
		a.claim(k, nil)
	}
	if err := firstErr(err, a.strays(t.Context())); err != nil || len(a.problems) > 0 {
		t.Errorf("claimed: %q, %v", a.problems, err)
	}
}

func TestLargestMessageFits(t *testing.T) {
	// The record of a message to as many as there may be, with as many files as
	// can be set, fits a value.
	t.Parallel()
	box := Mailbox{Name: strings.Repeat("n", maxName), Address: strings.Repeat("a", 64) + "@" + strings.Repeat("b", 185) + ".fr"}
	m := Message{ID: NewID(), Client: NewID(), Author: NewID(), Draft: NewID(), Request: NewID(), From: box, ReplyTo: box, Each: true,
		Subject: strings.Repeat("👋", MaxSubject), MessageID: strings.Repeat("m", 250), Blob: strings.Repeat("0", 64)}
	for range MaxRecipients {
		m.To, m.Sizes = append(m.To, box), append(m.Sizes, 100_000_000)
	}
	for range MaxFiles {
		m.Attachments = append(m.Attachments, Attachment{Name: strings.Repeat("n", maxFileName), Type: strings.Repeat("t", maxMediaType),
			Hash: strings.Repeat("0", 64), Size: MaxMegabytes * 1_000_000})
	}
	b, err := encoding.Marshal(m)
	if err != nil || len(b) > kv.MaxValue-64 {
		t.Errorf("it has %d bytes of %d, %v", len(b), kv.MaxValue, err)
	}
}
