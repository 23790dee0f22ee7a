package handlers

import (
	"errors"
	"strconv"
	"time"

	"carnet/data"
	"carnet/i18n"

	"github.com/gofiber/fiber/v2"
)

// people says in words what an administrator sees of somebody.
type people struct {
	lang i18n.Lang
	zone zone
}

func (h *handlers) people(c *fiber.Ctx) people { return people{h.lang(c), zoneOf(c)} }

// Role is the name of a role.
func (p people) Role(r data.Role) string {
	switch r {
	case data.Administrator:
		return p.lang.T("Administrateur", "Administrator")
	case data.Reader:
		return p.lang.T("Lecteur", "Reader")
	}
	return p.lang.T("Membre", "Member")
}

// Last is when somebody signed in last.
func (p people) Last(u data.User) string {
	if u.SignedIn.IsZero() {
		return p.lang.T("jamais connecté", "never signed in")
	}
	return p.lang.Moment(p.zone.at(u.SignedIn))
}

// Until is how long an invitation can be accepted.
func (p people) Until(i data.Invitation) string {
	switch {
	case !i.Void:
		return p.lang.T("Valable jusqu’au %s", "Valid until %s", p.lang.Moment(p.zone.at(i.Expires)))
	case time.Now().Before(i.Expires):
		return p.lang.T("N’est plus valable : qui l’a faite n’administre plus.", "No longer valid: who made it does not administer any more.")
	}
	return p.lang.T("Expirée le %s", "Expired on %s", p.lang.Moment(p.zone.at(i.Expires)))
}

type usersIndex struct {
	i18n.Lang
	people
	Users         []data.User
	Before, After int // numbers of the pages beside this one; 0: none
	Invitations   []data.Invitation
}

func (usersIndex) Template() string { return "users/index" }
func (v usersIndex) Title() string  { return v.T("Personnes", "People") }

// peopleOnPage is how many people a page shows.
const peopleOnPage = 100

// usersIndex: GET /users?page=
func (h *handlers) usersIndex(c *fiber.Ctx) error {
	v := usersIndex{Lang: h.lang(c), people: h.people(c)}
	all, err := h.Store.Users(c.UserContext())
	if err != nil {
		return err
	}
	v.turn(all, c.QueryInt("page", 1))
	if v.Invitations, err = h.Store.Invitations(c.UserContext()); err != nil {
		return err
	}
	return h.page(c, fiber.StatusOK, v)
}

// turn shows a page of everybody; the nearest if there is none of that number.
func (v *usersIndex) turn(all []data.User, page int) {
	last := max((len(all)+peopleOnPage-1)/peopleOnPage, 1)
	page = min(max(page, 1), last)
	if v.Before = page - 1; page < last {
		v.After = page + 1
	}
	v.Users = all[(page-1)*peopleOnPage : min(page*peopleOnPage, len(all))]
}

type usersEdit struct {
	form
	people
	Person   data.User
	Own      bool // of who looks
	Sessions int
	Factor   bool
	Passkeys int
	Error    string
}

func (usersEdit) Template() string { return "users/edit" }
func (v usersEdit) Title() string  { return v.Person.Name }

// Since is when the person was disabled.
func (v usersEdit) Since() string { return v.Moment(v.zone.at(v.Person.Disabled)) }

// person returns the user that an address names.
func (h *handlers) person(c *fiber.Ctx) (data.User, error) {
	id, err := data.ParseID(c.Params("user"))
	if err != nil {
		return data.User{}, err
	}
	return h.Store.User(c.UserContext(), id)
}

// usersEdit: GET /users/:user/edit
func (h *handlers) usersEdit(c *fiber.Ctx) error {
	u, err := h.person(c)
	if err != nil {
		return err
	}
	f := form{Lang: h.lang(c), Values: map[string]string{"user_role": string(u.Role)}}
	return h.usersPage(c, fiber.StatusOK, usersEdit{form: f, Person: u})
}

