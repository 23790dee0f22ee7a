package mail

import (
	"log/slog"
	"testing"

	"carnet/data"
	"carnet/data/datatest"
)

func TestRouteIsOfTheCommandLineThenOfThePage(t *testing.T) {
	// What the command line sets wins, and says so; the rest is as the page says.
	t.Parallel()
	page := data.Relay{Host: "smtp.page.example", Port: 587, Security: data.StartTLS, From: data.Mailbox{Name: "Page", Address: "page@exemple.example"},
		ReplyTo: data.Mailbox{Address: "reponses@exemple.example"}, Connections: 4, PerMinute: 60}
	server := Server{Host: "smtp.ligne.example", Port: 465, Security: TLS}
	fromPage := Route{Outgoing: Leaving, Server: ServerOf(page, ""), From: page.From, ReplyTo: page.ReplyTo, Connections: 4, PerMinute: 60}
	with := func(change func(*Route)) Route { r := fromPage; change(&r); return r }
	for name, x := range map[string]struct {
		fixed *Route
		want  Route
	}{
		"nothing": {nil, fromPage},
		"server and sender": {&Route{Outgoing: Leaving, Server: server, From: data.Mailbox{Name: "Ligne", Address: "ligne@exemple.example"}}, with(func(r *Route) {
			r.Server, r.FixedServer = server, true
			r.From, r.FixedFrom, r.FixedName = data.Mailbox{Name: "Ligne", Address: "ligne@exemple.example"}, true, true
		})},
		"sender without a name": {&Route{From: data.Mailbox{Address: "ligne@exemple.example"}}, with(func(r *Route) {
			r.From, r.FixedFrom = data.Mailbox{Name: "Page", Address: "ligne@exemple.example"}, true
		})},
		"demo": {&Route{Outgoing: Captured, From: data.Mailbox{Address: "demo@exemple.example"}}, Route{Outgoing: Captured, From: data.Mailbox{Address: "demo@exemple.example"}}},
	} {
		store := datatest.Open(t)
		if _, err := store.SetRelay(t.Context(), 0, nil, func(r *data.Relay) { *r = page; r.Files, r.Megabytes = data.DefaultFiles, data.DefaultMegabytes }); err != nil {
			t.Fatal(err)
		}
		p, err := NewPost(t.Context(), store, slog.New(slog.DiscardHandler), x.fixed)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Route(); got != x.want {
			t.Errorf("%s: the route is %+v\nwant %+v", name, got, x.want)
		}
	}
}
