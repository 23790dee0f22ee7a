package handlers

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"regexp"
	"testing"

	"github.com/valyala/fasthttp"
)

// BenchmarkNonce is the measurement behind docs/security.md: what it would cost
// to have htmx act on no element without the nonce of its answer (hx-csp), at
// its cheapest: rows drawn once with a place for the nonce, which each answer
// fills in.
//
//	go test ./handlers -run '^$' -bench Nonce
func BenchmarkNonce(b *testing.B) {
	o := atelier(b)
	client := o.clientNamed(lambert)
	const place = "0123456789abcdef012345" // as long as 128 bits in base64
	first := regexp.MustCompile(`(<[a-z][^<>]*?)( hx-)`)
	for name, htmx := range map[string]string{"page": "", "fragment": "true"} {
		plain := o.ask(b, http.MethodGet, "/clients/"+string(client.ID)+"/contacts", "", header{"HX-Request", htmx})
		stamped := first.ReplaceAll([]byte(plain.body), []byte(`$1 hx-nonce="`+place+`"$2`))
		packed, err := gzipped([]byte(plain.body))
		if err != nil {
			b.Fatal(err)
		}
		packedStamped, err := gzipped(stamped)
		if err != nil {
			b.Fatal(err)
		}
		b.Logf("%s: %d bytes, %d with a nonce on %d elements; gzipped %d and %d", name, len(plain.body), len(stamped),
			len(first.FindAllString(plain.body, -1)), len(packed), len(packedStamped))
		handler := o.app.Handler()
		request := func(etag string, gzip bool) *fasthttp.RequestCtx {
			c := &fasthttp.RequestCtx{}
			c.Request.SetRequestURI("/clients/" + string(client.ID) + "/contacts")
			c.Request.Header.SetHost("localhost")
			if htmx != "" {
				c.Request.Header.Set("HX-Request", htmx)
			}
			for _, cookie := range plain.Cookies() {
				c.Request.Header.SetCookie(cookie.Name, cookie.Value)
			}
			if etag != "" {
				c.Request.Header.Set("If-None-Match", etag)
			}
			if gzip {
				c.Request.Header.Set("Accept-Encoding", "gzip")
			}
			handler(c)
			return c
		}
		fill := func() []byte {
			var bits [16]byte
			rand.Read(bits[:]) // never fails (crypto/rand)
			return bytes.ReplaceAll(stamped, []byte(place), []byte(base64.RawStdEncoding.EncodeToString(bits[:])))
		}
		etag := string(request("", false).Response.Header.Peek("ETag"))
		b.Run(name+"/not changed as it is", func(b *testing.B) {
			for b.Loop() {
				request(etag, true)
			}
		})
		b.Run(name+"/plain as it is", func(b *testing.B) {
			for b.Loop() {
				request("", false)
			}
		})
		b.Run(name+"/plain with a nonce", func(b *testing.B) {
			for b.Loop() {
				request("", false).Response.SetBodyRaw(fill())
			}
		})
		b.Run(name+"/gzip as it is", func(b *testing.B) {
			for b.Loop() {
				request("", true)
			}
		})
		b.Run(name+"/gzip with a nonce", func(b *testing.B) {
			for b.Loop() {
				c := request("", false)
				body, err := gzipped(fill())
				if err != nil {
					b.Fatal(err)
				}
				c.Response.SetBodyRaw(body)
			}
		})
	}
}
