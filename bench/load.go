package main

import (
	"bufio"
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
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
		if _, err := answer(answers, &body); err != nil {
			return err
		}
		if !bytes.Contains(body.Bytes(), []byte(b.want)) {
			return fmt.Errorf("the answer has no %q:\n%s", b.want, body.Bytes())
		}
	}
	return nil
}

// load is what a second process is told to ask for, so that the load costs
// every server the same.
type load struct {
	Addr     string
	Requests [][][]byte // of each connection, in turn
	Kept     bool       // answers are kept, and asked for again by their ETag
	Length   time.Duration
}

// loadWord is the argument that makes this program the second process.
const loadWord = "load"

// result is what one turn came to.
type result struct {
	Rate     float64 // answers a second
	P50, P99 time.Duration
	Answers  int           // with those of the warm-up
	CPU      time.Duration // of the server, for each of them
}

// turn asks on so many connections at once for a time, from a second process.
func (b benchmark) turn(conns int, length time.Duration) (r result, err error) {
	l := load{Addr: b.addr, Kept: b.kept, Length: length}
	for i := range conns {
		l.Requests = append(l.Requests, b.requests(i))
	}
	self, err := os.Executable()
	if err != nil {
		return r, err
	}
	var in, out bytes.Buffer
	if err := gob.NewEncoder(&in).Encode(l); err != nil {
		return r, err
	}
	second := exec.Command(self, loadWord)
	second.Stdin, second.Stdout, second.Stderr = &in, &out, os.Stderr
	before := cpu()
	if err := second.Run(); err != nil {
		return r, err
	}
	spent := cpu() - before
	err = gob.NewDecoder(&out).Decode(&r)
	r.CPU = spent / time.Duration(max(r.Answers, 1))
	return r, err
}

// loadMain is the second process. It warms up first: the stars of the round
// before made every list new.
func loadMain(in io.Reader, out io.Writer) error {
	var l load
	if err := gob.NewDecoder(in).Decode(&l); err != nil {
		return err
	}
	warm, err := l.run(l.Length / 2)
	if err != nil {
		return err
	}
	r, err := l.run(l.Length)
	if err != nil {
		return err
	}
	r.Answers += warm.Answers
	return gob.NewEncoder(out).Encode(r)
}

// run asks on all connections for a time.
func (l load) run(length time.Duration) (result, error) {
	took := make([][]time.Duration, len(l.Requests))
	errs := make([]error, len(l.Requests))
	var all sync.WaitGroup
	begin := time.Now()
	for i, requests := range l.Requests {
		all.Go(func() { took[i], errs[i] = l.ask(requests, begin.Add(length)) })
	}
	all.Wait()
	elapsed := time.Since(begin)
	if err := errors.Join(errs...); err != nil {
		return result{}, err
	}
	every := slices.Concat(took...)
	if len(every) == 0 {
		return result{}, errors.New("no answer came")
	}
	slices.Sort(every)
	return result{Rate: float64(len(every)) / elapsed.Seconds(), Answers: len(every),
		P50: every[len(every)/2], P99: every[len(every)*99/100]}, nil
}

// ask goes through the requests of one connection until the end, one at least,
// and returns
// how long each answer took.
func (l load) ask(requests [][]byte, end time.Time) (took []time.Duration, err error) {
	conn, err := net.Dial("tcp", l.Addr)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	answers := bufio.NewReaderSize(conn, 64<<10)
	for i := 0; ; i++ {
		request := &requests[i%len(requests)]
		begin := time.Now()
		if i > 0 && begin.After(end) {
			return took, nil
		}
		if _, err := conn.Write(*request); err != nil {
			return nil, err
		}
		etag, err := answer(answers, io.Discard)
		if err != nil {
			return nil, err
		}
		took = append(took, time.Since(begin))
		if l.Kept && etag != "" && i < len(requests) {
			head, _, _ := bytes.Cut(*request, []byte(ifNoneMatch))
			*request = fmt.Appendf(nil, "%s%s%s\r\n\r\n", bytes.TrimSuffix(head, []byte("\r\n")), ifNoneMatch, etag)
		}
	}
}

const ifNoneMatch = "If-None-Match: "

// answer reads one answer, which must be 200 and have a length, or 304, and
// writes its body to w.
func answer(r *bufio.Reader, w io.Writer) (etag string, err error) {
	length := -1
	for first := true; ; first = false {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return "", err
		}
		line = bytes.TrimSpace(line)
		switch {
		case first && bytes.HasPrefix(line, []byte("HTTP/1.1 304")):
			length = 0
		case first && !bytes.HasPrefix(line, []byte("HTTP/1.1 200")):
			return "", fmt.Errorf("%s", line)
		case len(line) == 0 && length < 0:
			return "", errors.New("the answer has no length")
		case len(line) == 0 && w == io.Discard:
			_, err := r.Discard(length)
			return etag, err
		case len(line) == 0:
			_, err := io.CopyN(w, r, int64(length))
			return etag, err
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(value)); err != nil {
				return "", err
			}
		}
		if value, ok := bytes.CutPrefix(line, []byte("Etag: ")); ok {
			etag = string(value)
		}
	}
}
