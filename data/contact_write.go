package data

import (
	"context"
	"time"

	"carnet/data/kv"
)

// CreateContact adds a contact to its client and returns it. The same request
// twice returns what the first made. Invalid with Duplicate if a contact of
// the client has the address, with InTrash if one in the trash has it, unless
// fresh says to make another all the same.
func (s *Store) CreateContact(ctx context.Context, request ID, c Contact, fresh bool) (Contact, error) {
	now := s.now()
	c.ID, c.Version, c.Created, c.Updated, c.Deleted = NewID(), 1, now, now, time.Time{}
	if err := c.check(); err != nil {
		return c, err
	}
	done := event(ctx)
	id, err := updateOnce(ctx, s, tContact, c.Client, request, func(w kv.Writer) (ID, error) {
		if _, err := client(w, c.Client); err != nil {
			return "", err
		}
		if err := freeAddress(w, c, fresh); err != nil {
			return "", err
		}
		return c.ID, firstErr(insertContact(w, c), done.write(w, ContactCreate, c.Client, c.ID, ""))
	})
	if err != nil {
		return c, err
	}
	return s.Contact(ctx, c.Client, id)
}

// UpdateContact changes a contact as change says. version is the one the
// caller saw: if the contact moved on, the error is ErrStale and the contact
// returned is as it stands now. A star set meanwhile is no edit, and stays
// unless change sets it.
func (s *Store) UpdateContact(ctx context.Context, clientID, id ID, version uint64, change func(*Contact)) (Contact, error) {
	now, done := s.now(), event(ctx)
	return update(ctx, s, func(w kv.Writer) (Contact, error) {
		old, err := contact(w, clientID, id)
		if err != nil {
			return old, err
		}
		if old.Version != version {
			return old, ErrStale
		}
		c := old
		change(&c)
		c.ID, c.Client, c.Created, c.Deleted = old.ID, old.Client, old.Created, old.Deleted
		c.Version, c.Updated = old.Version+1, now
		if err := c.check(); err != nil {
			return c, err
		}
		if err := freeAddress(w, c, true); err != nil {
			return c, err
		}
		if err := removeContact(w, old); err != nil {
			return c, err
		}
		if !SameAddress(old.Email, c.Email) {
			if err := leaveAddress(w, clientID, old.Email, contactKey(clientID, id)); err != nil {
				return c, err
			}
		}
		return c, firstErr(insertContact(w, c), done.edited(w, ContactUpdate, clientID, id, c.changes(old)))
	})
}

// Star makes a contact a favorite, or no longer one. It touches nothing else,
// and setting what is set already changes nothing. It returns the contact, and
// the counts that its client has with it.
func (s *Store) Star(ctx context.Context, clientID, id ID, favorite bool) (c Contact, t Tally, err error) {
	done := event(ctx)
	c, err = update(ctx, s, func(w kv.Writer) (Contact, error) {
		var c Contact
		var err error
		c, t, err = star(w, clientID, id, favorite, done)
		return c, err
	})
	return c, t, err
}

// star makes three reads, and seven writes at most.
func star(w kv.Writer, clientID, id ID, favorite bool, done Event) (c Contact, t Tally, err error) {
	if c, err = contact(w, clientID, id); err != nil {
		return c, t, err
	}
	if c.Favorite == favorite {
		t, err = get[Tally](w, tallyKey(clientID))
		return c, t, err
	}
	if err := w.Delete(orderKey(c)); err != nil {
		return c, t, err
	}
	c.Favorite = favorite
	if err := w.Put(orderKey(c), contactKey(clientID, id)); err != nil {
		return c, t, err
	}
	if err := put(w, contactKey(clientID, id), c); err != nil {
		return c, t, err
	}
	if t, err = counted(w, clientID, 0, one(favorite)-one(!favorite)); err != nil {
		return c, t, err
	}
	action := ContactUnstar
	if favorite {
		action = ContactStar
	}
	return c, t, done.write(w, action, clientID, id, "")
}

// DeleteContact moves a contact to the trash, star and all.
func (s *Store) DeleteContact(ctx context.Context, clientID, id ID) (Contact, error) {
	now, done := s.now(), event(ctx)
	return update(ctx, s, func(w kv.Writer) (Contact, error) {
		c, err := contact(w, clientID, id)
		if err != nil {
			return c, err
		}
		if err := removeContact(w, c); err != nil {
			return c, err
		}
		c.Deleted = now
		if err := bin(w, c); err != nil {
			return c, err
		}
		return c, firstErr(put(w, contactKey(clientID, id), c), done.write(w, ContactDelete, clientID, id, ""))
	})
}

// RestoreContact takes a contact out of the trash with its star; one that is
// not there is left as it is. Invalid with Duplicate if its address was given
// to another contact meanwhile.
func (s *Store) RestoreContact(ctx context.Context, clientID, id ID) (Contact, error) {
	done := event(ctx)
	return update(ctx, s, func(w kv.Writer) (Contact, error) {
		if _, err := client(w, clientID); err != nil {
			return Contact{}, err
		}
		c, err := get[Contact](w, contactKey(clientID, id))
		if err != nil || c.Deleted.IsZero() {
			return c, err
		}
		if err := freeAddress(w, c, true); err != nil {
			return c, err
		}
		if err := unbin(w, c); err != nil {
			return c, err
		}
		c.Deleted = time.Time{}
		return c, firstErr(insertContact(w, c), done.write(w, ContactRestore, clientID, id, ""))
	})
}
