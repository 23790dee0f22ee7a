package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"carnet/data"
)

func TestIDsOfNothing(t *testing.T) {
	// What an address names must be there, and be the client's: the id of
	// another client, of nothing, or no id at all is a 404, and changes nothing
	// (45).
	t.Parallel()
	o := agency(t)
	b, to := o.member(t), o.addresses(t)
	other := o.clientNamed("Société Bréval")
	foreign := strings.NewReplacer(":contact", string(o.contactAt(other, "h.breval@société-bréval.example").ID))
	before := o.digest(t)
	for _, v := range every {
		method, route, _ := strings.Cut(v.route, " ")
		var paths []string
		if strings.Contains(route, ":contact") {
			paths = append(paths, to.Replace(foreign.Replace(route)))
		}
		for _, param := range []string{":client", ":contact", ":message", ":field", ":user", ":invitation"} {
			for _, id := range []string{string(data.NewID()), "x", "0", "..%2f..", "%00", strings.Repeat("0", 26), strings.Repeat("v", 26), strings.Repeat("a", 4000)} {
				if p := strings.Replace(route, param, id, 1); p != route && p != "/clients/x" {
					paths = append(paths, to.Replace(p))
				}
			}
		}
		for _, path := range paths {
			for _, htmx := range []string{"", "true"} {
				b.receive(b.request(method, path, v.form, header{"HX-Request", htmx}))
				if b.StatusCode != http.StatusNotFound || !strings.Contains(b.body, "Cette page n’existe pas") {
					t.Errorf("%s %.120s: status %d", method, path, b.StatusCode)
				}
				if htmx == "true" && strings.Contains(b.body, "<html") {
					t.Errorf("%s %.120s: htmx got a page", method, path)
				}
			}
		}
	}
	if o.digest(t) != before {
		t.Error("something changed")
	}
}

func TestQueriesOfNothing(t *testing.T) {
	// An id in a query or a button is held to the same (45).
	t.Parallel()
	o := agency(t)
	b := o.member(t)
	client, other := o.clientNamed(lambert), o.clientNamed("Société Bréval")
	foreign := string(o.contactAt(other, "h.breval@société-bréval.example").ID)
	page, err := o.store.Messages(bg, data.MessageFilter{Client: other.ID})
	if err != nil || len(page.Messages) == 0 {
		t.Fatal("no messages", err)
	}
	file, none := "/clients/"+string(client.ID), string(data.NewID())
	before := o.digest(t)
	for _, path := range []string{"/clients?after=x", "/messages?after=x", "/messages?client=x", "/messages?client=" + none, file + "/contacts?after=x",
		file + "/messages/new?again=x", file + "/messages/new?again=" + none, file + "/messages/new?again=" + string(page.Messages[0].ID)} {
		if b.receive(b.request(http.MethodGet, path, "")); b.StatusCode != http.StatusNotFound {
			t.Errorf("%s: status %d", path, b.StatusCode)
		}
	}
	for _, op := range []string{"to add x", "to add " + none, "to add " + foreign, "to star " + foreign + " 1", "to star x 1", "to restore x", "to restore " + none, "to restore " + foreign} {
		b.receive(b.request(http.MethodPost, file+"/messages/new", url.Values{"op": {op}}.Encode()))
		if b.StatusCode != http.StatusNotFound {
			t.Errorf("%s: status %d", op, b.StatusCode)
		}
	}
	if o.digest(t) != before {
		t.Error("something changed")
	}
}

func TestButtonsThatMakeNoSense(t *testing.T) {
	// A button that no page has is a 400, and changes nothing (45).
	t.Parallel()
	o := agency(t)
	b, to := o.member(t), o.addresses(t)
	before := o.digest(t)
	for route, forms := range map[string][]string{
		"/clients/:client/messages/new":               {"op=x", "op=to", "op=to+", "op=to+explode", "op=from+commit", "op=to++add", "op=%00", "op=TO+commit"},
		"/clients/:client/contacts/:contact/favorite": {"", "favorite=", "favorite=2", "favorite=true", "favorite=-1"},
		"/messages/:message/delivery":                 {"", "op=", "op=explode", "op=RETRY"},
		"/preferences":                                {"language=de", "theme=pink", "language=fr&theme=pink", "language=%00"},
	} {
		for _, form := range forms {
			b.receive(b.request(http.MethodPost, to.Replace(route), form))
			if b.StatusCode != http.StatusBadRequest || !strings.Contains(b.body, "Cette demande est illisible") {
				t.Errorf("%s with %q: status %d", route, form, b.StatusCode)
			}
		}
	}
	if o.digest(t) != before {
		t.Error("something changed")
	}
}

