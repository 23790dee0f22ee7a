package mail

import (
	"bufio"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// fake is a server that misbehaves as told. It answers a command by its whole
// line or by its verb, "greeting" and "." included, either with the number of
// the connection before it ("2 MAIL") or without; a missing answer is the
// ordinary one, or that of "else". An answer is sent as it is, but for these:
const (
	hangUp = "hang up" // close the connection, after what stands before it
	mute   = "mute"    // say nothing more, keep the connection
	deaf   = "deaf"    // after DATA: answer 354, read a little, close
)

type fake struct {
	answers  map[string]string
	listener net.Listener
	stop     chan struct{}
	muted    chan struct{} // see whenMute
	wg       sync.WaitGroup
	once     sync.Once

	used []*SMTP // closed at the end

	mu    sync.Mutex
	heard []string
	body  string // as it came, dots doubled, without the last line
}

func newFake(t *testing.T, answers map[string]string) *fake {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &fake{answers: answers, listener: l, stop: make(chan struct{}), muted: make(chan struct{}, 1)}
	f.wg.Go(func() {
		for n := 1; ; n++ {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			f.wg.Go(func() { f.talk(conn, n) })
		}
	})
	t.Cleanup(f.finish)
	return f
}

// whenMute calls fn once, when it has heard what it does not answer.
func (f *fake) whenMute(fn func()) {
	f.wg.Go(func() {
		select {
		case <-f.muted:
			fn()
		case <-f.stop:
		}
	})
}

// finish waits for the end of all conversations: then all is heard.
func (f *fake) finish() {
	f.once.Do(func() {
		close(f.stop)
		f.listener.Close()
		for _, tr := range f.used {
			tr.Close()
		}
	})
	f.wg.Wait()
}

func (f *fake) server() Server {
	addr := f.listener.Addr().(*net.TCPAddr)
	return Server{Host: "127.0.0.1", Port: addr.Port, Security: Clear}
}

// smtp is a transport to the fake.
func (f *fake) smtp() *SMTP {
	tr := NewSMTP(f.server(), Options{Hello: "carnet.test", Command: 30 * time.Second, Final: 30 * time.Second, Idle: time.Hour})
	f.used = append(f.used, tr)
	return tr
}

var ordinary = map[string]string{
	"greeting": "220 fake.test ESMTP\r\n",
	"EHLO":     "250-fake.test\r\n250-8BITMIME\r\n250 SIZE 20000000\r\n",
	"DATA":     "354 go on\r\n",
	"QUIT":     "221 bye\r\n",
}

func (f *fake) answer(n int, line string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	verb, _, _ := strings.Cut(line, " ")
	number := strconv.Itoa(n) + " "
	for _, key := range []string{number + line, number + verb, line, verb} {
		if a, ok := f.answers[key]; ok {
			return a
		}
	}
	if a, ok := ordinary[verb]; ok {
		return a
	}
	if a, ok := f.answers["else"]; ok {
		return a
	}
	return "250 ok\r\n"
}

func (f *fake) talk(conn net.Conn, n int) {
	defer conn.Close()
	r := bufio.NewReader(conn)
	for line := "greeting"; ; {
		switch a := f.answer(n, line); a {
		case mute:
			select {
			case f.muted <- struct{}{}:
			default:
			}
			<-f.stop
			return
		case deaf:
			io.WriteString(conn, ordinary["DATA"])
			r.ReadString('\n')
			return
		default:
			a, leaves := strings.CutSuffix(a, hangUp)
			io.WriteString(conn, a)
			if leaves {
				return
			}
			if line == "DATA" && strings.HasPrefix(a, "354") {
				if !f.readBody(r) {
					return
				}
				line = "."
				continue
			}
			if line == "QUIT" {
				return
			}
		}
		text, err := r.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSuffix(text, "\r\n")
		f.mu.Lock()
		f.heard = append(f.heard, line)
		f.mu.Unlock()
	}
}

func (f *fake) readBody(r *bufio.Reader) bool {
	var b strings.Builder
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			f.mu.Lock()
			f.body = b.String()
			f.mu.Unlock()
			return true
		}
		b.WriteString(line)
	}
}

// commands are the lines heard that begin with verb, at the end.
func (f *fake) commands(verb string) []string {
	f.finish()
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(f.heard), func(l string) bool { return !strings.HasPrefix(l, verb) })
}

// received is the message heard, at the end.
func (f *fake) received() string {
	f.finish()
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.body
}

// three is an envelope to a, b and c.
func three() Envelope {
	return Envelope{
		From: "agence@example.fr",
		To:   []string{"a@example.org", "b@example.org", "c@example.org"},
		Body: []byte("Subject: essai\r\n\r\nBonjour.\r\n"),
	}
}

// send sends e and counts the calls of committing.
func send(t *testing.T, tr Transport, e Envelope) (res Result, commits int, err error) {
	t.Helper()
	res, err = tr.Send(t.Context(), e, func() error { commits++; return nil })
	return res, commits, err
}

func states(res Result) []State {
	var out []State
	for _, o := range res.Outcomes {
		out = append(out, o.State)
	}
	return out
}
