package handlers

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestRates(t *testing.T) {
	// So many in a while are allowed and no more, for each name alone; a new
	// window begins after the while; what was given back may be taken again; and
	// one use that is larger than the bound is possible, alone.
	t.Parallel()
	r, now := newRates(), time.Unix(1e9, 0)
	three := rate{3, time.Minute}
	for i, x := range []struct {
		after time.Duration
		name  string
		n     int
		want  time.Duration
	}{
		{0, "a", 1, 0}, {10 * time.Second, "a", 2, 0}, {20 * time.Second, "a", 1, 40 * time.Second}, {20 * time.Second, "b", 3, 0},
		{59 * time.Second, "a", 1, time.Second}, {time.Minute, "a", 3, 0}, {time.Minute, "a", 1, time.Minute},
		{5 * time.Minute, "c", 9, 0}, {5 * time.Minute, "c", 1, time.Minute},
	} {
		if got := r.take(now.Add(x.after), x.name, x.n, three); got != x.want {
			t.Errorf("%d: wait %v, want %v", i, got, x.want)
		}
	}
	r.give(now.Add(5*time.Minute), "c", 8)
	if got := r.take(now.Add(5*time.Minute), "c", 2, three); got != 0 {
		t.Errorf("after some was given back: %v", got)
	}
	r.give(now.Add(time.Hour), "c", 9) // of a window that is over
	if got := r.take(now.Add(time.Hour), "c", 4, three); got != 0 {
		t.Errorf("a new window: %v", got)
	}
}

func TestSendingsAreBounded(t *testing.T) {
	// One user sends 60 mails a minute at most; the next is refused in words
	// with status 429, keeps what was typed, and another user is not concerned.
	// A mail that is refused for another reason does not count.
	t.Parallel()
	o := atelier(t)
	client := o.clientNamed(lambert)
	before := o.count(t, client)
	b := o.compose(t, client).fill("Objet", "Essai")
	form := within(b.all().field("Objet"), "form")
	path, body := attr(form, "action"), b.encode(form, b.all().one("Envoyer", "button"))
	for range 5 { // without a subject
		b.receive(b.request(http.MethodPost, path, strings.Replace(body, "subject=Essai", "subject=", 1)))
		b.is(422)
	}
	for i := range mostSendings {
		b.receive(b.request(http.MethodPost, path, strings.Replace(body, "subject=Essai", fmt.Sprintf("subject=Essai+%d", i), 1)))
		b.is(303)
	}
	sent := o.count(t, client) - before
	late := strings.Replace(body, "subject=Essai", "subject=Trop", 1)
	b.receive(b.request(http.MethodPost, path, late))
	b.read()
	b.is(429).sees("rien n’a été envoyé")
	if got := attr(b.all().field("Objet"), "value"); got != "Trop" {
		t.Errorf("the subject is %q", got)
	}
	b.receive(b.request(http.MethodPost, path, late, header{"HX-Request", "true"}))
	if b.StatusCode != 429 || !strings.Contains(b.body, "rien n’a été envoyé") || strings.Contains(b.body, "<html") {
		t.Errorf("to htmx: %d\n%s", b.StatusCode, b.body)
	}
	if n := o.count(t, client) - before; n != sent {
		t.Errorf("%d were sent after the bound", n-sent)
	}
}
