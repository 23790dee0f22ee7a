package handlers

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"carnet/data"
	"carnet/data/kv"
)

// unsure is an engine that cannot tell what became of its commits.
type unsure struct{ kv.Store }

func (u unsure) Update(ctx context.Context, fn func(kv.Writer) error) error {
	return errors.Join(u.Store.Update(ctx, fn), kv.ErrUnknown)
}

func TestOutcomeUnknown(t *testing.T) {
	// When nobody knows whether a change is kept, the page says just that, and
	// not that nothing was changed.
	t.Parallel()
	_, engine := demoBook(t)
	store, err := data.Open(bg, unsure{engine})
	if err != nil {
		t.Fatal(err)
	}
	o := open(t, store, inDemo)
	b := o.browser(t)
	b.send(http.MethodPost, "/clients/"+string(o.clientNamed(lambert).ID)+"/delete", "")
	b.is(http.StatusInternalServerError).sees("nous ne savons pas si c’est enregistré").misses("Rien n’a été modifié")
}
