package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"carnet/cli"
	"carnet/data"
	"carnet/data/datatest"
	"carnet/data/kv"
)

// worn is an engine on a disk that gives out when the test says so.
type worn struct {
	kv.Store
	broken chan error
}

func (w worn) Broken() <-chan error { return w.broken }

// When nothing can be written any more the server stops by itself, and the
// error that makes the program exit with 1 says why; so does the log, at once.
func TestServeEndsWhenWritingFails(t *testing.T) {
	t.Parallel()
	engine := worn{datatest.Engine(t, filepath.Join(t.TempDir(), "carnet.db")), make(chan error, 1)}
	store, err := data.Open(t.Context(), engine)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	log := said{more: make(chan struct{})}
	engine.broken <- kv.ErrUnknown
	begin := time.Now()
	err = serve(ctx, cli.Settings{Addr: "127.0.0.1:0"}, store, slog.New(slog.NewTextHandler(&log, nil)), io.Discard)
	if !errors.Is(err, kv.ErrUnknown) || ctx.Err() != nil {
		t.Errorf("after %v it ended with %v", time.Since(begin), err)
	}
	if text, _ := log.now(); strings.Count(text, "level=ERROR") != 1 || !strings.Contains(text, kv.ErrUnknown.Error()) {
		t.Errorf("the log says\n%s", text)
	}
}
