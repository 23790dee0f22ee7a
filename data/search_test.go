package data

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"carnet/data/kv"
)

func TestSearchLoose(t *testing.T) {
	// When all words of a query are too common to narrow it, as many clients are
	// looked at as it takes, and the page says that it may not show all.
	t.Parallel()
	s := openTest(t)
	var entries []kv.Entry
	for i := range 2*MaxHits + 200 {
		c := Client{ID: NewID(), Name: fmt.Sprintf("%s %04d", []string{"Alba", "Boyer"}[i%2], i)}
		if i%600 == 0 {
			c.Name = fmt.Sprintf("Alba Boyer %04d", i)
		}
		entries = append(entries, kv.Entry{Key: clientKey(c.ID), Value: must(encoding.Marshal(c))},
			kv.Entry{Key: tallyKey(c.ID), Value: must(encoding.Marshal(Tally{}))})
		for _, w := range words(c.Name) {
			entries = append(entries, kv.Entry{Key: key(tWord, w, string(c.ID)), Value: []byte(sortKey(c.Name))})
		}
	}
	slices.SortFunc(entries, func(a, b kv.Entry) int { return bytes.Compare(a.Key, b.Key) })
	if _, err := s.kv.Load(t.Context(), func(yield func([]byte, []byte) bool) {
		for _, e := range entries {
			if !yield(e.Key, e.Value) {
				return
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	page, err := s.Clients(t.Context(), ClientFilter{Query: "alb boy"})
	var got []string
	for _, c := range page.Clients {
		got = append(got, c.Name)
	}
	// The first thousand that have one of the words hold these of the four.
	want := []string{"Alba Boyer 0000", "Alba Boyer 0600", "Alba Boyer 1200", "Alba Boyer 1800"}
	if !slices.Equal(got, want) || !page.Truncated || page.Next != "" || err != nil {
		t.Errorf("it shows %q, truncated: %t, %v; want %q", got, page.Truncated, err, want)
	}
}
