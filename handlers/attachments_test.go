package handlers

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"carnet/data"

	"golang.org/x/net/html"
)

// upload posts a file as the script of the composer does.
func (b *browser) upload(address, name, kind string, content []byte) *browser {
	b.t.Helper()
	b.file(address, attr(b.all().hidden("request"), "value"), name, kind, content, header{"HX-Request", "true"})
	return b
}

// htmxless posts a file as a form does.
func (b *browser) htmxless(address, name string, content []byte) {
	b.t.Helper()
	b.file(address, "", name, "application/pdf", content, nil)
}

func (b *browser) file(address, page, name, kind string, content []byte, h header) {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("page", page)
	part, err := form.CreatePart(textproto.MIMEHeader{"Content-Type": {kind}, "Content-Disposition": {disposed(name)}})
	if err != nil {
		b.t.Fatal(err)
	}
	_, _ = part.Write(content)
	_ = form.Close()
	b.receive(b.request(http.MethodPost, address, body.String(), append(h, "Content-Type", form.FormDataContentType())))
}

// disposed names a file as browsers do (HTML, 4.10.22.8); what has a "=" already
// is taken as it is.
func disposed(name string) string {
	if !strings.Contains(name, "filename") {
		name = `filename="` + strings.NewReplacer(`"`, "%22", "\r", "%0D", "\n", "%0A").Replace(name) + `"`
	}
	return `form-data; name="file"; ` + name
}

// hidden returns a hidden input of the page.
func (p place) hidden(name string) *html.Node {
	p.t.Helper()
	for _, n := range tags(p.root, "input") {
		if attr(n, "name") == name {
			return n
		}
	}
	p.t.Fatalf("%s has no %s", p.at, name)
	return nil
}

// filesOf is where the files of the composer that shows are sent.
func (b *browser) filesOf() string {
	b.t.Helper()
	return attr(byID(b.page, "attach"), "data-to")
}

