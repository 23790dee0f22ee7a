package mail

import (
	"context"
	"errors"
	"slices"
	"testing"
)

// The capture takes all mails but those to the two addresses that show what a
// refusal and a delay look like, and commits as a server does.
func TestCapture(t *testing.T) {
	t.Parallel()
	e := three()
	e.To = []string{"a@example.org", "Bounce@example.com", "slow@example.com"}
	res, commits, err := send(t, Capture{}, e)
	if err != nil || commits != 1 || !slices.Equal(states(res), []State{Accepted, Failed, Deferred}) {
		t.Errorf("%v, %v, %d commits", res, err, commits)
	}
	e.To = e.To[1:]
	if res, commits, err := send(t, Capture{}, e); err != nil || commits != 0 || res.Outcomes[0].Code != 550 || res.Outcomes[1].Code != 451 {
		t.Errorf("%v, %v, %d commits", res, err, commits)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (Capture{}).Send(ctx, e, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}
