package handlers

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"carnet/data"
	"carnet/data/datatest"

	"golang.org/x/net/html"
)

// bad is what a field refuses, and what is said beside it.
type bad struct {
	field, value string
	fr, en       string
}

// What is said of a field.
const (
	longFR, longEN           = "C’est trop long : %d caractères au plus.", "This is too long: %d characters at most."
	forbiddenFR, forbiddenEN = "Ce texte contient des caractères invisibles ou illisibles. Retapez-le.", "This text holds invisible or unreadable characters. Type it again."
	addressFR, addressEN     = "Cette adresse semble incomplète. Exemple : prenom.nom@exemple.fr", "This address looks incomplete. Example: first.last@example.com"
	offeredFR, offeredEN     = "Choisissez dans la liste.", "Choose from the list."
)

// text returns what a field of text refuses: one character more than max, and
// what nobody types.
func badText(field string, max int) []bad {
	out := []bad{{field, strings.Repeat("é", max+1), fmt.Sprintf(longFR, max), fmt.Sprintf(longEN, max)}}
	for _, v := range []string{"a\x00b", "a\x1b[2Jb", "a\u202eb", "a\u2066b", "a\xff\xfeb", "a\x7fb", "a\u0085b"} {
		out = append(out, bad{field, v, forbiddenFR, forbiddenEN})
	}
	return out
}

func badAddress(field string) []bad {
	var out []bad
	for _, v := range []string{"x", "@b.example", "a@", "a b@c.example", "a@b@c.example", "a@-b.example", "a@b..example", strings.Repeat("a", 65) + "@b.example",
		"a@" + strings.Repeat("b.", 130) + "example", "a\x00@b.example", "a\r\nBcc: x@b.example", "a@b.example\r\nBcc: x", "a@b.example, c@d.example", "Ada <a@b.example>", "a\xff@b.example"} {
		out = append(out, bad{field, v, addressFR, addressEN})
	}
	return out
}

// join puts tables together.
func join(tables ...[]bad) (out []bad) {
	for _, t := range tables {
		out = append(out, t...)
	}
	return out
}

// clientBad and contactBad are what the forms of a client and of a contact
// refuse.
func clientBad() []bad {
	return join(badText("name", 120), badText("number", 20), badText("phone", 40), badText("website", 200), badText("address", 500), badText("notes", 5000),
		badAddress("email"), []bad{
			{"name", "", "Indiquez un nom.", "Enter a name."}, {"name", " \u00a0\u200b ", "Indiquez un nom.", "Enter a name."},
			{"number", "C-0002", "Un autre client porte ce numéro.", "Another client has this number."},
			{"siret", "123", "Un SIRET a 14 chiffres", "A SIRET has 14 digits"}, {"siret", "812 345 676 00018", "Un SIRET a 14 chiffres", "A SIRET has 14 digits"},
			{"vat", "FR00812345676", "Ce numéro n’est pas valable.", "This number is not valid."}, {"vat", "\x00", "Ce numéro n’est pas valable.", "This number is not valid."},
			{"website", "javascript:alert(1)", "Cette adresse web n’est pas valable.", "This web address is not valid."},
			{"website", "data:text/html,x", "Cette adresse web n’est pas valable.", "This web address is not valid."},
			{"website", "https://u:p@exemple.example", "Cette adresse web n’est pas valable.", "This web address is not valid."},
			{"kind", "robot", offeredFR, offeredEN}, {"language", "de", offeredFR, offeredEN},
		})
}

func contactBad() []bad {
	return join(badText("first_name", 80), badText("last_name", 80), badText("role", 120), badText("phone", 40), badText("mobile", 40), badText("notes", 5000),
		badAddress("email"), []bad{
			{"email", "", "Indiquez une adresse e-mail.", "Enter an email address."}, {"email", "  ", "Indiquez une adresse e-mail.", "Enter an email address."},
			{"civility", "lord", offeredFR, offeredEN},
			{"email", "CLAIRE.morel@Menuiserie-Lambert.FR", "Ce client a déjà un contact avec cette adresse.", "This client already has a contact with this address."},
		})
}

