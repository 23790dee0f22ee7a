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
	"sync"
	"syscall"
	"time"

	"carnet/cli"
	"carnet/data"
	"carnet/data/demo"
	"carnet/edge"
	"carnet/handlers"
	"carnet/mail"

	"github.com/gofiber/fiber/v2"
)

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
