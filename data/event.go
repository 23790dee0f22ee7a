package data

import (
	"context"
	"strings"
	"time"

	"carnet/data/kv"
)

// Actor is who acts, as the journal tells it.
type Actor struct {
	User    ID     // empty: nobody who is signed in, or the program itself
	Address string // of the network, without a port; empty: the program itself
	Agent   string // what the browser calls itself; not in the journal
	Means   Means  // of who signs in now

	At time.Time // when, for a past that is made up; zero: now
}

// Means is with what somebody signs in, as the journal tells it.
type Means string

// The means to sign in with; all but the last begin what was not there before.
const (
	ByPassword   Means = "password"
	ByCode       Means = "code" // of an app, after the password
	ByRecovery   Means = "recovery"
	ByPasskey    Means = "passkey"
	ByInvitation Means = "invitation"
	BySetUp      Means = "setup"
	BySession    Means = "session" // a session that goes on under another token
)

type actorKey struct{}

// As returns a context whose changes are an actor's.
func As(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// Action is what was done, as a noun and a verb: "contact.create".
type Action string

// Event is a line of the journal: who did what to what, and when. It holds ids
// and no text that a person typed, so that what is erased is erased here too;
// never a secret, and never a word of a mail.
type Event struct {
	ID      ID     `cbor:"1,keyasint"` // in the order of time
	User    ID     `cbor:"2,keyasint"` // who; empty: see Actor
	Address string `cbor:"3,keyasint"`
	Action  Action `cbor:"4,keyasint"`
	Client  ID     `cbor:"5,keyasint"` // whose file it is in; empty: none
	Record  ID     `cbor:"6,keyasint"` // what it was done to; empty: what there is one of
	Detail  string `cbor:"7,keyasint"` // a word of the program's own, such as a role
}

// Time returns when it was done.
func (e Event) Time() time.Time { return e.ID.Time() }

// agent returns what the browser of the context's actor calls itself, cut.
func agent(ctx context.Context) string {
	a, _ := ctx.Value(actorKey{}).(Actor)
	return cut(strings.ToValidUTF8(a.Agent, ""), maxAgent)
}

// means returns with what the context's actor signs in.
func means(ctx context.Context) string {
	a, _ := ctx.Value(actorKey{}).(Actor)
	return string(a.Means)
}

// event begins an event of the context's actor. It is called before a
// transaction, never inside, and once for each event that this may write.
func event(ctx context.Context) Event {
	a, _ := ctx.Value(actorKey{}).(Actor)
	e := Event{ID: NewID(), User: a.User, Address: a.Address}
	if !a.At.IsZero() {
		e.ID = e.ID.at(a.At)
	}
	return e
}

// write keeps the event in the transaction of what it tells.
func (e Event) write(w kv.Writer, action Action, client, record ID, detail string) error {
	e.Action, e.Client, e.Record, e.Detail = action, client, record, detail
	keys := e.keys()
	if err := put(w, keys[0], e); err != nil {
		return err
	}
	return putAll(w, keys[1:], keys[0])
}

func eventKey(id ID) []byte { return key(tEvent, id) }

// keys are those that the event is kept under.
func (e Event) keys() [][]byte {
	keys := [][]byte{eventKey(e.ID)}
	if e.User != "" {
		keys = append(keys, key(tEventBy, e.User, e.ID))
	}
	if e.Client != "" {
		keys = append(keys, key(tEventOf, e.Client, e.ID))
	}
	return keys
}

// fields names the fields of a record that an edit changed, as its form does.
type fields []string

func (f *fields) add(name string, changed bool) {
	if changed {
		*f = append(*f, name)
	}
}

// edited is write for an edit: the detail names the fields, and one that changed
// none is no event.
func (e Event) edited(w kv.Writer, action Action, client, record ID, changed fields) error {
	if len(changed) == 0 {
		return nil
	}
	return e.write(w, action, client, record, strings.Join(changed, ","))
}
