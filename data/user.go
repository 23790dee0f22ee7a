package data

import (
	"context"
	"slices"
	"strings"
	"time"

	"carnet/data/kv"
)

// Language of the interface; empty leaves it to the browser.
type Language string

const (
	French  Language = "fr"
	English Language = "en"
)

// Theme of the interface; empty follows the system.
type Theme string

const (
	Light Theme = "light"
	Dark  Theme = "dark"
)

// Role is what a user may do. What each may is the routes' to say.
type Role string

const (
	Administrator Role = "administrator" // all, the agency's settings and people too
	Member        Role = "member"        // the agency's clients, contacts and mails
	Reader        Role = "reader"        // see them, and change nothing
)

// UnmarshalCBOR reads a role, and what stood in its place when there were two
// kinds of users: true for an administrator.
func (r *Role) UnmarshalCBOR(b []byte) error {
	var administrator bool
	if decoding.Unmarshal(b, &administrator) == nil {
		if *r = Member; administrator {
			*r = Administrator
		}
		return nil
	}
	var s string
	err := decoding.Unmarshal(b, &s)
	*r = Role(s)
	return err
}

// User is a person of the agency.
type User struct {
	ID       ID        `cbor:"1,keyasint"`
	Email    string    `cbor:"2,keyasint"` // to sign in with; unique
	Name     string    `cbor:"3,keyasint"`
	Password string    `cbor:"4,keyasint"` // PHC string of argon2id
	Language Language  `cbor:"5,keyasint"`
	Theme    Theme     `cbor:"6,keyasint"`
	Created  time.Time `cbor:"7,keyasint"`

	Role      Role   `cbor:"8,keyasint"`
	Signature string `cbor:"9,keyasint"`  // ends each new message; may be empty
	Undo      int    `cbor:"10,keyasint"` // seconds to undo a sending, plus one; 0: not chosen
	Epoch     uint64 `cbor:"11,keyasint"` // grows when all sessions are ended

	Disabled time.Time `cbor:"20,keyasint"` // since when the user may not come in; zero: they may
	SignedIn time.Time `cbor:"21,keyasint"` // last; zero: never
}

// Seconds to undo a sending: those of who did not choose, and the most.
const (
	DefaultUndo = 10
	MaxUndo     = 60
)

// Administers tells whether the user may change what is the agency's.
func (u User) Administers() bool { return u.Role == Administrator }

// Writes tells whether the user may change clients, contacts and mails.
func (u User) Writes() bool { return u.Role != Reader }

// Enabled tells whether the user may come in.
func (u User) Enabled() bool { return u.Disabled.IsZero() }

// UndoSeconds returns how many seconds a sending can be undone.
func (u User) UndoSeconds() int {
	if u.Undo == 0 {
		return DefaultUndo
	}
	return u.Undo - 1
}

// Mailbox returns the user as a sender.
func (u User) Mailbox() Mailbox { return Mailbox{Name: u.Name, Address: u.Email} }

// Agency is what the book itself is called.
type Agency struct {
	Name string `cbor:"1,keyasint"`
}

// Agency returns the agency; one without a name before the first account.
func (s *Store) Agency(ctx context.Context) (Agency, error) {
	a, err := view(ctx, s, func(r kv.Reader) (Agency, error) { return get[Agency](r, key[string](tAgency)) })
	if err == ErrNotFound {
		return Agency{}, nil
	}
	return a, err
}

// Empty tells whether the book still waits for its first account.
func (s *Store) Empty(ctx context.Context) (bool, error) {
	return view(ctx, s, func(r kv.Reader) (bool, error) { return noUser(r) })
}

func noUser(r kv.Reader) (bool, error) {
	users, err := r.Scan(kv.Range{Prefix: key[string](tUser), Limit: 1})
	return len(users) == 0, err
}

// SetUp makes the first account and names the agency. ErrTaken if there is an
// account, Invalid if a field is, ErrBusy as Authenticate.
func (s *Store) SetUp(ctx context.Context, agency Agency, u User, password string) (User, error) {
	u.ID, u.Created, u.Role = NewID(), s.now(), Administrator
	var c checker
	c.line("agency", &agency.Name, 120)
	if agency.Name == "" {
		c.add("agency", Required)
	}
	c.line("name", &u.Name, 80)
	if u.Name == "" {
		c.add("name", Required)
	}
	c.address("email", &u.Email, true)
	checkPassword(&c, "password", password, u.Name, u.Email, agency.Name)
	choice(&c, "language", &u.Language, "", French, English)
	if err := c.err(); err != nil {
		return u, err
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return u, err
	}
	u.Password = hash
	done := event(ctx)
	done.User = u.ID
	return u, s.kv.Update(ctx, func(w kv.Writer) error {
		empty, err := noUser(w)
		if err != nil {
			return err
		}
		if !empty {
			return ErrTaken
		}
		if err := put(w, key[string](tAgency), agency); err != nil {
			return err
		}
		return firstErr(insertUser(w, u), done.write(w, UserSetUp, "", u.ID, ""))
	})
}

func insertUser(w kv.Writer, u User) error {
	a, err := AddressKey(u.Email)
	if err != nil {
		return err
	}
	if err := w.Put(key(tUserEmail, a), userKey(u.ID)); err != nil {
		return err
	}
	return put(w, userKey(u.ID), u)
}

