package main

import (
	"encoding/binary"
	"path/filepath"
	"sync/atomic"

	"github.com/gofiber/fiber/v2"
	bbolt "go.etcd.io/bbolt"
)

var bareBucket = []byte("bare")

// newBare is the least that Fiber and bbolt can do: a hello, and a durable write
// of 200 bytes by db.Update, over 10,000 keys in turn.
func newBare(folder string) (*fiber.App, *bbolt.DB, error) {
	db, err := bbolt.Open(filepath.Join(folder, "bare.db"), 0o600, &bbolt.Options{FreelistType: bbolt.FreelistMapType})
	if err != nil {
		return nil, nil, err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucket(bareBucket)
		return err
	})
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Get("/", func(c *fiber.Ctx) error { return c.SendString("Hello, World!") })
	var writes atomic.Uint64
	app.Post("/", func(c *fiber.Ctx) error {
		k := binary.BigEndian.AppendUint64(nil, writes.Add(1)*7919%10_000)
		err := db.Update(func(tx *bbolt.Tx) error { return tx.Bucket(bareBucket).Put(k, make([]byte, 200)) })
		if err != nil {
			return err
		}
		return c.SendString("Written")
	})
	return app, db, err
}

func bareCases(addr string) []benchmark {
	return []benchmark{
		{name: "hello", addr: addr, want: "Hello", requests: func(int) [][]byte { return [][]byte{get("/", "")} }},
		{name: "update", addr: addr, want: "Written", lone: true, requests: func(int) [][]byte { return [][]byte{post("/", "", "")} }},
	}
}
