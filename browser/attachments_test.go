package browser

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
)

// drop drops files of so many bytes on the only such element, by their names.
func (p *page) drop(role, name string, size int, files ...string) {
	p.t.Helper()
	dir := p.t.TempDir()
	for i, f := range files {
		files[i] = filepath.Join(dir, f)
		if err := os.WriteFile(files[i], bytes.Repeat([]byte(f[:1]), size), 0o600); err != nil {
			p.t.Fatal(err)
		}
	}
	p.dropPaths(role, name, files...)
}

// dropPaths drops what stands at some paths on the only such element.
func (p *page) dropPaths(role, name string, paths ...string) {
	p.t.Helper()
	x, y := p.reach(who{role, name})
	for _, kind := range []input.DispatchDragEventType{"dragEnter", "dragOver", "drop"} {
		_, err := call(p, input.DispatchDragEvent, input.DispatchDragEventParams{Type: kind, X: x, Y: y,
			Data: &input.DragData{Items: []*input.DragDataItem{}, Files: paths, DragOperationsMask: 1}})
		p.must(err)
	}
}

// slow lets so many bytes a second leave the page; -1 all of them.
func (p *page) slow(rate float64) {
	p.t.Helper()
	_, err := call(p, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
		MatchedNetworkConditions: []*network.Conditions{{DownloadThroughput: -1, UploadThroughput: rate}},
	})
	p.must(err)
}