func TestDecisionsThatCameTooLate(t *testing.T) {
	// What is asked of a delivery that is not in the state for it is a 409.
	t.Parallel()
	o := agency(t)
	b, to := o.member(t), o.addresses(t)
	before := o.digest(t)
	for _, op := range []string{"release", "resend", "sent"} {
		b.receive(b.request(http.MethodPost, to.Replace("/messages/:message/delivery"), "op="+op))
		if b.StatusCode != http.StatusConflict || !strings.Contains(b.body, "Ceci a changé entre-temps.") {
			t.Errorf("%s: status %d", op, b.StatusCode)
		}
	}
	if o.digest(t) != before {
		t.Error("something changed")
	}
}

func TestStaleForms(t *testing.T) {
	// Of two people who edit one record the second is told and sees both
	// versions, keeps all that was typed, and may then save; a star that was
	// clicked meanwhile is no conflict and stays (11).
	t.Parallel()
	o := agency(t)
	client := o.clientNamed(lambert)
	louis := o.contactAt(client, "louis.petit@menuiserie-lambert.fr")
	for _, c := range []struct{ path, field, was string }{
		{"/clients/" + string(client.ID) + "/edit", "Téléphone", "04 72 00 11 22"},
		{"/clients/" + string(client.ID) + "/contacts/" + string(louis.ID) + "/edit", "Fonction", "Commercial"},
	} {
		first, second := o.member(t).visit(c.path), o.member(t).visit(c.path)
		first.fill(c.field, "premier").fill("Notes", "de la première").click("Enregistrer")
		if _, _, err := o.store.Star(bg, client.ID, louis.ID, true); err != nil {
			t.Fatal(err)
		}
		second.fill(c.field, "second").all().refused(409, "Enregistrer").sees("Modifié entre-temps par quelqu’un d’autre", "Rien n’a été enregistré.")
		row := text(second.in("tr", c.field).root)
		if !strings.Contains(row, "premier") || !strings.Contains(row, "second") {
			t.Errorf("the two versions are shown as %q", row)
		}
		if second.all().value(c.field) != "second" {
			t.Error("what was typed is lost")
		}
		second.visit(c.path)
		if v := second.all().value(c.field); v != "premier" {
			t.Errorf("%s became %q", c.field, v)
		}
	}
	if c := o.contactAt(client, louis.Email); !c.Favorite {
		t.Error("the star is gone")
	}
	// Saved a second time, after it was read, the second version stands.
	path := "/clients/" + string(client.ID) + "/contacts/" + string(louis.ID) + "/edit"
	first, second := o.member(t).visit(path), o.member(t).visit(path)
	first.fill("Mobile", "06 00 00 00 01").click("Enregistrer")
	second.fill("Mobile", "06 00 00 00 02").all().refused(409, "Enregistrer").click("Enregistrer").sees("Louis Petit mis à jour.")
	if c := o.contactAt(client, louis.Email); c.Mobile != "06 00 00 00 02" || !c.Favorite {
		t.Errorf("the contact is %+v", c)
	}
	// A form that does not touch the star leaves it as it was clicked meanwhile.
	b := o.member(t).visit(path)
	if _, _, err := o.store.Star(bg, client.ID, louis.ID, false); err != nil {
		t.Fatal(err)
	}
	if b.click("Enregistrer"); o.contactAt(client, louis.Email).Favorite {
		t.Error("saving brought the star back")
	}
}

func TestVersionsThatAreNone(t *testing.T) {
	// A form without its version, or with one that is none, is a conflict and
	// saves nothing (11).
	t.Parallel()
	o := agency(t)
	b, to := o.member(t), o.addresses(t)
	before := o.digest(t)
	for _, version := range []string{"", "0", "-1", "x", "2", "99999999999999999999"} {
		for _, route := range []string{"/clients/:client/edit", "/clients/:client/contacts/:contact/edit"} {
			form := url.Values{"version": {version}, "name": {"X"}, "email": {"x@exemple.example"}}
			b.receive(b.request(http.MethodPost, to.Replace(route), form.Encode()))
			if b.StatusCode != http.StatusConflict {
				t.Errorf("%s with version %q: status %d", route, version, b.StatusCode)
			}
		}
	}
	if o.digest(t) != before {
		t.Error("something changed")
	}
}

