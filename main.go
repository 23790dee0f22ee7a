// Carnet is a self-hosted address book of an agency's clients, and the
// composer that writes to them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // the time zones of people, wherever the program runs

	"carnet/cli"
	"carnet/data"
	"carnet/data/blob"
	"carnet/data/demo"
	"carnet/data/kv/bolt"
	"carnet/mail"
)

func main() {
	bolt.CheckMain()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	var usage cli.UsageError
	switch {
	case err == nil, errors.Is(err, cli.ErrHelp):
	case errors.As(err, &usage):
		fmt.Fprintln(os.Stderr, "carnet:", err)
		os.Exit(2)
	default:
		fmt.Fprintln(os.Stderr, "carnet:", err)
		os.Exit(1)
	}
}

// run is the whole program; it returns when ctx ends and all is put away.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) error {
	if len(args) > 0 && args[0] == "version" {
		fmt.Fprintln(stdout, "carnet", version())
		return nil
	}
	if len(args) > 0 && args[0] == "user" {
		return cli.User(ctx, args[1:], getenv, stdout, open)
	}
	if len(args) > 0 && args[0] == "serve" {
		args = args[1:]
	}
	settings, err := cli.Parse(args, getenv, stdout)
	if err != nil {
		return err
	}
	log := newLog(settings.LogFormat, stderr)
	if settings.PublicDemo() {
		return serveDemo(ctx, settings, log, stdout)
	}
	store, closeStore, err := open(ctx, settings)
	if err != nil {
		return err
	}
	err = serve(ctx, settings, store, log, stdout)
	return errors.Join(err, closeStore())
}

// open opens the book: the one that -db names, or the demo's in a temporary
// folder that the returned function removes.
func open(ctx context.Context, settings cli.Settings) (*data.Store, func() error, error) {
	if settings.Demo {
		dir, err := os.MkdirTemp("", "carnet-demo-")
		if err != nil {
			return nil, nil, err
		}
		store, _, err := demo.Open(ctx, filepath.Join(dir, "carnet.db"), mail.Bytes)
		if err != nil {
			return nil, nil, errors.Join(err, os.RemoveAll(dir))
		}
		return store, func() error { return errors.Join(store.Close(), os.RemoveAll(dir)) }, nil
	}
	engine, err := bolt.Open(settings.DB, bolt.Options{})
	if err != nil {
		return nil, nil, err
	}
	blobs, err := blob.OpenFolder(settings.DB + blob.Suffix)
	if err != nil {
		return nil, nil, errors.Join(err, engine.Close())
	}
	options := []data.Option{data.WithKey(settings.Key), data.WithBlobs(blobs)}
	former, rotates := settings.FormerKey()
	if rotates {
		options = append(options, data.WithFormerKey(former))
	}
	store, err := data.Open(ctx, engine, options...)
	if err != nil {
		return nil, nil, errors.Join(err, engine.Close())
	}
	if rotates {
		if _, err := store.Reseal(ctx); err != nil {
			return nil, nil, errors.Join(err, store.Close())
		}
	}
	return store, store.Close, nil
}

func newLog(format string, out io.Writer) *slog.Logger {
	if format == "json" {
		return slog.New(slog.NewJSONHandler(out, nil))
	}
	return slog.New(slog.NewTextHandler(out, nil))
}

// version is the module's, as the go command stamped it.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
