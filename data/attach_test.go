package data_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"carnet/data"
	"carnet/data/blob"
	"carnet/data/datatest"
)

// withFiles is a desk with a place for attachments.
func withFiles(t *testing.T) desk {
	t.Helper()
	return withFilesIn(t, t.TempDir())
}

func withFilesIn(t *testing.T, folder string) desk {
	t.Helper()
	clock := datatest.NewClock()
	blobs := must(blob.OpenFolder(folder))(t)
	s := datatest.Open(t, clock.Option(), data.WithBlobs(blobs))
	return desk{s, clock, user(t, s), datatest.Client(t, s, "Lambert")}
}

// attach adds a file to a draft.
func (d desk) attach(t *testing.T, draft data.ID, name, content string) (data.Draft, error) {
	t.Helper()
	ref := must(d.Blobs().Put(t.Context(), strings.NewReader(content), 1<<20))(t)
	return d.Attach(t.Context(), d.user.ID, d.client.ID, draft, "page", data.Attachment{Name: name, Type: "text/plain", Hash: ref.Hash, Size: ref.Size})
}

// kept tells whether a blob outlives the collector.
func (d desk) kept(t *testing.T, hash string) bool {
	t.Helper()
	d.clock.Advance(100 * time.Hour)
	ok(t, d.Sweep(t.Context())) // drafts, by the book's clock
	_, err := d.Blobs().Collect(t.Context(), -time.Hour, func(h string) (bool, error) { return d.BlobHeld(t.Context(), h) })
	ok(t, err)
	content, err := d.Blobs().Open(t.Context(), hash)
	if err != nil {
		wantError(t, err, blob.ErrNotFound)
		return false
	}
	ok(t, content.Close())
	return true
}

func TestAttach(t *testing.T) {
	// A file can be attached before anything was typed; what is typed then keeps
	// it, and so do sending, undoing and sending again. The eleventh is refused.
	t.Parallel()
	d := withFiles(t)
	draft := draftTo(d.user, d.client, "a@x.fr")
	ok(t, errOf(d.attach(t, draft.ID, "plan.txt", "un")))
	got := must(d.attach(t, draft.ID, "../devis é.txt", "deux"))(t)
	if len(got.Attachments) != 2 || got.Attachments[1].Name != "devis é.txt" {
		t.Fatalf("the attachments are %+v", got.Attachments)
	}
	draft.Page = "page"
	saved := must(d.SaveDraft(t.Context(), draft, false))(t)
	if len(saved.Attachments) != 2 || saved.Text != "Bonjour," {
		t.Errorf("typing left %+v", saved.Attachments)
	}
	m := note(t, d.Store, d.client.ID, "a@x.fr")
	m.Author = d.user.ID
	post := func(as []data.Attachment) (data.ID, error) {
		m.ID, m.Attachments = data.NewID(), as
		return d.Enqueue(t.Context(), "", data.Posting{Message: m, Raw: [][]byte{nil}, Wait: time.Minute, Draft: &draft})
	}
	wantError(t, errOf(post(nil)), data.ErrStale)
	id := must(post(saved.Attachments))(t)
	_, err := d.attach(t, draft.ID, "late.txt", "trois")
	wantError(t, err, data.ErrState)
	back := must(d.Undo(t.Context(), d.user.ID, id))(t)
	if len(back.Attachments) != 2 {
		t.Errorf("undone, it has %+v", back.Attachments)
	}
	first := must(post(saved.Attachments))(t)
	second := must(post(saved.Attachments))(t) // from the page that was left open
	for _, id := range []data.ID{first, second} {
		if x, _, err := d.Message(t.Context(), id); err != nil || len(x.Attachments) != 2 {
			t.Errorf("the message has %+v, %v", x.Attachments, err)
		}
	}
	datatest.Check(t, d.Store)
	for i := range 10 {
		_, err = d.attach(t, "0000000000000000000000000v", "x.txt", strings.Repeat("x", i+1))
		ok(t, err)
	}
	_, err = d.attach(t, "0000000000000000000000000v", "x.txt", "11")
	wantProblem(t, err, "attachments", data.TooMany)
}

