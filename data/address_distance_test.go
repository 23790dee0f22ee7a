package data_test

import (
	"testing"

	"carnet/data"
)

func TestAddressDistance(t *testing.T) {
	// Behaviour 22: a slip of the fingers is one edit, accents count as one character.
	t.Parallel()
	for pair, want := range map[[2]string]int{
		{"jean@x.fr", "jean@x.fr"}: 0, {"jean@x.fr", "jaen@x.fr"}: 1, {"jean@x.fr", "jan@x.fr"}: 1,
		{"jean@x.fr", "jeann@x.fr"}: 1, {"jean@x.fr", "jeam@x.fr"}: 1, {"élise@x.fr", "elise@x.fr"}: 1,
		{"jean@gmail.com", "jean@gmial.con"}: 2, {"jean@x.fr", "paul@x.fr"}: 3, {"jean@x.fr", "jean@example.fr"}: 3,
		{"", "ab"}: 2, {"", ""}: 0, {"ca", "abc"}: 3, {"jean@x.fr", ""}: 3,
	} {
		if got := data.AddressDistance(pair[0], pair[1], 2); got != want {
			t.Errorf("%q: got %d, want %d", pair, got, want)
		}
	}
}

func TestAddressDistanceIsTheDefinition(t *testing.T) {
	// For all short words and limits it is the recursive definition, cut at limit+1.
	t.Parallel()
	words := []string{""}
	for i := 0; len(words[i]) < 4; i++ {
		words = append(words, words[i]+"a", words[i]+"b", words[i]+"c")
	}
	for _, a := range words {
		for _, b := range words {
			want := alignment(a, b)
			for limit := range 5 {
				if got := data.AddressDistance(a, b, limit); got != min(want, limit+1) {
					t.Fatalf("%q, %q, limit %d: got %d, want %d", a, b, limit, got, want)
				}
			}
		}
	}
}

// alignment is the optimal string alignment distance as textbooks define it.
func alignment(a, b string) int {
	if a == "" || b == "" {
		return len(a) + len(b)
	}
	i, j := len(a)-1, len(b)-1
	if a[i] == b[j] {
		return alignment(a[:i], b[:j])
	}
	least := 1 + min(alignment(a[:i], b), alignment(a, b[:j]), alignment(a[:i], b[:j]))
	if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
		least = min(least, 1+alignment(a[:i-1], b[:j-1]))
	}
	return least
}