func TestBadInput(t *testing.T) {
	// Each form refuses what it cannot keep: 422, the reason beside its field,
	// in French and in English, with and without htmx; all that was typed comes
	// back, and nothing changes (45).
	t.Parallel()
	o := agency(t)
	client := o.clientNamed(lambert)
	file := "/clients/" + string(client.ID)
	user, err := o.store.FirstUser(bg)
	if err != nil {
		t.Fatal(err)
	}
	contact := string(o.contactAt(client, "louis.petit@menuiserie-lambert.fr").ID)
	for _, form := range []struct {
		path string
		bads []bad
		htmx bool
	}{
		{"/clients/new", clientBad(), false},
		{file + "/edit", clientBad(), false},
		{file + "/contacts/new", contactBad(), false},
		{file + "/contacts/new", contactBad(), true},
		{file + "/contacts/" + contact + "/edit", contactBad(), true},
	} {
		b := o.member(t)
		for half, language := range []data.Language{data.French, data.English} {
			if _, err := o.store.Prefer(bg, user.ID, language, ""); err != nil {
				t.Fatal(err)
			}
			before := o.digest(t)
			for i, x := range form.bads { // each kind of mistake is in the table more than once
				if i%2 == half {
					b.try(t, form.path, form.htmx, x, map[data.Language]string{data.French: x.fr, data.English: x.en}[language])
				}
			}
			if o.digest(t) != before {
				t.Errorf("%s: something changed", form.path)
			}
		}
	}
}

// try posts the form of a page with one bad field, and checks the answer.
func (b *browser) try(t *testing.T, path string, htmx bool, x bad, words string) {
	t.Helper()
	form := b.visit(path).theForm(t)
	typed := values(b.encode(form, nil))
	for name, value := range map[string]string{"name": "Client", "phone": "gardé", "role": "gardé", "email": "libre@exemple.example"} {
		if v, ok := typed[name]; ok && v[0] == "" {
			typed.Set(name, value)
		}
	}
	typed.Set(x.field, x.value)
	h := header{}
	if htmx {
		h = header{"HX-Request", "true", "HX-Target", "div#modal-body"}
	}
	b.receive(b.request(http.MethodPost, attr(form, "action"), typed.Encode(), h))
	b.read()
	what := fmt.Sprintf("%s with %s=%.30q", path, x.field, x.value)
	if b.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("%s: status %d", what, b.StatusCode)
		return
	}
	if htmx == strings.Contains(b.body, "<html") {
		t.Errorf("%s: htmx %v got the other kind of answer", what, htmx)
	}
	n := byID(b.page, "f-"+x.field)
	beside := text(byID(b.page, attr(n, "aria-describedby")))
	if attr(n, "aria-invalid") != "true" || !strings.Contains(beside, even(words)) {
		t.Errorf("%s: beside it stands %q, want %q", what, beside, words)
	}
	checkIDs(t, what, b.page, false)
	checkKept(t, what, typed, values(b.encode(b.theForm(t), nil)))
}

// theForm returns the form of the page whose fields have messages.
func (b *browser) theForm(t *testing.T) *html.Node {
	t.Helper()
	for _, f := range tags(b.page, "form") {
		for _, n := range tags(f, "input") {
			if strings.HasPrefix(attr(n, "id"), "f-") {
				return f
			}
		}
	}
	t.Fatalf("%s has no form: %s", b.at, text(b.page))
	return nil
}

// values takes a form apart.
func values(form string) url.Values {
	v, _ := url.ParseQuery(form)
	return v
}

// seen is what is left of a text in a page: HTML has no NUL and no broken UTF-8.
func seen(s string) string {
	return strings.ToValidUTF8(strings.NewReplacer("\x00", "\uFFFD", "\r\n", "\n", "\r", "\n").Replace(s), "\uFFFD")
}

