package data

import (
	"path/filepath"
	"strings"
	"testing"

	"carnet/data/kv"
	"carnet/data/kv/bolt"
)

func TestUpgradeRefuses(t *testing.T) {
	// A book of a newer program, or sorted otherwise, is refused in one clear line
	// and left as it is; one of this program opens again.
	t.Parallel()
	engine, err := bolt.Open(filepath.Join(t.TempDir(), "carnet.db"), bolt.Options{Grow: 64 << 10})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	for range 2 {
		if _, err := Open(t.Context(), engine); err != nil {
			t.Fatal(err)
		}
	}
	for want, m := range map[string]meta{"newer Carnet (format 2, this one knows 1)": {2, collation}, `names in the order "de/1", this Carnet in "fr/1": start the version that wrote it`: {format, "de/1"}} {
		if err := engine.Update(t.Context(), func(w kv.Writer) error { return put(w, key(tMeta, "format"), m) }); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), engine); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%+v: %v", m, err)
		}
		var kept []kv.Entry
		if err := engine.View(t.Context(), func(r kv.Reader) (err error) { kept, err = r.Scan(kv.Range{}); return err }); err != nil {
			t.Fatal(err)
		}
		if got, err := decode[meta](kept[0].Value); len(kept) != 1 || got != m || err != nil {
			t.Errorf("it was changed to %+v", got)
		}
	}
}
