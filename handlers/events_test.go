package handlers

import (
	"encoding/csv"
	"fmt"
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"carnet/data"
	"carnet/data/datatest"
	"carnet/i18n"
)

// actions are all constants of package data that name an action.
func actions(t *testing.T) (out []data.Action) {
	t.Helper()
	all, err := filepath.Glob("../data/*.go")
	must(t, err)
	for _, path := range all {
		file, err := parser.ParseFile(gotoken.NewFileSet(), path, nil, 0)
		must(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "Action" {
				action, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, data.Action(action))
			}
			return true
		})
	}
	return out
}

func TestEveryActionHasWords(t *testing.T) {
	// Each action of package data is told in words of both languages, and is of a
	// kind that the journal can be filtered by.
	t.Parallel()
	all := actions(t)
	if len(all) < 30 {
		t.Fatalf("only %d actions were found", len(all))
	}
	for _, a := range all {
		if w := eventWords[a]; w.fr == "" || w.en == "" || w.fr == w.en {
			t.Errorf("%s is told as %q and %q: see events_words.go", a, w.fr, w.en)
		}
		if !slices.ContainsFunc(eventNouns, func(n struct {
			noun string
			phrase
		}) bool {
			return n.noun == a.Noun()
		}) {
			t.Errorf("%s is of no kind: see events_words.go", a)
		}
	}
}

func TestJournalPage(t *testing.T) {
	// What was just done stands first in the journal, with who, what, to what with a
	// link, for which client and from where; filters narrow it, page by page, with
	// and without htmx, and what is gone has no name any more.
	t.Parallel()
	o := agency(t)
	b := o.member(t)
	client := o.clientNamed(lambert)
	contact := o.contactAt(client, "louis.petit@menuiserie-lambert.fr")
	b.visit("/clients/"+string(client.ID)+"/contacts/"+string(contact.ID)+"/edit").fill("Téléphone", "01 02 03 04 05").fill("Mobile", "06 01 02 03 04").click("Enregistrer")
	b.visit("/settings").click("Journal")
	first := text(b.in("li", "a modifié le contact").root)
	for _, want := range []string{"Camille Roussel a modifié le contact Louis Petit", lambert, "téléphone, mobile", "0.0.0.0"} {
		if !strings.Contains(first, want) {
			t.Errorf("the first line lacks %q: %q", want, first)
		}
	}
	b.click("Louis Petit").sees("Modifier le contact")

	b.visit("/events").sees("a envoyé l’e-mail")
	b.fill("Sujet", "Modèles").click("Filtrer").sees("a ajouté le modèle").misses("a envoyé l’e-mail", "a modifié le contact")
	b.visit("/events").click("Plus anciennes").click("Les plus récentes").sees("a modifié le contact Louis Petit")
	day := time.Now().Format(time.DateOnly)
	b.visit("/events?from=" + day + "&until=" + day).sees("a modifié le contact Louis Petit").misses("a ajouté le modèle")
	b.visit("/events?until=2001-01-01").sees("Aucune action ne correspond.")
	b.visit("/events?client="+string(client.ID)).sees("Journal de "+lambert, "a modifié le contact Louis Petit").misses("a ajouté le modèle")
	b.send(http.MethodGet, "/events?from=hier", "")
	b.is(422).sees("Ce n’est pas un jour.")
	b.send(http.MethodGet, "/events?user=nobody", "")
	b.is(404)

	b.htmx = true
	b.visit("/events").fill("Sujet", "Contacts").click("Filtrer").sees("a modifié le contact").misses("a envoyé l’e-mail")
	b.htmx = false

	b.visit("/clients/" + string(client.ID)).click("Journal de ce client").sees("a modifié le contact Louis Petit")
	must(t, errOf(o.store.DeleteContact(bg, client.ID, contact.ID)))
	b.visit("/events").sees("Carnet a mis à la corbeille le contact Louis Petit (dans la corbeille)")
	must(t, errOf(o.store.EraseContact(bg, client.ID, contact.ID)))
	b.visit("/events").sees("a modifié le contact (contact effacé)").misses("Louis Petit")
	stranger := data.As(bg, data.Actor{User: data.NewID(), Address: "192.0.2.9"})
	must(t, errOf(o.store.CreateTemplate(stranger, "", data.Template{Name: "Par un autre", Language: data.French})))
	b.visit("/events").sees("Personne supprimée a ajouté le modèle Par un autre", "192.0.2.9")
	b.click("English: switch the interface to English").sees("Removed person added the template", "erased a contact for good")
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func errOf[T any](_ T, err error) error { return err }

func TestJournalRetention(t *testing.T) {
	// How long the journal is kept is set on its page; what is out of bounds is
	// refused with a sentence, and stays typed.
	t.Parallel()
	o := agency(t)
	b := o.member(t).visit("/events")
	const name = "Jours de conservation du journal"
	for _, bad := range []string{"0", "29", "3651", "dix", ""} {
		b.fill(name, bad).all().refused(422, "Enregistrer").sees("Un nombre de 30 à 3650.")
		if got := b.all().value(name); got != bad {
			t.Errorf("%q became %q", bad, got)
		}
	}
	b.fill(name, "90").click("Enregistrer").sees("Durée enregistrée", "a changé la durée de conservation du journal · 90 jours")
	if j, err := o.store.Journal(bg); err != nil || j.Days != 90 {
		t.Errorf("%+v, %v", j, err)
	}
}

func TestJournalIsAppendOnly(t *testing.T) {
	// No form of any page changes or removes an event that is there.
	t.Parallel()
	o := agency(t)
	to := o.addresses(t)
	all := func() (out []data.Event) {
		for f, more := (data.EventFilter{Limit: data.MaxEvents}), true; more; {
			page, err := o.store.Events(bg, f)
			must(t, err)
			for _, e := range page.Events {
				out = append(out, e.Event)
			}
			f.After, more = page.Next, page.Next != ""
		}
		slices.Reverse(out)
		return out
	}
	before := all()
	for _, v := range every {
		method, route, _ := strings.Cut(v.route, " ")
		if method != http.MethodPost {
			continue
		}
		b := o.member(t)
		b.receive(b.request(method, to.Replace(route), v.form))
		after := all()
		if len(after) < len(before) || !slices.Equal(after[:len(before)], before) {
			t.Errorf("%s changed the journal", v.route)
		}
		before = after
	}
	if len(before) < 20 {
		t.Errorf("only %d events", len(before))
	}
}

func TestJournalExport(t *testing.T) {
	// The journal is exported as it is filtered, as a file that Excel opens where it
	// speaks French: its mark, semicolons, no cell that is a formula. The export is
	// told itself.
	t.Parallel()
	o := agency(t)
	b := o.member(t)
	must(t, errOf(o.store.CreateTemplate(bg, "", data.Template{Name: `=cmd|' /C calc'!A0; "x"`, Language: data.French})))
	b.visit("/events?noun=template").click("Exporter tout ce que ce filtre montre (CSV)").is(200)
	if got := b.Header.Get("Content-Disposition"); got != "attachment; filename=journal-"+time.Now().Format(time.DateOnly)+".csv" || b.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("it is sent as %q", got)
	}
	content, marked := strings.CutPrefix(b.body, "\ufeff")
	r := csv.NewReader(strings.NewReader(content))
	r.Comma = ';'
	lines, err := r.ReadAll()
	if err != nil || !marked || len(lines) < 4 {
		t.Fatalf("%t %v\n%s", marked, err, b.body)
	}
	if got := lines[1][2:5]; !slices.Equal(got, []string{"Carnet", "a ajouté le modèle", `'=cmd|' /C calc'!A0; "x"`}) {
		t.Errorf("the newest is %q", got)
	}
	for _, l := range lines[1:] {
		if l[8] != "template.create" {
			t.Errorf("the filter lets %q through", l)
		}
	}
	b.visit("/events").sees("Camille Roussel a exporté le journal")
	b.send(http.MethodPost, "/events/export", "from=hier")
	b.is(400)
}

