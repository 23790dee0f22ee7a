package data

import (
	"context"
	"time"

	"carnet/data/kv"
)

// Annex is a file of the agency that any mail can go with, such as its terms.
type Annex struct {
	ID      ID         `cbor:"1,keyasint"`
	File    Attachment `cbor:"2,keyasint"`
	Created time.Time  `cbor:"3,keyasint"`
}

// MaxAnnexes is how many annexes an agency may have.
const MaxAnnexes = 50

// What is told of an annex.
const (
	AnnexCreate Action = "annex.create"
	AnnexDelete Action = "annex.delete"
)

func annexKey(id ID) []byte { return key(tAnnex, id) }

// Annexes returns the annexes in the order in which they came.
func (s *Store) Annexes(ctx context.Context) ([]Annex, error) {
	return view(ctx, s, annexes)
}

func annexes(r kv.Reader) ([]Annex, error) {
	entries, err := r.Scan(kv.Range{Prefix: key[string](tAnnex)})
	if err != nil {
		return nil, err
	}
	out := make([]Annex, len(entries))
	for i, e := range entries {
		if out[i], err = decode[Annex](e.Value); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// CreateAnnex adds a file, whose blob was put. Invalid beyond MaxAnnexes, or if
// no mail could hold it.
func (s *Store) CreateAnnex(ctx context.Context, file Attachment) (Annex, error) {
	a, done := Annex{ID: NewID(), Created: s.now()}, event(ctx)
	return update(ctx, s, func(w kv.Writer) (Annex, error) {
		set, err := relay(w)
		if err != nil {
			return a, err
		}
		var c checker
		files := []Attachment{file}
		c.attachments("file", &files, set.Attachments())
		if err := c.err(); err != nil {
			return a, err
		}
		all, err := annexes(w)
		if err != nil {
			return a, err
		}
		if len(all) >= MaxAnnexes {
			return a, Invalid{{Field: "file", Problem: TooMany, Max: MaxAnnexes}}
		}
		a.File = files[0]
		return a, firstErr(holdBlobs(w, a.ID, files), put(w, annexKey(a.ID), a), done.write(w, AnnexCreate, "", a.ID, ""))
	})
}

// Annex returns an annex.
func (s *Store) Annex(ctx context.Context, id ID) (Annex, error) {
	return view(ctx, s, func(r kv.Reader) (Annex, error) { return get[Annex](r, annexKey(id)) })
}

// DeleteAnnex takes an annex away. Drafts and mails that have it keep it.
func (s *Store) DeleteAnnex(ctx context.Context, id ID) (Annex, error) {
	done := event(ctx)
	return update(ctx, s, func(w kv.Writer) (Annex, error) {
		a, err := get[Annex](w, annexKey(id))
		if err != nil {
			return a, err
		}
		return a, firstErr(dropBlobs(w, id, []Attachment{a.File}), w.Delete(annexKey(id)), done.write(w, AnnexDelete, "", id, ""))
	})
}
