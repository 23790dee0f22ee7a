package static

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func TestColoursLiveInTokens(t *testing.T) {
	t.Parallel()
	// A colour is written in tokens.css and nowhere else.
	colour := regexp.MustCompile(`(?i)#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color|light-dark)\(|:\s*(?:white|black|red|green|blue|gr[ae]y)\b`)
	names, err := fs.Glob(files, "css/*.css")
	if err != nil || len(names) < 10 {
		t.Fatalf("%d style sheets, %v", len(names), err)
	}
	for _, name := range names {
		css, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		found := colour.Find(css)
		if tokens := path.Base(name) == "tokens.css"; tokens != (found != nil) {
			t.Errorf("%s: colour %q", name, found)
		}
	}
}

func TestContrast(t *testing.T) {
	t.Parallel()
	// Text has a contrast of 4.5 and the edge of a field or a star one of 3, light and dark (WCAG 2.2, 1.4.3 and 1.4.11).
	const text, edge = 4.5, 3
	css, err := files.ReadFile("css/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		front string
		least float64
		backs []string
	}{
		{"ink", text, []string{"bg", "surface", "raised", "sunken", "hover", "accent-soft", "bad-soft", "star-soft"}},
		{"ink-2", text, []string{"bg", "surface", "raised", "sunken", "hover"}},
		{"accent", text, []string{"bg", "surface", "raised", "accent-soft"}},
		{"bad", text, []string{"surface", "raised", "bad-soft"}},
		{"on-accent", text, []string{"accent", "accent-h"}},
		{"toast-ink", text, []string{"toast"}},
		{"toast-accent", text, []string{"toast"}},
		{"toast-bad", edge, []string{"toast"}},
		{"line-2", edge, []string{"surface", "raised", "sunken", "hover"}},
		{"star", edge, []string{"surface", "raised", "sunken", "hover", "star-soft"}},
	} {
		for _, back := range c.backs {
			f, b := token(t, css, c.front), token(t, css, back)
			for theme, name := range []string{"light", "dark"} {
				if got := contrast(f[theme], b[theme]); got < c.least {
					t.Errorf("%s on %s, %s: %.2f, want %.1f", c.front, back, name, got, c.least)
				}
			}
		}
	}
}

func TestAvatarsAreLegible(t *testing.T) {
	t.Parallel()
	// The initials of each of the six hues have a contrast of 4.5 on their disc.
	css, err := files.ReadFile("css/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	hues := regexp.MustCompile(`\.hue-\d \{[^}]*\}`).FindAll(css, -1)
	if len(hues) != 6 {
		t.Fatalf("%d hues", len(hues))
	}
	for _, hue := range hues {
		disc, ink := token(t, hue, "ab"), token(t, hue, "af")
		for theme := range disc {
			if got := contrast(ink[theme], disc[theme]); got < 4.5 {
				t.Errorf("%.6s: %.2f", hue, got)
			}
		}
	}
}

func TestSprite(t *testing.T) {
	t.Parallel()
	// The pictures are well-formed XML; each icon has an id of its own, and no paint, so that a star can fill.
	for _, name := range []string{"img/icons.svg", "img/favicon.svg"} {
		svg, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		ids := map[string]bool{}
		for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			start, ok := token.(xml.StartElement)
			if !ok {
				continue
			}
			for _, a := range start.Attr {
				switch a.Name.Local {
				case "id":
					if ids[a.Value] {
						t.Errorf("%s: two icons are named %s", name, a.Value)
					}
					ids[a.Value] = true
				case "fill", "stroke":
					if name == "img/icons.svg" {
						t.Errorf("%s: %s has a %s", name, start.Name.Local, a.Name.Local)
					}
				}
			}
		}
		if name == "img/icons.svg" {
			wantDrawn(t, ids)
		}
	}
}

// wantDrawn fails the test unless the icons are those that pages draw.
func wantDrawn(t *testing.T, ids map[string]bool) {
	t.Helper()
	var pages strings.Builder
	for _, pattern := range []string{"../views/*/*.html", "../handlers/*.go"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatal(names, err)
		}
		for _, name := range names {
			page, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			pages.Write(page)
		}
	}
	for id := range ids {
		if !strings.Contains(pages.String(), `"`+id+`"`) {
			t.Errorf("the icon %s is drawn by no page", id)
		}
	}
	for _, drawn := range regexp.MustCompile(`"layout/_icon" "([^"]+)"`).FindAllStringSubmatch(pages.String(), -1) {
		if !ids[drawn[1]] {
			t.Errorf("there is no icon %s", drawn[1])
		}
	}
}

// rgb is a colour of sRGB, each part from 0 to 255.
type rgb [3]float64

// token returns the light and the dark value of --name.
func token(t *testing.T, css []byte, name string) [2]rgb {
	t.Helper()
	m := regexp.MustCompile(`--` + name + `: light-dark\(#(\w{6}), #(\w{6})\)`).FindSubmatch(css)
	if m == nil {
		t.Fatalf("no token --%s", name)
	}
	return [2]rgb{parse(t, string(m[1])), parse(t, string(m[2]))}
}

func parse(t *testing.T, s string) rgb {
	t.Helper()
	n, err := strconv.ParseUint(s, 16, 24)
	if err != nil {
		t.Fatal(err)
	}
	return rgb{float64(n >> 16), float64(n >> 8 & 0xff), float64(n & 0xff)}
}

// contrast is that of WCAG 2.2, from 1 to 21.
func contrast(a, b rgb) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// luminance is the relative luminance of WCAG 2.2, from 0 to 1.
func luminance(c rgb) float64 {
	linear := func(part float64) float64 {
		part /= 255
		if part <= 0.04045 {
			return part / 12.92
		}
		return math.Pow((part+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c[0]) + 0.7152*linear(c[1]) + 0.0722*linear(c[2])
}