func TestExportNeedsLittle(t *testing.T) {
	// An export reads the journal by pages, as fast as it is taken: who takes a
	// little of it has read a little of it, and the log does not read it again.
	t.Parallel()
	store := datatest.Open(t)
	const n = 1000
	done := make(chan error)
	for range n {
		go func() { done <- store.ExportEvents(bg, "") }()
	}
	for range n {
		must(t, <-done)
	}
	pages := 0
	next := eventsCSV(bg, store, i18n.French, zone{}, data.EventFilter{})
	s := &stream{next: func() ([]byte, error) { pages++; return next() }}
	if _, err := io.ReadFull(s, make([]byte, 100)); err != nil || pages != 1 {
		t.Errorf("%d pages were read, %v", pages, err)
	}
	rest, err := io.ReadAll(s)
	if lines := strings.Count(string(rest), "\n"); err != nil || lines != n || pages < n/data.MaxEvents {
		t.Errorf("%d lines in %d pages, %v", lines, pages, err)
	}
	failing := &stream{next: func() ([]byte, error) { return nil, fmt.Errorf("disk") }}
	if _, err := io.ReadAll(failing); err == nil {
		t.Error("what fails seems whole")
	}
}

func TestCells(t *testing.T) {
	// No cell begins a formula.
	t.Parallel()
	for in, want := range map[string]string{"=1": "'=1", "+1": "'+1", "-1": "'-1", "@x": "'@x", "\tx": "'\tx", "\rx": "'\rx", "a=1": "a=1", "": "", "é": "é"} {
		if got := cell(in); got != want {
			t.Errorf("%q becomes %q", in, got)
		}
	}
}
