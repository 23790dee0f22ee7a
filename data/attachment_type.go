package data

import (
	"bytes"
	"mime"
	"net/http"
	"strings"
)

// SniffBytes is how much of the beginning of a file tells what it is.
const SniffBytes = 512

// anyType says nothing of a file: what to do with it is the reader's choice.
const anyType = "application/octet-stream"

// FileType is the type of a file: the one that was declared, by which others
// decide how to open it, unless its first bytes (SniffBytes, or all of a smaller
// one) are plainly of another kind, as a page that is said to be an image. Those,
// and programs whatever they are said to be, are only bytes.
func FileType(declared string, head []byte) string {
	t := mediaType(declared)
	if isProgram(head) {
		return anyType
	}
	said, found := kindOf(t), kindOf(http.DetectContentType(head))
	switch {
	case said == found, said == "", found == "", len(head) == 0:
		return t
	case said == "office" && found == "text" && !bytes.Contains(head, []byte("<")): // a table in plain text
		return t
	case said == "pdf" && bytes.Contains(head, []byte("%PDF-")): // something may stand before it
		return t
	}
	return anyType
}

// isProgram tells the files that Windows, Linux, macOS and a shell run.
func isProgram(head []byte) bool {
	for _, magic := range []string{"MZ", "\x7fELF", "\xfe\xed\xfa\xce", "\xfe\xed\xfa\xcf", "\xce\xfa\xed\xfe", "\xcf\xfa\xed\xfe", "\xca\xfe\xba\xbe", "#!"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return true
		}
	}
	return false
}

// kindOf returns what cannot be taken for another kind, or nothing.
func kindOf(t string) string {
	t, _, _ = mime.ParseMediaType(t)
	kind, sub, _ := strings.Cut(t, "/")
	switch {
	case kind == "text", strings.HasSuffix(sub, "+xml"), sub == "json", sub == "xml", sub == "javascript":
		return "text"
	case kind == "image", kind == "font":
		return kind
	case kind == "audio", kind == "video", t == "application/ogg":
		return "media"
	case sub == "pdf":
		return sub
	case strings.HasPrefix(sub, "vnd."), sub == "msword", sub == "zip":
		return "office"
	}
	return ""
}