func checkKept(t *testing.T, what string, typed, kept url.Values) {
	t.Helper()
	for name := range maps.Keys(typed) {
		want, got := seen(typed.Get(name)), seen(kept.Get(name))
		if name == "kind" || name == "language" || name == "civility" {
			continue // what the list does not have, it cannot show
		}
		if strings.ReplaceAll(got, "\uFFFD\uFFFD", "\uFFFD") != strings.ReplaceAll(want, "\uFFFD\uFFFD", "\uFFFD") && even(got) != even(want) {
			t.Errorf("%s: %s came back as %.40q, want %.40q", what, name, got, want)
		}
	}
}

func TestBadSetup(t *testing.T) {
	// The form of the first account says what is wrong with each field.
	t.Parallel()
	o := open(t, datatest.Open(t))
	good := url.Values{"code": {setupCode}, "agency": {"Atelier"}, "name": {"Ada"}, "email": {"ada@exemple.example"}, "password": {"douze lettres au moins"}}
	for _, x := range []bad{
		{"agency", "", "Remplissez ce champ.", ""}, {"agency", strings.Repeat("a", 121), fmt.Sprintf(longFR, 120), ""}, {"agency", "a\x00", forbiddenFR, ""},
		{"name", "", "Indiquez un nom.", ""}, {"email", "", "Indiquez une adresse e-mail.", ""}, {"email", "x", addressFR, ""},
		{"password", "", "Remplissez ce champ.", ""}, {"password", "éééééééé", "C’est trop court : 12 caractères au moins.", ""},
		{"password", strings.Repeat("a", 2000), "C’est trop long", ""},
	} {
		form := maps.Clone(good)
		form[x.field] = []string{x.value}
		app := open(t, o.store) // with tries of its own
		b := app.browser(t)
		b.receive(b.request(http.MethodPost, "/setup", form.Encode()))
		b.read()
		if n := byID(b.page, "f-"+x.field+"-d"); b.StatusCode != 422 || !strings.Contains(text(n), even(x.fr)) {
			t.Errorf("%s=%.20q: status %d, %s", x.field, x.value, b.StatusCode, text(n))
		}
	}
	if empty, err := o.store.Empty(bg); !empty || err != nil {
		t.Error("there is an account", err)
	}
}

func TestBodiesThatAreNoForm(t *testing.T) {
	// A form has at most 1,000 fields and comes as a form; anything else is
	// refused before it is read (45).
	t.Parallel()
	o := agency(t)
	b, before := o.member(t), o.digest(t)
	fields := strings.TrimSuffix(strings.Repeat("to=a%40b.example&", 2000), "&")
	for _, c := range []struct {
		name, body string
		h          header
		want       int
		words      string
	}{
		{"2,000 fields", fields, nil, 413, "C’est trop long"},
		{"JSON", `{"name":"x"}`, header{"Content-Type", "application/json"}, 415, "Ce format n’est pas accepté."},
		{"multipart", "--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nx\r\n--b--\r\n", header{"Content-Type", "multipart/form-data; boundary=b"}, 415, "Ce format"},
		{"plain text", "name=x", header{"Content-Type", "text/plain"}, 415, "Ce format"},
		{"no type", "name=x", header{"Content-Type", ""}, 415, "Ce format"},
		{"a packed form", "\x1f\x8b\x08\x00", header{"Content-Encoding", "gzip"}, 415, "Ce format"},
		{"another charset", "name=%E9&asked=1", nil, 422, "caractères invisibles ou illisibles"},
		{"nothing", "", nil, 422, "Indiquez un nom."},
	} {
		for _, htmx := range []string{"", "true"} {
			r := b.request(http.MethodPost, "/clients/new", c.body, c.h, header{"HX-Request", htmx})
			b.receive(r)
			b.read()
			if b.StatusCode != c.want || !strings.Contains(text(b.page), even(c.words)) {
				t.Errorf("%s: status %d, want %d: %s", c.name, b.StatusCode, c.want, text(b.page))
			}
		}
	}
	if o.digest(t) != before {
		t.Error("something changed")
	}
}
