// Carnet is a self-hosted address book of an agency's clients, and the
// composer that writes to them.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"sync"
	"syscall"
	"time"
	_ "time/tzdata" // the time zones of people, wherever the program runs

	"carnet/cli"
	"carnet/data"
	"carnet/data/blob"
	"carnet/data/demo"
	"carnet/data/kv/bolt"
	"carnet/edge"
	"carnet/handlers"
	"carnet/mail"

	"github.com/gofiber/fiber/v2"
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

// serve answers until ctx ends, or nothing can be written any more; then it
// finishes the requests under way and the mail in hand.
func serve(ctx context.Context, settings cli.Settings, store *data.Store, log *slog.Logger, stdout io.Writer) error {
	// Whatever a process before this one was sending, it is not any more.
	if n, err := store.Recover(ctx); err != nil {
		return err
	} else if n > 0 {
		log.Warn("messages were in hand when Carnet stopped", "count", n)
	}
	door, err := edge.Listen(edgeConfig(settings, log))
	if err != nil {
		return err
	}
	address := door.URL()
	cfg := handlers.Config{Store: store, Log: log, PublicURL: door.Public(), Demo: settings.Demo, InClear: settings.InClear(),
		TrustedProxies: settings.TrustedProxies, OwnHostOnly: door.TLS()}
	if cfg.Post, err = mail.NewPost(ctx, store, log, fixedRoute(settings)); err != nil {
		return err
	}
	var work sync.WaitGroup
	workers, stopWorkers := context.WithCancel(ctx)
	defer work.Wait()
	defer stopWorkers()
	work.Go(func() { cfg.Post.Run(workers) })
	work.Go(func() { sweep(workers, store, log) })
	work.Go(func() { door.Run(workers) })
	empty, err := store.Empty(ctx)
	if err != nil {
		return err
	}
	if empty {
		cfg.SetupCode = newCode()
		log.Warn("no account yet: open "+address+"/setup and enter this code", "code", cfg.SetupCode)
	}
	if cfg.InClear {
		log.Warn("plain http on an address that others reach: passwords travel in clear; put https in front and set -public-url")
	}
	app, err := handlers.New(cfg)
	if err != nil {
		return err
	}
	if !settings.Demo {
		defer cli.Answer(ctx, settings, store, address, log)()
	}
	fmt.Fprintln(stdout, "carnet "+version()+" listens on "+address)
	err = answer(ctx, app, door, store.Broken(), log)
	log.Info("stopped")
	return err
}

// answer answers requests until ctx ends or something is broken, and finishes
// those under way.
func answer(ctx context.Context, app *fiber.App, door *edge.Edge, broken <-chan error, log *slog.Logger) error {
	app.Server().MaxRequestsPerConn = 1000 // then a client connects anew, and counts anew
	served := make(chan error, 1)
	go func() { served <- app.Listener(door.Listener()) }()
	hangup := make(chan os.Signal, 1)
	if door.TLS() {
		signal.Notify(hangup, syscall.SIGHUP)
		defer signal.Stop(hangup)
	}
	for {
		select {
		case <-hangup:
			door.Reload()
		case err := <-served:
			return err
		case err := <-broken:
			log.Error("nothing can be written any more: stopping", "cause", err)
			return errors.Join(err, shutDown(app))
		case <-ctx.Done():
			return shutDown(app)
		}
	}
}

func edgeConfig(s cli.Settings, log *slog.Logger) edge.Config {
	return edge.Config{Addr: s.Addr, HTTPAddr: s.HTTPAddr, Public: s.PublicURL, Log: log,
		Connections: s.Connections, PerAddress: s.PerAddress, Trusted: s.TrustedProxies,
		CertFile: s.TLSCert, KeyFile: s.TLSKey,
		Domain: s.ACMEDomain, Email: s.ACMEEmail, Directory: s.ACMEDirectory, Cache: s.DB + ".acme"}
}

func shutDown(app *fiber.App) error { return app.ShutdownWithTimeout(20 * time.Second) }

// fixedRoute is what the command line says of how mails leave; nil: nothing.
func fixedRoute(settings cli.Settings) *mail.Route {
	switch {
	case settings.Demo:
		return &mail.Route{Outgoing: mail.Captured, From: demo.Sender}
	case settings.SMTP != nil:
		return &mail.Route{Outgoing: mail.Leaving, Server: *settings.SMTP, From: settings.From}
	case settings.From.Address != "":
		return &mail.Route{From: settings.From}
	}
	return nil
}

// sweep forgets what has expired, now and every hour.
func sweep(ctx context.Context, store *data.Store, log *slog.Logger) {
	hour := time.NewTicker(time.Hour)
	defer hour.Stop()
	for {
		if err := store.Sweep(ctx); err != nil && ctx.Err() == nil {
			log.Error("sweep", "cause", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-hour.C:
		}
	}
}

// newCode returns what who makes the first account is asked for: 40 bits, in
// two groups of letters and digits.
func newCode() string {
	text := rand.Text()
	return text[:4] + "-" + text[4:8]
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
