package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"
)

// The client writes requests made beforehand and reads no more of an answer
// than it must: the server is to be measured, not the client.

// get and post make requests; cookie may be empty.
func get(path, cookie string) []byte {
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: carnet\r\n%s\r\n", path, cookie)
}

func post(path, cookie, form string) []byte {
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: carnet\r\n%sSec-Fetch-Site: same-origin\r\n"+
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", path, cookie, len(form), form)
}

// gzip is what a browser says; the answers are looked at without.
const gzip = "Accept-Encoding: gzip\r\n"

// check makes each request of a connection once and looks at the answer.
func (b benchmark) check() error {
	conn, err := net.Dial("tcp", b.addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	answers := bufio.NewReader(conn)
	for _, request := range b.requests(0) {
		if _, err := conn.Write(bytes.Replace(request, []byte(gzip), nil, 1)); err != nil {
			return err
		}
		var body bytes.Buffer
		if err := answer(answers, &body); err != nil {
			return err
		}
		if !bytes.Contains(body.Bytes(), []byte(b.want)) {
			return fmt.Errorf("the answer has no %q:\n%s", b.want, body.Bytes())
		}
	}
	return nil
}

// result is what one turn came to.
type result struct {
	rate     float64 // answers a second
	p50, p99 time.Duration
}

// load asks on so many connections at once for a time.
func (b benchmark) load(conns int, length time.Duration) (result, error) {
	took := make([][]time.Duration, conns)
	errs := make([]error, conns)
	var all sync.WaitGroup
	begin := time.Now()
	for i := range conns {
		all.Go(func() { took[i], errs[i] = b.ask(i, begin.Add(length)) })
	}
	all.Wait()
	elapsed := time.Since(begin)
	every := slices.Concat(took...)
	if err := errors.Join(errs...); err != nil || len(every) == 0 {
		return result{}, errors.Join(err, errors.New("not every answer came"))
	}
	slices.Sort(every)
	return result{float64(len(every)) / elapsed.Seconds(), every[len(every)/2], every[len(every)*99/100]}, nil
}

// ask goes through the requests of one connection until the end, and returns
// how long each answer took.
func (b benchmark) ask(number int, end time.Time) (took []time.Duration, err error) {
	conn, err := net.Dial("tcp", b.addr)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	answers, requests := bufio.NewReaderSize(conn, 64<<10), b.requests(number)
	for i := 0; ; i++ {
		begin := time.Now()
		if begin.After(end) {
			return took, nil
		}
		if _, err := conn.Write(requests[i%len(requests)]); err != nil {
			return nil, err
		}
		if err := answer(answers, io.Discard); err != nil {
			return nil, err
		}
		took = append(took, time.Since(begin))
	}
}

// answer reads one answer, which must be 200 and have a length, and writes its
// body to w.
func answer(r *bufio.Reader, w io.Writer) error {
	length := -1
	for first := true; ; first = false {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		line = bytes.TrimSpace(line)
		switch {
		case first && !bytes.HasPrefix(line, []byte("HTTP/1.1 200")):
			return fmt.Errorf("%s", line)
		case len(line) == 0 && length < 0:
			return errors.New("the answer has no length")
		case len(line) == 0 && w == io.Discard:
			_, err := r.Discard(length)
			return err
		case len(line) == 0:
			_, err := io.CopyN(w, r, int64(length))
			return err
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(value)); err != nil {
				return err
			}
		}
	}
}
