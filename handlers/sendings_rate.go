package handlers

import "time"

// How much one user sends: an account that was taken over, or a script, does not
// write to the whole world before somebody sees it. A message that is refused
// for another reason does not count.
const (
	mostSendings   = 60   // a minute
	mostRecipients = 2000 // an hour
)

// tooMuch counts the message that is about to be sent, and tells whether it is
// one too many; then it says how long to wait. What was typed stays.
func (w *writer) tooMuch() bool {
	now := time.Now()
	wait := w.h.rates.take(now, "send "+string(w.user.ID), 1, rate{mostSendings, time.Minute})
	if wait == 0 {
		if wait = w.h.rates.take(now, "write to "+string(w.user.ID), w.count(), rate{mostRecipients, time.Hour}); wait > 0 {
			w.h.rates.give(now, "send "+string(w.user.ID), 1)
		}
	}
	if wait == 0 {
		return false
	}
	minutes := int(wait/time.Minute) + 1
	w.toast = &toast{Lang: w.Lang, ID: "info", Bad: true, Text: w.T(
		"Beaucoup d’e-mails partent en peu de temps : rien n’a été envoyé. Votre message est conservé, réessayez dans %d min.",
		"Many emails are leaving in a short time: nothing was sent. Your message is kept, try again in %d min.", minutes)}
	return true
}

// unspend takes back what tooMuch counted.
func (w *writer) unspend() {
	now := time.Now()
	w.h.rates.give(now, "send "+string(w.user.ID), 1)
	w.h.rates.give(now, "write to "+string(w.user.ID), w.count())
}

// count is how many recipients are in the form.
func (w *writer) count() (n int) {
	for _, f := range w.draft.fields {
		n += len(f.tokens)
	}
	return n
}
