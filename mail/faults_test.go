package mail

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// Each fault of a server gives each recipient the outcome that neither loses
// nor doubles a mail, and committing is called only if the dot was next.
func TestFaults(t *testing.T) {
	t.Parallel()
	all := func(s State) []State { return []State{s, s, s} }
	endless := strings.Repeat("250-more\r\n", 200)
	tests := []struct {
		name    string
		answers map[string]string
		states  []State
		code    int    // of recipient b
		reason  Reason // of recipient b
		commits int
	}{
		{"busy greeting", map[string]string{"greeting": "421 busy\r\n"}, all(Deferred), 421, "", 0},
		{"no greeting", map[string]string{"greeting": hangUp}, all(Deferred), 0, Cut, 0},
		{"silent greeting", map[string]string{"greeting": mute}, all(Deferred), 0, TimedOut, 0},
		{"cut at EHLO", map[string]string{"EHLO": hangUp}, all(Deferred), 0, Cut, 0},
		{"silent at EHLO", map[string]string{"EHLO": mute}, all(Deferred), 0, TimedOut, 0},
		{"cut at MAIL", map[string]string{"MAIL": hangUp}, all(Deferred), 0, Cut, 0},
		{"silent at MAIL", map[string]string{"MAIL": mute}, all(Deferred), 0, TimedOut, 0},
		{"silent at DATA", map[string]string{"DATA": mute}, all(Deferred), 0, TimedOut, 0},
		{"cut within a reply", map[string]string{"RCPT": "250-o" + hangUp}, all(Deferred), 0, Cut, 0},
		{"pipelining announced", map[string]string{"EHLO": "250-fake\r\n250-PIPELINING\r\n250 CHUNKING\r\n"}, all(Accepted), 250, "", 1},
		{"no extension at all", map[string]string{"EHLO": "250 fake\r\n"}, all(Accepted), 250, "", 1},
		{"not SMTP", map[string]string{"greeting": "HTTP/1.1 400 Bad Request\r\n"}, all(Deferred), 0, BadReply, 0},
		{"greeting without end", map[string]string{"greeting": strings.ReplaceAll(endless, "250", "220")}, all(Deferred), 0, BadReply, 0},
		{"one line without end", map[string]string{"greeting": "220 " + strings.Repeat("x", 1<<16)}, all(Deferred), 0, BadReply, 0},
		{"many long lines", map[string]string{"greeting": strings.Repeat("220-"+strings.Repeat("x", 4000)+"\r\n", 20) + "220 done\r\n"}, all(Deferred), 0, BadReply, 0},
		{"a code too low", map[string]string{"greeting": "199 hello\r\n"}, all(Deferred), 0, BadReply, 0},
		{"a code too high", map[string]string{"MAIL": "600 hello\r\n"}, all(Deferred), 0, BadReply, 0},
		{"a code out of place", map[string]string{"MAIL": "354 go on\r\n"}, all(Deferred), 0, BadReply, 0},
		{"two codes in a reply", map[string]string{"EHLO": "250-fake\r\n550 no\r\n"}, all(Deferred), 0, BadReply, 0},
		{"sender later", map[string]string{"MAIL": "451 later\r\n"}, all(Deferred), 451, "", 0},
		{"too large at MAIL", map[string]string{"MAIL": "552 5.3.4 too big\r\n"}, all(Failed), 552, TooLarge, 0},
		{"one later", map[string]string{"RCPT TO:<b@example.org>": "450 later\r\n"}, []State{Accepted, Deferred, Accepted}, 450, "", 1},
		{"one refused", map[string]string{"RCPT TO:<b@example.org>": "550 unknown\r\n"}, []State{Accepted, Failed, Accepted}, 550, "", 1},
		{"all refused", map[string]string{"RCPT": "550 unknown\r\n"}, all(Failed), 550, "", 0},
		{"leaves after a refusal", map[string]string{"RCPT TO:<a@example.org>": "550 no\r\n", "RCPT TO:<b@example.org>": "421 bye\r\n"}, []State{Failed, Deferred, Deferred}, 421, "", 0},
		{"cut at the second", map[string]string{"RCPT TO:<b@example.org>": hangUp}, all(Deferred), 0, Cut, 0},
		{"silent at the second", map[string]string{"RCPT TO:<b@example.org>": mute}, all(Deferred), 0, TimedOut, 0},
		{"DATA later", map[string]string{"DATA": "451 later\r\n"}, all(Deferred), 451, "", 0},
		{"DATA refused", map[string]string{"DATA": "554 no\r\n"}, all(Failed), 554, "", 0},
		{"DATA done too soon", map[string]string{"DATA": "250 done\r\n"}, all(Deferred), 0, BadReply, 0},
		{"cut at DATA", map[string]string{"DATA": hangUp}, all(Deferred), 0, Cut, 0},
		{"later after the dot", map[string]string{".": "451 later\r\n"}, all(Deferred), 451, "", 1},
		{"leaving after the dot", map[string]string{".": "421 later\r\n"}, all(Deferred), 421, "", 1},
		{"refused after the dot", map[string]string{".": "554 spam\r\n"}, all(Failed), 554, "", 1},
		{"cut after the dot", map[string]string{".": hangUp}, all(Unknown), 0, Cut, 1},
		{"half a reply after the dot", map[string]string{".": "250-ok\r\n25", "QUIT": hangUp}, all(Unknown), 0, TimedOut, 1},
		{"silent after the dot", map[string]string{".": mute}, all(Unknown), 0, TimedOut, 1},
		{"nonsense after the dot", map[string]string{".": "yes\r\n"}, all(Unknown), 0, BadReply, 1},
		{"no end after the dot", map[string]string{".": endless}, all(Unknown), 0, BadReply, 1},
		{"354 after the dot", map[string]string{".": "354 more\r\n"}, all(Unknown), 354, BadReply, 1},
		{"refused and then unknown", map[string]string{"RCPT TO:<b@example.org>": "550 no\r\n", ".": hangUp}, []State{Unknown, Failed, Unknown}, 550, "", 1},
		{"several lines", map[string]string{".": "250-one\r\n250-two\r\n250 three\r\n"}, all(Accepted), 250, "", 1},
		{"cut after accepting", map[string]string{"QUIT": hangUp}, all(Accepted), 250, "", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, tt.answers)
			tr := f.smtp()
			switch {
			case tt.reason == TimedOut && tt.commits == 1:
				tr.options.Final = 100 * time.Millisecond
			case tt.reason == TimedOut:
				tr.options.Command = 100 * time.Millisecond
			}
			res, commits, err := send(t, tr, three())
			if err != nil || !slices.Equal(states(res), tt.states) {
				t.Fatalf("%v, %v; want %v", res, err, tt.states)
			}
			b := res.Outcomes[1]
			if b.Code != tt.code || b.Reason != tt.reason {
				t.Errorf("recipient b: %+v; want code %d, reason %q", b, tt.code, tt.reason)
			}
			if commits != tt.commits {
				t.Errorf("committing was called %d times; want %d", commits, tt.commits)
			}
			if f.received() != "" && commits == 0 {
				t.Error("the dot was sent without a commit")
			}
			if body := f.commands("Subject"); len(body) > 0 {
				t.Errorf("the message was sent as commands: %q", body)
			}
			if quits := f.commands("QUIT"); len(quits) > 0 && b.Reason == BadReply && tt.commits == 1 && b.Code == 0 {
				t.Error("QUIT in a conversation that had broken")
			}
		})
	}
}

// A server that closes or speaks in the middle of a large message has not got
// it: the recipients are deferred or failed, never unknown.
func TestFaultInTheMiddle(t *testing.T) {
	t.Parallel()
	e := three()
	e.Body = append(e.Body, strings.Repeat("ligne\r\n", 2<<20)...)
	res, commits, err := send(t, newFake(t, map[string]string{"DATA": deaf}).smtp(), e)
	if err != nil || commits != 0 || !slices.Equal(states(res), []State{Deferred, Deferred, Deferred}) {
		t.Fatalf("cut: %v, %v, %d commits", res, err, commits)
	}
	if res.Cause == nil {
		t.Error("the cause is for the log, and missing")
	}
	for answer, want := range map[string]State{"552 5.3.4 too big\r\n": Failed, "452 full\r\n": Deferred, "250 ok\r\n": Deferred} {
		res, commits, err := send(t, newFake(t, map[string]string{"DATA": "354 go on\r\n" + answer}).smtp(), three())
		if err != nil || commits != 0 || !slices.Equal(states(res), []State{want, want, want}) {
			t.Errorf("%q before the dot: %v, %v, %d commits", answer, res, err, commits)
		}
	}
}
