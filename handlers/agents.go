package handlers

import (
	"strings"

	"carnet/i18n"
)

// Browsers and systems by what they say of themselves: the first that is found is
// it, since most also name those that they are like.
var (
	browsers = [][2]string{{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"Vivaldi/", "Vivaldi"},
		{"FxiOS/", "Firefox"}, {"Firefox/", "Firefox"}, {"CriOS/", "Chrome"}, {"HeadlessChrome/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}, {"curl/", "curl"}}
	systems = [][2]string{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"CrOS", "ChromeOS"},
		{"Macintosh", "macOS"}, {"Linux", "Linux"}, {"BSD", "BSD"}}
)

// agentWords says in short which browser a User-Agent is: "Firefox, Linux". It
// says nothing that a browser made up.
func agentWords(l i18n.Lang, agent string) string {
	browser, system := named(browsers, agent), named(systems, agent)
	switch {
	case browser == "" && system == "":
		return l.T("Navigateur inconnu", "Unknown browser")
	case browser == "":
		return l.T("Navigateur inconnu, %s", "Unknown browser, %s", system)
	case system == "":
		return browser
	}
	return browser + ", " + system
}

func named(known [][2]string, agent string) string {
	for _, k := range known {
		if strings.Contains(agent, k[0]) {
			return k[1]
		}
	}
	return ""
}
