package mail

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"sync"
)

// Capture is a Transport that has nothing to send with: for demonstrations.
// It accepts all recipients but two, so that a visitor sees a refusal
// (bounce@example.com) and a delay: slow@example.com is greylisted, which is to
// say that a mail is taken the second time it is offered.
type Capture struct {
	mu      sync.Mutex
	delayed map[[sha256.Size]byte]bool // the mails that were put off once, by their bytes
}

const (
	bouncing = "bounce@example.com"
	slow     = "slow@example.com"

	maxDelayed = 1000 // mails; beyond, all are forgotten, and put off once more
)

// Send is Transport's.
func (x *Capture) Send(ctx context.Context, e Envelope, committing func() error) (Result, error) {
	if err := ctx.Err(); err != nil {
		return Result{}, fmt.Errorf("mail: nothing was sent: %w", err)
	}
	res := Result{Outcomes: make([]Outcome, len(e.To))}
	for i, to := range e.To {
		switch to = strings.ToLower(to); {
		case to == bouncing:
			res.Outcomes[i] = Outcome{State: Failed, Code: 550, Reply: "5.1.1 no such user"}
		case to == slow && x.delay(e.Body):
			res.Outcomes[i] = Outcome{State: Deferred, Code: 451, Reply: "4.7.1 greylisted, try again later"}
		}
	}
	if res.open() == 0 {
		return res, nil
	}
	if err := committing(); err != nil {
		return Result{}, err
	}
	res.settle(Outcome{State: Accepted, Code: 250, Reply: "2.0.0 captured"})
	return res, nil
}

// delay tells whether a mail is to be put off, which it is once.
func (x *Capture) delay(body []byte) bool {
	sum := sha256.Sum256(body)
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.delayed[sum] {
		delete(x.delayed, sum)
		return false
	}
	if x.delayed == nil || len(x.delayed) >= maxDelayed {
		x.delayed = map[[sha256.Size]byte]bool{}
	}
	x.delayed[sum] = true
	return true
}

// Close is Transport's.
func (*Capture) Close() {}
