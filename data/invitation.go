package data

import (
	"context"
	"slices"
	"time"

	"carnet/data/kv"
)

// InvitationLife is how long an invitation can be accepted.
const InvitationLife = 7 * 24 * time.Hour

// invitationKept is how long one that was not accepted stays in the list.
const invitationKept = 30 * 24 * time.Hour

// MaxInvitations is how many invitations are kept at a time.
const MaxInvitations = 200

// What the journal tells of invitations.
const (
	UserInvite       Action = "user.invite"
	UserJoin         Action = "user.join"
	InvitationRevoke Action = "invitation.revoke"
)

// Invitation lets a person make an account, once. The token in its link is
// never kept, only the SHA-256 of it.
type Invitation struct {
	ID       ID        `cbor:"1,keyasint"`
	Email    string    `cbor:"2,keyasint"` // one invitation an address
	Name     string    `cbor:"3,keyasint"` // may be empty
	Role     Role      `cbor:"4,keyasint"`
	Language Language  `cbor:"5,keyasint"` // of the mail that brings it
	By       ID        `cbor:"6,keyasint"` // who invites; empty: the program itself
	Hash     string    `cbor:"7,keyasint"`
	Created  time.Time `cbor:"8,keyasint"`
	Expires  time.Time `cbor:"9,keyasint"`

	Void bool `cbor:"-"` // it has expired, or who invites does not administer any more
}

// Mailbox returns the person as a recipient.
func (i Invitation) Mailbox() Mailbox { return Mailbox{Name: i.Name, Address: i.Email} }

// index is where an invitation is found by.
func (i Invitation) index() [][]byte {
	a, _ := AddressKey(i.Email)
	return [][]byte{key(tInvited, i.Hash), key(tInvitee, a)}
}

func (i *Invitation) check() error {
	var c checker
	c.line("name", &i.Name, 80)
	c.address("email", &i.Email, true)
	if !slices.Contains(Roles, i.Role) {
		c.add("user_role", NotOffered)
	}
	choice(&c, "language", &i.Language, "", French, English)
	return c.err()
}

// Invite keeps an invitation by the context's actor, and returns the token of its
// link. It takes the place of one that the address has. Invalid if a field is, HasAccount if the address
// has an account already, TooMany beyond what an agency may have.
func (s *Store) Invite(ctx context.Context, i Invitation) (Invitation, string, error) {
	if err := i.check(); err != nil {
		return i, "", err
	}
	a, err := AddressKey(i.Email)
	if err != nil {
		return i, "", err
	}
	done, token, now := event(ctx), newToken(), s.now()
	i.ID, i.By, i.Hash, i.Created, i.Expires = NewID(), done.User, sessionHash(token), now, now.Add(InvitationLife)
	return i, token, s.kv.Update(ctx, func(w kv.Writer) error {
		if err := joinable(w, a, MaxUsers); err != nil {
			return err
		}
		old, err := lookup[Invitation](w, key(tInvitee, a))
		switch {
		case err == nil:
			err = dropInvitation(w, old)
		case err == ErrNotFound:
			err = roomToInvite(w)
		}
		if err != nil {
			return err
		}
		return firstErr(putInvitation(w, i), done.write(w, UserInvite, "", i.ID, string(i.Role)))
	})
}

// joinable tells whether an address may get an account.
func joinable(r kv.Reader, address string, most int) error {
	owner, err := lookup[User](r, key(tUserEmail, address))
	if err == nil {
		return Invalid{{Field: "email", Problem: HasAccount, Other: owner.ID}}
	}
	if err != ErrNotFound {
		return err
	}
	all, err := r.Scan(kv.Range{Prefix: key[string](tUser), Limit: most})
	if err == nil && len(all) >= most {
		err = Invalid{{Field: "email", Problem: TooMany, Max: most}}
	}
	return err
}

func roomToInvite(r kv.Reader) error {
	all, err := r.Scan(kv.Range{Prefix: key[string](tInvitation), Limit: MaxInvitations})
	if err == nil && len(all) >= MaxInvitations {
		err = Invalid{{Field: "email", Problem: TooMany, Max: MaxInvitations}}
	}
	return err
}

func putInvitation(w kv.Writer, i Invitation) error {
	return firstErr(put(w, invitationKey(i.ID), i), putAll(w, i.index(), invitationKey(i.ID)))
}

func dropInvitation(w kv.Writer, i Invitation) error {
	return deleteAll(w, append(i.index(), invitationKey(i.ID)))
}