func TestDoubledForms(t *testing.T) {
	// A form that is posted twice, by a double click or Back, is done once
	// (38, 45).
	t.Parallel()
	o := agency(t)
	client := o.clientNamed(lambert)
	b := o.member(t)
	post := func(path, form string) string {
		b.receive(b.request(http.MethodPost, path, form))
		b.is(303)
		return b.Header.Get("Location")
	}
	form := values(b.visit("/clients/new").encode(b.theForm(t), nil))
	form.Set("name", "Client unique")
	if one, two := post("/clients/new", form.Encode()), post("/clients/new", form.Encode()); one != two {
		t.Errorf("two clients: %s, %s", one, two)
	}
	path := "/clients/" + string(client.ID) + "/contacts/new"
	form = values(b.visit(path).encode(b.theForm(t), nil))
	form.Set("email", "unique@exemple.example")
	post(path, form.Encode())
	post(path, form.Encode())
	if page, err := o.store.Contacts(bg, client.ID, data.ContactFilter{Query: "unique@"}); err != nil || len(page.Contacts) != 1 {
		t.Errorf("%d contacts, %v", len(page.Contacts), err)
	}
	// A star says the state that is wanted.
	contact := "/clients/" + string(client.ID) + "/contacts/" + string(o.contactAt(client, "unique@exemple.example").ID)
	post(contact+"/favorite", "favorite=1")
	post(contact+"/favorite", "favorite=1")
	if !o.contactAt(client, "unique@exemple.example").Favorite {
		t.Error("two clicks took the star away")
	}
	// Restored twice, a contact is there once; deleted twice, it was there.
	post(contact+"/delete", "")
	b.receive(b.request(http.MethodPost, contact+"/delete", ""))
	b.is(404)
	post(contact+"/restore", "")
	post(contact+"/restore", "")
	if page, err := o.store.Contacts(bg, client.ID, data.ContactFilter{Query: "unique@"}); err != nil || len(page.Contacts) != 1 || !page.Contacts[0].Favorite {
		t.Errorf("restored: %+v, %v", page.Contacts, err)
	}
}

func TestContactWhoseAddressIsKnown(t *testing.T) {
	// A second contact with an address is refused with a link to the first; one
	// in the trash is offered for restoring, or made anew (8, 50).
	t.Parallel()
	both(t, lambert, func(t *testing.T, o office, b *browser) {
		client := o.clientNamed(lambert)
		louis := o.contactAt(client, "louis.petit@menuiserie-lambert.fr")
		path := "/clients/" + string(client.ID) + "/contacts/new"
		b.visit(path).fill("Adresse e-mail", "LOUIS.petit@menuiserie-lambert.fr").fill("Prénom", "Louise")
		b.htmx = false // on a page of its own the form is a form
		b.all().refused(422, "Enregistrer").sees("Ce client a déjà un contact avec cette adresse.")
		if b.all().value("Prénom") != "Louise" {
			t.Error("what was typed is lost")
		}
		if b.click("Voir ce contact"); b.all().value("Prénom") != "Louis" {
			t.Errorf("the link leads to %s", b.at)
		}
		if _, err := o.store.DeleteContact(bg, client.ID, louis.ID); err != nil {
			t.Fatal(err)
		}
		b.visit(path).fill("Adresse e-mail", louis.Email).fill("Prénom", "Louise").all().refused(422, "Enregistrer").sees("Louis Petit est dans la corbeille.")
		again := b.encode(b.theForm(t), b.all().one("Créer quand même", "button"))
		b.click("Restaurer").sees("Louis Petit rétabli.")
		if o.contactAt(client, louis.Email).ID != louis.ID {
			t.Error("another contact was made")
		}
		if _, err := o.store.DeleteContact(bg, client.ID, louis.ID); err != nil {
			t.Fatal(err)
		}
		b.send(http.MethodPost, path, again)
		if c := o.contactAt(client, louis.Email); c.ID == louis.ID || c.FirstName != "Louise" {
			t.Errorf("the contact is %+v", c)
		}
	})
}
