package data

import "testing"

func TestFileType(t *testing.T) {
	// The type of a file is the one declared, unless its bytes are plainly of
	// another kind or a program: then it is only bytes.
	t.Parallel()
	const page, png, pdf, zip = "<!doctype html><script>alert(1)</script>", "\x89PNG\r\n\x1a\n", "%PDF-1.7\n", "PK\x03\x04\x14"
	for _, x := range []struct{ declared, head, want string }{
		{"image/png", page, anyType}, {"application/pdf", page, anyType}, {"video/mp4", page, anyType}, {"font/woff2", page, anyType},
		{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", page, anyType}, {"image/png", pdf, anyType},
		{"text/plain", png, anyType}, {"application/pdf", zip, anyType}, {"image/png", "some text", anyType},
		{"application/pdf", "MZ\x90\x00", anyType}, {"text/plain", "MZ\x90\x00", anyType}, {"application/msword", "\x7fELF\x02", anyType},
		{"application/x-msdownload", "MZ\x90\x00", anyType}, {"text/plain", "#!/bin/sh\n", anyType}, {"image/png", "\xcf\xfa\xed\xfe", anyType},
		{"image/png", png, "image/png"}, {"image/png; name=x", png, "image/png"}, {"image/jpeg", png, "image/jpeg"}, {"image/svg+xml", "<svg xmlns='x'/>", "image/svg+xml"},
		{"image/heic", "\x00\x00\x00\x18ftypheic", "image/heic"}, {"application/pdf", pdf, "application/pdf"}, {"application/pdf", "\n" + pdf, "application/pdf"},
		{"text/html", page, "text/html"}, {"text/plain", page, "text/plain"}, {"text/csv", "a;b\n", "text/csv"}, {"application/vnd.ms-excel", "a;b\n", "application/vnd.ms-excel"},
		{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", zip, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
		{"application/msword", "\xd0\xcf\x11\xe0", "application/msword"}, {"application/json", "{}", "application/json"}, {"audio/ogg", "OggS\x00", "audio/ogg"},
		{"application/x-inconnu", page, "application/x-inconnu"}, {"", png, anyType}, {"pdf", pdf, anyType}, {"image/png", "", "image/png"},
	} {
		if got := FileType(x.declared, []byte(x.head)); got != x.want {
			t.Errorf("%q said to be %q is %q, want %q", x.head, x.declared, got, x.want)
		}
	}
}
