package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"carnet/data"
)

// path returns where a link of a name leads.
func (b *browser) path(name string) string {
	b.t.Helper()
	return attr(b.all().one(name, "a"), "href")
}

func TestVisitorsDoNotMix(t *testing.T) {
	// What visitors write and read at the same time is each one's own: nobody
	// sees, opens, changes or sends another's, by any id.
	t.Parallel()
	p := demoFor(t)
	base := p.listen(t)
	const visitorsHere, clientsEach = 4, 12
	made := make([][]string, visitorsHere) // paths of their clients
	all := make([]*surfer, visitorsHere)
	together := func(do func(i int, s *surfer) error) {
		t.Helper()
		var work sync.WaitGroup
		for i, s := range all {
			work.Go(func() {
				if err := do(i, s); err != nil {
					t.Errorf("visitor %d: %v", i, err)
				}
			})
		}
		work.Wait()
	}
	want := func(s *surfer, path string, form url.Values, status int) (string, string, error) {
		got, to, body, err := s.ask(path, form)
		if err == nil && got != status {
			err = fmt.Errorf("%s: status %d, want %d", path, got, status)
		}
		return to, body, err
	}
	for i := range all {
		all[i] = surf(base)
	}
	together(func(i int, s *surfer) error {
		if _, _, err := want(s, "/demo", url.Values{}, 303); err != nil {
			return err
		}
		for n := range clientsEach {
			name := fmt.Sprintf("Canari%d numéro %d", i, n)
			to, _, err := want(s, "/clients/new", url.Values{"name": {name}, "kind": {"company"}, "language": {"fr"}, "email": {fmt.Sprintf("c%d@exemple.example", i)}}, 303)
			if err != nil {
				return err
			}
			made[i] = append(made[i], to)
			if _, _, err := want(s, to+"/messages/new", url.Values{"to": {fmt.Sprintf("c%d@exemple.example", i)}, "subject": {name}, "asked": {"1"}, "request": {string(data.NewID())}}, 303); err != nil {
				return err
			}
			for _, page := range []string{"/clients?q=canari", "/messages", to} {
				_, body, err := want(s, page, nil, 200)
				if err != nil {
					return err
				}
				for other := range visitorsHere {
					if has := strings.Contains(body, fmt.Sprintf("Canari%d ", other)); has != (other == i) {
						return fmt.Errorf("%s shows Canari%d: %v", page, other, has)
					}
				}
			}
		}
		return nil
	})
	together(func(i int, s *surfer) error {
		for _, to := range made[(i+1)%visitorsHere] {
			for _, path := range []string{to, to + "/edit", to + "/contacts", to + "/messages/new"} {
				if _, _, err := want(s, path, nil, 404); err != nil {
					return err
				}
			}
			for _, path := range []string{to + "/edit", to + "/delete", to + "/contacts/new", to + "/messages/new"} {
				if _, _, err := want(s, path, url.Values{"name": {"pris"}, "version": {"1"}, "email": {"x@y.example"}, "to": {"x@y.example"}, "asked": {"1"}}, 404); err != nil {
					return err
				}
			}
		}
		return nil
	})
	for i, s := range all {
		_, body, err := want(s, "/clients?q=canari", nil, 200)
		if err != nil || strings.Count(body, fmt.Sprintf("Canari%d ", i)) < clientsEach || strings.Contains(body, "pris") {
			t.Errorf("visitor %d: %v", i, err)
		}
	}
}