func TestAttachments(t *testing.T) {
	// A file is attached while one writes, stands in the draft, leaves with the
	// mail under its name, and is only ever handed out to be saved.
	t.Parallel()
	o := atelier(t)
	client := o.clientNamed(lambert)
	b := o.compose(t, client)
	files := b.filesOf()
	b.upload(files, "Plan d’été 🎉.html", "text/html", []byte("<script>alert(1)</script>"))
	if b.StatusCode != 204 {
		t.Fatalf("attaching answers %d: %s", b.StatusCode, b.body)
	}
	b.fill("Objet", "Plans").fill("Message", "Ci-joint le plan.")
	b.keep()
	b.visit(strings.TrimSuffix(files, "/attachments")).sees("Plan d’été 🎉.html")
	b.click("Envoyer").sees("Mis en boîte d’envoi").click("Suivre l’envoi").sees("Plan d’été 🎉.html")
	b.click("Plan d’été 🎉.html")
	for name, want := range map[string]string{"Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff",
		"Content-Security-Policy": "default-src 'none'; sandbox", "Content-Disposition": "attachment; filename*=utf-8''Plan%20d%E2%80%99%C3%A9t%C3%A9%20%F0%9F%8E%89.html"} {
		if got := b.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if b.body != "<script>alert(1)</script>" {
		t.Errorf("the file is %q", b.body)
	}
	page, err := o.store.Messages(bg, data.MessageFilter{Client: client.ID, Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := o.store.Raw(bg, page.Messages[0].ID, 0)
	if err != nil || !strings.Contains(string(raw), "multipart/mixed") || !strings.Contains(string(raw), "PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==") {
		t.Errorf("the mail is\n%s\n%v", raw, err)
	}
}

func TestAttachmentsBounds(t *testing.T) {
	// Too many files and too much are refused in words while they arrive; what is
	// there stays; one is taken off again; nobody reaches another's.
	t.Parallel()
	o := atelier(t)
	client := o.clientNamed(lambert)
	b := o.compose(t, client)
	files := b.filesOf()
	b.upload(files, "gros.bin", "application/octet-stream", make([]byte, 20_000_001))
	if b.StatusCode != 422 || !strings.Contains(even(b.body), even("<p>C’est trop lourd : 20 Mo au plus, tous fichiers ensemble.</p>")) {
		t.Errorf("20 MB and a byte: %d %s", b.StatusCode, b.body)
	}
	for i := range 11 {
		b.upload(files, fmt.Sprint(i), "text/plain", fmt.Appendf(nil, "file %d", i))
		if want := 204; i < 10 && b.StatusCode != want || i == 10 && (b.StatusCode != 422 || !strings.Contains(b.body, "10 fichiers au plus")) {
			t.Errorf("file %d: %d %s", i, b.StatusCode, b.body)
		}
	}
	b.visit(strings.TrimSuffix(files, "/attachments")).click("Retirer le fichier 3").misses("Retirer le fichier 3").sees("Fichier à joindre")
	d, err := o.store.Draft(bg, o.draftsOf(client)[0].Author, client.ID, o.draftsOf(client)[0].ID)
	if err != nil || len(d.Attachments) != 9 {
		t.Errorf("%d files are left, %v", len(d.Attachments), err)
	}
	for _, address := range []string{files + "/9", files + "/-1", files + "/x", strings.Replace(files, string(client.ID), string(o.clientNamed("Transports Garnier").ID), 1) + "/0"} {
		b.send(http.MethodGet, address, "")
		b.is(404)
	}
	b.receive(b.request(http.MethodPost, files, "x", header{"Content-Type", "multipart/form-data; boundary=y"}))
	if b.StatusCode != 400 {
		t.Errorf("a body that is no form: %d", b.StatusCode)
	}
}

func TestAttachmentsOfStrangers(t *testing.T) {
	// Who is signed out is sent to the sign-in, and none of what they send is read.
	t.Parallel()
	o := agency(t)
	server := o.serve(t)
	conn, err := net.Dial("tcp", server)
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	taken := make(chan int64)
	go func() {
		fmt.Fprintf(conn, "POST /clients/x/drafts/y/attachments HTTP/1.1\r\nHost: %s\r\nSec-Fetch-Site: same-origin\r\n"+
			"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: %d\r\n\r\n", server, 64<<20)
		n, _ := io.Copy(conn, bytes.NewReader(make([]byte, 64<<20))) // until the server hangs up
		taken <- n
	}()
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(res.Header.Get("Location"), "/session/new?next=") {
		t.Errorf("it answers %d to %q", res.StatusCode, res.Header.Get("Location"))
	}
	conn.Close()
	if n := <-taken; n > 16<<20 {
		t.Errorf("%d bytes of a stranger's file were taken", n)
	}
}

func TestAttachmentsWithoutJavaScript(t *testing.T) {
	// Without JavaScript the draft is kept and files are added on a page of their
	// own; and who speaks of a file that is not there is asked before it is sent.
	t.Parallel()
	o := atelier(t)
	b := o.compose(t, o.clientNamed(lambert))
	b.fill("Objet", "Plans").fill("Message", "Voir la pièce jointe.")
	b.all().refused(422, "Envoyer").sees("Vous parlez d’une pièce jointe, mais aucun fichier n’est joint.")
	b.click("Joindre des fichiers").sees("Fichier à joindre", "10 fichiers, 20 Mo ensemble au plus.")
	b.click("Terminer")
	if b.all().value("Objet") != "Plans" {
		t.Error("the draft is lost")
	}
	b.all().refused(422, "Envoyer").click("Envoyer sans pièce jointe").sees("Mis en boîte d’envoi")
}

func TestAttachmentNames(t *testing.T) {
	// The name of a file is the one that it had; one that cannot be read is refused
	// in words, with and without JavaScript.
	t.Parallel()
	o := atelier(t)
	client := o.clientNamed(lambert)
	b := o.compose(t, client)
	files := b.filesOf()
	for i, x := range []struct{ sent, want string }{
		{`devis "final" é.pdf`, `devis "final" é.pdf`}, {"a%22b%25.txt", `a"b%25.txt`}, {"a\r\nb.txt", "a b.txt"}, {`a"b\c.txt`, `a"b_c.txt`},
		{`filename*=UTF-8''100%2522.pdf`, "100%22.pdf"}, {`C:\fakepath\plan.dwg`, "plan.dwg"},
	} {
		b.upload(files, x.sent, "text/plain", fmt.Appendf(nil, "file %d", i))
		if b.StatusCode != 204 {
			t.Fatalf("%q: %d %s", x.sent, b.StatusCode, b.body)
		}
		d := o.draftsOf(client)[0]
		if d, err := o.store.Draft(bg, d.Author, client.ID, d.ID); err != nil || d.Attachments[i].Name != x.want {
			t.Errorf("%q is %+v, want %q, %v", x.sent, d.Attachments, x.want, err)
		}
	}
	const words = "Le nom de ce fichier est illisible. Renommez-le, puis joignez-le de nouveau."
	for _, name := range []string{"filename*=UTF-8''%ZZ.pdf", `filename="a`, "filename=\"a\x01b.pdf\"", "a\x00b.pdf"} {
		b.upload(files, name, "text/plain", []byte("x"))
		if b.StatusCode != 422 || !strings.Contains(b.body, words) {
			t.Errorf("%q: %d %s", name, b.StatusCode, b.body)
		}
		b.htmxless(files, name, []byte("x"))
		b.visit(files).sees(words)
		b.visit("/clients/" + string(client.ID) + "/messages/new")
	}
}

func TestAttachmentTypes(t *testing.T) {
	// What a file is said to be is kept as far as its bytes do not contradict it,
	// and so it leaves.
	t.Parallel()
	o := atelier(t)
	client := o.clientNamed(lambert)
	b := o.compose(t, client)
	files := b.filesOf()
	b.upload(files, "photo.png", "image/png", []byte("<!doctype html><script>alert(1)</script>"))
	b.upload(files, "vraie.png", "image/png", []byte("\x89PNG\r\n\x1a\n"))
	b.fill("Objet", "Photos")
	b.keep()
	b.visit(strings.TrimSuffix(files, "/attachments")).click("Envoyer").sees("Mis en boîte d’envoi")
	page, err := o.store.Messages(bg, data.MessageFilter{Client: client.ID, Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"application/octet-stream", "image/png"} {
		if got := page.Messages[0].Attachments[i].Type; got != want {
			t.Errorf("%s is %s, want %s", page.Messages[0].Attachments[i].Name, got, want)
		}
	}
	raw, err := o.store.Raw(bg, page.Messages[0].ID, 0)
	if err != nil || strings.Count(string(raw), "Content-Type: image/png") != 1 || strings.Count(string(raw), "Content-Type: application/octet-stream") != 1 {
		t.Errorf("the mail is\n%s\n%v", raw, err)
	}
}

func TestAttachmentsLimitsAreSet(t *testing.T) {
	// The agency sets how many files and how much go with a mail. What it set is
	// shown before, holds while a file arrives, and holds again as the mail is sent.
	t.Parallel()
	o := atelier(t, func(c *Config) { c.Post = post(t, c.Store, nil) })
	settings := o.browser(t).visit("/relay")
	limit := func(files, megabytes string) {
		settings.visit("/relay").fill("Fichiers joints à un e-mail", files).fill("Mo joints à un e-mail", megabytes).click("Enregistrer").sees("Réglages d’envoi enregistrés.")
	}
	settings.fill("Fichiers joints à un e-mail", "21").fill("Mo joints à un e-mail", "0")
	settings.all().refused(422, "Enregistrer").sees("Rien n’a été enregistré : 2 champs à corriger.", "Un nombre jusqu’à 20.", "Un nombre jusqu’à 50.")
	limit("3", "30")
	b := o.compose(t, o.clientNamed(lambert))
	files := b.filesOf()
	refused := func(words string) {
		t.Helper()
		if b.is(422); !strings.Contains(even(b.body), words) {
			t.Errorf("it does not say %q: %s", words, b.body)
		}
	}
	b.sees("3 fichiers, 30 Mo ensemble au plus.")
	b.upload(files, "grand.bin", "application/octet-stream", make([]byte, 29_000_000)).is(204)
	b.upload(files, "second.bin", "application/octet-stream", make([]byte, 1_000_001))
	refused("C’est trop lourd : 30 Mo au plus")
	b.upload(files, "second.bin", "application/octet-stream", make([]byte, 1000)).is(204)
	b.upload(files, "third.txt", "text/plain", []byte("3")).is(204)
	b.upload(files, "fourth.txt", "text/plain", []byte("4"))
	refused("3 fichiers au plus")

	limit("2", "30")
	b.fill("Objet", "Plans").fill("Message", "Bonjour.")
	b.all().refused(422, "Envoyer").sees("2 fichiers au plus : retirez-en un d’abord.")
	limit("3", "20")
	b.all().refused(422, "Envoyer").sees("C’est trop lourd : 20 Mo au plus, tous fichiers ensemble.")
	if n, err := o.store.Messages(bg, data.MessageFilter{State: data.Held, Limit: 1}); err != nil || len(n.Messages) > 0 {
		t.Errorf("%d messages were sent, %v", len(n.Messages), err)
	}
	limit("3", "30")
	b.click("Envoyer").sees("Mis en boîte d’envoi")

	annexes := o.browser(t).visit("/annexes").sees("30 Mo au plus.")
	limit("3", "1")
	annexes.htmxless("/annexes/attachments", "grand.bin", make([]byte, 1_000_001))
	annexes.visit("/annexes").sees("C’est trop lourd : 1 Mo au plus")
}