// usersPage adds to the page of a person how they come in.
func (h *handlers) usersPage(c *fiber.Ctx, status int, v usersEdit) error {
	v.people, v.Own = h.people(c), v.Person.ID == user(c).ID
	sessions, err := h.Store.Sessions(c.UserContext(), v.Person.ID)
	if err != nil {
		return err
	}
	factor, err := h.Store.Factor(c.UserContext(), v.Person.ID)
	if err != nil {
		return err
	}
	passkeys, err := h.Store.Passkeys(c.UserContext(), v.Person.ID)
	if err != nil {
		return err
	}
	v.Sessions, v.Factor, v.Passkeys = len(sessions), factor.On(), len(passkeys)
	return h.page(c, status, v)
}

// usersUpdate: POST /users/:user/edit. Who changes their own role goes on with
// a new session.
func (h *handlers) usersUpdate(c *fiber.Ctx) error {
	u, err := h.person(c)
	if err != nil {
		return err
	}
	v := usersEdit{form: h.posted(c, "user_role"), Person: u}
	changed, err := h.Store.SetRole(c.UserContext(), u.ID, data.Role(v.Values["user_role"]))
	switch {
	case errors.As(err, &v.Problems):
		return h.usersPage(c, fiber.StatusUnprocessableEntity, v)
	case errors.Is(err, data.ErrLastAdministrator):
		v.Error = lastAdministrator(v.Lang)
		return h.usersPage(c, fiber.StatusConflict, v)
	case err != nil:
		return err
	}
	t := toast{Lang: v.Lang, ID: "info", Text: v.T("%s : %s.", "%s: %s.", changed.Name, h.people(c).Role(changed.Role))}
	if changed.ID == user(c).ID && changed.Epoch != u.Epoch {
		if err := h.signIn(c, changed, data.BySession); err != nil {
			return err
		}
		return h.seeOther(c, "/settings", t)
	}
	return h.seeOther(c, "/users", t)
}

func lastAdministrator(l i18n.Lang) string {
	return l.T("C’est le dernier administrateur : donnez d’abord ce rôle à une autre personne.", "This is the last administrator: give this role to another person first.")
}

type usersAccess struct {
	i18n.Lang
	people
	Person data.User
	Error  string
}

func (usersAccess) Template() string { return "users/access" }

func (v usersAccess) Title() string {
	if v.Person.Enabled() {
		return v.T("Désactiver %s ?", "Disable %s?", v.Person.Name)
	}
	return v.T("Réactiver %s ?", "Enable %s again?", v.Person.Name)
}

// usersAsk: GET /users/:user/access asks first.
func (h *handlers) usersAsk(c *fiber.Ctx) error {
	u, err := h.person(c)
	if err != nil {
		return err
	}
	return h.page(c, fiber.StatusOK, usersAccess{Lang: h.lang(c), people: h.people(c), Person: u})
}

// usersAllow: POST /users/:user/access with the state wanted.
func (h *handlers) usersAllow(c *fiber.Ctx) error {
	u, err := h.person(c)
	if err != nil {
		return err
	}
	enabled, err := strconv.ParseBool(c.FormValue("enabled"))
	if err != nil {
		return fiber.ErrBadRequest
	}
	v := usersAccess{Lang: h.lang(c), people: h.people(c), Person: u}
	changed, err := h.Store.SetEnabled(c.UserContext(), u.ID, enabled)
	if errors.Is(err, data.ErrLastAdministrator) {
		v.Error = lastAdministrator(v.Lang)
		return h.page(c, fiber.StatusConflict, v)
	}
	if err != nil {
		return err
	}
	text := v.T("Le compte de %s est désactivé.", "The account of %s is disabled.", changed.Name)
	if enabled {
		text = v.T("%s peut se connecter.", "%s can sign in.", changed.Name)
	}
	return h.seeOther(c, "/users", toast{Lang: v.Lang, ID: "info", Text: text})
}