func TestVisitorsCachesDoNotMix(t *testing.T) {
	// Two copies have clients with the same ids and versions, whose rows and
	// lists are kept: each visitor sees what they wrote, and a browser that has
	// the list of one copy is not told that another's is the same.
	t.Parallel()
	p := demoFor(t)
	type person struct {
		*browser
		name string
		etag string
	}
	people := []*person{{name: "Première"}, {name: "Seconde"}}
	var list string
	for _, x := range people {
		x.browser = p.newcomer(t).visit("/demo").click("Essayer la démo").click(lambert)
		list = x.at.Path + "/contacts"
		x.visit(list).in("li", "Claire Morel").click("Modifier")
		x.fill("Prénom", x.name).click("Enregistrer").sees(x.name + " Morel")
	}
	for range 2 { // drawn, then kept
		for i, x := range people {
			x.receive(x.request(http.MethodGet, list, "", header{"HX-Request", "true"}))
			if x.etag = x.Header.Get("ETag"); x.etag == "" || x.StatusCode != 200 {
				t.Fatalf("status %d, ETag %q", x.StatusCode, x.etag)
			}
			if !strings.Contains(x.body, x.name) || strings.Contains(x.body, people[1-i].name) {
				t.Errorf("%s reads\n%s", x.name, x.body)
			}
			x.visit("/clients").visit(list).sees(x.name).misses(people[1-i].name)
		}
	}
	if people[0].etag == people[1].etag {
		t.Error("two copies say that their lists are the same")
	}
	x := people[0]
	x.receive(x.request(http.MethodGet, list, "", header{"HX-Request", "true", "If-None-Match", people[1].etag}))
	if x.StatusCode != 200 || !strings.Contains(x.body, x.name) {
		t.Errorf("with the other's ETag: status %d", x.StatusCode)
	}
}

func TestVisitorsSessionsDoNotMix(t *testing.T) {
	// The session of one copy opens no other, and without the cookie of its copy
	// none at all; a copy that is full holds up nobody else.
	t.Parallel()
	p := demoFor(t)
	one := p.newcomer(t).visit("/demo").click("Essayer la démo").click("Nouveau client").fill("Nom", "Un canari").click("Enregistrer")
	two := p.newcomer(t).visit("/demo").click("Essayer la démo")
	for _, cookies := range []string{"sid=" + one.cookie("sid"), "sid=" + one.cookie("sid") + "; demo=" + one.cookie("sid"),
		"sid=" + one.cookie("sid") + "; demo=" + two.cookie("demo")} {
		a := p.ask(t, http.MethodGet, one.at.Path, "", header{"Cookie", cookies})
		if strings.Contains(a.body, "canari") || a.StatusCode != 303 && a.StatusCode != 404 {
			t.Errorf("%s: status %d", cookies, a.StatusCode)
		}
	}
}

func TestClosedInAPublicDemo(t *testing.T) {
	// In a public demo nothing can be set that sends, signs in, invites or takes
	// a copy: each route is either open to visitors, or closed in kind words and
	// without a write. One that is new is closed.
	t.Parallel()
	store, engine := demoBook(t)
	o := open(t, store, inDemo, func(c *Config) { c.Public = true })
	o.engine = engine
	b, to := o.member(t), o.addresses(t)
	open := 0
	for _, v := range every {
		method, route, _ := strings.Cut(v.route, " ")
		path := to.Replace(route)
		before := o.engine.writes.Load()
		b.receive(b.request(method, path, v.form))
		closed := b.StatusCode == 403 && strings.Contains(b.body, "fermé dans la démo publique")
		noun, _, _ := strings.Cut(route[1:], "/")
		want := v.who == administrators || !slices.Contains([]string{"", "clients", "messages", "annexes", "templates", "trash",
			"settings", "profile", "preferences", "static", "healthz", "favicon.ico"}, noun)
		if closed != want {
			t.Errorf("%s: status %d, closed %v", v.route, b.StatusCode, closed)
		}
		if n := o.engine.writes.Load() - before; closed && n != 0 {
			t.Errorf("%s wrote %d times", v.route, n)
		}
		if !closed {
			open++
		}
	}
	if open < 40 {
		t.Errorf("only %d routes are open", open)
	}
	for _, path := range []string{"/Relay", "/RELAY", "/relay/", "/%72elay", "/clients/../relay", "/people", "/users/new", "/backup", "/Session/new", "/profile/password"} {
		if a := b.ask(t, http.MethodGet, path); a != 403 && a != 404 {
			t.Errorf("%s: status %d", path, a)
		}
	}
	b.visit("/settings").misses("Envoi des e-mails")
}

// ask returns the status of a request.
func (b *browser) ask(t *testing.T, method, path string) int {
	t.Helper()
	r := b.request(method, "/x", "")
	r.URL.Opaque = path // as it is, not resolved
	b.receive(r)
	return b.StatusCode
}

