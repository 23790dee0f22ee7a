package mail

import (
	"context"
	"fmt"
	"strings"
)

// Capture is a Transport that has nothing to send with: for demonstrations.
// It accepts all but two recipients, so that a
// visitor sees a refusal (bounce@example.com) and a delay (slow@example.com).
type Capture struct{}

var captured = map[string]Outcome{
	"bounce@example.com": {State: Failed, Code: 550, Reply: "5.1.1 no such user"},
	"slow@example.com":   {State: Deferred, Code: 451, Reply: "4.7.1 greylisted"},
}

// Send is Transport's.
func (Capture) Send(ctx context.Context, e Envelope, committing func() error) (Result, error) {
	if err := ctx.Err(); err != nil {
		return Result{}, fmt.Errorf("mail: nothing was sent: %w", err)
	}
	res := Result{Outcomes: make([]Outcome, len(e.To))}
	for i, to := range e.To {
		res.Outcomes[i] = captured[strings.ToLower(to)]
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

// Close is Transport's.
func (Capture) Close() {}
