package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"carnet/data"
)

// people does the commands about people, on the book of a server that runs or
// on one that it opened.
type people struct {
	store *data.Store
	base  string // where browsers find Carnet, without a slash at the end
}

// do returns what a command prints.
func (p people) do(ctx context.Context, r request) (string, error) {
	if r.Do == "list" {
		return p.list(ctx)
	}
	if r.Do == "invite" {
		return p.invite(ctx, r)
	}
	u, err := p.store.UserAt(ctx, r.Email)
	if err != nil {
		return "", p.explain(err, r)
	}
	var text string
	switch r.Do {
	case "reset":
		text, err = p.reset(ctx, u, r)
	case "disable":
		u, err = p.store.SetEnabled(ctx, u.ID, false)
		text = fmt.Sprintf("%s is disabled, and signed out everywhere.\n", u.Email)
	case "enable":
		u, err = p.store.SetEnabled(ctx, u.ID, true)
		text = fmt.Sprintf("%s can sign in.\n", u.Email)
	case "role":
		u, err = p.store.SetRole(ctx, u.ID, data.Role(r.Role))
		text = fmt.Sprintf("%s is %s, and signs in anew.\n", u.Email, u.Role)
	default:
		err = fmt.Errorf("this server knows no command %q", r.Do)
	}
	if err != nil {
		return "", p.explain(err, r)
	}
	return text, nil
}

func (p people) list(ctx context.Context) (string, error) {
	all, err := p.store.Users(ctx)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "EMAIL\tROLE\tLAST SIGN-IN\tNAME")
	for _, u := range all {
		seen, role := "never", string(u.Role)
		if !u.SignedIn.IsZero() {
			seen = u.SignedIn.UTC().Format(time.RFC3339)
		}
		if !u.Enabled() {
			role += " (disabled)"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", u.Email, role, seen, u.Name)
	}
	err = w.Flush()
	return out.String(), err
}

func (p people) invite(ctx context.Context, r request) (string, error) {
	if empty, err := p.store.Empty(ctx); err != nil {
		return "", err
	} else if empty {
		return "", errors.New("there is no account yet: open /setup with the code in the server's log")
	}
	i, token, err := p.store.Invite(ctx, data.Invitation{Email: r.Email, Name: r.Name, Role: data.Role(r.Role)})
	if err != nil {
		return "", p.explain(err, r)
	}
	return fmt.Sprintf("%s is invited as %s. This link works once, until %s:\n%s/invitations/%s\n",
		i.Email, i.Role, i.Expires.UTC().Format(time.RFC3339), p.base, token), nil
}

// reset makes the link with which a user sets a new password, and ends their
// sessions: who asks for it may have lost a device.
func (p people) reset(ctx context.Context, u data.User, r request) (string, error) {
	if !u.Enabled() {
		return "", fmt.Errorf("%s is disabled: enable them first", u.Email)
	}
	drop := func(ctx context.Context, id data.ID) error { return p.store.EndSessions(ctx, id, "") }
	if r.SecondFactor {
		drop = p.store.DropDevices
	}
	token, err := p.store.CreateReset(ctx, u.ID)
	if err != nil {
		return "", err
	}
	if err := drop(ctx, u.ID); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s is signed out everywhere. This link sets a new password, once, within an hour:\n%s/password/reset/%s\n",
		u.Email, p.base, token), nil
}

// explain puts an error in words for who typed a command.
func (p people) explain(err error, r request) error {
	var invalid data.Invalid
	switch {
	case errors.Is(err, data.ErrNotFound):
		return fmt.Errorf("no such person: %s", r.Email)
	case errors.Is(err, data.ErrLastAdministrator):
		return errors.New("no administrator left: give the role to another person first")
	case !errors.As(err, &invalid):
		return err
	}
	has := func(problem data.Problem) bool {
		return slices.ContainsFunc(invalid, func(e data.FieldError) bool { return e.Problem == problem })
	}
	switch {
	case has(data.HasAccount):
		return fmt.Errorf("%s has an account already", r.Email)
	case has(data.TooMany):
		return errors.New("there are as many people or invitations as there may be")
	case invalid.Field("user_role") != nil:
		return fmt.Errorf("no such role: %s; there are administrator, member and reader", r.Role)
	case invalid.Field("email") != nil:
		return fmt.Errorf("not an address: %s", r.Email)
	}
	return fmt.Errorf("not a name: %s", r.Name)
}
