package data

import (
	"fmt"
	"slices"
	"time"

	"carnet/data/kv"
)

// State is where the delivery of a message to one recipient stands.
//
//	Queued → Sending → Committing → Accepted | Failed | Unknown
//	Queued ⇄ Held; Queued, Held → Cancelled; Failed → Queued, when asked
//
// Committing is durable before the final dot of the mail is sent. After a
// crash, what was Sending goes back to Queued and what was Committing becomes
// Unknown, which is never sent again by itself.
type State string

const (
	Queued     State = "queued"     // waits for its turn, or for its next attempt
	Sending    State = "sending"    // a worker has it; nothing is confirmed
	Committing State = "committing" // the server may accept it at any moment
	Accepted   State = "accepted"   // the server took it
	Failed     State = "failed"     // the server refused it for good, or time ran out
	Unknown    State = "unknown"    // the connection broke while the server confirmed
	Held       State = "held"       // waits for a person to release it
	Cancelled  State = "cancelled"  // a person gave it up
)

// Waits tells whether it is on its way: more happens by itself.
func (s State) Waits() bool { return s.group() == Queued }

// Delivery is one recipient of a message and what became of it.
type Delivery struct {
	Mailbox  Mailbox   `cbor:"1,keyasint"`
	State    State     `cbor:"2,keyasint"`
	Attempts int       `cbor:"3,keyasint"`
	At       time.Time `cbor:"4,keyasint"`  // when it came into this state
	Next     time.Time `cbor:"5,keyasint"`  // of the next attempt, while Queued after one
	Code     int       `cbor:"6,keyasint"`  // of the server's last reply; 0 without one
	Reply    string    `cbor:"7,keyasint"`  // the server's last words, made safe, 300 characters at most
	Reason   string    `cbor:"8,keyasint"`  // why, when it is not the server's word
	Server   string    `cbor:"9,keyasint"`  // the server that answered
	Since    time.Time `cbor:"10,keyasint"` // of the first attempt that was put off; zero when sent anew
}

// Late tells whether it still waits, and was put off first before a time.
func (d Delivery) Late(before time.Time) bool {
	return d.State.Waits() && !d.Since.IsZero() && d.Since.Before(before)
}

// States counts the deliveries of a message by state.
type States map[State]int

// Total returns how many there are.
func (s States) Total() (n int) {
	for _, count := range s {
		n += count
	}
	return n
}

// Those returns how many stand as lists show the message, see Worst.
func (s States) Those() int {
	if s.Worst() == Sending {
		return s[Sending] + s[Committing]
	}
	return s[s.Worst()]
}

func statesOf(ds []Delivery) States {
	s := States{}
	for _, d := range ds {
		s[d.State]++
	}
	return s
}

// Worst returns the state that most wants a person's eye, for a message shown
// on one line.
func (s States) Worst() State {
	for _, state := range []State{Failed, Unknown, Held, Sending, Committing, Queued, Cancelled} {
		if s[state] > 0 {
			if state == Committing {
				return Sending
			}
			return state
		}
	}
	return Accepted
}

func deliveryKey(id ID, recipient int) []byte {
	return key(tDelivery, string(id), fmt.Sprintf("%03d", recipient))
}

func deliveriesOf(r kv.Reader, id ID) ([]Delivery, error) {
	entries, err := r.Scan(kv.Range{Prefix: key(tDelivery, id)})
	if err != nil {
		return nil, err
	}
	ds := make([]Delivery, len(entries))
	for i, e := range entries {
		if ds[i], err = decode[Delivery](e.Value); err != nil {
			return nil, err
		}
	}
	return ds, nil
}

// setDeliveries writes the deliveries that change returns true for, and moves
// the message among the states.
func setDeliveries(w kv.Writer, id ID, ds []Delivery, change func(*Delivery) bool) (int, error) {
	n, before := 0, statesOf(ds).Worst().group()
	for i := range ds {
		if !change(&ds[i]) {
			continue
		}
		n++
		if err := put(w, deliveryKey(id, i), ds[i]); err != nil {
			return n, err
		}
	}
	after := statesOf(ds).Worst().group()
	if after == before {
		return n, nil
	}
	if err := w.Delete(stateKey(before, id)); err != nil {
		return n, err
	}
	return n, w.Put(stateKey(after, id), messageKey(id))
}

// backoff is when the n-th attempt after the first is made, counted from the
// one before; then every six hours.
var backoff = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 4 * time.Hour}

// giveUp is how long after the first attempt a message is tried.
const giveUp = 48 * time.Hour

// nextAttempt returns when to try again after so many attempts; jitter, from
// -1 to 1, moves it by a tenth.
func nextAttempt(now time.Time, attempts int, jitter float64) time.Time {
	wait := 6 * time.Hour
	if attempts >= 1 && attempts <= len(backoff) {
		wait = backoff[attempts-1]
	}
	return now.Add(wait + time.Duration(jitter*0.1*float64(wait)))
}

// earliest returns the first of the times at which a queued delivery is due.
func earliest(ds []Delivery) (time.Time, bool) {
	queued := slices.DeleteFunc(slices.Clone(ds), func(d Delivery) bool { return d.State != Queued })
	if len(queued) == 0 {
		return time.Time{}, false
	}
	return slices.MinFunc(queued, func(a, b Delivery) int { return a.Next.Compare(b.Next) }).Next, true
}
