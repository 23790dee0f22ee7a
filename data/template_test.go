package data_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"carnet/data"
	"carnet/data/datatest"
)

func TestFillText(t *testing.T) {
	// Behaviour 35: variables are filled in by their French or English names,
	// however they are written; one without a value stays and is named, once; what
	// is none stays.
	t.Parallel()
	values := data.Values{"client.name": "Été & Fils", "contact.first_name": "Zoé", "date": "1er mai"}
	for _, c := range []struct {
		text, want string
		missing    []string
	}{
		{"", "", nil},
		{"sans rien {seul} }} {", "sans rien {seul} }} {", nil},
		{"{{client.nom}} / {{ Client.Name }} / {{CLIENT.NOM}}", "Été & Fils / Été & Fils / Été & Fils", nil},
		{"Bonjour {{contact.prenom}} et {{contact.prénom}},", "Bonjour Zoé et Zoé,", nil},
		{"{{contact.nom}} {{contact.nom}} {{date}}", "{{contact.nom}} {{contact.nom}} 1er mai", []string{"contact.nom"}},
		{"{{inconnu}} {{client.name}}", "{{inconnu}} Été & Fils", nil},
		{"{{client.\nnom}}", "{{client.\nnom}}", nil},
		{"{{ {{date}}", "{{ {{date}}", nil},
	} {
		got, missing := data.FillText(c.text, values)
		if got != c.want || !slices.Equal(missing, c.missing) {
			t.Errorf("%q is %q with %q missing, want %q with %q", c.text, got, missing, c.want, c.missing)
		}
	}
}

func TestValueIsNotFilledAgain(t *testing.T) {
	// What is filled in is text: a client that calls itself {{date}} is no variable.
	t.Parallel()
	got, missing := data.FillText("{{client.name}}", data.Values{"client.name": "{{date}}", "date": "1er mai"})
	if got != "{{date}}" || missing != nil {
		t.Errorf("it became %q with %q missing", got, missing)
	}
}

func TestCheckText(t *testing.T) {
	// What is wrong with a variable is told with its line and its column, in
	// characters.
	t.Parallel()
	got := data.CheckText("é{{client.nom}}\nçà {{cleint.nom}}, {{date}} {{\n  {{}}")
	want := []data.TextError{{2, 4, "cleint.nom"}, {2, 29, ""}, {3, 3, ""}}
	if !slices.Equal(got, want) {
		t.Errorf("the errors are %+v, want %+v", got, want)
	}
}

func TestTemplates(t *testing.T) {
	// Templates are kept by name, edited by one person at a time, and come back
	// after they were deleted.
	t.Parallel()
	s := datatest.Open(t)
	request := data.NewID()
	made := must(s.CreateTemplate(t.Context(), request, data.Template{Name: "Relance", Text: "Bonjour {{contact.prénom}}"}))(t)
	if again := must(s.CreateTemplate(t.Context(), request, data.Template{Name: "Autre"}))(t); again.ID != made.ID {
		t.Error("the same form made two")
	}
	ok(t, errOf(s.CreateTemplate(t.Context(), "", data.Template{Name: "élan"})))
	names := func() (names []string) {
		for _, x := range must(s.Templates(t.Context()))(t) {
			names = append(names, x.Name)
		}
		return names
	}
	if got := names(); !slices.Equal(got, []string{"élan", "Relance"}) {
		t.Errorf("the templates are %q", got)
	}
	rename := func(x *data.Template) { x.Name = "Rappel" }
	ok(t, errOf(s.UpdateTemplate(t.Context(), made.ID, made.Version, rename)))
	stands, err := s.UpdateTemplate(t.Context(), made.ID, made.Version, rename)
	wantError(t, err, data.ErrStale)
	if stands.Name != "Rappel" {
		t.Errorf("it stands as %q", stands.Name)
	}
	ok(t, errOf(s.DeleteTemplate(t.Context(), made.ID)))
	wantError(t, errOf(s.Template(t.Context(), made.ID)), data.ErrNotFound)
	ok(t, errOf(s.RestoreTemplate(t.Context(), made.ID)))
	if got := names(); len(got) != 2 {
		t.Errorf("after it came back the templates are %q", got)
	}
	_, err = s.CreateTemplate(t.Context(), "", data.Template{Text: "{{x}}", Subject: strings.Repeat("x", 300)})
	wantProblem(t, err, "name", data.Required)
	wantProblem(t, err, "subject", data.TooLong)
	if p := problem(t, err, "text"); p.Problem != data.Misnamed || p.Text != (data.TextError{Line: 1, Column: 1, Name: "x"}) {
		t.Errorf("the problem is %+v", p)
	}
}

// Whatever is typed, a text without values is the text, and what CheckText
// finds lies within it.
func FuzzFillText(f *testing.F) {
	for _, s := range []string{"{{client.nom}}", "{{", "}}", "{{{{date}}}}", "\xff{{é", "{{\n}}", "{{}}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got, _ := data.FillText(text, nil); got != text {
			t.Errorf("%q became %q", text, got)
		}
		lines := strings.Split(text, "\n")
		for _, e := range data.CheckText(text) {
			if e.Line < 1 || e.Line > len(lines) || e.Column < 1 || e.Column > utf8.RuneCountInString(lines[e.Line-1])+1 {
				t.Errorf("%+v is not in %q", e, text)
			}
		}
	})
}
