package handlers

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"carnet/data"
)

// asked is what htmx asks of a client's contacts whose answers are kept: the
// whole list, and the list of the composer's first field.
func (o office) asked(t testing.TB, client data.ID, form string, cookie header) (list, options string) {
	t.Helper()
	htmx := header{"HX-Request", "true"}
	base := "/clients/" + string(client)
	return o.ask(t, http.MethodGet, base+"/contacts", "", cookie, htmx).body,
		o.ask(t, http.MethodPost, base+"/recipients/to", form, cookie, htmx).body
}

// Whoever asks after a change of a contact or of its client sees it in the list
// and in the suggestions, while others change and ask.
func TestKeptAnswersAreNeverStale(t *testing.T) {
	t.Parallel()
	o := agency(t)
	client, cookie := o.clientNamed(lambert), o.session(t)
	id := client.ID
	contact := o.contactAt(client, "claire.morel@menuiserie-lambert.fr")
	var written atomic.Int64
	marks := []*regexp.Regexp{regexp.MustCompile(`Morel n(\d+)`), regexp.MustCompile(`main(\d+)@`)}
	read := func() {
		least := written.Load()
		list, options := o.asked(t, id, "to_q=", cookie)
		for _, html := range []string{list, options} {
			for _, mark := range marks {
				found := mark.FindStringSubmatch(html)
				if found == nil && least == 0 {
					continue
				}
				if found == nil || atoi(found[1]) < least {
					t.Errorf("the answer shows %q after change %d", found, least)
				}
			}
		}
	}
	var over atomic.Bool
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for !over.Load() && !t.Failed() {
				read()
			}
		})
	}
	for n := int64(1); n <= 30; n++ {
		var err error
		if contact, err = o.store.UpdateContact(bg, id, contact.ID, contact.Version, func(c *data.Contact) { c.LastName = fmt.Sprint("Morel n", n) }); err != nil {
			t.Fatal(err)
		}
		if client, _, err = o.store.UpdateClient(bg, id, client.Version, false, func(c *data.Client) { c.Email = fmt.Sprintf("main%d@exemple.example", n) }); err != nil {
			t.Fatal(err)
		}
		written.Store(n)
		read()
	}
	over.Store(true)
	readers.Wait()
}

func atoi(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}

// session returns the cookie of the first user, signed in.
func (o office) session(t testing.TB) header {
	t.Helper()
	u, err := o.store.FirstUser(bg)
	if err != nil {
		t.Fatal(err)
	}
	token := newToken()
	if err := o.store.CreateSession(bg, token, u.ID); err != nil {
		t.Fatal(err)
	}
	return header{"Cookie", "sid=" + token}
}

// A kept answer is in the language of who asks, without those who are
// recipients already; a question, which names other clients, is asked anew.
func TestKeptAnswersAreTheAskers(t *testing.T) {
	t.Parallel()
	o := agency(t)
	client, cookie := o.clientNamed(lambert), o.session(t)
	u, err := o.store.FirstUser(bg)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		for l, words := range map[data.Language][2]string{data.French: {"favoris", "disponible"}, data.English: {"favorites", "available"}} {
			if _, err := o.store.Prefer(bg, u.ID, l, ""); err != nil {
				t.Fatal(err)
			}
			list, options := o.asked(t, client.ID, "to_q=cl", cookie)
			if !strings.Contains(list, words[0]) || !strings.Contains(options, words[1]) || !strings.Contains(options, "Claire Morel") {
				t.Errorf("%s: no %q in\n%s\n%s", l, words, list, options)
			}
			if _, options := o.asked(t, client.ID, "to_q=cl&to=claire.morel%40menuiserie-lambert.fr", cookie); strings.Contains(options, "Claire Morel") {
				t.Errorf("%s: a recipient is offered again:\n%s", l, options)
			}
		}
	}
	const unknown = "to_q=nouvelle@exemple.example"
	if _, options := o.asked(t, client.ID, unknown, cookie); !strings.Contains(options, "nouvelle@exemple.example") || strings.Contains(options, "Autre client") {
		t.Errorf("the question is\n%s", options)
	}
	if _, err := o.store.CreateClient(bg, "", data.Client{Name: "Autre client", Email: "nouvelle@exemple.example", Kind: data.Company, Language: "fr"}); err != nil {
		t.Fatal(err)
	}
	if _, options := o.asked(t, client.ID, unknown, cookie); !strings.Contains(options, "Autre client") {
		t.Errorf("the question does not say which other client has the address:\n%s", options)
	}
	if _, options := o.asked(t, client.ID, unknown+"&ignored=nouvelle@exemple.example", cookie); strings.Contains(options, "Autre client") {
		t.Errorf("what was ignored is asked about:\n%s", options)
	}
}

// An answer that is kept is gzipped once, beside the requests, and says the same.
func TestKeptAnswerIsGzipped(t *testing.T) {
	t.Parallel()
	k, w := newKept(keptRows, keptWholes), &whole{body: []byte(strings.Repeat("favori ", 1000))}
	k.gzip(w)
	packed := w.gzip.Load()
	if packed == nil || len(*packed) > 200 {
		t.Fatal("the answer is not packed")
	}
	z, err := gzip.NewReader(bytes.NewReader(*packed))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(z); err != nil || !bytes.Equal(got, w.body) {
		t.Errorf("unpacked it is %q, %v", got, err)
	}
}
