package data_test

import (
	"errors"
	"os"
	"testing"

	"carnet/data"
	"carnet/data/kv/bolt"
)

func TestMain(m *testing.M) {
	bolt.CheckMain()
	os.Exit(m.Run())
}

// ok fails the test for an error.
func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// must returns v, and fails the test for an error: must(f())(t).
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		ok(t, err)
		return v
	}
}

// wantError fails the test unless err is want.
func wantError(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("the error is %v, want %v", err, want)
	}
}

// problem returns what is wrong with a field; nothing is a failure of the test.
func problem(t testing.TB, err error, field string) data.FieldError {
	t.Helper()
	var invalid data.Invalid
	if !errors.As(err, &invalid) || invalid.Field(field) == nil {
		t.Fatalf("nothing is wrong with %q: %v %v", field, err, invalid)
	}
	return *invalid.Field(field)
}

// wantProblem fails the test unless the first problem of a field is want.
func wantProblem(t testing.TB, err error, field string, want data.Problem) {
	t.Helper()
	if p := problem(t, err, field); p.Problem != want {
		t.Errorf("%s is %q, want %q", field, p.Problem, want)
	}
}
