package mail

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	netmail "net/mail"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"carnet/data"

	"github.com/emersion/go-message/mail"
)

const smtpdConf = `
listen on 127.0.0.1 port %d hostname localhost
action "in" maildir "%s" user nobody virtual { "@" = nobody }
match from any for any action "in"
`

// openSMTPD is a real mail server that puts all it gets into one maildir.
type openSMTPD struct {
	*testing.T
	*SMTP
	maildir   string
	delivered chan bool // one for each mail and recipient; closed when it ends
}

// newOpenSMTPD runs OpenSMTPD in the foreground. It must be root, to change its
// user, and one runs at a time on a machine.
func newOpenSMTPD(t *testing.T) openSMTPD {
	t.Helper()
	smtpd, err := exec.LookPath("smtpd")
	if err != nil || os.Getuid() != 0 {
		skip := t.Skip
		if os.Getenv("REQUIRE_MTA") != "" {
			skip = t.Fatal
		}
		skip("this test sends through a real server: it needs root, and OpenSMTPD (apt-get install opensmtpd); REQUIRE_MTA=1 requires it")
	}
	for range 5 {
		if o := startOpenSMTPD(t, smtpd); o.awaitGreeting() {
			return o
		}
	}
	t.Fatal("OpenSMTPD ends by itself")
	return openSMTPD{}
}

// startOpenSMTPD runs it on a port that was free a moment ago: if somebody took
// the port meanwhile, it ends.
func startOpenSMTPD(t *testing.T, smtpd string) openSMTPD {
	t.Helper()
	dir, l := t.TempDir(), listen(t)
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	o := openSMTPD{t, NewSMTP(Server{Host: "127.0.0.1", Port: port, Security: Clear}, Options{}), filepath.Join(dir, "in", "mail"), make(chan bool, 100)}
	conf := filepath.Join(dir, "smtpd.conf")
	if err := errors.Join(os.WriteFile(conf, fmt.Appendf(nil, smtpdConf, port, o.maildir), 0o600), giveToNobody(filepath.Dir(o.maildir))); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(smtpd, "-d", "-f", conf)
	out, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if strings.Contains(lines.Text(), " mda delivery ") {
				o.delivered <- strings.Contains(lines.Text(), "result=Ok")
			}
		}
		cmd.Wait()
		close(o.delivered)
	}()
	t.Cleanup(func() {
		o.Close()
		cmd.Process.Signal(os.Interrupt)
		for range o.delivered {
		}
	})
	return o
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// giveToNobody makes a folder of the user that mail is delivered as, who must
// reach it.
func giveToNobody(dir string) error {
	u, err := user.Lookup("nobody")
	if err != nil {
		return err
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return err
	}
	if err := errors.Join(os.Mkdir(dir, 0o755), os.Chown(dir, uid, -1)); err != nil {
		return err
	}
	up := filepath.Dir(dir)
	return errors.Join(os.Chmod(up, 0o755), os.Chmod(filepath.Dir(up), 0o755))
}

// awaitGreeting knocks until the server is there, or has ended.
func (o openSMTPD) awaitGreeting() bool {
	o.Helper()
	knock := time.NewTicker(20 * time.Millisecond)
	defer knock.Stop()
	for end := time.After(time.Minute); ; {
		if _, err := o.Check(o.Context(), "agence@exemple.fr"); err == nil {
			return true
		}
		select {
		case <-o.delivered:
			return false
		case <-knock.C:
		case <-end:
			o.Fatal("OpenSMTPD does not answer")
		}
	}
}

// deliver sends e and returns what arrived for its first n recipients.
func (o openSMTPD) deliver(e Envelope, n int) [][]byte {
	o.Helper()
	if res, commits, err := send(o.T, o, e); err != nil || commits != 1 || res.open() > 0 {
		o.Fatalf("%v, %v", res, err)
	}
	for range n {
		select {
		case ok := <-o.delivered:
			if !ok {
				o.Fatal("OpenSMTPD could not deliver, or ended")
			}
		case <-time.After(time.Minute):
			o.Fatal("nothing is delivered")
		}
	}
	files, err := filepath.Glob(filepath.Join(o.maildir, "new", "*"))
	if err != nil || len(files) != n {
		o.Fatalf("%d files, %v; want %d", len(files), err, n)
	}
	var mails [][]byte
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err := errors.Join(err, os.Remove(file)); err != nil {
			o.Fatal(err)
		}
		mails = append(mails, raw)
	}
	return mails
}

