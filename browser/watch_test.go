package browser

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
)

// watch keeps what a page does that nobody asked for: errors on its console,
// exceptions, violations of its CSP, requests to another host or without an
// answer, a status of 500 or more, a file that is missing, a native dialog.
type watch struct {
	host    string
	changed chan struct{} // one event or more since the last read
	answer  func(accept bool)

	mu        sync.Mutex
	problems  []string
	allowed   []string
	responses []*response
	open      map[network.RequestID]*response
	loads     int
	offline   bool
	accept    *bool // what to answer to a dialog; nil when none is expected
	dialogs   []string
}

// response is the answer to one request, a redirect included.
type response struct {
	url    string
	kind   network.ResourceType
	status int64
	loader cdp.LoaderID // the document that asked
	bytes  int64        // as transferred, headers included; 0 from the cache
}

func newWatch(host string) *watch {
	return &watch{host: host, changed: make(chan struct{}, 1), open: map[network.RequestID]*response{}}
}

// event runs on the goroutine that reads the browser's messages, so it must
// neither block nor send a command.
func (w *watch) event(ev any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch ev := ev.(type) {
	case *network.EventRequestWillBeSent:
		w.sent(ev)
	case *network.EventResponseReceived:
		w.received(ev)
	case *network.EventLoadingFinished:
		w.finished(ev.RequestID, ev.EncodedDataLength)
	case *network.EventLoadingFailed:
		w.failed(ev)
	case *network.EventWebSocketCreated:
		w.checkHost(ev.URL)
	case *runtime.EventConsoleAPICalled:
		if ev.Type == runtime.ConsoleAPICalledTypeError || ev.Type == runtime.ConsoleAPICalledTypeAssert {
			w.problem("console error: %s", arguments(ev.Args))
		}
	case *runtime.EventExceptionThrown:
		w.problem("exception: %s", exception(ev.ExceptionDetails))
	case *log.EventEntryAdded:
		// Refused requests are judged by their status, not by the log.
		if e := ev.Entry; e.Level == log.EntryLevelError && e.Source != log.EntrySourceNetwork {
			w.problem("%s error: %s (%s)", e.Source, e.Text, e.URL)
		}
	case *audits.EventIssueAdded:
		if d := ev.Issue.Details; d != nil && d.ContentSecurityPolicyIssueDetails != nil {
			csp := d.ContentSecurityPolicyIssueDetails
			w.problem("CSP violation: %s %s", csp.ViolatedDirective, csp.BlockedURL)
		}
	case *inspector.EventTargetCrashed:
		w.problem("the page crashed")
	case *cdppage.EventJavascriptDialogOpening:
		w.dialog(ev)
	case *cdppage.EventFrameNavigated:
		w.navigated(ev.Frame)
		if ev.Type == cdppage.NavigationTypeBackForwardCacheRestore && ev.Frame.ParentID == "" {
			w.loads++ // as it was, without the event
		}
	case *cdppage.EventLoadEventFired:
		w.loads++
	}
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

func (w *watch) sent(ev *network.EventRequestWillBeSent) {
	w.checkHost(ev.Request.URL)
	if r := w.open[ev.RequestID]; r != nil && ev.RedirectResponse != nil {
		r.status = ev.RedirectResponse.Status
		w.finished(ev.RequestID, ev.RedirectResponse.EncodedDataLength)
	}
	if strings.HasPrefix(ev.Request.URL, "http") {
		w.open[ev.RequestID] = &response{url: ev.Request.URL, kind: ev.Type, loader: ev.LoaderID}
	}
}

func (w *watch) received(ev *network.EventResponseReceived) {
	r := w.open[ev.RequestID]
	if r == nil {
		return
	}
	r.status, r.kind = ev.Response.Status, ev.Type
	switch {
	case r.status >= 500:
		w.problem("status %d: %s", r.status, r.url)
	case r.status >= 400 && !slices.Contains(asked, r.kind):
		w.problem("status %d: %s (%s)", r.status, r.url, r.kind)
	}
}

// asked are the kinds of request whose 4xx is an answer for the person, not a
// missing part of the page.
var asked = []network.ResourceType{network.ResourceTypeDocument, network.ResourceTypeFetch, network.ResourceTypeXHR}

func (w *watch) finished(id network.RequestID, bytes float64) {
	if r := w.open[id]; r != nil {
		r.bytes = int64(bytes)
		w.responses = append(w.responses, r)
		delete(w.open, id)
	}
}

func (w *watch) failed(ev *network.EventLoadingFailed) {
	r := w.open[ev.RequestID]
	delete(w.open, ev.RequestID)
	if r == nil || ev.Canceled || w.offline || ev.ErrorText == "net::ERR_ABORTED" {
		return
	}
	w.problem("no answer: %s: %s %s", r.url, ev.ErrorText, ev.BlockedReason)
}

// navigated forgets the requests of the document that was left: no event says
// how they end.
func (w *watch) navigated(f *cdp.Frame) {
	if f.ParentID == "" {
		maps.DeleteFunc(w.open, func(_ network.RequestID, r *response) bool { return r.loader != f.LoaderID })
	}
}

func (w *watch) checkHost(address string) {
	u, err := url.Parse(address)
	if err == nil && u.Host != "" && u.Host != w.host {
		w.problem("request to another host: %s", address)
	}
}

// dialog answers a native dialog, since the page stands still until then.
func (w *watch) dialog(ev *cdppage.EventJavascriptDialogOpening) {
	w.dialogs = append(w.dialogs, ev.Message)
	if w.accept == nil {
		w.problem("%s dialog: %s", ev.Type, ev.Message)
	}
	accept := w.accept != nil && *w.accept
	go w.answer(accept)
}

func (w *watch) problem(format string, args ...any) {
	w.problems = append(w.problems, fmt.Sprintf(format, args...))
}

func (w *watch) loaded() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.loads
}

// inFlight lists the requests without an answer, but for those that last.
func (w *watch) inFlight() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var urls []string
	for _, r := range w.open {
		if r.kind != network.ResourceTypeEventSource {
			urls = append(urls, r.url)
		}
	}
	return urls
}

func (w *watch) setOffline(cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.offline = cut
}

// take returns the problems so far that were not allowed, and forgets them.
func (w *watch) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	problems := slices.DeleteFunc(w.problems, func(s string) bool {
		return slices.ContainsFunc(w.allowed, func(a string) bool { return strings.Contains(s, a) })
	})
	w.problems = nil
	return problems
}

func arguments(args []*runtime.RemoteObject) string {
	var words []string
	for _, a := range args {
		var value any
		if json.Unmarshal(a.Value, &value) != nil {
			value = a.Description // an object
		}
		words = append(words, fmt.Sprint(value))
	}
	return strings.Join(words, " ")
}

func exception(d *runtime.ExceptionDetails) string {
	if d.Exception != nil {
		return d.Text + " " + arguments([]*runtime.RemoteObject{d.Exception})
	}
	return d.Text
}
