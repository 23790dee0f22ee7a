package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"sync"

	"github.com/chromedp/chromedp"
)

// findChrome returns the path of the browser: $CHROME, which must then exist,
// or the first of the usual names on $PATH.
func findChrome() (string, error) {
	if name := os.Getenv("CHROME"); name != "" {
		path, err := exec.LookPath(name)
		if err != nil {
			return "", fmt.Errorf("CHROME: %w", err)
		}
		return path, nil
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no browser: install chromium, or name one with CHROME=/path/to/it")
}

// chromeFlags make the browser quiet, French, and unable to reach any host but
// this machine, on top of what chromedp sets (headless, no first run, no sync,
// a profile of its own that is thrown away).
//
// Frames stay in the process of their page, or the page's events would miss
// what a sandboxed frame does.
var chromeFlags = []chromedp.ExecAllocatorOption{
	chromedp.NoSandbox, // refused as root otherwise, and only our own pages run
	chromedp.DisableGPU,
	chromedp.Flag("lang", "fr"),
	chromedp.Flag("accept-lang", "fr-FR,fr"),
	chromedp.Flag("disable-quic", true),
	chromedp.Flag("disable-component-update", true),
	chromedp.Flag("disable-site-isolation-trials", true),
	chromedp.Flag("disable-features", "Translate,IsolateSandboxedIframes"),
	chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"),
}

var closeChrome = func() {}

// chrome starts the one browser that all the tests share.
var chrome = sync.OnceValues(func() (context.Context, error) {
	path, err := findChrome()
	if err != nil {
		return nil, err
	}
	opts := slices.Concat(chromedp.DefaultExecAllocatorOptions[:], chromeFlags,
		[]chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.WSURLReadTimeout(patience)})
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, _ := chromedp.NewContext(alloc)
	closeChrome = func() {
		chromedp.Cancel(ctx)
		stop()
	}
	if err := chromedp.Do(ctx); err != nil {
		closeChrome()
		return nil, fmt.Errorf("starting %s: %w", path, err)
	}
	return ctx, nil
})
