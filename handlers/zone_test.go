package handlers

import (
	"net/http"
	"testing"
	"time"

	"carnet/data"
	"carnet/i18n"
)

func TestTimesOfThePerson(t *testing.T) {
	// Dates and times are told in the time zone of who reads them; one that does
	// not exist, or none, is the server's (44).
	t.Parallel()
	o := shared(t)
	client := o.clientNamed(lambert)
	page, err := o.store.Messages(bg, data.MessageFilter{Client: client.ID})
	if err != nil || len(page.Messages) == 0 {
		t.Fatal("no message", err)
	}
	m, ds, err := o.store.Message(bg, page.Messages[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		zone  string
		place *time.Location
	}{
		{"Pacific/Kiritimati", time.FixedZone("", 14*3600)}, {"Etc/GMT+12", time.FixedZone("", -12*3600)},
		{"", time.Local}, {"Local", time.Local}, {"Europe/Nowhere", time.Local}, {"../../etc/passwd", time.Local},
	} {
		b := o.browser(t)
		b.jar.SetCookies(b.at, []*http.Cookie{{Name: "tz", Value: c.zone, Path: "/"}})
		b.visit("/clients/" + string(client.ID)).sees(i18n.French.Date(m.Created.In(c.place)))
		b.visit("/messages").sees(i18n.French.Date(m.Created.In(c.place)))
		b.visit("/messages/"+string(m.ID)).sees(i18n.French.Moment(m.Created.In(c.place)), "à "+ds[0].At.In(c.place).Format("15:04"))
	}
}
