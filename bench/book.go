package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"

	"carnet/data"
	"carnet/data/kv/bolt"
	"carnet/handlers"
	"carnet/mail"

	"github.com/gofiber/fiber/v2"
)

// book is a book on disk, somebody who is signed in, and what is in it.
type book struct {
	store    *data.Store
	cookie   string // the header lines of a session, as htmx sends them
	clients  []data.ID
	contacts []data.ID // one of each client
}

var (
	firstNames = strings.Fields("Claire Julien Élodie Mehdi Chloé Clément Inès Hugo Camille Lucas Aïcha Théo Manon Rémi Zoé Yann Léa Paul Sofia Clara")
	lastNames  = strings.Fields("Morel Lambert Nguyen Le_Goff Petit Bernard Clerc Garcia Rousseau Fontaine Haddad Mercier Chevalier Perrin Renard Cluzel Marchand Dupuis Leroy Benoît")
	roles      = []string{"Direction", "Comptabilité", "Achats", "Responsable du chantier", "", "Secrétariat", "Communication"}
)

func newBook(ctx context.Context, folder string, s settings) (*book, error) {
	// The engine is not checked at its start: this program is no checker.
	engine, err := bolt.Open(filepath.Join(folder, "carnet.db"), bolt.Options{NoCheck: true})
	if err != nil {
		return nil, err
	}
	store, err := data.Open(ctx, engine)
	if err != nil {
		return nil, errors.Join(err, engine.Close())
	}
	b := &book{store: store, cookie: "Cookie: sid=bench\r\nHX-Request: true\r\n" + gzip,
		clients: make([]data.ID, s.clients), contacts: make([]data.ID, s.clients)}
	u, err := store.SetUp(ctx, data.Agency{Name: "Agence"}, data.User{Name: "Bench", Email: "bench@agence.example"}, "a long password")
	if err == nil {
		err = store.CreateSession(ctx, "bench", u.ID)
	}
	if err == nil {
		err = b.fill(ctx, s)
	}
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return b, nil
}

// fill makes the clients side by side, so that they share commits.
func (b *book) fill(ctx context.Context, s settings) error {
	errs := make([]error, s.clients)
	var all sync.WaitGroup
	for i := range s.clients {
		all.Go(func() { errs[i] = b.fillClient(ctx, i, s.contacts) })
	}
	all.Wait()
	return errors.Join(errs...)
}

func (b *book) fillClient(ctx context.Context, number, contacts int) error {
	c, err := b.store.CreateClient(ctx, "", data.Client{Name: fmt.Sprintf("Menuiserie %s %d", lastNames[number%len(lastNames)], number),
		Email: fmt.Sprintf("contact@entreprise%d.example", number), Kind: data.Company, Language: "fr"})
	if err != nil {
		return err
	}
	b.clients[number] = c.ID
	for i := range contacts {
		contact, err := b.store.CreateContact(ctx, "", data.Contact{Client: c.ID, Email: fmt.Sprintf("p%d@entreprise%d.example", i, number),
			FirstName: firstNames[i%len(firstNames)], LastName: strings.ReplaceAll(lastNames[(i/3+number)%len(lastNames)], "_", " "),
			Role: roles[i%len(roles)], Mobile: fmt.Sprintf("06 12 34 %02d %02d", number%100, i%100), Favorite: i%12 == 0}, true)
		if err != nil {
			return err
		}
		b.contacts[number] = contact.ID
	}
	return nil
}

// app is Carnet as main makes it, its log line a request included.
func (b *book) app() (*fiber.App, error) {
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	post, err := mail.NewPost(context.Background(), b.store, log, &mail.Route{From: data.Mailbox{Address: "agence@agence.example"}})
	if err != nil {
		return nil, err
	}
	return handlers.New(handlers.Config{Store: b.store, Log: log, Post: post})
}

// cases are the requests, each connection beginning at another client.
func (b *book) cases(addr string) []benchmark {
	turn := func(conn int, request func(client data.ID) []byte) (requests [][]byte) {
		for i := range b.clients {
			requests = append(requests, request(b.clients[(conn*7+i)%len(b.clients)]))
		}
		return requests
	}
	list := func(conn int) [][]byte {
		return turn(conn, func(c data.ID) []byte { return get("/clients/"+string(c)+"/contacts", b.cookie) })
	}
	suggest := func(conn int) [][]byte {
		return turn(conn, func(c data.ID) []byte {
			return post("/clients/"+string(c)+"/recipients/to", b.cookie, "to_q=cl")
		})
	}
	star := func(conn int) [][]byte { // each its own contact, as long as there are enough
		i := conn % len(b.clients)
		path := "/clients/" + string(b.clients[i]) + "/contacts/" + string(b.contacts[i]) + "/favorite"
		return [][]byte{post(path, b.cookie, "favorite=1"), post(path, b.cookie, "favorite=0")}
	}
	return []benchmark{
		{name: "list", addr: addr, requests: list, want: "contacts-row-"},
		{name: "304", addr: addr, requests: list, want: "contacts-row-", kept: true},
		{name: "suggest", addr: addr, requests: suggest, want: "Claire"},
		{name: "star", addr: addr, requests: star, want: "aria-pressed", lone: true},
	}
}
