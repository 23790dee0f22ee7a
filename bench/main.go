// Bench measures what people wait for most beside the least that Fiber can do:
// the list of a client's contacts, the suggestions while one types a recipient,
// and a durable star. Server and load share one process and one machine, so a
// number means something only beside the others of its own run.
//
//	go run ./bench [-clients 100] [-contacts 100] [-conns 64] [-time 2s] [-rounds 5]
//
// It ends with a line for each, its requests per second as a share of hello's,
// the median of the rounds.
package main

import (
	"context"
	"flag"
	"fmt"
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
	var s settings
	flag.IntVar(&s.clients, "clients", 100, "clients in the book")
	flag.IntVar(&s.contacts, "contacts", 100, "contacts of each client")
	flag.IntVar(&s.conns, "conns", 64, "connections at once, kept alive")
	flag.IntVar(&s.rounds, "rounds", 5, "rounds, in each of which all take their turn")
	flag.DurationVar(&s.time, "time", 2*time.Second, "length of a turn")
	flag.StringVar(&s.only, "only", "", "measure `one` of list, suggest, star, hello")
	flag.StringVar(&s.profile, "cpuprofile", "", "write a profile of the turns to a `file`")
	flag.Parse()
	if err := run(context.Background(), s); err != nil {
		log.Fatal("bench: ", err)
	}
}

func run(ctx context.Context, s settings) error {
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
	hello := fiber.New(fiber.Config{DisableStartupMessage: true})
	hello.Get("/", func(c *fiber.Ctx) error { return c.SendString("Hello, World!") })
	carnetAddr, stop, err := serve(app)
	if err != nil {
		return err
	}
	defer stop()
	helloAddr, stop, err := serve(hello)
	if err != nil {
		return err
	}
	defer stop()
	cases := append([]benchmark{{name: "hello", addr: helloAddr, requests: func(int) [][]byte {
		return [][]byte{get("/", "")}
	}, want: "Hello"}}, b.cases(carnetAddr)...)
	if s.only != "" {
		cases = slices.DeleteFunc(cases, func(c benchmark) bool { return c.name != s.only })
	}
	return measure(cases, s)
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
}

// measure gives each its turn in every round, and prints the medians.
func measure(cases []benchmark, s settings) error {
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
	results := make(map[string][]result)
	for range s.rounds {
		for _, c := range cases {
			// Warm first: the stars of the round before made every list new.
			if _, err := c.load(s.conns, s.time/2); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			r, err := c.load(s.conns, s.time)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			results[c.name] = append(results[c.name], r)
		}
	}
	report(cases, results, s)
	return nil
}

func report(cases []benchmark, results map[string][]result, s settings) {
	fmt.Printf("%d clients × %d contacts, %d connections, median of %d rounds of %v\n\n", s.clients, s.contacts, s.conns, s.rounds, s.time)
	fmt.Printf("%-8s %10s %10s %10s\n", "", "req/s", "p50", "p99")
	for _, c := range cases {
		rs := results[c.name]
		fmt.Printf("%-8s %10.0f %10v %10v\n", c.name,
			median(rs, func(r result) float64 { return r.rate }),
			time.Duration(median(rs, func(r result) float64 { return float64(r.p50) })).Round(time.Microsecond),
			time.Duration(median(rs, func(r result) float64 { return float64(r.p99) })).Round(time.Microsecond))
	}
	fmt.Println()
	if hello := results["hello"]; len(hello) > 0 {
		for _, c := range cases[1:] {
			i := -1
			ratio := median(results[c.name], func(r result) float64 { i++; return r.rate / hello[i].rate })
			fmt.Printf("%s/hello %.2f\n", c.name, ratio)
		}
	}
}

// median returns the middle of what value says of each result.
func median(rs []result, value func(result) float64) float64 {
	values := make([]float64, len(rs))
	for i, r := range rs {
		values[i] = value(r)
	}
	slices.Sort(values)
	return values[len(values)/2]
}
