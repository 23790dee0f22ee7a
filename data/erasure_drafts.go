package data

import (
	"context"
	"slices"

	"carnet/data/kv"
)

// draftsTo calls fn, between transactions, for each draft to a client that is
// addressed to the contact, whoever writes it; also for those that were sent or
// thrown away and are not swept yet.
func (s *Store) draftsTo(ctx context.Context, e erasure, fn func(Draft) error) error {
	var authors []ID
	if err := s.walk(ctx, key[string](tUser), kv.MaxPage, func(_ kv.Reader, x kv.Entry) error {
		authors = append(authors, ID(last(x.Key)))
		return nil
	}); err != nil {
		return err
	}
	for _, author := range authors {
		var found []Draft
		if err := s.walk(ctx, key(tDraft, author, e.Client), kv.MaxReads/maxDraftParts-1, func(r kv.Reader, x kv.Entry) error {
			d, err := decode[Draft](x.Value)
			if err == nil {
				err = d.read(r)
			}
			if err == nil && e.eraseDraft(&d) {
				found = append(found, d)
			}
			return err
		}); err != nil {
			return err
		}
		for _, d := range found {
			if err := fn(d); err != nil {
				return err
			}
		}
	}
	return nil
}

// eraseDrafts takes the contact out of the drafts. Whoever has one open is told,
// as of another page that saved it.
func (s *Store) eraseDrafts(ctx context.Context, e erasure) error {
	return s.draftsTo(ctx, e, func(found Draft) error {
		return s.kv.Update(ctx, func(w kv.Writer) error {
			d, err := get[Draft](w, draftKey(found.Author, found.Client, found.ID))
			if err == ErrNotFound {
				return nil
			}
			if err != nil {
				return err
			}
			if err := d.read(w); err != nil || !e.eraseDraft(&d) {
				return err
			}
			d.Version, d.Page = d.Version+1, ""
			_, err = writeDraft(w, d, d.Parts, d.Updated)
			return err
		})
	})
}

// eraseDraft takes the contact out of a draft, and tells whether it was there.
func (e erasure) eraseDraft(d *Draft) (was bool) {
	for _, f := range []*DraftField{&d.To, &d.Cc, &d.Bcc} {
		n := len(f.Recipients)
		f.Recipients = slices.DeleteFunc(slices.Clone(f.Recipients), e.isChip)
		was = was || len(f.Recipients) < n
		if e.in(f.Typed) {
			f.Typed, was = "", true
		}
	}
	for _, list := range []*[]string{&d.Ignored, &d.Asked} {
		n := len(*list)
		*list = slices.DeleteFunc(slices.Clone(*list), func(a string) bool { return slices.Contains(e.Addresses, a) })
		was = was || len(*list) < n
	}
	return was
}

// isChip tells whether a recipient of a draft is the contact.
func (e erasure) isChip(x DraftRecipient) bool {
	return x.Contact != "" && slices.Contains(e.Records, x.Contact) || e.in(x.Text)
}
