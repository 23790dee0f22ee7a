package handlers

import (
	"time"

	"carnet/data"
	"carnet/i18n"

	"github.com/gofiber/fiber/v2"
)

// securityShow is how one comes in, and where one is.
type securityShow struct {
	i18n.Lang
	zone
	Factor   data.Factor
	Passkeys int
	Sessions []sessionRow
}

// sessionRow is a session in the list.
type sessionRow struct {
	Name, Agent, Address, Begun, Seen string
	Own                               bool // the one that looks
}

func (securityShow) Template() string { return "security/show" }
func (v securityShow) Title() string  { return v.T("Sécurité", "Security") }

// CodesLeft is how many codes on paper are left.
func (v securityShow) CodesLeft() int { return len(v.Factor.Recovery) }

// securityShow: GET /security
func (h *handlers) securityShow(c *fiber.Ctx) error {
	id, v := user(c).ID, securityShow{Lang: h.lang(c), zone: zoneOf(c)}
	var err error
	if v.Factor, err = h.Store.Factor(c.UserContext(), id); err != nil {
		return err
	}
	keys, err := h.Store.Passkeys(c.UserContext(), id)
	if err != nil {
		return err
	}
	v.Passkeys = len(keys)
	sessions, err := h.Store.Sessions(c.UserContext(), id)
	if err != nil {
		return err
	}
	for _, s := range sessions {
		v.Sessions = append(v.Sessions, sessionRow{Name: s.Name, Agent: agentWords(v.Lang, s.Agent), Address: s.Address,
			Begun: v.Moment(v.at(s.Created)), Seen: v.seen(s.Seen), Own: s.Name == data.SessionName(current(c).ID)})
	}
	return h.page(c, fiber.StatusOK, v)
}

// seen says when a session was last used, which is written down every five
// minutes.
func (v securityShow) seen(t time.Time) string {
	if time.Since(t) < 6*time.Minute {
		return v.T("utilisée à l’instant", "in use now")
	}
	return v.T("utilisée le %s", "last used %s", v.Moment(v.at(t)))
}

// sessionsRevoke: POST /sessions/:session/delete ends one of one's sessions.
func (h *handlers) sessionsRevoke(c *fiber.Ctx) error {
	if err := h.Store.EndSession(c.UserContext(), user(c).ID, c.Params("session")); err != nil {
		return err
	}
	if c.Params("session") == data.SessionName(current(c).ID) {
		if err := h.signOut(c); err != nil {
			return err
		}
		return h.seeOther(c, "/session/new")
	}
	l := h.lang(c)
	return h.seeOther(c, "/security", toast{Lang: l, ID: "info", Text: l.T("Cette session est fermée.", "This session is closed.")})
}

// sessionsOthers: POST /sessions/delete ends all of one's sessions but this one,
// which goes on under a new token.
func (h *handlers) sessionsOthers(c *fiber.Ctx) error {
	u, l := user(c), h.lang(c)
	if err := h.Store.EndSessions(c.UserContext(), u.ID, current(c).ID); err != nil {
		return err
	}
	if err := h.signIn(c, u, data.BySession); err != nil {
		return err
	}
	return h.seeOther(c, "/security", toast{Lang: l, ID: "info", Text: l.T("Les autres sessions sont fermées.", "The other sessions are closed.")})
}
