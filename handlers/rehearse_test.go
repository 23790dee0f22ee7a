package handlers

import (
	"reflect"
	"testing"
	"time"

	"carnet/static"
	"carnet/views"
)

// Every view draws with all its fields filled, so that a field that a template
// names and the view does not have is found here and not by a person.
func TestEveryViewDrawsFilled(t *testing.T) {
	t.Parallel()
	assets, err := static.New()
	if err != nil {
		t.Fatal(err)
	}
	all := views.New(assets.Path)
	if err := all.Load(); err != nil {
		t.Fatal(err)
	}
	drawn := map[string]bool{}
	for _, v := range everyView() {
		filled := reflect.New(reflect.TypeOf(v)).Elem()
		fill(filled, 0)
		if _, err := all.Fragment(v.Template(), filled.Interface()); err != nil {
			t.Errorf("%s: %v", v.Template(), err)
		}
		drawn[v.Template()] = true
	}
	if len(drawn) < 40 {
		t.Errorf("only %d templates were drawn", len(drawn))
	}
}

// fill sets every field that can be set to something that is not zero.
func fill(v reflect.Value, depth int) {
	if depth > 8 {
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(2)
	case reflect.Uint64:
		v.SetUint(2)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), depth+1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(v.Index(i), depth+1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(1e9, 0)))
			return
		}
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				fill(v.Field(i), depth+1)
			}
		}
	}
}