func TestFullCopy(t *testing.T) {
	// A copy that is full says so and how to go on, in a page and in a fragment;
	// files have their bound, which the page tells beforehand.
	t.Parallel()
	p := demoFor(t)
	b := p.newcomer(t).visit("/demo").click("Essayer la démo")
	store, _ := p.opened()
	for n, full := 0, 0; full < 10; n++ { // each commit frees pages for the next
		if _, err := store.CreateClient(bg, "", data.Client{Name: fmt.Sprintf("Client %d", n), Notes: strings.Repeat("mots divers ", 60)}); err != nil {
			full++
		}
	}
	b.click("Nouveau client").fill("Nom", "Encore un").fill("Notes", strings.Repeat("mots divers ", 200))
	b.all().refused(413, "Enregistrer").sees("Votre démo est pleine", "recommencez avec une copie neuve")
	b.receive(b.request(http.MethodPost, "/clients/new", url.Values{"name": {"x"}, "notes": {strings.Repeat("mots divers ", 200)}}.Encode(), header{"HX-Request", "true"}))
	if b.StatusCode != 413 || strings.Contains(b.body, "<html") || !strings.Contains(b.body, "Votre démo est pleine") {
		t.Errorf("htmx: %d\n%s", b.StatusCode, b.body)
	}
	b.visit("/demo").click("Recommencer avec une copie neuve").visit("/annexes").sees("500 Ko")
	b.htmxless("/annexes/attachments", "grand.pdf", make([]byte, 600_000))
	b.visit("/annexes").sees("C’est trop lourd : 500 Ko au plus").misses("grand.pdf")
	for i := range 3 {
		b.htmxless("/annexes/attachments", fmt.Sprintf("f%d.pdf", i), slices.Repeat([]byte{byte(i)}, 190_000))
	}
	b.visit("/annexes").sees("f0.pdf", "f1.pdf", "C’est trop lourd").misses("f2.pdf")
}

func TestVisitorsSeeRefusals(t *testing.T) {
	// A visitor sees what becomes of a mail: one address takes it, one refuses
	// it and one puts it off; none of it leaves.
	t.Parallel()
	p := demoFor(t)
	b := p.newcomer(t).visit("/demo").click("Essayer la démo").visit("/profile").fill("Délai d’annulation, en secondes", "0").click("Enregistrer")
	b.visit("/clients").click(lambert).click("Envoyer un e-mail").sees("Démonstration : aucun e-mail ne part")
	b.fill("Destinataires", "bounce@example.com, slow@example.com").fill("Objet", "Essai de la démo").click("Envoyer").click("Envoyer").sees("Mis en boîte d’envoi")
	b.visit("/messages")
	mail := b.path("Essai de la démo")
	until(t, "the mail is dealt with", func() bool {
		b.visit(mail)
		shown := text(b.page)
		return strings.Contains(shown, even("5.1.1 no such user")) && strings.Contains(shown, "4.7.1 greylisted")
	})
	b.sees("Accepté par demo", "Non envoyé", "Nouvel essai")
}

func TestVisitorsComeAndGo(t *testing.T) {
	// When 300 visitors came, wrote and went, nothing of them is left: no
	// goroutine, no open file, no file.
	p := demoFor(t)
	count := func() (goroutines, files int) {
		open, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			open = nil // not Linux: the other counts do
		}
		return runtime.NumGoroutine(), len(open)
	}
	come := func(n int) {
		for range n {
			b := p.newcomer(t)
			b.receive(b.request(http.MethodPost, "/demo", ""))
			b.visit("/clients")
			b.receive(b.request(http.MethodPost, "/clients/new", "name=Nouveau&kind=company&language=fr"))
		}
	}
	come(3)
	p.pass(visitorIdle)
	p.swept(t, 0)
	goroutines, files := count()
	for range 3 {
		come(100)
		if g, _ := count(); g < goroutines+200 {
			t.Errorf("%d goroutines with 100 visitors, and %d without: do they have workers?", g, goroutines)
		}
		p.pass(visitorIdle)
		p.swept(t, 0)
	}
	until(t, "goroutines end", func() bool { g, f := count(); return g <= goroutines+2 && f <= files+2 })
}

