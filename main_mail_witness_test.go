package main

import (
	"bufio"
	"fmt"
	"net"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// step is where the conversation of a mail stands.
type step string

const (
	claimed    step = "claimed"
	connected  step = "connected"
	sender     step = "MAIL"
	recipient  step = "RCPT"
	content    step = "DATA"
	committing step = "committing" // all is said but the dot
	dot        step = "dot, not answered"
	answered   step = "answered"
)

// witness is an SMTP server that counts what it took, and can end the program
// that talks to it at any step.
type witness struct {
	net.Listener
	served sync.Once

	mu     sync.Mutex
	taken  map[string]int                            // Message-ID and recipient → how often
	total  int                                       // of taken
	more   chan struct{}                             // closed when there is more
	strike func(step) (after time.Duration, ok bool) // if not nil, whether to end it at a step; then it is nil
	target chan *program                             // who is to be ended; a conversation waits until it is known
}

func newWitness(t *testing.T) *witness {
	return &witness{Listener: listen(t), taken: map[string]int{}, more: make(chan struct{})}
}

// arm makes it end the next program, where strike says. The returned function
// names that program.
func (w *witness) arm(strike func(step) (time.Duration, bool)) func(*program) {
	w.mu.Lock()
	defer w.mu.Unlock()
	target := make(chan *program, 1)
	w.strike, w.target = strike, target
	return func(p *program) { target <- p }
}

// at is called at each step.
func (w *witness) at(s step) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.strike == nil {
		return
	}
	p := <-w.target
	w.target <- p
	if after, ok := w.strike(s); ok {
		w.strike = nil
		if after == 0 {
			_ = p.cmd.Process.Kill()
		} else {
			time.AfterFunc(after, func() { _ = p.cmd.Process.Kill() })
		}
	}
}

// serve answers until the test ends.
func (w *witness) serve() {
	w.served.Do(func() {
		go func() {
			for {
				conn, err := w.Accept()
				if err != nil {
					return
				}
				go w.talk(conn)
			}
		}()
	})
}

var messageID = regexp.MustCompile(`(?m)^Message-ID: <(.*)>\r$`)

func (w *witness) talk(conn net.Conn) {
	defer conn.Close()
	r := bufio.NewReader(conn)
	say := func(line string) { fmt.Fprint(conn, line+"\r\n") } // if nobody hears it, the next read fails
	w.at(connected)
	say("220 witness")
	for to := []string(nil); ; {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(strings.TrimRight(line, "\r\n"), ":")
		switch verb {
		case "MAIL FROM":
			to = nil
			w.at(sender)
		case "RCPT TO":
			to = append(to, rest)
			w.at(recipient)
		case "DATA":
			w.at(content)
			say("354 go on")
			mail, whole := w.mail(r)
			if !whole {
				return
			}
			w.take(mail, to)
			w.at(dot)
			say("250 taken")
			w.at(answered)
			continue
		}
		say("250 ok")
	}
}

// mail reads a mail up to its dot. The mails of these tests end in a line fin.
func (w *witness) mail(r *bufio.Reader) (mail string, whole bool) {
	for {
		line, err := r.ReadString('\n')
		if err != nil || line == ".\r\n" {
			return mail, err == nil
		}
		if mail += line; line == "fin\r\n" {
			w.at(committing)
		}
	}
}

func (w *witness) take(mail string, to []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, address := range to {
		w.taken[messageID.FindStringSubmatch(mail)[1]+" "+address]++
		w.total++
	}
	close(w.more)
	w.more = make(chan struct{})
}

// await waits until so many have been taken.
func (w *witness) await(t *testing.T, total int) {
	t.Helper()
	for {
		w.mu.Lock()
		n, more := w.total, w.more
		w.mu.Unlock()
		if n >= total {
			return
		}
		select {
		case <-more:
		case <-time.After(patience):
			t.Fatalf("%d were taken of %d", n, total)
		}
	}
}
