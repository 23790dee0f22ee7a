package data

import (
	"context"
	"mime"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"carnet/data/blob"
	"carnet/data/kv"
)

// Bounds of an attachment's name and type.
const (
	maxFileName  = 200 // bytes
	maxExtension = 20  // bytes; what is longer is no extension
	maxMediaType = 100 // bytes
)

// AttachmentLimits is how much can be attached to one message.
type AttachmentLimits struct {
	Files int
	Bytes int64 // of all together
}

// The limits that hold until others are set, and the widest that can be set:
// a record holds the names of so many files, and a mail stands in memory while
// it leaves.
const (
	DefaultFiles     = 10
	DefaultMegabytes = 20 // of 1,000,000 bytes
	MaxFiles         = 20
	MaxMegabytes     = 50
)

// AttachmentLimits returns the limits as they are set, or less if the place for
// attachments takes less.
func (s *Store) AttachmentLimits(ctx context.Context) (AttachmentLimits, error) {
	x, err := s.Relay(ctx)
	limits := x.Attachments()
	if quota, ok := s.blobs.(*blob.Quota); ok {
		limits.Bytes = min(limits.Bytes, quota.Bytes)
	}
	return limits, err
}

// Check returns Invalid, for a field, if a message cannot go with the files.
func (l AttachmentLimits) Check(field string, files []Attachment) error {
	var c checker
	c.attachments(field, &files, l)
	return c.err()
}

// blobAge is how old a blob is before it is removed because no record names
// it: a person may write that long between adding a file and sending.
const blobAge = 24 * time.Hour

// Attachment is a file that goes with a message. Its bytes are a blob.
type Attachment struct {
	Name string `cbor:"1,keyasint"` // what the recipient sees
	Type string `cbor:"2,keyasint"` // type/subtype (RFC 2046), without parameters
	Hash string `cbor:"3,keyasint"` // of the blob
	Size int64  `cbor:"4,keyasint"` // bytes
}

// attachments cleans the attachments of a record, in a list of their own.
func (c *checker) attachments(field string, as *[]Attachment, limits AttachmentLimits) {
	*as = slices.Clone(*as)
	if len(*as) > limits.Files {
		c.problems = append(c.problems, FieldError{Field: field, Problem: TooMany, Max: limits.Files})
	}
	left := limits.Bytes
	for i, a := range *as {
		(*as)[i].Name, (*as)[i].Type = fileName(a.Name), mediaType(a.Type)
		if !blob.IsHash(a.Hash) || a.Size < 0 {
			c.add(field, Malformed)
		}
		left -= min(max(a.Size, 0), limits.Bytes+1)
	}
	if left < 0 {
		c.problems = append(c.problems, FieldError{Field: field, Problem: TooLarge, Max: int(limits.Bytes)})
	}
}

// windowsPath begins with a drive or a server. Elsewhere a backslash is a
// character of a name, which other computers do not take.
var windowsPath = regexp.MustCompile(`^(?:[A-Za-z]:)?\\`)