// Whatever people type arrives through a real server as it was typed, read by
// two parsers that are not ours.
func TestMTA(t *testing.T) {
	o := newOpenSMTPD(t)
	plain := data.Message{From: data.Mailbox{Name: "Agence Été", Address: "agence@exemple.fr"}, ReplyTo: data.Mailbox{Name: "Élise", Address: "elise@exemple.fr"},
		To: []data.Mailbox{{Name: "Jean Dupont", Address: "jean@exemple.fr"}}, Subject: "Devis", Text: "Bonjour,\nÀ bientôt\n", Created: time.Now().Truncate(time.Second)}
	for name, change := range map[string]func(*data.Message){
		"as usual":              func(*data.Message) {},
		"accents":               func(m *data.Message) { m.Subject = "Été à l’œuvre – “çà et là”, 12 €" },
		"a long subject":        func(m *data.Message) { m.Subject = strings.Repeat("Été ", 60) + "fin" },
		"a subject of one word": func(m *data.Message) { m.Subject = strings.Repeat("x", 250) },
		"like an encoded word":  func(m *data.Message) { m.Subject = "=?utf-8?q?moi?=" },
		"emoji":                 func(m *data.Message) { m.Subject, m.Text = "🎉👩‍👩‍👧 fête", "👋🏽 à ✅\n" },
		"right to left":         func(m *data.Message) { m.Subject, m.Text = "שלום עולם", "مرحبا\n\u200fabc\u200e def\n" },
		"quotes and commas in names": func(m *data.Message) {
			m.To = []data.Mailbox{{Name: `Dupont, "Jean" \\ (chef); <x@y>`, Address: "jean@exemple.fr"}, {Name: `d'Été, "É"`, Address: "paul@exemple.fr"}}
		},
		"an empty body":            func(m *data.Message) { m.Text = "" },
		"lines of dots":            func(m *data.Message) { m.Text = ".\n..\n.\n.fin\n\n.\n" },
		"a line of 998 characters": func(m *data.Message) { m.Text = strings.Repeat("x", 998) + "\n" + strings.Repeat("é", 998) + "\n" },
		"an endless line":          func(m *data.Message) { m.Text = strings.Repeat("mot ", 4000) + "\n" },
		"spaces at line ends":      func(m *data.Message) { m.Text = "a  \n\t\n b\t \n=\n==20\n" },
		"like a header":            func(m *data.Message) { m.Text = "From here\nBcc: x@y.fr\n\n--\nFrom you\n" },
		"domain outside ASCII":     func(m *data.Message) { m.To[0].Address = "jean@société.fr" },
		"files": func(m *data.Message) {
			m.Text = "Ci-joint, 🎉\n"
			for _, name := range []string{"Devis « été » 🎉.pdf", `plan, "v2"; é.txt`, "vide.csv"} {
				m.Attachments = append(m.Attachments, data.Attachment{Name: name, Type: "application/pdf", Hash: name, Size: int64(len(fileOf(name)))})
			}
		},
	} {
		m := plain
		m.To = slices.Clone(m.To)
		change(&m)
		m.MessageID = NewMessageID(strings.ReplaceAll(name, " ", "-"), "exemple.fr")
		raw, err := BytesWith(m, func(hash string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(fileOf(hash))), nil })
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		e := Envelope{From: m.From.Address, Body: raw}
		for _, to := range m.To {
			e.To = append(e.To, to.Address)
		}
		for _, got := range o.deliver(e, len(e.To)) {
			wantArrived(t, name, m, got)
		}
	}
}