func TestDetach(t *testing.T) {
	// A file taken off is gone, and its bytes with it unless another has them; the
	// files of a sent mail stay, those of a draft thrown away go.
	t.Parallel()
	d := withFiles(t)
	id := data.NewID()
	ok(t, errOf(d.attach(t, id, "a.txt", "same")))
	ok(t, errOf(d.attach(t, id, "b.txt", "same")))
	ok(t, errOf(d.attach(t, id, "c.txt", "other")))
	wantError(t, errOf(d.Detach(t.Context(), d.user.ID, d.client.ID, id, 3)), data.ErrNotFound)
	wantError(t, errOf(d.Detach(t.Context(), data.NewID(), d.client.ID, id, 0)), data.ErrNotFound)
	got := must(d.Detach(t.Context(), d.user.ID, d.client.ID, id, 0))(t)
	if len(got.Attachments) != 2 || got.Attachments[0].Name != "b.txt" {
		t.Fatalf("it has %+v", got.Attachments)
	}
	same, other := got.Attachments[0].Hash, got.Attachments[1].Hash
	datatest.Check(t, d.Store)
	ok(t, errOf(d.Detach(t.Context(), d.user.ID, d.client.ID, id, 0)))
	if d.kept(t, same) || !d.kept(t, other) {
		t.Error("the wrong bytes are held")
	}
	ok(t, d.DeleteDraft(t.Context(), d.user.ID, d.client.ID, id))
	if d.kept(t, other) {
		t.Error("the files of a draft thrown away are held")
	}
	sent := draftTo(d.user, d.client, "a@x.fr")
	as := must(d.attach(t, sent.ID, "d.txt", "sent"))(t).Attachments
	sent.Page = "page"
	m := note(t, d.Store, d.client.ID, "a@x.fr")
	m.Attachments = as
	ok(t, errOf(d.Enqueue(t.Context(), "", data.Posting{Message: m, Raw: [][]byte{nil}, Draft: &sent})))
	if !d.kept(t, as[0].Hash) {
		t.Error("the file of a sent mail is not held")
	}
}

func TestLargeMail(t *testing.T) {
	// A mail that no value holds is kept as a blob, and claimed and read as any.
	t.Parallel()
	d := withFiles(t)
	m := note(t, d.Store, d.client.ID, "a@x.fr", "b@x.fr")
	m.Each = true
	raw := [][]byte{bytes.Repeat([]byte("a"), 300_000), bytes.Repeat([]byte("b"), 200_000)}
	shared := bytes.Repeat([]byte("s"), 400_000)
	id := must(d.Enqueue(t.Context(), "", data.Posting{Message: m, Raw: raw, Shared: shared}))(t)
	for i := range raw {
		if got := must(d.Raw(t.Context(), id, i))(t); !bytes.Equal(got, slices.Concat(raw[i], shared)) {
			t.Errorf("mail %d has %d bytes", i, len(got))
		}
	}
	datatest.Check(t, d.Store)
}

