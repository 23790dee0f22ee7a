package data

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"carnet/data/kv"
)

// Draft is a message that a user is writing to a client, as its form stands:
// what is no address yet, or too long, is kept as it was typed. It is the
// user's own; to all others it is absent.
type Draft struct {
	ID      ID        `cbor:"1,keyasint"` // made by the page, so that saving twice is one draft
	Client  ID        `cbor:"2,keyasint"`
	Author  ID        `cbor:"3,keyasint"`
	Subject string    `cbor:"4,keyasint"`
	Version uint64    `cbor:"5,keyasint"` // grows with each save of what is typed
	Page    ID        `cbor:"6,keyasint"` // the page that saved it last
	Created time.Time `cbor:"7,keyasint"`
	Updated time.Time `cbor:"8,keyasint"`
	Deleted time.Time `cbor:"9,keyasint"`  // zero unless it was thrown away
	Message ID        `cbor:"10,keyasint"` // what it was sent as; it is no draft any more
	Parts   int       `cbor:"11,keyasint"`

	DraftBody `cbor:"-"` // kept apart; Draft fills it, lists do not
}

// DraftBody is all that a form holds but its subject.
type DraftBody struct {
	To      DraftField `cbor:"1,keyasint"`
	Cc      DraftField `cbor:"2,keyasint"`
	Bcc     DraftField `cbor:"3,keyasint"`
	Ignored []string   `cbor:"4,keyasint"` // keys of addresses that are not asked about again
	Asked   []string   `cbor:"5,keyasint"` // keys of those that the step before sending asked about
	Text    string     `cbor:"6,keyasint"`
	Each    bool       `cbor:"7,keyasint"` // one mail for each recipient

	Attachments []Attachment `cbor:"8,keyasint"` // changed by Attach and Detach only
}

// DraftField is a field of recipients.
type DraftField struct {
	Recipients []DraftRecipient `cbor:"1,keyasint"`
	Typed      string           `cbor:"2,keyasint"` // what is no chip yet
	Shown      bool             `cbor:"3,keyasint"`
}

// DraftRecipient is a chip.
type DraftRecipient struct {
	Text    string `cbor:"1,keyasint"` // a mailbox, or what is none
	Contact ID     `cbor:"2,keyasint"` // the contact that had the address when it was chosen, or empty
	Main    bool   `cbor:"3,keyasint"` // it was the client's main address then
}

const maxDraftParts = 6 // more than a form of the largest size takes

func draftKey(author, client, id ID) []byte { return key(tDraft, author, client, id) }

// Draft returns a draft of a user to a client. ErrNotFound if it was sent,
// thrown away, or is somebody else's.
func (s *Store) Draft(ctx context.Context, author, clientID, id ID) (Draft, error) {
	return view(ctx, s, func(r kv.Reader) (Draft, error) {
		if _, err := client(r, clientID); err != nil {
			return Draft{}, err
		}
		d, err := get[Draft](r, draftKey(author, clientID, id))
		if err != nil || d.Message != "" || !d.Deleted.IsZero() {
			return Draft{}, firstErr(err, ErrNotFound)
		}
		return d, d.read(r)
	})
}

// read fills the body of a draft.
func (d *Draft) read(r kv.Reader) error {
	b, err := getParts(r, tDraftBody, d.ID, d.Parts)
	if err != nil {
		return err
	}
	d.DraftBody, err = decode[DraftBody](b)
	return err
}

// SaveDraft keeps a draft as its form stands, and makes it at the first time.
// Version is the one that the page began with (0 for a new draft) and Page
// names the page, which may save again and again. If another page saved it
// since, the error is ErrStale and the draft returned is as it stands, unless
// force takes it over. ErrState if it was sent meanwhile: it stays so. Invalid
// if it is too long to be kept, ErrNotFound if the draft is another user's or
// another client's.
func (s *Store) SaveDraft(ctx context.Context, d Draft, force bool) (Draft, error) {
	now := s.now()
	d.valid()
	if err := s.recognize(ctx, &d); err != nil {
		return d, err
	}
	return update(ctx, s, func(w kv.Writer) (Draft, error) {
		if _, err := client(w, d.Client); err != nil {
			return d, err
		}
		old, err := get[Draft](w, draftKey(d.Author, d.Client, d.ID))
		if err == ErrNotFound {
			if another, err := exists(w, partKey(tDraftBody, d.ID, 0)); err != nil || another {
				return d, firstErr(err, ErrNotFound) // the draft is another's
			}
			return replaceDraft(w, d, Draft{Created: now}, now)
		}
		if err == nil {
			err = old.read(w)
		}
		switch {
		case err != nil:
			return d, err
		case old.Message != "":
			return d, ErrState
		case !force && !d.follows(old):
			return old, ErrStale
		}
		return replaceDraft(w, d, old, now)
	})
}

// follows tells whether the page of d saw the draft as it stands: it saved it
// last, or began with that version.
func (d Draft) follows(old Draft) bool { return old.Page == d.Page || old.Version == d.Version }

