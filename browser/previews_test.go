package browser

import (
	"context"
	"fmt"
	"strings"
	"testing"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/chromedp/cdproto/cdp"
)

// framed returns what a script sees in the only frame of the page, from a world
// of its own: the frame itself runs none.
func framed(p *page, script string) string {
	p.t.Helper()
	var got string
	err := p.until(func() error {
		tree, err := call(p, cdppage.GetFrameTree, cdp.Empty{})
		if err != nil {
			return err
		}
		if n := len(tree.FrameTree.ChildFrames); n != 1 {
			return fmt.Errorf("%d frames in the page", n)
		}
		world, err := call(p, cdppage.CreateIsolatedWorld, cdppage.CreateIsolatedWorldParams{FrameID: tree.FrameTree.ChildFrames[0].Frame.ID})
		if err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(p.ctx, patience)
		defer cancel()
		got, err = chromedp.Run(ctx, chromedp.Evaluate[string](script, func(e *runtime.EvaluateParams) { e.ContextID = world.ExecutionContextID }))
		return err
	})
	if err != nil {
		p.fail(err)
	}
	return got
}

// What is typed with marks shows as the readers of the mail see it, and nothing
// of it runs; Back and Continuer lead to the text as it was typed, and it sends.
func TestPreview(t *testing.T) {
	t.Parallel()
	p := unhurried(t, "60")
	p.fill("textbox", "Objet", "Devis")
	p.fill("textbox", "Message", "Voici **le devis**.\n\n<img src=x onerror=alert(1)><script>alert(2)</script>")
	p.axe("the composer with its toolbar")
	p.screenshot("composer-toolbar")
	for _, english := range []bool{false, true} {
		name := "Aperçu"
		if english {
			p.dark(true)
			p.viewport(360, 740, true)
			p.follow("button", "English: switch the interface to English")
			name = "Preview"
		} else {
			p.follow("button", name)
		}
		p.waitFor("heading", name)
		if got := framed(p, `document.querySelector("strong").textContent + " " + document.querySelectorAll("img, script").length`); got != "le devis 0" {
			t.Errorf("the frame holds %q", got)
		}
		if got := framed(p, `document.body.innerText`); !strings.Contains(got, "<img src=x onerror=alert(1)><script>alert(2)</script>") {
			t.Errorf("the frame shows %q", got)
		}
		p.axe("the preview")
		p.noOverflow()
		p.screenshot("preview-" + name)
	}
	for _, small := range p.targets44() {
		t.Error(small)
	}
	p.follow("link", "Continue")
	if got := p.value("textbox", "Message"); !strings.HasPrefix(got, "Voici **le devis**.") {
		t.Errorf("the text is now %q", got)
	}
	p.follow("button", "Preview")
	p.back()
	p.follow("button", "Send")
	p.waitText("Queued for 3 recipients.")
	p.follow("link", "Follow it")
	if got := framed(p, `document.querySelector("strong").textContent`); got != "le devis" {
		t.Errorf("the page of the mail frames %q", got)
	}
	p.axe("a mail in its frame")
	p.screenshot("mail-framed")
}

// The toolbar and the keys put marks around what is selected, undoing takes
// them back, and the toolbar is one stop of the Tab key.
func TestToolbar(t *testing.T) {
	t.Parallel()
	p := composer(t)
	holds := func(want string) {
		t.Helper()
		if got := p.value("textbox", "Message"); got != want {
			t.Errorf("the text is %q, want %q", got, want)
		}
	}
	p.fill("textbox", "Message", "gras ")
	p.press("a", ctrl)
	p.press("b", ctrl)
	holds("**gras** ")
	p.press("z", ctrl)
	holds("gras ")
	p.press("End")
	p.press("i", ctrl)
	p.typeKeys("penché")
	holds("gras *penché*")
	p.press("End")
	p.press("Enter")
	p.click("button", "Liste")
	p.waitFocus("textbox", "Message")
	p.typeKeys("un")
	holds("gras *penché*\n- un")
	p.press("Enter")
	p.typeKeys("site")
	p.press("Home", shift)
	p.press("k", ctrl)
	p.typeKeys("https://exemple.fr")
	holds("gras *penché*\n- un\n[site](https://exemple.fr)")
	p.press("Tab", shift)
	p.waitFocus("button", "Gras")
	p.press("ArrowRight")
	p.press("ArrowRight")
	p.waitFocus("button", "Liste")
	p.press("Tab")
	p.waitFocus("textbox", "Message")
	p.settle()
	p.follow("button", "Aperçu")
	if got := framed(p, `document.querySelector("em").textContent + " " + document.querySelector("li").textContent + " " + document.querySelector("a").href`); !strings.HasPrefix(got, "penché un") || !strings.HasSuffix(got, "https://exemple.fr/") {
		t.Errorf("the frame holds %q", got)
	}
}

// Without JavaScript there is no toolbar, and the preview is there all the same.
func TestPreviewWithoutJavaScript(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.noJS()
	p.visit("/clients")
	p.follow("link", "Menuiserie Lambert")
	p.follow("link", "Envoyer un e-mail")
	if found := p.names("button", "Gras"); len(found) > 0 {
		t.Errorf("there is a toolbar: %v", found)
	}
	p.fill("textbox", "Message", "**gras**")
	p.follow("button", "Aperçu")
	p.waitText("Indiquez un objet.")
	p.axe("the preview without JavaScript")
}
