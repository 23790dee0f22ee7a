package handlers

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"sync/atomic"
	"testing"

	"carnet/data"

	"golang.org/x/net/html"
)

// upload posts a file as the script of the composer does.
func (b *browser) upload(address, name, kind string, content []byte) {
	b.t.Helper()
	b.file(address, attr(b.all().hidden("request"), "value"), name, kind, content, header{"HX-Request", "true"})
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
	part, err := form.CreatePart(textproto.MIMEHeader{"Content-Type": {kind},
		"Content-Disposition": {fmt.Sprintf(`form-data; name="file"; filename=%q`, name)}})
	if err != nil {
		b.t.Fatal(err)
	}
	_, _ = part.Write(content)
	_ = form.Close()
	b.receive(b.request(http.MethodPost, address, body.String(), append(h, "Content-Type", form.FormDataContentType())))
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
	var read atomic.Int64
	body := readerFunc(func(p []byte) (int, error) { read.Add(int64(len(p))); return len(p), nil })
	r := httptest.NewRequest(http.MethodPost, "/clients/x/drafts/y/attachments", body)
	r.ContentLength = 64 << 20
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	server := o.serve(t)
	res, err := http.DefaultTransport.RoundTrip(func() *http.Request {
		r.RequestURI, r.URL.Scheme, r.URL.Host, r.Host = "", "http", server, server
		return r
	}())
	if err == nil {
		defer res.Body.Close()
		if res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(res.Header.Get("Location"), "/session/new?next=") {
			t.Errorf("it answers %d to %q", res.StatusCode, res.Header.Get("Location"))
		}
	}
	if n := read.Load(); n > 16<<20 {
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
	b.click("Joindre des fichiers").sees("Fichier à joindre", "10 fichiers, 20,0 Mo ensemble au plus.")
	b.click("Terminer")
	if b.all().value("Objet") != "Plans" {
		t.Error("the draft is lost")
	}
	b.all().refused(422, "Envoyer").click("Envoyer sans pièce jointe").sees("Mis en boîte d’envoi")
}
