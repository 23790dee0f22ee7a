// Bench measures what people wait for most beside the least that Fiber and
// bbolt can do: the list of a client's contacts, the suggestions while one types
// a recipient, and a durable star; beside them a hello, and update, a bare
// db.Update behind a bare route. A second process makes the load, so that it
// costs all of them the same; both share one machine, so a number means
// something only beside the others of its own run.
//
//	go run ./bench [-clients 100] [-contacts 100] [-conns 64] [-time 2s] [-rounds 5]
//
// CPU is what a request costs the server, which says more than the rest on a
// machine that is busy with something else. It ends with a line for each, its
// requests per second as a share of hello's, the median of the rounds.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"runtime/pprof"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"
)

type settings struct {
	clients, contacts int
	conns, rounds     int
	time              time.Duration
	only, profile     string
}

func main() {
	log.SetFlags(0)
	if len(os.Args) == 2 && os.Args[1] == loadWord {
		if err := loadMain(os.Stdin, os.Stdout); err != nil {
			log.Fatal("bench: load: ", err)
		}
		return
	}
	var s settings
	flag.IntVar(&s.clients, "clients", 100, "clients in the book")
	flag.IntVar(&s.contacts, "contacts", 100, "contacts of each client")
	flag.IntVar(&s.conns, "conns", 64, "connections at once, kept alive")
	flag.IntVar(&s.rounds, "rounds", 5, "rounds, in each of which all take their turn")
	flag.DurationVar(&s.time, "time", 2*time.Second, "length of a turn")
	flag.StringVar(&s.only, "only", "", "measure `one` of the cases")
	flag.StringVar(&s.profile, "cpuprofile", "", "write a profile of the turns to a `file`")
	flag.Parse()
	if err := run(context.Background(), s, os.Stdout); err != nil {
		log.Fatal("bench: ", err)
	}
}

func run(ctx context.Context, s settings, out io.Writer) error {
	folder, err := os.MkdirTemp("", "carnet-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	b, err := newBook(ctx, folder, s)
	if err != nil {
		return err
	}
	defer b.store.Close()
	app, err := b.app()
	if err != nil {
		return err
	}
	bare, db, err := newBare(folder)
	if err != nil {
		return err
	}
	defer db.Close()
	carnetAddr, stop, err := serve(app)
	if err != nil {
		return err
	}
	defer stop()
	bareAddr, stop, err := serve(bare)
	if err != nil {
		return err
	}
	defer stop()
	cases := append(bareCases(bareAddr), b.cases(carnetAddr)...)
	if s.only != "" {
		cases = slices.DeleteFunc(cases, func(c benchmark) bool { return c.name != s.only })
	}
	return measure(cases, s, out)
}

// serve answers on a free port of loopback.
func serve(app *fiber.App) (addr string, stop func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	go func() { _ = app.Listener(l) }()
	return l.Addr().String(), func() { _ = app.Shutdown() }, nil
}

// benchmark is a request that is made over and over.
type benchmark struct {
	name, addr string
	requests   func(conn int) [][]byte // what one connection asks for, in turn
	want       string                  // what a right answer holds
	lone       bool                    // measured with one connection too
	kept       bool                    // asked for again by its ETag
}

// results are the rounds of each case, by its name.
type results map[string][]result

// lone is the name of what a case came to with one connection.
func lone(name string) string { return name + " @1" }

// measure gives each its turn in every round, and prints the medians.
func measure(cases []benchmark, s settings, out io.Writer) error {
	for _, c := range cases {
		if err := c.check(); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	if s.profile != "" {
		f, err := os.Create(s.profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	rs := make(results)
	take := func(c benchmark, name string, conns int) error {
		r, err := c.turn(conns, s.time)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		rs[name] = append(rs[name], r)
		return nil
	}
	for range s.rounds {
		for _, c := range cases {
			if err := take(c, c.name, s.conns); err != nil {
				return err
			}
			if !c.lone {
				continue
			}
			if err := take(c, lone(c.name), 1); err != nil {
				return err
			}
		}
	}
	report(cases, rs, s, out)
	return nil
}
