package data

import (
	"context"
	"time"

	"carnet/data/kv"
)

// CreateClient adds a client and returns it with its id and number. The same
// request twice returns what the first made. Invalid if a field is.
func (s *Store) CreateClient(ctx context.Context, request ID, c Client) (Client, error) {
	now := s.now()
	c.ID, c.Version, c.Created, c.Updated, c.Deleted = NewID(), 1, now, now, time.Time{}
	if err := c.check(); err != nil {
		return c, err
	}
	done := event(ctx)
	id, err := updateOnce(ctx, s, tClient, "", request, func(w kv.Writer) (ID, error) {
		c := c
		return c.ID, firstErr(insertClient(w, &c), done.write(w, ClientCreate, c.ID, c.ID, ""))
	})
	if err != nil {
		return c, err
	}
	return s.Client(ctx, id)
}

func insertClient(w kv.Writer, c *Client) error {
	if err := claimNumber(w, c); err != nil {
		return err
	}
	if err := put(w, tallyKey(c.ID), Tally{Version: 1}); err != nil {
		return err
	}
	if err := put(w, clientKey(c.ID), c); err != nil {
		return err
	}
	return indexClient(w, *c)
}

// UpdateClient changes a client as change says. version is the one the caller
// saw: if the client moved on, the error is ErrStale and the client returned
// is as it stands now. former is the main address that another took the place
// of, or empty; keep makes it a favorite contact.
func (s *Store) UpdateClient(ctx context.Context, id ID, version uint64, keep bool, change func(*Client)) (c Client, former string, err error) {
	now, fresh, done, also := s.now(), NewID(), event(ctx), event(ctx)
	c, err = update(ctx, s, func(w kv.Writer) (Client, error) {
		former = ""
		old, err := client(w, id)
		if err != nil {
			return old, err
		}
		if old.Version != version {
			return old, ErrStale
		}
		c := old
		change(&c)
		c.ID, c.Created, c.Deleted, c.Version, c.Updated = old.ID, old.Created, old.Deleted, old.Version+1, now
		if err := c.check(); err != nil {
			return c, err
		}
		if err := replaceClient(w, old, &c); err != nil {
			return c, err
		}
		if err := done.edited(w, ClientUpdate, id, id, c.changes(old)); err != nil || old.Email == "" || SameAddress(old.Email, c.Email) {
			return c, err
		}
		former = old.Email
		if !keep {
			return c, nil
		}
		return c, keepAsFavorite(w, id, fresh, former, now, also)
	})
	return c, former, err
}

// replaceClient writes a changed client and its indexes; it may give it a number.
func replaceClient(w kv.Writer, old Client, c *Client) error {
	if c.Number != old.Number {
		if err := w.Delete(numberKey(old.Number)); err != nil {
			return err
		}
		if err := claimNumber(w, c); err != nil {
			return err
		}
	}
	if err := deleteAll(w, clientIndex(old)); err != nil {
		return err
	}
	if !SameAddress(old.Email, c.Email) {
		if err := leaveAddress(w, c.ID, old.Email, clientKey(c.ID)); err != nil {
			return err
		}
	}
	if err := put(w, clientKey(c.ID), c); err != nil {
		return err
	}
	if err := indexClient(w, *c); err != nil {
		return err
	}
	return count(w, c.ID, 0, 0)
}

// DeleteClient moves a client to the trash with its contacts; its number stays
// taken. RestoreClient brings it back.
func (s *Store) DeleteClient(ctx context.Context, id ID) error {
	now, done := s.now(), event(ctx)
	return s.kv.Update(ctx, func(w kv.Writer) error {
		c, err := client(w, id)
		if err != nil {
			return err
		}
		if err := deleteAll(w, clientIndex(c)); err != nil {
			return err
		}
		c.Deleted, c.Version = now, c.Version+1
		if err := w.Put(trashKey(now, id), clientKey(id)); err != nil {
			return err
		}
		return firstErr(put(w, clientKey(id), c), done.write(w, ClientDelete, id, id, ""))
	})
}

// RestoreClient takes a client out of the trash; one that is not there is left
// as it is.
func (s *Store) RestoreClient(ctx context.Context, id ID) (Client, error) {
	done := event(ctx)
	return update(ctx, s, func(w kv.Writer) (Client, error) {
		c, err := get[Client](w, clientKey(id))
		if err != nil || c.Deleted.IsZero() {
			return c, err
		}
		if err := w.Delete(trashKey(c.Deleted, id)); err != nil {
			return c, err
		}
		c.Deleted, c.Version = time.Time{}, c.Version+1
		if err := put(w, clientKey(id), c); err != nil {
			return c, err
		}
		if err := indexClient(w, c); err != nil {
			return c, err
		}
		return c, firstErr(count(w, id, 0, 0), done.write(w, ClientRestore, id, id, ""))
	})
}
