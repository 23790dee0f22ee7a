package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"

	"carnet/cli"
	"carnet/data/demo"
	"carnet/edge"
	"carnet/handlers"
	"carnet/mail"
)

// serveDemo is a public demo until ctx ends: a copy of the agency for each
// visitor, in a temporary folder that it removes. Beside a real book it does not
// start, since the settings are then another server's.
func serveDemo(ctx context.Context, settings cli.Settings, log *slog.Logger, stdout io.Writer) (err error) {
	if _, err := os.Lstat(settings.DB); err == nil {
		return fmt.Errorf("-demo: %s is a real book; a public demo starts where there is none", settings.DB)
	}
	copies, err := demo.NewCopies(ctx, "", mail.Bytes)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, copies.Close()) }()
	door, err := edge.Listen(edgeConfig(settings, log))
	if err != nil {
		return err
	}
	app, err := handlers.NewDemo(handlers.DemoConfig{Config: handlers.Config{Log: log, PublicURL: door.Public(),
		TrustedProxies: settings.TrustedProxies, OwnHostOnly: door.TLS()},
		From: demo.Sender, Open: copies.Open})
	if err != nil {
		return err
	}
	defer app.Close()
	var work sync.WaitGroup
	erasing, stop := context.WithCancel(ctx)
	defer work.Wait()
	defer stop()
	work.Go(func() { app.Run(erasing) })
	work.Go(func() { door.Run(erasing) })
	fmt.Fprintln(stdout, "carnet "+version()+" shows a public demo; it listens on "+door.URL())
	err = answer(ctx, app.App, door, nil, log)
	log.Info("stopped")
	return err
}