// RenewInvitation gives an invitation a new token and another seven days, in
// the name of the context's actor. The old link is of no use any more.
func (s *Store) RenewInvitation(ctx context.Context, id ID) (Invitation, string, error) {
	done, token, now := event(ctx), newToken(), s.now()
	i, err := update(ctx, s, func(w kv.Writer) (Invitation, error) {
		i, err := get[Invitation](w, invitationKey(id))
		if err != nil {
			return i, err
		}
		if err := dropInvitation(w, i); err != nil {
			return i, err
		}
		i.By, i.Hash, i.Expires = done.User, sessionHash(token), now.Add(InvitationLife)
		return i, firstErr(putInvitation(w, i), done.write(w, UserInvite, "", id, string(i.Role)))
	})
	return i, token, err
}

// RevokeInvitation takes an invitation back.
func (s *Store) RevokeInvitation(ctx context.Context, id ID) (Invitation, error) {
	done := event(ctx)
	return update(ctx, s, func(w kv.Writer) (Invitation, error) {
		i, err := get[Invitation](w, invitationKey(id))
		if err != nil {
			return i, err
		}
		return i, firstErr(dropInvitation(w, i), done.write(w, InvitationRevoke, "", id, ""))
	})
}

// Invitations returns those that nobody accepted yet, the latest first.
func (s *Store) Invitations(ctx context.Context) ([]Invitation, error) {
	now := s.now()
	return view(ctx, s, func(r kv.Reader) ([]Invitation, error) {
		entries, err := r.Scan(kv.Range{Prefix: key[string](tInvitation), Reverse: true})
		if err != nil {
			return nil, err
		}
		all, err := users(r)
		if err != nil {
			return nil, err
		}
		out := make([]Invitation, len(entries))
		for n, e := range entries {
			if out[n], err = decode[Invitation](e.Value); err != nil {
				return nil, err
			}
			out[n].Void = !out[n].open(all, now)
		}
		return out, nil
	})
}

// open tells whether an invitation can be accepted. That of who does not
// administer any more cannot, so that nobody keeps a way back in.
func (i Invitation) open(all []User, now time.Time) bool {
	if !now.Before(i.Expires) {
		return false
	}
	for _, u := range all {
		if u.ID == i.By {
			return u.Administers() && u.Enabled()
		}
	}
	return i.By == ""
}

// Invitation returns the invitation that a token opens; ErrNotFound if it is
// unknown, used, revoked or void.
func (s *Store) Invitation(ctx context.Context, token string) (Invitation, error) {
	now := s.now()
	return view(ctx, s, func(r kv.Reader) (Invitation, error) { return invitation(r, sessionHash(token), now) })
}

func invitation(r kv.Reader, hash string, now time.Time) (Invitation, error) {
	i, err := lookup[Invitation](r, key(tInvited, hash))
	if err != nil {
		return i, err
	}
	var by []User
	if i.By != "" {
		u, err := get[User](r, userKey(i.By))
		if err != nil {
			return i, err
		}
		by = append(by, u)
	}
	if !i.open(by, now) {
		return Invitation{}, ErrNotFound
	}
	return i, nil
}

// Join makes the account of who has an invitation's token: u has their name and
// language, and the invitation gives address and role. Of many who use the token
// at once one does. ErrNotFound as Invitation, Invalid if a field is, ErrBusy as
// Authenticate.
func (s *Store) Join(ctx context.Context, token string, u User, password string) (User, error) {
	invited, err := s.Invitation(ctx, token)
	if err != nil {
		return u, err
	}
	agency, err := s.Agency(ctx)
	if err != nil {
		return u, err
	}
	u = User{ID: NewID(), Name: u.Name, Language: u.Language, Created: s.now()}
	var c checker
	c.line("name", &u.Name, 80)
	if u.Name == "" {
		c.add("name", Required)
	}
	checkPassword(&c, "password", password, u.Name, invited.Email, agency.Name)
	choice(&c, "language", &u.Language, "", French, English)
	if err := c.err(); err != nil {
		return u, err
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return u, err
	}
	u.Password = hash
	done, now := event(ctx), s.now()
	done.User = u.ID
	return update(ctx, s, func(w kv.Writer) (User, error) {
		i, err := invitation(w, sessionHash(token), now)
		if err != nil {
			return u, err
		}
		a, err := AddressKey(i.Email)
		if err != nil {
			return u, err
		}
		if err := joinable(w, a, MaxUsers); err != nil {
			return u, err
		}
		joined := u
		joined.Email, joined.Role = i.Email, i.Role
		return joined, firstErr(dropInvitation(w, i), insertUser(w, joined), done.write(w, UserJoin, "", u.ID, string(i.Role)))
	})
}
