package data

import (
	"context"
	"time"

	"carnet/data/kv"
)

// requestLife is how long a form is remembered, so that it does its work once.
const requestLife = 48 * time.Hour

// Sweep forgets what has expired: forms done long ago, drafts that were sent or
// thrown away, sessions, invitations, links to a new password, old events, and
// blobs that no record uses. It goes on with erasures that were interrupted. It
// works in small steps and stops at the first error.
func (s *Store) Sweep(ctx context.Context) error {
	now := s.now()
	if err := s.sweepUndone(ctx); err != nil {
		return err
	}
	if err := s.sweepErasures(ctx); err != nil {
		return err
	}
	if err := s.sweep(ctx, tOnce, 1, func(_ kv.Reader, e kv.Entry) ([][]byte, error) {
		d, err := decode[done](e.Value)
		if err != nil || now.Sub(d.At) < requestLife {
			return nil, err
		}
		return [][]byte{e.Key}, nil
	}); err != nil {
		return err
	}
	if err := s.sweep(ctx, tDraft, 1+maxDraftParts+MaxFiles, func(r kv.Reader, e kv.Entry) ([][]byte, error) {
		d, err := decode[Draft](e.Value)
		if err != nil || d.Message == "" && d.Deleted.IsZero() || now.Sub(later(d.Updated, d.Deleted)) < requestLife {
			return nil, err
		}
		keys := [][]byte{e.Key}
		if d.Message == "" { // else the message has its attachments
			body, err := getParts(r, tDraftBody, d.ID, d.Parts)
			if err != nil {
				return nil, err
			}
			if d.DraftBody, err = decode[DraftBody](body); err != nil {
				return nil, err
			}
			keys = append(keys, blobKeys(d.ID, d.Attachments)...)
		}
		for i := range d.Parts {
			keys = append(keys, partKey(tDraftBody, d.ID, i))
		}
		return keys, nil
	}); err != nil {
		return err
	}
	if err := s.sweep(ctx, tSession, 2, func(_ kv.Reader, e kv.Entry) ([][]byte, error) {
		x, err := decode[Session](e.Value)
		if err != nil || now.Sub(x.Seen) < SessionIdle && now.Sub(x.Created) < SessionLife {
			return nil, err
		}
		return [][]byte{e.Key, key(tSessions, string(x.User), last(e.Key))}, nil
	}); err != nil {
		return err
	}
	if err := s.sweepEvents(ctx); err != nil {
		return err
	}
	if err := s.sweep(ctx, tInvitation, 3, func(_ kv.Reader, e kv.Entry) ([][]byte, error) {
		i, err := decode[Invitation](e.Value)
		if err != nil || now.Sub(i.Expires) < invitationKept {
			return nil, err
		}
		return append(i.index(), e.Key), nil
	}); err != nil {
		return err
	}
	if err := s.sweep(ctx, tReset, 2, func(_ kv.Reader, e kv.Entry) ([][]byte, error) {
		x, err := decode[reset](e.Value)
		if err != nil || !x.over(now) {
			return nil, err
		}
		return [][]byte{e.Key, key(tResets, x.User)}, nil
	}); err != nil {
		return err
	}
	return s.collectBlobs(ctx)
}

// sweep walks a table and deletes the keys that stale names for its entries, most
// of them for one.
func (s *Store) sweep(ctx context.Context, table string, most int, stale func(kv.Reader, kv.Entry) ([][]byte, error)) error {
	return s.sweepOf(ctx, key[string](table), most, stale)
}

// sweepOf is sweep for the keys that begin with a prefix.
func (s *Store) sweepOf(ctx context.Context, prefix []byte, most int, stale func(kv.Reader, kv.Entry) ([][]byte, error)) error {
	var after []byte
	for {
		var n int
		var end []byte
		err := s.kv.Update(ctx, func(w kv.Writer) error {
			entries, err := w.Scan(kv.Range{Prefix: prefix, After: after, Limit: kv.MaxWrites / most})
			if err != nil {
				return err
			}
			n = len(entries)
			for _, e := range entries {
				end = append([]byte(nil), e.Key...)
				keys, err := stale(w, e)
				if err != nil {
					return err
				}
				if err := deleteAll(w, keys); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || n == 0 {
			return err
		}
		after = end
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
