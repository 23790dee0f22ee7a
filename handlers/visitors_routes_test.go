package handlers

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"carnet/data"
)

func TestRoutesOfAnotherVisitor(t *testing.T) {
	// Each route, asked by a visitor of a public demo with the ids of another's
	// book: those that both books have lead to one's own, the others to nothing.
	// The other's book is neither written to nor shown.
	t.Parallel()
	const canary = "Canari de l’autre"
	var books []office
	p := demoFor(t, func(c *DemoConfig) {
		c.Open = func(context.Context) (*data.Store, func() error, error) {
			store, engine := demoBook(t)
			books = append(books, office{t: t, store: store, engine: engine})
			return store, func() error { return nil }, nil
		}
	})
	p.newcomer(t).visit("/demo").click("Essayer la démo")
	other := books[0]
	other.app = p.app
	shared := other.addresses(t)
	client, err := other.store.CreateClient(bg, "", data.Client{Name: canary, Notes: canary})
	if err != nil {
		t.Fatal(err)
	}
	contact, err := other.store.CreateContact(bg, "", data.Contact{Client: client.ID, Email: "canari@exemple.example", LastName: canary}, false)
	if err != nil {
		t.Fatal(err)
	}
	theirs := strings.NewReplacer(":client", string(client.ID), ":contact", string(contact.ID))
	b := p.newcomer(t).visit("/demo").click("Essayer la démo")
	before, counts := other.engine.writes.Load(), map[int]int{}
	for _, v := range every {
		method, route, _ := strings.Cut(v.route, " ")
		paths := []string{shared.Replace(route)}
		if strings.Contains(route, ":client") {
			paths = append(paths, shared.Replace(theirs.Replace(route)))
		}
		for i, path := range paths {
			b.receive(b.request(method, path, v.form))
			counts[b.StatusCode]++
			if i > 0 && b.StatusCode != 404 && b.StatusCode != 403 {
				t.Errorf("%s of the other's client: status %d", v.route, b.StatusCode)
			}
			if strings.Contains(b.body, canary) || strings.Contains(b.body, "canari@") {
				t.Errorf("%s shows the other's book", v.route)
			}
			if n := other.engine.writes.Load() - before; n != 0 {
				t.Fatalf("%s wrote %d times in the other's book", v.route, n)
			}
		}
	}
	var line []string
	for _, status := range slices.Sorted(maps.Keys(counts)) {
		line = append(line, fmt.Sprintf("%d × %d", counts[status], status))
	}
	t.Logf("another visitor: %s", strings.Join(line, ", "))
	if own := books[1].engine.writes.Load(); own < 10 {
		t.Errorf("only %d requests wrote in one's own book: it proves nothing", own)
	}
}