func TestUnreadableMail(t *testing.T) {
	// A mail whose bytes are damaged, cut short or gone is none: not to the first
	// recipient, whose bytes are whole, either.
	t.Parallel()
	for what, harm := range map[string]func(path string, size int64) error{
		"gone": func(path string, _ int64) error { return os.Remove(path) },
		"cut":  func(path string, size int64) error { return os.Truncate(path, size-1) },
		"damaged": func(path string, size int64) error {
			f, err := os.OpenFile(path, os.O_RDWR, 0)
			if err != nil {
				return err
			}
			_, err = f.WriteAt([]byte{0}, size/2+1)
			return errors.Join(err, f.Close())
		},
	} {
		folder := t.TempDir()
		d := withFilesIn(t, folder)
		m := note(t, d.Store, d.client.ID, "a@x.fr", "b@x.fr")
		m.Each = true
		raw := [][]byte{[]byte("a"), bytes.Repeat([]byte("b"), 500_000)}
		id := must(d.Enqueue(t.Context(), "", data.Posting{Message: m, Raw: raw}))(t)
		m, _, err := d.Message(t.Context(), id)
		ok(t, err)
		ok(t, harm(filepath.Join(folder, m.Blob[:2], m.Blob), int64(m.Size)))
		for i := range raw {
			if _, err := d.Raw(t.Context(), id, i); !errors.Is(err, data.ErrUnreadable) {
				t.Errorf("%s: the mail %d gives %v", what, i, err)
			}
		}
	}
}

func TestAttachIsNoEdit(t *testing.T) {
	// A page that attaches or takes off a file before anything was typed there
	// still has the version that it began with: it saves, and it sends.
	t.Parallel()
	d := withFiles(t)
	draft := must(d.SaveDraft(t.Context(), draftTo(d.user, d.client, "a@x.fr"), false))(t)
	draft.Page = data.NewID()
	must(d.attach(t, draft.ID, "un.txt", "un"))(t)
	must(d.attach(t, draft.ID, "deux.txt", "deux"))(t)
	kept := must(d.Detach(t.Context(), d.user.ID, d.client.ID, draft.ID, 0))(t)
	if kept.Version != draft.Version || len(kept.Attachments) != 1 {
		t.Errorf("with its file it is version %d after %d, with %d files", kept.Version, draft.Version, len(kept.Attachments))
	}
	draft.Text = "Bonjour"
	ok(t, errOf(d.SaveDraft(t.Context(), draft, false)))
}

func TestAttachAnnex(t *testing.T) {
	// An annex that is taken away while a draft takes it stays with the draft,
	// bytes and all; one that was taken away before is absent.
	t.Parallel()
	d := withFiles(t)
	draft := must(d.SaveDraft(t.Context(), draftTo(d.user, d.client, "a@x.fr"), false))(t)
	ref := must(d.Blobs().Put(t.Context(), strings.NewReader("cgv"), 1<<20))(t)
	annex := must(d.CreateAnnex(t.Context(), data.Attachment{Name: "cgv.pdf", Type: "application/pdf", Hash: ref.Hash, Size: ref.Size}))(t)
	file := must(d.AttachAnnex(t.Context(), d.user.ID, d.client.ID, draft.ID, "page", annex.ID))(t)
	ok(t, errOf(d.DeleteAnnex(t.Context(), annex.ID)))
	if file.Name != "cgv.pdf" || !d.kept(t, ref.Hash) {
		t.Errorf("%+v is attached, and its bytes are gone", file)
	}
	wantError(t, errOf(d.AttachAnnex(t.Context(), d.user.ID, d.client.ID, draft.ID, "page", annex.ID)), data.ErrNotFound)
	if got := must(d.Draft(t.Context(), d.user.ID, d.client.ID, draft.ID))(t); len(got.Attachments) != 1 {
		t.Errorf("the draft has %+v", got.Attachments)
	}
}

// What a page says can be attached is no more than the place for attachments
// takes in all.
func TestAttachmentLimitsOfAQuota(t *testing.T) {
	t.Parallel()
	folder, err := blob.OpenFolder(filepath.Join(t.TempDir(), "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	s := datatest.On(t, datatest.Engine(t, filepath.Join(t.TempDir(), "carnet.db")), data.WithBlobs(blob.WithQuota(folder, 300_000)))
	if got, err := s.AttachmentLimits(t.Context()); err != nil || got != (data.AttachmentLimits{Files: data.DefaultFiles, Bytes: 300_000}) {
		t.Errorf("%+v, %v", got, err)
	}
}