// User returns a user.
func (s *Store) User(ctx context.Context, id ID) (User, error) {
	return view(ctx, s, func(r kv.Reader) (User, error) { return get[User](r, userKey(id)) })
}

// FirstUser returns the user who set the book up, or the first after them who
// is not disabled.
func (s *Store) FirstUser(ctx context.Context) (User, error) {
	return view(ctx, s, func(r kv.Reader) (User, error) {
		all, err := users(r)
		if err != nil {
			return User{}, err
		}
		i := slices.IndexFunc(all, User.Enabled)
		if i < 0 {
			return User{}, ErrNotFound
		}
		return all[i], nil
	})
}

// Prefer keeps a user's choice of language and theme; an empty one leaves what
// was chosen.
func (s *Store) Prefer(ctx context.Context, id ID, l Language, t Theme) (User, error) {
	return update(ctx, s, func(w kv.Writer) (User, error) {
		u, err := get[User](w, userKey(id))
		if err != nil {
			return u, err
		}
		if l != "" {
			u.Language = l
		}
		if t != "" {
			u.Theme = t
		}
		return u, put(w, userKey(id), u)
	})
}

// Profile is what users say of themselves.
type Profile struct {
	Name, Signature string
	Undo            int      // seconds
	Language        Language // empty: the browser's
	Theme           Theme    // empty: the system's
}

// SetProfile changes what a user says of themselves. Invalid if a field is.
func (s *Store) SetProfile(ctx context.Context, id ID, p Profile) (User, error) {
	var c checker
	c.line("name", &p.Name, 80)
	if p.Name == "" {
		c.add("name", Required)
	}
	c.lines("signature", &p.Signature, 2000)
	choice(&c, "language", &p.Language, "", French, English)
	choice(&c, "theme", &p.Theme, "", Light, Dark)
	if p.Undo < 0 || p.Undo > MaxUndo {
		c.problems = append(c.problems, FieldError{Field: "undo", Problem: OutOfRange, Max: MaxUndo})
	}
	if err := c.err(); err != nil {
		return User{}, err
	}
	done := event(ctx)
	return update(ctx, s, func(w kv.Writer) (User, error) {
		u, err := get[User](w, userKey(id))
		if err != nil {
			return u, err
		}
		var changed fields
		changed.add("name", u.Name != p.Name)
		changed.add("signature", u.Signature != p.Signature)
		changed.add("undo", u.UndoSeconds() != p.Undo)
		changed.add("language", u.Language != p.Language)
		changed.add("theme", u.Theme != p.Theme)
		u.Name, u.Signature, u.Undo, u.Language, u.Theme = p.Name, p.Signature, p.Undo+1, p.Language, p.Theme
		return u, firstErr(put(w, userKey(id), u), done.edited(w, ProfileUpdate, "", id, changed))
	})
}

// ProfileUpdate tells of what a user says of themselves; the detail names the
// fields.
const ProfileUpdate Action = "profile.update"

// Users returns the people of the agency, by name, the disabled too.
func (s *Store) Users(ctx context.Context) ([]User, error) {
	out, err := view(ctx, s, users)
	slices.SortStableFunc(out, func(a, b User) int { return strings.Compare(sortKey(a.Name), sortKey(b.Name)) })
	return out, err
}

// users returns everybody, in the order in which they came.
func users(r kv.Reader) ([]User, error) {
	entries, err := r.Scan(kv.Range{Prefix: key[string](tUser)})
	if err != nil {
		return nil, err
	}
	out := make([]User, len(entries))
	for i, e := range entries {
		if out[i], err = decode[User](e.Value); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Authenticate returns the user who signs in with an address and a password,
// or ErrCredentials, after the same time whichever is wrong, or if the user is
// disabled. A hash of weaker
// parameters than today's is made again. ErrBusy when too many wait.
func (s *Store) Authenticate(ctx context.Context, email, password string) (User, error) {
	u := User{Password: nobody}
	if a, err := AddressKey(email); err == nil {
		found, err := view(ctx, s, func(r kv.Reader) (User, error) { return lookup[User](r, key(tUserEmail, a)) })
		switch err {
		case nil:
			u = found
		case ErrNotFound:
		default:
			return User{}, err
		}
	}
	ok, weak, err := s.verify(ctx, u.Password, password)
	if err != nil {
		return User{}, err
	}
	if !ok || u.ID == "" || !u.Enabled() {
		return User{}, firstErr(s.RefuseSession(ctx, u.ID), ErrCredentials)
	}
	if weak {
		return s.rehash(ctx, u, password)
	}
	return u, nil
}

// RefuseSession tells the journal of a sign-in that failed: of whom, if they are
// known.
func (s *Store) RefuseSession(ctx context.Context, user ID) error {
	done := event(ctx)
	return s.kv.Update(ctx, func(w kv.Writer) error { return done.write(w, SessionRefuse, "", user, "") })
}

func (s *Store) rehash(ctx context.Context, u User, password string) (User, error) {
	hash, err := s.hash(ctx, password)
	if err != nil {
		return u, err
	}
	return update(ctx, s, func(w kv.Writer) (User, error) {
		now, err := get[User](w, userKey(u.ID))
		if err != nil || now.Password != u.Password {
			return now, err
		}
		now.Password = hash
		return now, put(w, userKey(u.ID), now)
	})
}