// While a file is on its way its name and how far it is show; Envoyer waits for
// it, says so, and then goes by itself, with the file.
func TestSendWaitsForFiles(t *testing.T) {
	t.Parallel()
	p := composer(t)
	p.fill("textbox", "Objet", "Plans")
	p.slow(30_000)
	p.drop("textbox", "Message", 1_500_000, "plan été.bin", "devis.bin")
	p.waitFor("progressbar", "plan été.bin")
	p.waitFor("progressbar", "devis.bin")
	if err := p.until(func() error {
		value, err := eval[float64](p, `document.querySelector('#uploads progress').value`)
		if err == nil && (value == 0 || value >= 1) {
			err = fmt.Errorf("it is at %v", value)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	p.waitText("%")
	for _, v := range p.violationsNow() {
		t.Error("files on their way: ", v)
	}
	p.screenshot("uploads")
	p.press("Enter", ctrl)
	p.waitText("L’e-mail partira dès que les fichiers seront là.")
	p.click("button", "Envoyer")
	p.screenshot("uploads-waiting")
	for _, dark := range []bool{false, true} {
		p.dark(dark)
		p.viewport(360, 800, true)
		p.noOverflow()
		p.screenshot(fmt.Sprintf("uploads-phone-%t", dark))
		p.viewport(1440, 900, false)
		p.screenshot(fmt.Sprintf("uploads-wide-%t", dark))
	}
	p.loading("the mail that waited", func() error { p.slow(-1); return nil })
	p.waitText("Mis en boîte d’envoi pour 3 destinataires.")
	p.follow("link", "Suivre l’envoi")
	p.waitFor("link", "plan été.bin")
	p.waitFor("link", "devis.bin")
}

// Aperçu waits as Envoyer does. A file that is taken off in the meantime is a
// change of mind: nothing goes by itself any more.
func TestPreviewWaitsForFiles(t *testing.T) {
	t.Parallel()
	p := composer(t)
	p.fill("textbox", "Objet", "Plans")
	p.slow(30_000)
	p.drop("textbox", "Message", 1_500_000, "plan.bin", "devis.bin")
	p.waitFor("progressbar", "devis.bin")
	p.click("button", "Aperçu")
	p.waitText("L’aperçu s’ouvrira dès que les fichiers seront là.")
	p.click("button", "Retirer le fichier plan.bin")
	p.waitGone("progressbar", "plan.bin")
	p.waitFocus("button", "Joindre des fichiers")
	if strings.Contains(p.text(), "s’ouvrira") {
		t.Error("it still waits")
	}
	p.slow(-1)
	p.waitFor("link", "devis.bin")
	p.waitGone("progressbar", "devis.bin")
	p.follow("button", "Aperçu")
	if text := p.text(); strings.Contains(text, "plan.bin") {
		t.Errorf("what was taken off is in %q", text)
	}
}

// A page with a file on its way is not left without a question.
func TestLeavingWithFiles(t *testing.T) {
	t.Parallel()
	p := composer(t)
	p.slow(30_000)
	p.drop("textbox", "Message", 1_000_000, "plan.bin")
	p.waitFor("progressbar", "plan.bin")
	p.expectDialogs(false)
	p.click("link", "Annuler")
	if err := p.until(func() error {
		if !slices.Equal(p.dialogs(), []string{""}) {
			return fmt.Errorf("the dialogs are %q", p.dialogs())
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	p.slow(-1)
	p.waitFor("link", "plan.bin")
}

// What refuses a file says so beside its name: the mail that waited for it stays,
// and the file can be sent again. After the session ran out one signs in again
// in another tab.
func TestFileThatIsRefused(t *testing.T) {
	t.Parallel()
	p := agency(t)
	p.visit("/clients/new")
	p.fill("textbox", "Nom", "Menuiserie Lambert")
	p.fill("textbox", "E-mail principal", "contact@exemple.fr")
	p.follow("button", "Enregistrer")
	p.follow("link", "Envoyer un e-mail")
	p.fill("textbox", "Objet", "Plans")
	p.slow(200_000)
	p.drop("textbox", "Message", 21_000_000, "gros.bin")
	p.waitFor("progressbar", "gros.bin")
	p.click("button", "Envoyer")
	p.waitText("partira dès que")
	p.slow(-1)
	p.waitText("C’est trop lourd : 20 Mo au plus, tous fichiers ensemble.")
	p.waitText("L’e-mail n’est pas parti : un fichier manque.")
	p.axe("a file that was refused")
	p.click("button", "Retirer le fichier gros.bin")
	p.waitFocus("button", "Joindre des fichiers")
	_, err := call(p, network.ClearBrowserCookies, cdp.Empty{})
	p.must(err)
	p.drop("textbox", "Message", 3_000_000, "plan.bin")
	p.waitText("Votre session a expiré.")
	if strings.Contains(p.text(), "Connexion perdue") {
		t.Error("it says that the connection is lost")
	}
	p.axe("a file after the session ran out")
	p.screenshot("uploads-session")
	if href := p.in("list", "Fichiers en cours d’envoi au serveur").attr("link", "Se connecter dans un nouvel onglet", "target"); href != "_blank" {
		t.Errorf("the link leads to %q", href)
	}
	q := p.another()
	q.visit("/session/new")
	q.fill("textbox", "Adresse e-mail", "anne@exemple.fr")
	q.fill("textbox", "Mot de passe", "douze lettres au moins")
	q.follow("button", "Se connecter")
	p.click("button", "Réessayer plan.bin")
	p.waitFor("link", "plan.bin")
	p.follow("button", "Envoyer")
	p.waitText("Mis en boîte d’envoi")
	p.follow("link", "Suivre l’envoi")
	p.waitFor("link", "plan.bin")
}

// A folder is no file: it is told so beside its name, and the files that were
// dropped with it are attached.
func TestFolderIsRefused(t *testing.T) {
	t.Parallel()
	p := composer(t)
	folder := t.TempDir()
	plans, note := filepath.Join(folder, "plans"), filepath.Join(folder, "note.txt")
	if err := errors.Join(os.Mkdir(plans, 0o700), os.WriteFile(note, []byte("x"), 0o600)); err != nil {
		t.Fatal(err)
	}
	p.dropPaths("textbox", "Message", plans, note)
	p.waitText("Un dossier ne se joint pas : compressez-le, puis joignez l’archive.")
	p.waitFor("link", "note.txt")
	p.axe("a folder that was refused")
	p.screenshot("uploads-folder")
	p.click("button", "Retirer le fichier plans")
	p.waitFocus("button", "Joindre des fichiers")
	p.waitText("Brouillon enregistré")
	p.reload()
	p.waitFor("button", "Retirer Claire Morel")
	p.waitFor("link", "note.txt")
	p.fill("textbox", "Objet", "Note")
	p.follow("button", "Envoyer")
	p.waitText("Mis en boîte d’envoi")
}

// What floats over a mail leaves its buttons free, at the latest when one has
// scrolled to them.
func TestToastsLeaveButtonsFree(t *testing.T) {
	t.Parallel()
	p := composer(t)
	p.allow("Failed to fetch")
	p.offline(true)
	p.fill("textbox", "Objet", "Essai")
	p.waitText("Connexion perdue.")
	for _, width := range []int64{1280, 360} {
		p.viewport(width, 800, width == 360)
		covered, err := eval[string](p, `(() => {
			if (innerWidth < 960) scrollTo({ top: 1e5, behavior: 'instant' })
			else document.querySelector('.mail-f').scrollIntoView({ block: 'end', behavior: 'instant' })
			const a = document.querySelector('.toast').getBoundingClientRect()
			return [...document.querySelectorAll('.mail-f > *')].filter(e => {
				const b = e.getBoundingClientRect()
				return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
			}).map(e => e.textContent).join()
		})()`)
		if err != nil || covered != "" {
			t.Errorf("at %d a toast covers %q, %v", width, covered, err)
		}
		p.screenshot(fmt.Sprint("toast-", width))
	}
	p.offline(false)
}
