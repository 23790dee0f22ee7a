package main

import (
	"fmt"
	"strings"
)

// rawCase is what somebody writes on a connection. Between the request in
// question and the end stands one more, whose count tells whether two servers
// part the bytes in the same way.
type rawCase struct {
	name, bytes string
	lax         string // why Carnet may answer what net/http refuses, or part it otherwise; empty: it may not
}

const (
	canary = "kanari"
	host   = "Host: carnet.example\r\n"
	// tail is a whole request that ends the connection.
	tail = "GET /healthz HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n"
	// hidden is what a smuggler hides in a body.
	hidden = "GET /healthz HTTP/1.1\r\n" + host + "X-Hidden: " + canary + "\r\n\r\n"
)

func post(headers, body string) string {
	return "POST /session/new HTTP/1.1\r\n" + host + "Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin\r\n" + headers + "\r\n" + body
}

func get(target, headers string) string {
	return "GET " + target + " HTTP/1.1\r\n" + host + headers + "\r\n"
}

func length(body string) string { return fmt.Sprintf("Content-Length: %d\r\n", len(body)) }

// rawCases are the ways in which a request has been misread by somebody.
func rawCases() (all []rawCase) {
	add := func(name, bytes string, lax ...string) {
		c := rawCase{name: name, bytes: bytes + tail}
		if len(lax) > 0 {
			c.lax = lax[0]
		}
		all = append(all, c)
	}
	const chunks = "Transfer-Encoding: chunked\r\n"

	// The plain ones, so that the table is known to see requests at all.
	add("GET", get("/session/new", ""))
	add("two GETs", get("/session/new", "")+get("/healthz", ""))
	add("POST with a length", post(length("email=a"), "email=a"))
	add("POST in chunks", post(chunks, "7\r\nemail=a\r\n0\r\n\r\n"))
	add("POST without a body", post("", ""))
	add("HEAD", "HEAD /healthz HTTP/1.1\r\n"+host+"\r\n")

	// One length and one coding: which holds?
	for _, te := range []string{"chunked", "Chunked", " chunked", "\tchunked", "chunked ", "\"chunked\"", "chunked, identity", "identity, chunked", "identity",
		"gzip, chunked", "chunked, chunked", "xchunked", "chunkedx", "chunked;q=1", "x", "", ",chunked", "chunked,", "chu\x00nked", "chunked\x0b", "'chunked'", "cow, chunked"} {
		add("length and coding "+te, post("Content-Length: 4\r\nTransfer-Encoding: "+te+"\r\n", "0\r\n\r\n"+hidden))
		add("coding alone "+te, post("Transfer-Encoding: "+te+"\r\n", "0\r\n\r\n"+hidden))
	}
	add("coding before length", post(chunks+"Content-Length: 6\r\n", "0\r\n\r\nX"))
	add("length that covers the hidden, in chunks", post(length("0\r\n\r\n"+hidden)+chunks, "0\r\n\r\n"+hidden))
	add("two codings", post(chunks+chunks, "0\r\n\r\n"+hidden))
	add("two codings, one of them strange", post(chunks+"Transfer-Encoding: cow\r\n", "0\r\n\r\n"+hidden))
	add("two codings, the strange one first", post("Transfer-Encoding: cow\r\n"+chunks, "0\r\n\r\n"+hidden))
	add("coding in a name with a space", post("Content-Length: 4\r\nTransfer-Encoding : chunked\r\n", "0\r\n\r\n"+hidden))
	add("coding in a name with a tab", post("Content-Length: 4\r\nTransfer-Encoding\t: chunked\r\n", "0\r\n\r\n"+hidden))
	add("coding folded", post("Content-Length: 4\r\nTransfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"+hidden))
	add("coding behind a folded line", post("Content-Length: 4\r\nX: y\r\n Transfer-Encoding: chunked\r\n", "0\r\n\r\n"+hidden))
	add("coding behind a bare CR", post("Content-Length: 4\r\nX: y\rTransfer-Encoding: chunked\r\n", "0\r\n\r\n"+hidden))
	add("coding behind a bare LF", post("Content-Length: 4\r\nX: y\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"+hidden))
	add("coding with an underscore", post("Content-Length: 5\r\nTransfer_Encoding: chunked\r\n", "0\r\n\r\n"))
	add("coding of HTTP/1.0", strings.Replace(post("Content-Length: 4\r\n"+chunks, "0\r\n\r\n"+hidden), "HTTP/1.1", "HTTP/1.0", 1))
	add("coding alone of HTTP/1.0", strings.Replace(post(chunks, "0\r\n\r\n"+hidden), "HTTP/1.1", "HTTP/1.0", 1))
	add("coding on a GET", get("/session/new", chunks)+"0\r\n\r\n"+hidden)
	add("coding on a GET with a length", get("/session/new", "Content-Length: 4\r\n"+chunks)+"0\r\n\r\n"+hidden)

	// What a length is.
	n := fmt.Sprint(len(hidden))
	for _, cl := range []string{"+" + n, "-" + n, " " + n + " ", n + ", " + n, n + "," + n, n + " " + n, "0x" + fmt.Sprintf("%x", len(hidden)), n + ".0", n + "e0", "0" + n, "00000000000000000000" + n,
		"", " ", "a", n + "a", "٣", "18446744073709551616", "9223372036854775807", "9223372036854775808", "4294967296", "-1", "1_0", "\"" + n + "\"", n + ";", n + "\x00", "\x0b" + n, n + "\t", "0, " + n} {
		add("length "+cl, post("Content-Length: "+cl+"\r\n", hidden))
	}
	add("two lengths, the same", post(length(hidden)+length(hidden), hidden))
	add("two lengths, 0 first", post("Content-Length: 0\r\n"+length(hidden), hidden))
	add("two lengths, 0 last", post(length(hidden)+"Content-Length: 0\r\n", hidden))
	add("length with a space before its colon", post("Content-Length : "+n+"\r\n", hidden))
	add("length folded", post("Content-Length:\r\n "+n+"\r\n", hidden))
	add("length with an underscore", post("Content_Length: "+n+"\r\n", hidden))
	add("length in other letters", post("CONTENT-length: "+n+"\r\n", hidden))
	add("length on a GET", get("/session/new", length(hidden))+hidden)
	add("length on a HEAD", "HEAD /session/new HTTP/1.1\r\n"+host+length(hidden)+"\r\n"+hidden)
	add("length of 0 on a GET", get("/session/new", "Content-Length: 0\r\n")+hidden)
	add("no length, and a body", post("", hidden))

	// Chunks.
	for name, body := range map[string]string{
		"an extension":               "1;x=y\r\na\r\n0\r\n\r\n",
		"a long extension":           "1;" + strings.Repeat("x", 3000) + "\r\na\r\n0\r\n\r\n",
		"an extension with LF":       "1;x\na\r\n0\r\n\r\n",
		"an extension with CR":       "1;x\rX\r\na\r\n0\r\n\r\n",
		"a size in hex with 0x":      "0x1\r\na\r\n0\r\n\r\n",
		"a size with a plus":         "+1\r\na\r\n0\r\n\r\n",
		"a size with a minus":        "-1\r\na\r\n0\r\n\r\n",
		"a size with a space before": " 1\r\na\r\n0\r\n\r\n",
		"a size with a space after":  "1 \r\na\r\n0\r\n\r\n",
		"a size with a tab after":    "1\t\r\na\r\n0\r\n\r\n",
		"a size with an underscore":  "1_0\r\na\r\n0\r\n\r\n",
		"an empty size":              "\r\na\r\n0\r\n\r\n",
		"a size of 17 digits":        "00000000000000001\r\na\r\n0\r\n\r\n",
		"a size of 2^64":             "10000000000000000\r\na\r\n0\r\n\r\n",
		"a size of 2^63":             "8000000000000000\r\na\r\n0\r\n\r\n",
		"a size that is too small":   "1\r\nab\r\n0\r\n\r\n",
		"a size that is too large":   "9\r\na\r\n0\r\n\r\n",
		"a size and a comma":         "1,1\r\na\r\n0\r\n\r\n",
		"LF after the size":          "1\na\r\n0\r\n\r\n",
		"CR after the size":          "1\ra\r\n0\r\n\r\n",
		"LF after the data":          "1\r\na\n0\r\n\r\n",
		"nothing after the data":     "1\r\na0\r\n\r\n",
		"two bytes after the data":   "1\r\naXX0\r\n\r\n",
		"LF at the end":              "1\r\na\r\n0\r\n\n",
		"LF everywhere":              "1\na\n0\n\n",
		"zeros":                      "1\r\na\r\n000\r\n\r\n",
		"no end":                     "1\r\na\r\n",
		"a trailer":                  "1\r\na\r\n0\r\nX: y\r\n\r\n",
		"a trailer of length":        "1\r\na\r\n0\r\nContent-Length: 40\r\n\r\n",
		"a trailer of coding":        "1\r\na\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n",
		"a trailer with LF":          "1\r\na\r\n0\r\nX: y\n\n",
		"a trailer that is none":     "1\r\na\r\n0\r\nX\r\n\r\n",
		"a trailer with a space":     "1\r\na\r\n0\r\nX : y\r\n\r\n",
		"a request as a trailer":     "1\r\na\r\n0\r\n" + hidden,
		"a long trailer":             "1\r\na\r\n0\r\nX: " + strings.Repeat("y", 20<<10) + "\r\n\r\n",
	} {
		add("chunks with "+name, post(chunks, body)+hidden)
	}

	// Who is asked, and in which form.
	line := func(s string) string { return s + "\r\n" }
	add("no host", "GET /session/new HTTP/1.1\r\n\r\n")
	add("no host, HTTP/1.0", "GET /session/new HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
	add("two hosts", get("/session/new", "Host: "+canary+".example\r\n"))
	add("two hosts, the same", get("/session/new", host))
	add("an empty host", "GET /session/new HTTP/1.1\r\nHost:\r\n\r\n")
	add("a host with a space", "GET /session/new HTTP/1.1\r\nHost: a b\r\n\r\n")
	add("a host with a slash", "GET /session/new HTTP/1.1\r\nHost: a/b\r\n\r\n")
	add("a host with an at", "GET /session/new HTTP/1.1\r\nHost: a@b\r\n\r\n")
	add("a host with markup", "GET /session/new HTTP/1.1\r\nHost: <"+canary+">\r\n\r\n")
	add("a host with NUL", "GET /session/new HTTP/1.1\r\nHost: a\x00b\r\n\r\n")
	add("a host and a port that is none", "GET /session/new HTTP/1.1\r\nHost: a:b\r\n\r\n")
	add("a host with a space before its colon", "GET /session/new HTTP/1.1\r\nHost : a\r\n\r\n")
	add("a host folded", "GET /session/new HTTP/1.1\r\nHost:\r\n a\r\n\r\n")
	add("a whole URL", get("http://carnet.example/session/new", ""))
	add("a whole URL of another host", get("http://"+canary+".example/session/new", ""))
	add("a whole URL of https", get("https://carnet.example/session/new", ""))
	add("a whole URL with a user", get("http://a:b@carnet.example/session/new", ""))
	add("a URL of ftp", get("ftp://carnet.example/session/new", ""))
	add("a host alone", get("carnet.example:80", ""))
	add("a star", get("*", ""))
	add("OPTIONS of a star", "OPTIONS * HTTP/1.1\r\n"+host+"\r\n", "net/http answers it without asking its handler; Carnet answers 405")
	add("two slashes", get("//evil.example/session/new", ""))
	add("dots", get("/static/../../../etc/passwd", ""))
	add("dots in percent", get("/static/%2e%2e/%2e%2e/etc/passwd", ""))
	add("a backslash", get("/..\\..\\etc\\passwd", ""))
	add("NUL in the path", get("/session\x00/new", ""))
	add("NUL in percent", get("/session%00/new", ""))
	add("half a percent", get("/session%2/new", ""))
	add("a fragment in the path", get("/session/new#x", ""))
	add("bytes above 127 in the path", get("/session/\xff\xfe", ""))
	add("CR in the path", get("/session\r/new", ""))
	add("LF in the path", get("/session\n/new", ""))
	add("a tab in the path", get("/session\t/new", ""))
	add("a space in the path", get("/session /new", ""))
	add("CR and LF in percent", get("/session/new?next=%0d%0aX-Echo:%20y", ""))
	add("CONNECT", "CONNECT carnet.example:80 HTTP/1.1\r\n"+host+"\r\n")
	add("TRACE", "TRACE /session/new HTTP/1.1\r\n"+host+"X: "+canary+"\r\n\r\n")
	add("PUT", "PUT /session/new HTTP/1.1\r\n"+host+"Content-Length: 0\r\n\r\n")
	add("a method of its own", "BREW /session/new HTTP/1.1\r\n"+host+"\r\n")
	add("a method in small letters", "get /session/new HTTP/1.1\r\n"+host+"\r\n")
	add("a method with a slash", "GE/T /session/new HTTP/1.1\r\n"+host+"\r\n")
	add("a method with NUL", "GE\x00T /session/new HTTP/1.1\r\n"+host+"\r\n")
	add("no method", " /session/new HTTP/1.1\r\n"+host+"\r\n")
	add("a long method", strings.Repeat("A", 9000)+" /session/new HTTP/1.1\r\n"+host+"\r\n")

	// The first line and the versions.
	for _, v := range []string{"HTTP/1.0", "HTTP/1.2", "HTTP/1.10", "HTTP/2.0", "HTTP/3.0", "HTTP/0.9", "HTTP/1", "HTTP/01.1", "HTTP/1.1 ", "http/1.1", "HTTP/ 1.1", "HTTPS/1.1", "X", "HTTP/1.1x", "HTTP/\x00", "HTTP/-1.1", "HTTP/1,1"} {
		add("version "+v, "GET /session/new "+v+"\r\n"+host+"\r\n")
	}
	add("HTTP/0.9", "GET /session/new\r\n")
	add("HTTP/1.0 that stays", "GET /session/new HTTP/1.0\r\n"+host+"Connection: keep-alive\r\n\r\n")
	add("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
	add("an upgrade to h2c", get("/session/new", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"))
	add("an upgrade to websocket", get("/session/new", "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"))
	add("TLS on plain http", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"+strings.Repeat("\x00", 40)+"\r\n\r\n")
	const empty = "RFC 9112, 2.2: a server should pass over an empty line before a request; it ends nothing and begins nothing"
	add("empty lines first", "\r\n\r\n"+get("/session/new", ""), empty)
	add("an empty line of LF first", "\n"+get("/session/new", ""), empty)
	add("LF alone", strings.ReplaceAll(get("/session/new", ""), "\r\n", "\n"))
	add("CR alone", strings.ReplaceAll(get("/session/new", ""), "\r\n", "\r"))
	add("two spaces", "GET  /session/new HTTP/1.1\r\n"+host+"\r\n")
	add("two spaces before the version", "GET /session/new  HTTP/1.1\r\n"+host+"\r\n")
	add("tabs", "GET\t/session/new\tHTTP/1.1\r\n"+host+"\r\n")

	// The lines of a header.
	for name, h := range map[string]string{
		"a space before its colon": line("X : y"), "no colon": line("X"), "no name": line(": y"), "a space in its name": line("X Y: z"), "a space before it": line(" X: y"),
		"a tab before it": line("\tX: y"), "NUL in its value": line("X: a\x00b"), "NUL in its name": line("X\x00: y"), "CR in its value": line("X: a\rb"),
		"CR at its end": line("X: a\r"), "LF at its end": "X: a\n", "a fold": line("X: a\r\n b"), "a fold of a tab": line("X: a\r\n\tb"), "a fold of LF": line("X: a\n b"),
		"control bytes": line("X: \x01\x02\x7f"), "bytes above 127": line("X: \xff\xfe"), "bytes above 127 in its name": line("X\xe9: y"),
		"markup in its name": line("<" + canary + ">: y"), "a quote in its name": line("\"X\": y"), "a parenthesis in its name": line("X(: y"), "an empty value": line("X:"),
		"17 KB": line("X: " + strings.Repeat("y", 17<<10)), "9000 of them": strings.Repeat("X: y\r\n", 9000), "a name of 17 KB": line(strings.Repeat("X", 17<<10) + ": y"),
		"cookies without end": line("Cookie: " + strings.Repeat("a=b; ", 3000)), "two Connections": line("Connection: keep-alive, close, x") + line("Connection: keep-alive"),
		"a length that Connection names": line("Connection: Content-Length") + line("Content-Length: 0"),
	} {
		add("a header with "+name, get("/session/new", h))
	}
	add("an Expect that is none", get("/session/new", "Expect: "+canary+"\r\n"), "RFC 9110, 10.1.1: a server may pass over an expectation; nobody waits for an answer to it")
	add("a path of 17 KB", get("/"+strings.Repeat("a", 17<<10), ""))
	add("a body of 300 KB", post("Content-Length: 300000\r\n", strings.Repeat("a", 300000)))
	add("100 Continue", post("Expect: 100-continue\r\n"+length("email=a"), "email=a"))
	add("100 Continue without a body", get("/session/new", "Expect: 100-continue\r\n"))
	return all
}
