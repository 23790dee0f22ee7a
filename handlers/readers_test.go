package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"carnet/data"
)

// whose tells who each route is for, by method and path.
func whose() map[string]who {
	out := map[string]who{}
	for _, v := range every {
		out[v.route] = v.who
	}
	return out
}

// offered walks all pages that links lead to, and returns the routes that they
// offer, each with a page where it is.
func (b *browser) offered(t *testing.T) map[string]string {
	t.Helper()
	const enough = 4 // addresses of one route and kind
	seen, opened, out := map[call]bool{}, map[string]int{}, map[string]string{}
	for queue := []call{{http.MethodGet, "/", false}}; len(queue) > 0; queue = queue[1:] {
		next := queue[0]
		kind := b.app.route(next.method, next.path)
		if u, err := url.Parse(next.path); err == nil && u.RawQuery != "" {
			kind += " (query)"
		}
		if next.fragment {
			kind += " (fragment)"
		}
		if opened[kind]++; next.method != http.MethodGet || opened[kind] > enough {
			continue
		}
		for _, c := range b.look(t, next) {
			route := c.method + " " + b.app.route(c.method, c.path)
			if out[route] == "" {
				out[route] = next.path
			}
			if !seen[c] {
				seen[c] = true
				queue = append(queue, c)
			}
		}
	}
	return out
}

// furnished is the demo agency with something of each kind that a role may see.
func furnished(t *testing.T) office {
	o := agency(t)
	o.addresses(t) // an annex, an invitation
	garnier := o.clientNamed("Transports Garnier")
	gone := o.contactAt(o.clientNamed(lambert), "louis.petit@menuiserie-lambert.fr")
	if _, err := o.store.DeleteContact(bg, gone.Client, gone.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := o.store.CreateClient(bg, "", data.Client{Name: "Sans rien"}); err != nil {
		t.Fatal(err)
	}
	m, err := o.store.Messages(bg, data.MessageFilter{Client: garnier.ID})
	if err != nil || !slices.ContainsFunc(m.Messages, func(m data.MessageSummary) bool { return m.States[data.Failed] > 0 }) {
		t.Fatal("no message failed", err)
	}
	return o
}

func TestPagesOfEachRole(t *testing.T) {
	// No page offers a link, a form or a button to who would be refused; all that
	// a role may do is offered to it somewhere. What is kept for one role is not
	// shown to another.
	t.Parallel()
	o, table := furnished(t), whose()
	seen := map[data.Role]map[string]string{}
	for _, role := range []data.Role{data.Administrator, data.Reader, data.Member} { // one after another, with one cache
		b := o.browserOf(t, o.person(t, role))
		seen[role] = b.offered(t)
		for route, page := range seen[role] {
			if w, ok := table[route]; !ok || !may(role, w) && w != everyone {
				t.Errorf("a %s is offered %s on %s", role, route, page)
			}
		}
		t.Logf("%s: %d of %d routes are offered", role, len(seen[role]), len(table))
	}
	for _, x := range []struct {
		role   data.Role
		routes string
	}{
		{data.Reader, "GET /clients, GET /clients/:client, GET /clients/:client/contacts, GET /messages, GET /messages/:message, GET /settings, " +
			"GET /profile, GET /annexes, GET /annexes/:annex, GET /templates, GET /trash"},
		{data.Member, "GET /clients/new, POST /clients/new, GET /clients/:client/edit, POST /clients/:client/edit, GET /clients/:client/delete, " +
			"POST /clients/:client/delete, POST /clients/:client/contacts/:contact/restore, GET /clients/:client/contacts/new, POST /clients/:client/contacts/new, " +
			"GET /clients/:client/contacts/:contact/edit, GET /clients/:client/contacts/:contact/delete, POST /clients/:client/contacts/:contact/delete, " +
			"POST /clients/:client/contacts/:contact/favorite, POST /clients/:client/contacts/:contact/main, GET /clients/:client/messages/new, " +
			"POST /clients/:client/messages/new, POST /messages/:message/delivery, POST /annexes/attachments, POST /annexes/:annex/delete, " +
			"GET /templates/new, POST /templates/new, GET /templates/:template/edit, POST /templates/:template/edit, POST /templates/:template/delete"},
		{data.Administrator, "GET /relay, POST /relay, GET /users, GET /users/new, POST /users/new, GET /users/:user/edit, POST /users/:user/edit, " +
			"GET /users/:user/access, POST /users/:user/access, POST /users/:user/sessions/delete, GET /users/:user/devices, POST /users/:user/devices/delete, POST /invitations/:invitation/renewal, POST /invitations/:invitation/delete"},
	} {
		for route := range strings.SplitSeq(x.routes, ", ") {
			if seen[x.role][route] == "" {
				t.Errorf("no page offers %s to a %s", route, x.role)
			}
		}
	}
}

func TestReaderSeesFavorites(t *testing.T) {
	// A reader sees who is a favorite, with words, and no star to click on; no menu
	// of actions, and no draft.
	t.Parallel()
	o := furnished(t)
	client := o.clientNamed(lambert)
	b := o.browserOf(t, o.person(t, data.Reader))
	for _, path := range []string{"/clients/" + string(client.ID), "/clients/" + string(client.ID) + "/contacts"} {
		b.visit(path)
		states := 0
		for n := range b.page.Descendants() {
			if attr(n, "role") == "img" && attr(n, "aria-label") == "Favori" {
				states++
			}
			if attr(n, "name") == "favorite" || has(n, "aria-pressed") {
				t.Errorf("%s: there is a star to click on", path)
			}
		}
		if states == 0 {
			t.Errorf("%s: no favorite shows", path)
		}
		b.misses("Créer", "Modifier", "Supprimer", "Envoyer un e-mail", "Brouillon")
	}
}

func TestListOfEachRole(t *testing.T) {
	// A list that a browser kept while its user wrote is not taken for a reader's.
	t.Parallel()
	o := furnished(t)
	path := "/clients/" + string(o.clientNamed(lambert).ID) + "/contacts"
	ask := func(b *browser, etag string) answer {
		b.receive(b.request(http.MethodGet, path, "", header{"HX-Request", "true", "HX-Target", "div#modal-body", "If-None-Match", etag}))
		return b.answer
	}
	member, reader := o.browserOf(t, o.person(t, data.Member)), o.browserOf(t, o.person(t, data.Reader))
	for range 2 { // drawn, and then kept
		m, r := ask(member, ""), ask(reader, "")
		if !strings.Contains(m.body, "/favorite") || strings.Contains(r.body, "<form class=\"star-f\"") || strings.Contains(r.body, "/delete") {
			t.Error("a role got the list of the other")
		}
		if a := ask(reader, m.Header.Get("ETag")); a.StatusCode != 200 {
			t.Errorf("a reader is told %d of a member's list", a.StatusCode)
		}
		if a := ask(reader, r.Header.Get("ETag")); a.StatusCode != 304 {
			t.Errorf("a reader is told %d of their own", a.StatusCode)
		}
	}
}
