package data

import (
	"context"
	"slices"
	"time"

	"carnet/data/kv"
)

// MaxUsers is how many people an agency may have, the disabled among them.
const MaxUsers = 500

// What the journal tells of people.
const (
	UserSetUp   Action = "user.setup" // the first one, with the agency
	UserRole    Action = "user.role"
	UserDisable Action = "user.disable"
	UserEnable  Action = "user.enable"
)

// Roles are those that a user may have.
var Roles = []Role{Administrator, Member, Reader}

// UserAt returns the user who has an address, however it is spelled.
func (s *Store) UserAt(ctx context.Context, email string) (User, error) {
	a, err := AddressKey(email)
	if err != nil {
		return User{}, ErrNotFound
	}
	return view(ctx, s, func(r kv.Reader) (User, error) { return lookup[User](r, key(tUserEmail, a)) })
}

// SetRole gives a user a role, which ends all their sessions: they sign in anew
// with other rights. The role that they have already changes nothing. Invalid
// if there is no such role, ErrLastAdministrator if nobody else administers.
func (s *Store) SetRole(ctx context.Context, id ID, role Role) (User, error) {
	if !slices.Contains(Roles, role) {
		return User{}, Invalid{{Field: "user_role", Problem: NotOffered}}
	}
	return s.changeUser(ctx, id, func(u *User) (Action, string) {
		if u.Role == role {
			return "", ""
		}
		u.Role = role
		return UserRole, string(role)
	})
}

// SetEnabled lets a user in, or keeps them out: then they cannot sign in, and
// all their sessions end. ErrLastAdministrator if nobody else administers.
func (s *Store) SetEnabled(ctx context.Context, id ID, enabled bool) (User, error) {
	now := s.now()
	return s.changeUser(ctx, id, func(u *User) (Action, string) {
		switch {
		case u.Enabled() == enabled:
			return "", ""
		case enabled:
			u.Disabled = time.Time{}
			return UserEnable, ""
		}
		u.Disabled = now
		return UserDisable, ""
	})
}

// changeUser changes who a user is to the agency, ends their sessions and tells
// the journal. change returns what it did; no action is no change.
func (s *Store) changeUser(ctx context.Context, id ID, change func(*User) (Action, string)) (User, error) {
	done := event(ctx)
	return update(ctx, s, func(w kv.Writer) (User, error) {
		u, err := get[User](w, userKey(id))
		if err != nil {
			return u, err
		}
		administered := u.Administers() && u.Enabled()
		action, detail := change(&u)
		if action == "" {
			return u, nil
		}
		if administered && !(u.Administers() && u.Enabled()) {
			if err := leavesAnAdministrator(w, id); err != nil {
				return u, err
			}
		}
		u.endSessions()
		return u, firstErr(put(w, userKey(id), u), done.write(w, action, "", id, detail))
	})
}

// leavesAnAdministrator is ErrLastAdministrator if nobody but one user
// administers.
func leavesAnAdministrator(r kv.Reader, but ID) error {
	all, err := users(r)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(u User) bool { return u.ID != but && u.Administers() && u.Enabled() }) {
		return ErrLastAdministrator
	}
	return nil
}