// fileName makes any bytes the name of a file that is safe to show and to
// keep: the last part of a path, one visible line in NFC, no dot or space at
// its ends, maxFileName bytes of which the extension stays.
func fileName(s string) string {
	s = CleanText(s)
	if windowsPath.MatchString(s) {
		s = s[strings.LastIndex(s, `\`)+1:]
	}
	s = strings.ReplaceAll(s[strings.LastIndex(s, "/")+1:], `\`, "_")
	extension := path.Ext(s)
	if len(extension) < 2 || len(extension) > maxExtension || strings.Contains(extension, " ") {
		extension = ""
	}
	base := strings.Trim(strings.TrimSuffix(s, extension), " .")
	if base == "" {
		base = "piece-jointe"
	}
	base = cut(base, maxFileName-len(extension))
	return CleanText(strings.TrimRight(base, " .") + extension)
}

// mediaType makes what a browser says of a file a type that an attachment may
// have: one that holds other parts is told as bytes (RFC 2046, 5.1 and 5.2).
func mediaType(s string) string {
	t, _, err := mime.ParseMediaType(s)
	if err != nil || len(t) > maxMediaType || !strings.Contains(t, "/") ||
		strings.HasPrefix(t, "multipart/") || strings.HasPrefix(t, "message/") {
		return anyType
	}
	return t
}

// blobKeys are the keys that say that a record uses the blobs of attachments.
// Two attachments may be the same bytes.
func blobKeys(owner ID, as []Attachment) [][]byte {
	var hashes []string
	for _, a := range as {
		hashes = append(hashes, a.Hash)
	}
	slices.Sort(hashes)
	var keys [][]byte
	for _, hash := range slices.Compact(hashes) {
		keys = append(keys, key(tBlob, hash, string(owner)))
	}
	return keys
}

// holdBlobs says that a record uses the blobs of its attachments, which were
// put or kept before this transaction, or are held by a record that it reads.
func holdBlobs(w kv.Writer, owner ID, as []Attachment) error {
	return putAll(w, blobKeys(owner, as), nil)
}

// dropBlobs undoes holdBlobs. The bytes go later, if nobody else holds them.
func dropBlobs(w kv.Writer, owner ID, as []Attachment) error {
	return deleteAll(w, blobKeys(owner, as))
}

// Attach adds a file, whose blob was put, to a draft of a user, and makes the
// draft if there is none yet. page is the one that does so. ErrState if it was
// sent, Invalid if it would have too many files or too much.
func (s *Store) Attach(ctx context.Context, author, clientID, id, page ID, a Attachment) (Draft, error) {
	return s.attach(ctx, author, clientID, id, page, func(kv.Reader) (Attachment, error) { return a, nil })
}

// AttachAnnex is Attach of an annex, and returns its file. The annex is read
// where its blob is held for the draft too, so that it may be deleted at any
// moment. ErrNotFound if there is none.
func (s *Store) AttachAnnex(ctx context.Context, author, clientID, id, page, annex ID) (Attachment, error) {
	var file Attachment
	_, err := s.attach(ctx, author, clientID, id, page, func(r kv.Reader) (Attachment, error) {
		a, err := get[Annex](r, annexKey(annex))
		file = a.File
		return file, err
	})
	return file, err
}

// attach adds the file that read returns, whose blob was put, or is held by a
// record that read reads.
func (s *Store) attach(ctx context.Context, author, clientID, id, page ID, read func(kv.Reader) (Attachment, error)) (Draft, error) {
	now := s.now()
	return update(ctx, s, func(w kv.Writer) (Draft, error) {
		a, err := read(w)
		if err != nil {
			return Draft{}, err
		}
		if _, err := client(w, clientID); err != nil {
			return Draft{}, err
		}
		d, err := openDraft(w, author, clientID, id)
		if err == ErrNotFound {
			d, err = Draft{ID: id, Client: clientID, Author: author, Page: page, Version: 1, Created: now}, nil
		}
		if err != nil {
			return d, err
		}
		old := d
		d.Attachments = append(slices.Clone(d.Attachments), a)
		set, err := relay(w)
		if err != nil {
			return old, err
		}
		var c checker
		c.attachments("attachments", &d.Attachments, set.Attachments())
		if err := c.err(); err != nil {
			return old, err
		}
		if err := holdBlobs(w, id, d.Attachments[len(d.Attachments)-1:]); err != nil {
			return old, err
		}
		return writeDraft(w, d, old.Parts, now)
	})
}

// Detach takes the file with a number off a draft of a user. ErrNotFound if
// there is none, ErrState if the draft was sent.
func (s *Store) Detach(ctx context.Context, author, clientID, id ID, number int) (Draft, error) {
	now := s.now()
	return update(ctx, s, func(w kv.Writer) (Draft, error) {
		if _, err := client(w, clientID); err != nil {
			return Draft{}, err
		}
		d, err := openDraft(w, author, clientID, id)
		if err != nil {
			return d, err
		}
		if number < 0 || number >= len(d.Attachments) {
			return d, ErrNotFound
		}
		old := d
		if err := dropBlobs(w, id, d.Attachments[number:number+1]); err != nil {
			return d, err
		}
		d.Attachments = slices.Delete(slices.Clone(d.Attachments), number, number+1)
		if err := holdBlobs(w, id, d.Attachments); err != nil { // another may be the same bytes
			return d, err
		}
		return writeDraft(w, d, old.Parts, now)
	})
}

// openDraft reads a draft that may be changed.
func openDraft(r kv.Reader, author, clientID, id ID) (Draft, error) {
	d, err := get[Draft](r, draftKey(author, clientID, id))
	switch {
	case err != nil:
		return d, err
	case d.Message != "":
		return d, ErrState
	case !d.Deleted.IsZero():
		return d, ErrNotFound
	}
	return d, d.read(r)
}

// BlobHeld tells whether any record uses a blob.
func (s *Store) BlobHeld(ctx context.Context, hash string) (bool, error) {
	return view(ctx, s, func(r kv.Reader) (bool, error) {
		entries, err := r.Scan(kv.Range{Prefix: key(tBlob, hash), Limit: 1})
		return len(entries) > 0, err
	})
}

// collectBlobs removes the blobs that no record uses.
func (s *Store) collectBlobs(ctx context.Context) error {
	if s.blobs == nil {
		return nil
	}
	_, err := s.blobs.Collect(ctx, blobAge, func(hash string) (bool, error) { return s.BlobHeld(ctx, hash) })
	return err
}