func TestRequestOutlivesItsVisitor(t *testing.T) {
	// A book in use is closed when its last request is done with, and not before.
	t.Parallel()
	v, ended := newVisitors(), make(chan struct{})
	token, err := v.open("192.0.2.1", "", func() (*visitor, error) { return &visitor{end: func() { close(ended) }}, nil })
	if err != nil {
		t.Fatal(err)
	}
	one, two := v.hold(token), v.hold(token)
	v.leave(token)
	if v.hold(token) != nil {
		t.Error("who is gone is still known")
	}
	v.release(one)
	select {
	case <-ended:
		t.Fatal("the book was closed with a request under way")
	default:
	}
	v.release(two)
	<-ended
	v.close()
	if _, err := v.open("192.0.2.1", "", nil); err == nil {
		t.Error("a demo that stopped begins a book")
	}
}

func TestVisitorsUnderLoad(t *testing.T) {
	// Books begin, are used, replaced, swept and closed all at once: each is
	// ended once, none while it is in use, and none is left.
	t.Parallel()
	v := newVisitors()
	var begun, ended, wrong atomic.Int64
	var clock atomic.Int64
	start := time.Now()
	v.now = func() time.Time { return start.Add(time.Duration(clock.Load())) }
	begin := func() (*visitor, error) {
		begun.Add(1)
		x, once := &visitor{}, atomic.Bool{}
		x.end = func() {
			if once.Swap(true) {
				wrong.Add(1)
			}
			ended.Add(1)
		}
		return x, nil
	}
	var work sync.WaitGroup
	for i := range 8 {
		work.Go(func() {
			token := ""
			for n := range 500 {
				clock.Add(int64(time.Minute))
				next, err := v.open(fmt.Sprintf("192.0.2.%d", i), token, begin)
				if err == nil {
					token = next
				}
				if x := v.hold(token); x != nil {
					v.mu.Lock()
					v.sweep(v.now())
					if n%7 == 0 {
						v.sweep(v.now().Add(visitorLife))
					}
					v.mu.Unlock()
					v.release(x)
				}
				if n%5 == 0 {
					v.leave(token)
				}
			}
		})
	}
	work.Wait()
	v.close()
	if begun.Load() == 0 || ended.Load() != begun.Load() || wrong.Load() != 0 || v.books != 0 {
		t.Errorf("%d begun, %d ended, %d twice, %d left", begun.Load(), ended.Load(), wrong.Load(), v.books)
	}
}

func TestVisitorsPlaces(t *testing.T) {
	// 200 books at once, whoever asks; five an hour from one address, which is a
	// whole /64 of IPv6; a book that failed to open takes no place.
	t.Parallel()
	v := newVisitors()
	begin := func() (*visitor, error) { return &visitor{end: func() {}}, nil }
	for i := range visitorsMost {
		if _, err := v.open(fmt.Sprintf("192.0.2.%d", i), "", begin); err != nil {
			t.Fatalf("book %d: %v", i, err)
		}
	}
	var none errVisitors
	_, err := v.open("198.51.100.1", "", begin)
	if none, _ = err.(errVisitors); !none.full || none.wait > visitorIdle || none.wait < visitorIdle-time.Minute {
		t.Errorf("one too many: %+v, %v", none, err)
	}
	v.close()

	v = newVisitors()
	for i := range 2 * visitorsHourly {
		_, err := v.open(fmt.Sprintf("2001:db8:1:2::%d", i), "", begin)
		if none, few := err.(errVisitors); few != (i >= visitorsHourly) || none.full {
			t.Errorf("book %d of a /64: %v", i, err)
		}
	}
	if _, err := v.open("2001:db8:1:3::1", "", begin); err != nil {
		t.Errorf("another /64: %v", err)
	}
	if _, err := v.open("192.0.2.1", "", func() (*visitor, error) { return nil, os.ErrPermission }); err != os.ErrPermission {
		t.Error(err)
	}
	if v.books != visitorsHourly+1 {
		t.Errorf("%d books", v.books)
	}
	v.close()
}
