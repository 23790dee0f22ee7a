package handlers

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"carnet/data"
	"carnet/static"
	"carnet/views"
)

func TestEveryTemplateIsUsed(t *testing.T) {
	// Each template belongs to a view, or to a template that includes it: so
	// each is drawn at the start, and a broken one stops the program.
	t.Parallel()
	assets, err := static.New()
	if err != nil {
		t.Fatal(err)
	}
	all := views.New(assets.Path)
	if err := all.Load(); err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, v := range everyView() {
		used[v.Template()] = true
	}
	include := regexp.MustCompile(`{{-?\s*template "([^"]+)"`)
	for _, name := range all.Names() {
		text, err := os.ReadFile("../views/" + name + ".html")
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range include.FindAllStringSubmatch(string(text), -1) {
			used[m[1]] = true
		}
	}
	for _, name := range all.Names() {
		if !used[name] {
			t.Errorf("no view and no template uses %s", name)
		}
	}
}

func TestEveryViewIsRehearsed(t *testing.T) {
	// Every type with a template is in everyView.
	t.Parallel()
	known := map[string]bool{}
	for _, v := range everyView() {
		known[reflect.TypeOf(v).Name()] = true
	}
	method := regexp.MustCompile(`(?m)^func \((?:\w+ )?\*?(\w+)\) Template\(\) string`)
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		text, err := os.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range method.FindAllStringSubmatch(string(text), -1) {
			found++
			if !known[m[1]] {
				t.Errorf("%s: %s is not in everyView", e.Name(), m[1])
			}
		}
	}
	if found < 40 {
		t.Errorf("only %d views were found", found)
	}
}

func TestTemplateWithErrors(t *testing.T) {
	// Each error of a field is told, the summary counts fields, and one template
	// too many is refused in words of templates.
	t.Parallel()
	o := atelier(t)
	b := o.browser(t).visit("/templates/new").fill("Nom", "Essai").fill("Message", "{{un}}\n{{deux}}").fill("Objet", "{{trois}}")
	b.all().refused(422, "Enregistrer").sees("2 champs à corriger.", "« un » n’existe pas", "« deux » n’existe pas", "« trois » n’existe pas")
	all, err := o.store.Templates(bg)
	for i := len(all); i < data.MaxTemplates && err == nil; i++ {
		_, err = o.store.CreateTemplate(bg, "", data.Template{Name: "Modèle", Language: data.French})
	}
	if err != nil {
		t.Fatal(err)
	}
	b.fill("Message", "").fill("Objet", "")
	b.all().refused(422, "Enregistrer").sees("L’agence a déjà 200 modèles", "1 champ à corriger.").misses("destinataires")
}

func TestAddressesInAttributesArePaths(t *testing.T) {
	// What a view puts in an hx-* attribute is a views.Address, which only
	// views.Path and a checked path make.
	t.Parallel()
	found := 0
	for _, v := range everyView() {
		for _, name := range []string{"Action", "Undo", "Restore"} {
			if f, ok := reflect.TypeOf(v).FieldByName(name); ok {
				found++
				if f.Type != reflect.TypeFor[views.Address]() {
					t.Errorf("%T.%s is a %s", v, name, f.Type)
				}
			}
		}
	}
	if found < 2 {
		t.Errorf("only %d addresses were found", found)
	}
}
