package browser

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
)

// viewport sets the size of the page in CSS pixels. A mobile one has a
// touchscreen, overlay scrollbars, and honours the viewport meta. A zoom of
// 200 % is the same as half the width and height.
func (p *page) viewport(width, height int64, mobile bool) {
	p.t.Helper()
	_, err := call(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: height, DeviceScaleFactor: 1, Mobile: mobile,
	})
	p.must(err)
	_, err = call(p, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: mobile})
	p.must(err)
}

// dark makes the person prefer a dark page, or a light one.
func (p *page) dark(on bool) {
	p.t.Helper()
	scheme := map[bool]string{true: "dark", false: "light"}[on]
	p.media.Features = []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}
	_, err := call(p, emulation.SetEmulatedMedia, p.media)
	p.must(err)
}

// print shows the page as it prints, or as on screen again.
func (p *page) print(on bool) {
	p.t.Helper()
	p.media.Media = map[bool]string{true: "print"}[on]
	_, err := call(p, emulation.SetEmulatedMedia, p.media)
	p.must(err)
}

// offline cuts the page from the network, or joins it again. Requests that
// fail for it are no fault of the page.
func (p *page) offline(cut bool) {
	p.t.Helper()
	p.seen.setOffline(cut)
	conditions := func() {
		_, err := call(p, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
			MatchedNetworkConditions: []*network.Conditions{{Offline: cut, DownloadThroughput: -1, UploadThroughput: -1}},
		})
		p.must(err)
	}
	if !cut { // before the page is told, which may ask at once
		conditions()
	}
	_, err := call(p, network.OverrideNetworkState, network.OverrideNetworkStateParams{
		Offline: cut, DownloadThroughput: -1, UploadThroughput: -1,
	})
	p.must(err)
	if cut {
		conditions()
	}
}

// noJS turns scripts off, from the next document on.
func (p *page) noJS() {
	p.t.Helper()
	_, err := call(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	p.must(err)
}

// screenshot writes what the window shows to $SHOTS/name.png, when SHOTS is
// set.
func (p *page) screenshot(name string) {
	p.t.Helper()
	dir := os.Getenv("SHOTS")
	if dir == "" {
		return
	}
	shot, err := call(p, cdppage.CaptureScreenshot, cdppage.CaptureScreenshotParams{})
	p.must(err)
	name = strings.NewReplacer("/", "-", " ", "-").Replace(name)
	p.must(os.MkdirAll(dir, 0o755))
	p.must(os.WriteFile(filepath.Join(dir, name+".png"), shot.Data, 0o644))
}