// wantArrived checks a mail of the maildir against what was written.
func wantArrived(t *testing.T, name string, m data.Message, raw []byte) {
	t.Helper()
	std, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("%s: net/mail: %v\n%s", name, err, raw)
	}
	list, err := std.Header.AddressList("To")
	for i, to := range m.To {
		domain, _ := asciiAddress(to.Address)
		if err != nil || len(list) != len(m.To) || list[i].Name != to.Name || list[i].Address != domain {
			t.Errorf("%s: net/mail reads To as %v, %v", name, list, err)
			break
		}
	}
	r, err := mail.CreateReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("%s: go-message: %v\n%s", name, err, raw)
	}
	subject, err := r.Header.Subject()
	from, err2 := r.Header.AddressList("From")
	date, err3 := r.Header.Date()
	id, err4 := r.Header.MessageID()
	if err := errors.Join(err, err2, err3, err4); err != nil || subject != m.Subject || from[0].Name != m.From.Name || !date.Equal(m.Created) || id != m.MessageID {
		t.Errorf("%s: go-message reads %q from %v at %v, id %s, %v", name, subject, from, date, id, err)
	}
	part, err := r.NextPart()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	text, err := io.ReadAll(part.Body)
	got := strings.ReplaceAll(string(text), "\r\n", "\n")
	if err != nil || strings.TrimSuffix(got, "\n") != strings.TrimSuffix(m.Text, "\n") {
		t.Errorf("%s: the text arrived as %q, %v", name, got, err)
	}
	var files []data.Attachment
	for {
		part, err := r.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		header, ok := part.Header.(*mail.AttachmentHeader)
		if !ok { // the HTML
			continue
		}
		file, err := header.Filename()
		content, err2 := io.ReadAll(part.Body)
		if err := errors.Join(err, err2); err != nil || string(content) != fileOf(file) {
			t.Errorf("%s: the file %q arrived with %d bytes, %v", name, file, len(content), err)
		}
		files = append(files, data.Attachment{Name: file, Type: "application/pdf", Hash: file, Size: int64(len(content))})
	}
	if !slices.Equal(files, m.Attachments) {
		t.Errorf("%s: the files %+v arrived, want %+v", name, files, m.Attachments)
	}
}

// fileOf is what a file holds: every byte there is, lines of dots, or nothing.
func fileOf(name string) string {
	switch {
	case strings.HasSuffix(name, ".pdf"):
		every := make([]byte, 70_000)
		for i := range every {
			every[i] = byte(i * i >> 3)
		}
		return string(every)
	case strings.HasSuffix(name, ".txt"):
		return ".\r\n..\n.\nFrom moi\n"
	}
	return ""
}

// What would break out of a header or a command is refused before it reaches
// the server, and an address that the server cannot take fails alone.
func TestMTAInjections(t *testing.T) {
	o := newOpenSMTPD(t)
	for _, bad := range []string{"a\r\nBcc: x@y.fr", "a\nb", "a\rb", "a\x00b", "a\u2028b"} {
		for field, m := range map[string]data.Message{
			"subject": {Subject: bad}, "name": {From: data.Mailbox{Name: bad}}, "id": {MessageID: bad + "@x"},
			"address": {To: []data.Mailbox{{Address: bad + "@exemple.fr"}}},
		} {
			if m.MessageID == "" {
				m.MessageID = "a@x"
			}
			m.From.Address, m.Created = "agence@exemple.fr", time.Now()
			if raw, err := Bytes(m); !errors.Is(err, ErrHeader) {
				t.Errorf("%s %q was taken: %v\n%s", field, bad, err, raw)
			}
		}
	}
	e := three()
	e.To = []string{"jean@exemple.fr", "a@exemple.fr>\r\nRCPT TO:<x@y.fr", "josé@exemple.fr", "a\x00@exemple.fr"}
	e.Body = []byte("Subject: é\r\n\r\n" + strings.Repeat("x", 998) + "\r\n.\r\nQUIT\r\nété\r\n")
	got := o.deliver(e, 1)[0]
	if _, body, _ := bytes.Cut(bytes.ReplaceAll(got, []byte("\n"), []byte("\r\n")), []byte("\r\n\r\n")); !bytes.HasSuffix(e.Body, body) || len(body) < 1000 {
		t.Errorf("it arrived as %q", got)
	}
}
