package data

// AddressDistance returns how many edits part a from b: a character added,
// removed or replaced, or two neighbours exchanged (optimal string alignment,
// the restricted Damerau–Levenshtein distance). It stops counting beyond limit,
// and returns limit+1. Characters are compared as they are: give it keys.
func AddressDistance(a, b string, limit int) int {
	s, t := []rune(a), []rune(b)
	if max(len(s)-len(t), len(t)-len(s)) > limit {
		return limit + 1
	}
	before, row, next := make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i := range s {
		next[0] = i + 1
		least := next[0]
		for j := range t {
			next[j+1] = 1 + min(row[j+1], next[j], row[j])
			if s[i] == t[j] {
				next[j+1] = row[j]
			} else if i > 0 && j > 0 && s[i] == t[j-1] && s[i-1] == t[j] {
				next[j+1] = min(next[j+1], 1+before[j-1])
			}
			least = min(least, next[j+1])
		}
		if least > limit {
			return limit + 1 // later rows are no smaller
		}
		before, row, next = row, next, before
	}
	return min(row[len(t)], limit+1)
}
