package handlers

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"carnet/data"

	"github.com/gofiber/fiber/v2"
	"github.com/gorilla/sessions"
)

// sessionStore is a gorilla sessions.Store whose sessions live in the book: the
// cookie holds 256 random bits, the book their SHA-256. Nothing else in Carnet
// knows gorilla, or net/http's cookies.
type sessionStore struct {
	book    *data.Store
	name    string
	options sessions.Options
}

// newSessions names the cookie: with the __Host- prefix (RFC 6265bis) when
// browsers come by https.
func newSessions(book *data.Store, public *url.URL) *sessionStore {
	s := &sessionStore{book: book, name: "sid", options: sessions.Options{
		Path: "/", MaxAge: int(data.SessionLife / time.Second), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}}
	if public != nil && public.Scheme == "https" {
		s.name, s.options.Secure = "__Host-sid", true
	}
	return s
}

// The keys of a session's values.
const (
	userValue  = "user"
	flashValue = "flash"
)

// Get returns the session of a request.
func (s *sessionStore) Get(r *http.Request, name string) (*sessions.Session, error) {
	return s.New(r, name)
}

// New returns the session of a request, a new one if the request has none that
// lives.
func (s *sessionStore) New(r *http.Request, name string) (*sessions.Session, error) {
	token := ""
	if cookie, err := r.Cookie(name); err == nil {
		token = cookie.Value
	}
	return s.open(r.Context(), name, token)
}

func (s *sessionStore) open(ctx context.Context, name, token string) (*sessions.Session, error) {
	session := sessions.NewSession(s, name)
	options := s.options
	session.Options, session.IsNew = &options, true
	if token == "" {
		return session, nil
	}
	kept, u, err := s.book.Session(ctx, token)
	if errors.Is(err, data.ErrNotFound) {
		return session, nil
	}
	if err != nil {
		return session, err
	}
	session.ID, session.IsNew = token, false
	session.Values[userValue] = u
	if len(kept.Values) > 0 {
		session.Values[flashValue] = kept.Values
	}
	return session, nil
}

// Save keeps a session: a new one gets its token and cookie, one whose MaxAge
// is negative is ended, and one that was ended meanwhile stays so.
func (s *sessionStore) Save(r *http.Request, w http.ResponseWriter, session *sessions.Session) error {
	switch {
	case session.Options.MaxAge < 0:
		if err := s.book.DeleteSession(r.Context(), session.ID); err != nil {
			return err
		}
		http.SetCookie(w, sessions.NewCookie(session.Name(), "", session.Options))
		return nil
	case session.ID == "":
		u, _ := session.Values[userValue].(data.User)
		token := newToken()
		if err := s.book.CreateSession(r.Context(), token, u.ID); err != nil {
			return err
		}
		session.ID = token
		http.SetCookie(w, sessions.NewCookie(session.Name(), token, session.Options))
		return nil
	}
	values, _ := session.Values[flashValue].([]byte)
	err := s.book.SaveSession(r.Context(), session.ID, values)
	if errors.Is(err, data.ErrNotFound) {
		return nil
	}
	return err
}

func newToken() string {
	b := make([]byte, 32)
	rand.Read(b) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b)
}

// The shim: gorilla reads the Cookie of an http.Request and writes Set-Cookie
// to an http.ResponseWriter; Fiber has neither. Every request reads, and goes
// without the http.Request.

func (s *sessionStore) request(c *fiber.Ctx) *http.Request {
	r := &http.Request{Header: http.Header{"Cookie": {c.Get(fiber.HeaderCookie)}}}
	return r.WithContext(c.UserContext())
}

func (s *sessionStore) read(c *fiber.Ctx) (*sessions.Session, error) {
	return s.open(c.UserContext(), s.name, c.Cookies(s.name))
}

func (s *sessionStore) write(c *fiber.Ctx, session *sessions.Session) error {
	w := headerWriter{}
	if err := s.Save(s.request(c), w, session); err != nil {
		return err
	}
	for _, v := range http.Header(w).Values(fiber.HeaderSetCookie) {
		c.Response().Header.Add(fiber.HeaderSetCookie, v) // Append would make one of two
	}
	return nil
}

type headerWriter http.Header

func (w headerWriter) Header() http.Header       { return http.Header(w) }
func (headerWriter) Write(b []byte) (int, error) { return len(b), nil }
func (headerWriter) WriteHeader(int)             {}

// signIn begins a new session for a user, in place of the one there was.
func (h *handlers) signIn(c *fiber.Ctx, u data.User, by data.Means) error {
	old, err := h.sessions.read(c)
	if err != nil {
		return err
	}
	if !old.IsNew {
		if err := h.Store.DeleteSession(c.UserContext(), old.ID); err != nil {
			return err
		}
	}
	session, err := h.sessions.New(&http.Request{}, h.sessions.name)
	if err != nil {
		return err
	}
	session.Values[userValue] = u
	c.Locals(sessionLocal, session)
	h.act(c, by)
	return h.sessions.write(c, session)
}

// act makes who is signed in the actor of the request; by is with what they do
// so now, if they do.
func (h *handlers) act(c *fiber.Ctx, by data.Means) {
	c.SetUserContext(data.As(c.UserContext(), data.Actor{User: user(c).ID, Address: h.remote(c), Agent: c.Get(fiber.HeaderUserAgent), Means: by}))
}

// signOut ends the session of a request.
func (h *handlers) signOut(c *fiber.Ctx) error {
	session := current(c)
	if session == nil || session.IsNew {
		return nil
	}
	session.Options.MaxAge = -1
	c.Locals(sessionLocal, (*sessions.Session)(nil))
	return h.sessions.write(c, session)
}

type localKey int

const sessionLocal localKey = 0

// current returns the session of a request, or nil.
func current(c *fiber.Ctx) *sessions.Session {
	s, _ := c.Locals(sessionLocal).(*sessions.Session)
	return s
}

// user returns who is signed in, or the zero User.
func user(c *fiber.Ctx) data.User {
	if s := current(c); s != nil {
		u, _ := s.Values[userValue].(data.User)
		return u
	}
	return data.User{}
}

// flash keeps messages for the next page of this session.
func (h *handlers) flash(c *fiber.Ctx, toasts ...toast) error {
	session := current(c)
	if session == nil || len(toasts) == 0 {
		return nil
	}
	values, err := json.Marshal(toasts)
	if err != nil {
		return err
	}
	session.Values[flashValue] = values
	return h.sessions.write(c, session)
}

// flashes returns the messages kept for this page, and forgets them.
func (h *handlers) flashes(c *fiber.Ctx) ([]toast, error) {
	session := current(c)
	if session == nil {
		return nil, nil
	}
	values, _ := session.Values[flashValue].([]byte)
	if len(values) == 0 {
		return nil, nil
	}
	delete(session.Values, flashValue)
	var toasts []toast
	if err := json.Unmarshal(values, &toasts); err != nil {
		return nil, nil // of another version: not worth an error page
	}
	return toasts, h.sessions.write(c, session)
}

var _ sessions.Store = (*sessionStore)(nil)
