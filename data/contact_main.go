package data

import (
	"context"
	"time"

	"carnet/data/kv"
)

// MakeMain makes the address of a contact the main address of its client. The
// address that was main stays as a favorite contact, so that nobody who was
// written to by default is forgotten. It returns the former main address.
func (s *Store) MakeMain(ctx context.Context, clientID, id ID) (former string, err error) {
	now, fresh, done, also := s.now(), NewID(), event(ctx), event(ctx)
	return update(ctx, s, func(w kv.Writer) (string, error) {
		c, err := contact(w, clientID, id)
		if err != nil {
			return "", err
		}
		old, err := client(w, clientID)
		if err != nil || SameAddress(old.Email, c.Email) {
			return "", err
		}
		changed := old
		changed.Email, changed.Version, changed.Updated = c.Email, old.Version+1, now
		if err := replaceClient(w, old, &changed); err != nil {
			return "", err
		}
		if err := done.write(w, ContactMain, clientID, id, ""); err != nil {
			return "", err
		}
		return old.Email, keepAsFavorite(w, clientID, fresh, old.Email, now, also)
	})
}

// keepAsFavorite stars the contact that has an address, or adds one with
// nothing else. An empty address is nobody's.
func keepAsFavorite(w kv.Writer, clientID, id ID, email string, now time.Time, done Event) error {
	c := Contact{ID: id, Client: clientID, Email: email, Favorite: true, Version: 1, Created: now, Updated: now}
	if email == "" {
		return nil
	}
	err := freeAddress(w, c, true)
	if invalid, ok := err.(Invalid); ok && invalid[0].Problem == Duplicate {
		_, _, err := star(w, clientID, invalid[0].Other, true, done)
		return err
	}
	if err != nil {
		return err
	}
	return firstErr(insertContact(w, c), done.write(w, ContactCreate, clientID, id, "favorite"))
}