// valid makes what was typed UTF-8, which a record has to be.
func (d *Draft) valid() {
	fix := func(s *string) { *s = strings.ToValidUTF8(*s, "\uFFFD") }
	fix(&d.Subject)
	fix(&d.Text)
	for _, f := range []*DraftField{&d.To, &d.Cc, &d.Bcc} {
		fix(&f.Typed)
		f.Recipients = slices.Clone(f.Recipients)
		for i := range f.Recipients {
			fix(&f.Recipients[i].Text)
		}
	}
	for _, list := range []*[]string{&d.Ignored, &d.Asked} {
		*list = slices.Clone(*list)
		for i := range *list {
			fix(&(*list)[i])
		}
	}
}

// replaceDraft writes d in the place of old, unless nothing changed.
func replaceDraft(w kv.Writer, d, old Draft, now time.Time) (Draft, error) {
	d.DraftBody = d.inherit(old.DraftBody)
	d.Created, d.Updated, d.Version, d.Parts = old.Created, old.Updated, old.Version, old.Parts
	d.Deleted = time.Time{}
	if reflect.DeepEqual(d, old) {
		return old, nil
	}
	return putDraft(w, d, old, now)
}

// putDraft writes d as the version after old.
func putDraft(w kv.Writer, d, old Draft, now time.Time) (Draft, error) {
	d.Version = old.Version + 1
	return writeDraft(w, d, old.Parts, now)
}

// writeDraft writes d, whose body had so many parts. Files that come and go are
// no version: pages do not hold them, and one that typed goes on.
func writeDraft(w kv.Writer, d Draft, had int, now time.Time) (Draft, error) {
	body, err := encoding.Marshal(d.DraftBody)
	if err != nil {
		return d, fmt.Errorf("data: encode a draft: %w", err)
	}
	if len(body) > maxDraftParts*partSize {
		return d, Invalid{{Field: "text", Problem: TooLong, Max: MaxText}}
	}
	d.Updated = now
	if d.Parts, err = putParts(w, tDraftBody, d.ID, body, had); err != nil {
		return d, err
	}
	return d, put(w, draftKey(d.Author, d.Client, d.ID), d)
}

// inherit returns b with what its form does not hold: the attachments, and whom
// old knew its recipients as. One whose address changed since is still who was
// chosen.
func (b DraftBody) inherit(old DraftBody) DraftBody {
	known := map[string]DraftRecipient{}
	for _, f := range []DraftField{old.To, old.Cc, old.Bcc} {
		for _, x := range f.Recipients {
			known[x.Text] = x
		}
	}
	b.Attachments = old.Attachments
	for _, f := range []*DraftField{&b.To, &b.Cc, &b.Bcc} {
		f.Recipients = slices.Clone(f.Recipients)
		for i, x := range f.Recipients {
			if was := known[x.Text]; was.Contact != "" {
				f.Recipients[i].Contact = was.Contact
			}
			f.Recipients[i].Main = x.Main || known[x.Text].Main
		}
	}
	return b
}

// recognize notes which contact each recipient is, and which is the main
// address, where that is not known yet.
func (s *Store) recognize(ctx context.Context, d *Draft) error {
	var boxes []Mailbox
	var places []*DraftRecipient
	for _, f := range []*DraftField{&d.To, &d.Cc, &d.Bcc} {
		f.Recipients = slices.Clone(f.Recipients)
		for i := range f.Recipients {
			if tokens := SplitMailboxes(f.Recipients[i].Text); f.Recipients[i].Contact == "" && len(tokens) == 1 && tokens[0].Err == nil {
				boxes, places = append(boxes, tokens[0].Mailbox), append(places, &f.Recipients[i])
			}
		}
	}
	known, err := s.Recipients(ctx, d.Client, boxes)
	for i, r := range known {
		places[i].Main = r.Main
		if r.Contact != nil {
			places[i].Contact = r.Contact.ID
		}
	}
	return err
}

// DeleteDraft throws a draft away; RestoreDraft brings it back, for two days.
// ErrNotFound if it was sent, or is somebody else's.
func (s *Store) DeleteDraft(ctx context.Context, author, clientID, id ID) error {
	now := s.now()
	return s.throwDraft(ctx, author, clientID, id, now)
}

// RestoreDraft undoes DeleteDraft.
func (s *Store) RestoreDraft(ctx context.Context, author, clientID, id ID) error {
	return s.throwDraft(ctx, author, clientID, id, time.Time{})
}

func (s *Store) throwDraft(ctx context.Context, author, clientID, id ID, at time.Time) error {
	return s.kv.Update(ctx, func(w kv.Writer) error {
		d, err := get[Draft](w, draftKey(author, clientID, id))
		if err != nil || d.Message != "" {
			return firstErr(err, ErrNotFound)
		}
		d.Deleted = at
		return put(w, draftKey(author, clientID, id), d)
	})
}
