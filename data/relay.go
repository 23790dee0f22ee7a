package data

import (
	"cmp"
	"context"
	"strings"
	"time"

	"carnet/data/kv"
)

// Security is how a connection to the mail server is protected.
type Security string

const (
	StartTLS Security = "starttls" // STARTTLS, required (RFC 3207)
	TLS      Security = "tls"      // from the first byte (RFC 8314)
	Clear    Security = "clear"    // none: for a relay on this machine
)

// Relay is the mail server that the agency's mails leave by, as it was set in
// the page. One without a host is none: mails are held.
type Relay struct {
	Host     string   `cbor:"1,keyasint"` // empty: no server
	Port     int      `cbor:"2,keyasint"`
	Security Security `cbor:"3,keyasint"`
	User     string   `cbor:"4,keyasint"` // empty: the server asks for none
	Password []byte   `cbor:"5,keyasint"` // encrypted; see RelayPassword
	From     Mailbox  `cbor:"6,keyasint"` // the sender of every mail
	ReplyTo  Mailbox  `cbor:"7,keyasint"` // where answers go; empty: to the author

	Connections int `cbor:"8,keyasint"` // at a time
	PerMinute   int `cbor:"9,keyasint"` // mails; 0: no limit

	Files     int `cbor:"12,keyasint"` // attached to one mail; 0: DefaultFiles
	Megabytes int `cbor:"13,keyasint"` // of these together; 0: DefaultMegabytes

	Version uint64    `cbor:"10,keyasint"` // grows with each change
	Updated time.Time `cbor:"11,keyasint"`
}

// What a server is asked for unless it is known to take more.
const (
	DefaultConnections = 2
	DefaultPerMinute   = 300
)

// Bounds of Relay.Connections and Relay.PerMinute.
const (
	MaxConnections = 16
	maxPerMinute   = 10_000
)

// relayRecord names the record to its secret.
const relayRecord = "relay"

// Relay returns how mails leave; one without a host if nothing was set.
func (s *Store) Relay(ctx context.Context) (Relay, error) {
	return view(ctx, s, relay)
}

func relay(r kv.Reader) (Relay, error) {
	x, err := get[Relay](r, key[string](tRelay))
	if err == ErrNotFound {
		x, err = Relay{Port: 587, Security: StartTLS, Connections: DefaultConnections, PerMinute: DefaultPerMinute}, nil
	}
	x.Files, x.Megabytes = cmp.Or(x.Files, DefaultFiles), cmp.Or(x.Megabytes, DefaultMegabytes)
	return x, err
}

// Attachments returns the limits of what goes with a mail.
func (x Relay) Attachments() AttachmentLimits {
	return AttachmentLimits{x.Files, int64(x.Megabytes) * 1_000_000}
}

// RelayPassword returns the password of the mail server; empty if there is
// none, ErrKey if it was kept with another key.
func (s *Store) RelayPassword(x Relay) (string, error) {
	if len(x.Password) == 0 {
		return "", nil
	}
	password, _, err := s.open(relayRecord, x.Password)
	return password, err
}

// SetRelay changes how mails leave as change says, and wakes the worker.
// version is the one the caller saw: if it moved on, the error is ErrStale and
// what is returned is as it stands. The rest is as With says.
func (s *Store) SetRelay(ctx context.Context, version uint64, password *string, change func(*Relay)) (Relay, error) {
	now, done := s.now(), event(ctx)
	var secret []byte
	if password != nil && *password != "" {
		k, err := s.key()
		if err != nil {
			return Relay{}, err
		}
		secret = k.seal(relayRecord, *password)
	}
	return update(ctx, s, func(w kv.Writer) (Relay, error) {
		old, err := relay(w)
		if err != nil {
			return old, err
		}
		if old.Version != version {
			return old, ErrStale
		}
		x, err := old.With(password, change)
		if err != nil {
			return x, err
		}
		if x.Version, x.Updated = old.Version+1, now; password != nil && x.User != "" {
			x.Password = secret
		}
		w.Notify(Outbox)
		return x, firstErr(put(w, key[string](tRelay), x), done.edited(w, RelayUpdate, "", "", x.changes(old)))
	})
}

// RelayUpdate tells of a change; the detail names the fields.
const RelayUpdate Action = "relay.update"

// changes names what an edit changed of old.
func (x Relay) changes(old Relay) (f fields) {
	f.add("host", x.Host != old.Host)
	f.add("port", x.Port != old.Port)
	f.add("security", x.Security != old.Security)
	f.add("user", x.User != old.User)
	f.add("password", string(x.Password) != string(old.Password))
	f.add("from", x.From != old.From)
	f.add("reply_to", x.ReplyTo != old.ReplyTo)
	f.add("connections", x.Connections != old.Connections)
	f.add("per_minute", x.PerMinute != old.PerMinute)
	f.add("files", x.Files != old.Files)
	f.add("megabytes", x.Megabytes != old.Megabytes)
	return f
}

// With returns x after a change, as SetRelay would keep it but for a new
// password. password replaces the one that is kept; nil leaves it, which is for
// the same server and user only: it never goes to another. Without a user there
// is none. Invalid if a field is.
func (x Relay) With(password *string, change func(*Relay)) (Relay, error) {
	old := x
	change(&x)
	x.Password, x.Version, x.Updated = old.Password, old.Version, old.Updated
	if password != nil {
		x.Password = nil
	}
	err := x.check(old, password != nil && *password != "")
	if x.User == "" {
		x.Password = nil
	}
	return x, err
}

// check tidies the fields and returns Invalid if one cannot be kept after old.
// typed tells that a password comes with it.
func (x *Relay) check(old Relay, typed bool) error {
	var c checker
	c.line("host", &x.Host, 253)
	if strings.ContainsAny(x.Host, "/@ ") {
		c.add("host", Malformed)
	}
	if x.Host != "" && (x.Port < 1 || x.Port > 65535) {
		c.add("port", Malformed)
	}
	choice(&c, "security", &x.Security, StartTLS, TLS, Clear)
	c.line("user", &x.User, 320)
	switch {
	case x.User == "" || typed:
	case len(x.Password) == 0:
		c.add("password", Required)
	case x.Host != "" && (x.Host != old.Host || x.User != old.User):
		c.add("password", Elsewhere)
	}
	c.address("from", &x.From.Address, x.Host != "")
	c.line("from_name", &x.From.Name, 120)
	c.address("reply_to", &x.ReplyTo.Address, false)
	c.line("reply_to_name", &x.ReplyTo.Name, 120)
	if x.Connections < 1 || x.Connections > MaxConnections {
		c.problems = append(c.problems, FieldError{Field: "connections", Problem: OutOfRange, Max: MaxConnections})
	}
	if x.Files < 1 || x.Files > MaxFiles {
		c.problems = append(c.problems, FieldError{Field: "files", Problem: OutOfRange, Max: MaxFiles})
	}
	if x.Megabytes < 1 || x.Megabytes > MaxMegabytes {
		c.problems = append(c.problems, FieldError{Field: "megabytes", Problem: OutOfRange, Max: MaxMegabytes})
	}
	if x.PerMinute < 0 || x.PerMinute > maxPerMinute {
		c.problems = append(c.problems, FieldError{Field: "per_minute", Problem: OutOfRange, Max: maxPerMinute})
	}
	return c.err()
}
