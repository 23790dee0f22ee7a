package mail

import (
	"bytes"
	"net"
	"strconv"
	"strings"
	"time"
)

// transact offers e and settles every recipient in res, or returns why it
// stopped before the final dot: recipients settled by then stay as they are.
func (c *session) transact(e Envelope, res *Result, committing func() error, final time.Duration) error {
	mail, err := c.plan(e, res)
	if err != nil || res.open() == 0 {
		return err
	}
	if err := c.sender(mail, res); err != nil || res.open() == 0 {
		return err
	}
	accepted, err := c.recipients(mail, res)
	if err != nil || accepted == 0 {
		return err
	}
	if err := c.content(mail.body); err != nil {
		return err
	}
	if !c.shield() {
		return net.ErrClosed
	}
	if err := committing(); err != nil {
		return &commitError{err}
	}
	// From here on the message may have left, whatever is heard of it.
	r, err := c.exchange(".\r\n", final)
	switch {
	case err != nil:
		res.Cause = err
		res.settle(Outcome{State: Unknown, Reason: reason(err)})
	case r.code >= 300 && r.code < 400:
		c.broken = true
		res.settle(Outcome{State: Unknown, Code: r.code, Reply: r.text(), Reason: BadReply})
	default:
		c.broken = r.code == 421 // the server is leaving
		c.begun = r.code >= 300
		res.settle(decided(r))
	}
	return nil
}

// planned is an envelope as this server can take it.
type planned struct {
	from string   // a path, as are those of to
	to   []string // "" for a recipient that is settled
	body []byte
	utf8 bool // MAIL asks for SMTPUTF8
}

// plan writes the addresses for this server and settles the recipients that it
// cannot serve. Without SMTPUTF8 (RFC 6531) these are the ones whose local part
// is outside ASCII, and the others get a header they can read.
func (c *session) plan(e Envelope, res *Result) (planned, error) {
	p := planned{to: make([]string, len(e.To)), body: e.Body}
	var err error
	if p.from, err = path(e.From); err != nil {
		return p, &PauseError{Step: StepSender, Reason: BadAddress, Err: err}
	}
	extended := c.offers("SMTPUTF8")
	if !extended && !isASCII(p.from) {
		return p, &PauseError{Step: StepSender, Reason: NeedsSMTPUTF8}
	}
	p.utf8 = !isASCII(p.from)
	for i, address := range e.To {
		to, err := path(address)
		switch {
		case err != nil:
			res.Outcomes[i] = Outcome{State: Failed, Reason: BadAddress}
		case !extended && !isASCII(to):
			res.Outcomes[i] = Outcome{State: Failed, Reason: NeedsSMTPUTF8}
		default:
			p.to[i] = to
			p.utf8 = p.utf8 || !isASCII(to)
		}
	}
	header, _, _ := bytes.Cut(e.Body, []byte("\r\n\r\n"))
	switch {
	case isASCII(header):
	case extended:
		p.utf8 = true
	default:
		p.body = downgrade(e.Body)
	}
	if limit := c.sizeLimit(); limit > 0 && len(p.body) > limit {
		res.settle(Outcome{State: Failed, Reason: TooLarge})
	}
	return p, nil
}

// sizeLimit is the largest message in bytes, 0 if none is known (RFC 1870).
func (c *session) sizeLimit() int {
	limit, err := strconv.Atoi(strings.TrimSpace(c.ext["SIZE"]))
	if err != nil {
		return 0
	}
	return limit
}

// sender says MAIL. A refusal for good would meet every message alike, unless
// it is about the size of this one (552: RFC 1870, section 6.1).
func (c *session) sender(p planned, res *Result) error {
	if c.begun {
		if err := c.reset(); err != nil {
			return err
		}
	}
	line := "MAIL FROM:" + p.from
	if c.offers("SIZE") {
		line += " SIZE=" + strconv.Itoa(len(p.body))
	}
	if c.offers("8BITMIME") {
		line += " BODY=8BITMIME"
	}
	if p.utf8 {
		line += " SMTPUTF8"
	}
	r, err := c.command("%s", line)
	c.heard = err == nil && r.code != 421
	c.begun = c.heard
	if err == nil && r.code == 552 {
		o := decided(r)
		o.Reason = TooLarge
		res.settle(o)
		return nil
	}
	return c.agreed(StepSender, r, err)
}

// reset takes back a transaction.
func (c *session) reset() error {
	r, err := c.command("RSET")
	if err == nil && r.code >= 300 {
		err = errReply
	}
	c.begun = err != nil
	return err
}

// recipients says RCPT for each recipient that is not settled, settles those
// that are refused, and counts those that are accepted.
func (c *session) recipients(p planned, res *Result) (accepted int, err error) {
	for i, to := range p.to {
		if res.Outcomes[i].State != "" {
			continue
		}
		r, err := c.command("RCPT TO:%s", to)
		switch {
		case err != nil:
			return 0, err
		case r.code == 421: // the server is leaving (RFC 5321, section 3.8)
			return 0, &replyError{r}
		case r.code < 300:
			accepted++
		case r.code < 400:
			return 0, errReply
		default:
			res.Outcomes[i] = decided(r)
		}
	}
	return accepted, nil
}

// content sends all of the message but its final dot.
func (c *session) content(body []byte) error {
	r, err := c.command("DATA")
	switch {
	case err != nil:
		return err
	case r.code >= 400:
		return &replyError{r}
	case r.code != 354:
		return errReply
	}
	stuff(c.w, body)
	if err := c.w.Flush(); err != nil {
		c.broken = true
		return err
	}
	return c.interrupted()
}
