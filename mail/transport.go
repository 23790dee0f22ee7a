package mail

import (
	"context"
	"fmt"
	"strings"
	"unicode"
)

// Transport hands one message over to whoever delivers it.
type Transport interface {
	// Send offers e and says what became of each recipient.
	//
	// committing is called at most once, when all is ready but the last step
	// that makes the message leave; if it fails, that step is not taken. The
	// caller makes "this may have left" durable in it. Once it has returned
	// nil, err is nil and the Result is the whole truth; ctx no longer matters.
	//
	// An error means that nothing left and that no attempt was spent: it is a
	// *PauseError, or wraps committing's error or ctx's. What goes wrong for a
	// time, a dead network included, is no error but Deferred outcomes.
	Send(ctx context.Context, e Envelope, committing func() error) (Result, error)

	// Close takes leave of the server, when the last Send has returned.
	Close()
}

// Envelope is what the server is told, apart from the message itself.
type Envelope struct {
	From string   // an address
	To   []string // addresses; each gets its own outcome
	Body []byte   // RFC 5322, see Render
}

// Result is what became of an Envelope.
type Result struct {
	Outcomes []Outcome // Outcomes[i] is that of Envelope.To[i]
	Cause    error     // what broke the conversation, for the log; nil if nothing did
}

// Outcome is what became of one recipient.
type Outcome struct {
	State  State
	Code   int    // the server's; 0 when it did not decide
	Reply  string // the server's words, one line, no control characters, 300 characters at most
	Reason Reason // ours, when the server did not decide
}

// State says what to do next.
type State string

const (
	Accepted State = "accepted" // by the server, which is not "delivered"
	Failed   State = "failed"   // for good: never again by itself
	Deferred State = "deferred" // nothing left: try again later
	Unknown  State = "unknown"  // it may have left: never again by itself
)

// Reason says why, where there are no words of the server to show. The words
// are the interface's.
type Reason string

const (
	NeedsSMTPUTF8 Reason = "needs-smtputf8" // an address outside ASCII, a server without SMTPUTF8
	TooLarge      Reason = "too-large"      // for the size the server announced
	BadAddress    Reason = "bad-address"    // no command can hold it
	Unreachable   Reason = "unreachable"    // no connection
	Cut           Reason = "cut"            // the connection broke
	TimedOut      Reason = "timed-out"      // no answer in time
	BadReply      Reason = "bad-reply"      // not SMTP, or without end
	Unreadable    Reason = "unreadable"     // the book has lost the mail

	// These are for someone to look at: they come in a PauseError.
	NoServer           Reason = "no-server"           // none is set
	NameNotFound       Reason = "name-not-found"      // the server's name is nobody's
	InClear            Reason = "in-clear"            // without TLS, to another machine
	NoStartTLS         Reason = "no-starttls"         // required, and not offered
	NoTLS              Reason = "no-tls"              // something else than TLS answers on this port
	CertificateName    Reason = "certificate-name"    // it is for another name
	CertificateExpired Reason = "certificate-expired" // or not valid yet
	CertificateUnknown Reason = "certificate-unknown" // nobody known has signed it
	NoMechanism        Reason = "no-mechanism"        // no way to sign in that both sides know
)

// settle gives o to every recipient that has no outcome yet.
func (r *Result) settle(o Outcome) {
	for i := range r.Outcomes {
		if r.Outcomes[i].State == "" {
			r.Outcomes[i] = o
		}
	}
}

// open counts the recipients that have no outcome yet.
func (r *Result) open() int {
	n := 0
	for _, o := range r.Outcomes {
		if o.State == "" {
			n++
		}
	}
	return n
}

// Step is a stage of the conversation.
type Step string

const (
	StepResolve  Step = "resolve"  // the host's name
	StepConnect  Step = "connect"  // the address that was reached
	StepGreeting Step = "greeting" // the server's first words
	StepHello    Step = "hello"    // EHLO
	StepTLS      Step = "tls"      // STARTTLS, the handshake, the certificate
	StepAuth     Step = "auth"     // the user and the password
	StepSender   Step = "sender"   // MAIL FROM
)

// PauseError says that no mail can leave until someone changes a setting: the
// whole queue waits and no attempt is spent. It never holds the password.
type PauseError struct {
	Step   Step
	Code   int    // as in Outcome
	Reply  string // as in Outcome
	Reason Reason
	Err    error // what failed on this side, if anything
}

func (e *PauseError) Error() string {
	s := "mail: sending is paused at " + string(e.Step)
	if e.Code != 0 {
		s += fmt.Sprintf(": the server said %d %s", e.Code, e.Reply)
	}
	if e.Reason != "" {
		s += ": " + string(e.Reason)
	}
	if e.Err != nil {
		s += ": " + clean(e.Err.Error())
	}
	return s
}

func (e *PauseError) Unwrap() error { return e.Err }

// maxReply is how many characters of a server's words are kept.
const maxReply = 300

// clean makes a server's words fit to be kept and shown on a line: valid
// UTF-8, without control or invisible formatting characters (which can turn
// the text around them), runs of spaces made one, maxReply runes at most.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	r := []rune(strings.Join(strings.Fields(s), " "))
	return string(r[:min(len(r), maxReply)])
}
