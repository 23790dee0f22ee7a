package handlers

import (
	"mime"
	"mime/multipart"
	"strings"

	"carnet/data"
)

// unescape undoes what browsers do to three bytes of a name, and to no others
// (HTML, 4.10.22.8, "multipart form data").
var unescape = strings.NewReplacer("%22", `"`, "%0D", "\r", "%0A", "\n")

// badName says that nobody can tell the name of a file.
func badName() error { return data.Invalid{{Field: "file", Problem: data.Malformed}} }

// disposition reads the name of a part's field, and that of its file, which is
// empty for a field without one.
func disposition(part *multipart.Part) (field, file string, err error) {
	header := part.Header.Get("Content-Disposition")
	_, params, err := mime.ParseMediaType(header)
	if err != nil {
		return "", "", badName()
	}
	field, file = params["name"], params["filename"]
	switch extended := strings.Contains(strings.ToLower(header), "filename*"); {
	case extended && file == "":
		return field, "", badName()
	case !extended: // a name of RFC 2231 has its own escapes, which are undone
		file = unescape.Replace(file)
	}
	return field, file, nil
}
