package mail

import (
	"context"
	"errors"
	"os"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"

	"carnet/data"

	gomail "github.com/wneessen/go-mail"
)

const speedMails = 1000

// A thousand mails of 10 kB leave the outbox, each with its three durable
// writes, in no more than twice the time that a bare loop of go-mail takes over
// one connection. It is a measurement: CARNET_DEEP=1 runs it, and
// CARNET_PROFILE names a file for a profile of ours.
func TestSpeed(t *testing.T) {
	if os.Getenv("CARNET_DEEP") == "" {
		t.Skip("a measurement; CARNET_DEEP=1 runs it")
	}
	s, _ := newMailServer(t, "127.0.0.1", false, nil)
	text := strings.Repeat("Bonjour, voici le devis que vous avez demandé.\n", 200)
	bare := bareLoop(t, s.port, text)
	for _, connections := range []int{1, DefaultConnections, 4, data.MaxConnections} {
		ours := outboxRun(t, s.port, text, connections)
		t.Logf("%d mails: bare %.0f a second, ours over %d connections %.0f, %.0f %%", speedMails,
			speedMails/bare.Seconds(), connections, speedMails/ours.Seconds(), 100*bare.Seconds()/ours.Seconds())
		if connections == data.MaxConnections && ours > 2*bare {
			t.Errorf("ours takes %v, the bare loop %v", ours, bare)
		}
	}
}

// bareLoop sends with the library alone, over one connection.
func bareLoop(t *testing.T, port int, text string) time.Duration {
	t.Helper()
	c, err := gomail.NewClient("127.0.0.1", gomail.WithPort(port), gomail.WithTLSPolicy(gomail.NoTLS))
	if err == nil {
		err = c.DialWithContext(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	begin := time.Now()
	for range speedMails {
		m := gomail.NewMsg()
		m.SetBodyString(gomail.TypeTextPlain, text)
		if err := errors.Join(m.From("agence@exemple.fr"), m.To("jean@exemple.fr")); err != nil {
			t.Fatal(err)
		}
		m.Subject("Devis")
		if err := c.Send(m); err != nil {
			t.Fatal(err)
		}
	}
	return time.Since(begin)
}

// tallied counts down at each mail.
type tallied struct {
	*SMTP
	left *sync.WaitGroup
}

func (t tallied) Send(ctx context.Context, e Envelope, committing func() error) (Result, error) {
	defer t.left.Done()
	return t.SMTP.Send(ctx, e, committing)
}

// outboxRun is how long the outbox takes from the first mail to the last.
func outboxRun(t *testing.T, port int, text string, connections int) time.Duration {
	t.Helper()
	o := newOffice(t)
	o.text = text
	ids := o.post(speedMails)
	if path := os.Getenv("CARNET_PROFILE"); path != "" && connections == data.MaxConnections {
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		pprof.StartCPUProfile(f)
		defer pprof.StopCPUProfile()
	}
	var left sync.WaitGroup
	left.Add(len(ids))
	begin := time.Now()
	stop := o.run(&Worker{Connections: connections, Transport: tallied{NewSMTP(Server{Host: "127.0.0.1", Port: port, Security: Clear}, Options{}), &left}})
	left.Wait()
	stop()
	took := time.Since(begin)
	o.want(data.Accepted, ids...)
	return took
}
