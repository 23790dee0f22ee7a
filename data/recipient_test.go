package data_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"carnet/data"
	"carnet/data/datatest"
)

// addressesOf joins the addresses of recipients.
func addressesOf(rs []data.Recipient) string {
	var out []string
	for _, r := range rs {
		out = append(out, r.Mailbox.Address)
	}
	return strings.Join(out, " ")
}

func TestDefaults(t *testing.T) {
	// Behaviour 15 and 16: the main address first, then the favorites by name,
	// each once; who departed is told apart, and who is in the trash since less
	// than a month, unless another has the address.
	t.Parallel()
	clock := datatest.NewClock()
	s := datatest.Open(t, clock.Option())
	c := must(s.CreateClient(t.Context(), "", data.Client{Name: "X", Email: "Main@x.fr"}))(t)
	want := func(want, wantDeparted, wantBinned string) []data.Recipient {
		t.Helper()
		d := must(s.Defaults(t.Context(), c.ID))(t)
		emails := func(contacts []data.Contact) string {
			var out []string
			for _, c := range contacts {
				out = append(out, c.Email)
			}
			return strings.Join(out, " ")
		}
		if addressesOf(d.To) != want || emails(d.Departed) != wantDeparted || emails(d.Binned) != wantBinned || d.More != 0 {
			t.Errorf("got %q without %v and %v, want %q without %q and %q", addressesOf(d.To), d.Departed, d.Binned, want, wantDeparted, wantBinned)
		}
		return d.To
	}
	if to := want("Main@x.fr", "", ""); !to[0].Main || to[0].Mailbox.Name != "X" || to[0].Contact != nil {
		t.Errorf("the main address alone is %+v", to[0])
	}
	for _, x := range []data.Contact{
		{Email: "z@x.fr", LastName: "Zola", Favorite: true},
		{Email: "e@x.fr", LastName: "Éluard", Favorite: true},
		{Email: "main@x.fr", LastName: "Main", Favorite: true},
		{Email: "plain@x.fr", LastName: "Plain"},
		{Email: "gone@x.fr", LastName: "Gone", Favorite: true, Departed: true},
		{Email: "bin@x.fr", LastName: "Bin", Favorite: true},
		{Email: "bin.plain@x.fr", LastName: "Bin"},
		{Email: "bin.gone@x.fr", LastName: "Bin", Favorite: true, Departed: true},
	} {
		x.Client = c.ID
		x = must(s.CreateContact(t.Context(), "", x, false))(t)
		if strings.HasPrefix(x.Email, "bin") {
			must(s.DeleteContact(t.Context(), c.ID, x.ID))(t)
		}
	}
	to := want("Main@x.fr e@x.fr z@x.fr", "gone@x.fr", "bin@x.fr")
	if !to[0].Main || to[0].Contact == nil || to[0].Mailbox.Name != "Main" || to[1].Main || to[1].Contact.LastName != "Éluard" {
		t.Errorf("the recipients are %+v", to)
	}
	// One who departed and whose address is the main one is written to, and not absent.
	x := *to[0].Contact
	must(s.UpdateContact(t.Context(), c.ID, x.ID, x.Version, func(c *data.Contact) { c.Departed = true }))(t)
	want("Main@x.fr e@x.fr z@x.fr", "gone@x.fr", "bin@x.fr")
	_, _, err := s.UpdateClient(t.Context(), c.ID, c.Version, false, func(c *data.Client) { c.Email = "" })
	ok(t, err)
	want("e@x.fr z@x.fr", "gone@x.fr main@x.fr", "bin@x.fr")
	c, _, err = s.UpdateClient(t.Context(), c.ID, c.Version+1, false, func(c *data.Client) { c.Email = "Bin@x.fr" })
	ok(t, err)
	want("Bin@x.fr e@x.fr z@x.fr", "gone@x.fr main@x.fr", "")
	_, _, err = s.UpdateClient(t.Context(), c.ID, c.Version, false, func(c *data.Client) { c.Email = "" })
	ok(t, err)
	again := datatest.Contact(t, s, c.ID, "bin@x.fr", false)
	want("e@x.fr z@x.fr", "gone@x.fr main@x.fr", "")
	_, _, err = s.Star(t.Context(), c.ID, again.ID, true)
	ok(t, err)
	must(s.DeleteContact(t.Context(), c.ID, again.ID))(t)
	want("e@x.fr z@x.fr", "gone@x.fr main@x.fr", "bin@x.fr")
	clock.Advance(31 * 24 * time.Hour)
	want("e@x.fr z@x.fr", "gone@x.fr main@x.fr", "")
}

func TestDefaultsAtMost(t *testing.T) {
	// Behaviour 49: there are never more defaults than a message takes, and it is
	// told how many favorites are left out, main address or not.
	t.Parallel()
	s := datatest.Open(t)
	c := must(s.CreateClient(t.Context(), "", data.Client{Name: "X", Email: "main@x.fr"}))(t)
	for i := range data.MaxRecipients + 40 {
		datatest.Contact(t, s, c.ID, fmt.Sprintf("c%d@x.fr", i), true)
		if i != data.MaxRecipients-1 && i != data.MaxRecipients && i != data.MaxRecipients+39 {
			continue
		}
		d := must(s.Defaults(t.Context(), c.ID))(t)
		if len(d.To) != data.MaxRecipients || !d.To[0].Main || d.More != i+2-data.MaxRecipients {
			t.Errorf("of %d favorites %d are recipients and %d are left out", i+1, len(d.To), d.More)
		}
	}
}

func TestRecipients(t *testing.T) {
	// Behaviour 22: what the book knows of each address is told in their order,
	// for as many as a message takes, with the name that was typed if there is one.
	t.Parallel()
	s := datatest.Open(t)
	c := must(s.CreateClient(t.Context(), "", data.Client{Name: "X", Email: "main@x.fr"}))(t)
	jean := must(s.CreateContact(t.Context(), "", data.Contact{Client: c.ID, Email: "jean@x.fr", FirstName: "Jean"}, false))(t)
	bin := datatest.Contact(t, s, c.ID, "bin@x.fr", true)
	must(s.DeleteContact(t.Context(), c.ID, bin.ID))(t)
	datatest.Contact(t, s, datatest.Client(t, s, "Y").ID, "other@x.fr", true)
	boxes := []data.Mailbox{{Address: "MAIN@x.fr"}, {Address: "Jean@x.fr"}, {Name: "J. D.", Address: "jean@x.fr"},
		{Address: "bin@x.fr"}, {Address: "other@x.fr"}, {Address: "nonsense"}}
	for len(boxes) < data.MaxRecipients { // those in the trash take most to look up
		x := datatest.Contact(t, s, c.ID, fmt.Sprintf("c%d@x.fr", len(boxes)), false)
		must(s.DeleteContact(t.Context(), c.ID, x.ID))(t)
		boxes = append(boxes, data.Mailbox{Address: x.Email})
	}
	rs := must(s.Recipients(t.Context(), c.ID, boxes))(t)
	if len(rs) != len(boxes) {
		t.Fatalf("%d recipients", len(rs))
	}
	for i, r := range rs {
		name := boxes[i].Name
		var contact, binned bool
		switch i {
		case 0:
			name = "X"
		case 1:
			name, contact = "Jean", true
		case 2:
			contact = true
		case 4, 5:
		default:
			binned = true
		}
		if r.Mailbox != (data.Mailbox{Name: name, Address: boxes[i].Address}) || r.Main != (i == 0) || r.Known() != (i < 3) ||
			(r.Contact != nil) != contact || contact && *r.Contact != jean ||
			(r.Binned != nil) != binned || binned && r.Binned.Email != boxes[i].Address {
			t.Errorf("%v is %+v", boxes[i], r)
		}
	}
}

func TestElsewhere(t *testing.T) {
	// Behaviour 8: the other clients that hold an address are told, five at most,
	// as their main one too, and none that is in the trash.
	t.Parallel()
	s := datatest.Open(t)
	me := must(s.CreateClient(t.Context(), "", data.Client{Name: "Me", Email: "jean@x.fr"}))(t)
	datatest.Contact(t, s, me.ID, "jean@x.fr", false)
	elsewhere := func() string {
		var out []string
		for _, c := range must(s.Elsewhere(t.Context(), "JEAN@x.fr", me.ID))(t) {
			out = append(out, c.Name)
		}
		return strings.Join(out, " ")
	}
	if got := elsewhere(); got != "" {
		t.Errorf("at first: %q", got)
	}
	a := must(s.CreateClient(t.Context(), "", data.Client{Name: "A", Email: "Jean@x.fr"}))(t)
	datatest.Contact(t, s, a.ID, "jean@x.fr", false)
	b := datatest.Client(t, s, "B")
	atB := datatest.Contact(t, s, b.ID, "jean@x.fr", false)
	if got := elsewhere(); got != "A B" {
		t.Errorf("got %q", got)
	}
	ok(t, s.DeleteClient(t.Context(), a.ID))
	if got := elsewhere(); got != "B" {
		t.Errorf("with A in the trash: %q", got)
	}
	must(s.DeleteContact(t.Context(), b.ID, atB.ID))(t)
	if got := elsewhere(); got != "" {
		t.Errorf("with the contact in the trash: %q", got)
	}
	for i := range 30 {
		c := datatest.Client(t, s, fmt.Sprint(i))
		datatest.Contact(t, s, c.ID, "jean@x.fr", false)
		if i < 23 {
			ok(t, s.DeleteClient(t.Context(), c.ID))
		}
	}
	if got := elsewhere(); got != "23 24 25 26 27" {
		t.Errorf("of many: %q", got)
	}
	if cs, err := s.Elsewhere(t.Context(), "nonsense", me.ID); len(cs) > 0 || err != nil {
		t.Errorf("nonsense: %v, %v", cs, err)
	}
}

func TestNearest(t *testing.T) {
	// Behaviour 22: an address one or two edits from a known one asks whether
	// that is meant; one that is farther does not, nor does one who departed.
	t.Parallel()
	s := datatest.Open(t)
	c := must(s.CreateClient(t.Context(), "", data.Client{Name: "X", Email: "accueil@mairie.fr"}))(t)
	must(s.CreateContact(t.Context(), "", data.Contact{Client: c.ID, Email: "jean.dupont@x.fr", FirstName: "Jean"}, false))(t)
	must(s.CreateContact(t.Context(), "", data.Contact{Client: c.ID, Email: "zacharie@x.fr", Departed: true}, false))(t)
	for typed, want := range map[string]string{
		"jean.dupond@x.fr": "jean.dupont@x.fr", "jaen.dupont@x.fr": "jean.dupont@x.fr", "Jean.Dupnt@x.f": "jean.dupont@x.fr",
		"acceuil@mairie.fr": "accueil@mairie.fr", "ean.duponx@x.com": "", "paul@x.fr": "", "nonsense": "", "zacharle@x.fr": "",
	} {
		near, found, err := s.Nearest(t.Context(), c.ID, typed)
		if near.Address != want || found != (want != "") || err != nil {
			t.Errorf("%q is near %v, %t, %v, want %q", typed, near, found, err, want)
		}
	}
}

func TestFormerAddress(t *testing.T) {
	// An address that a contact or the client left leads to the one they have
	// now, unless somebody has it again, or who had it is gone.
	t.Parallel()
	s := datatest.Open(t)
	c := must(s.CreateClient(t.Context(), "", data.Client{Name: "Lambert", Email: "main@x.fr", Kind: data.Company, Language: "fr"}))(t)
	jean := must(s.CreateContact(t.Context(), "", data.Contact{Client: c.ID, Email: "jean@x.fr", FirstName: "Jean"}, false))(t)
	change := func(fn func(*data.Contact)) {
		jean = must(s.UpdateContact(t.Context(), c.ID, jean.ID, jean.Version, fn))(t)
	}
	now := func(address string) data.Mailbox {
		return must(s.Recipients(t.Context(), c.ID, []data.Mailbox{{Address: address}}))(t)[0].Now
	}
	change(func(x *data.Contact) { x.Email = "jean2@x.fr" })
	change(func(x *data.Contact) { x.Email = "jean3@x.fr" })
	for _, address := range []string{"jean@x.fr", "JEAN2@x.fr"} {
		if got := now(address); got.Address != "jean3@x.fr" || got.Name != "Jean" {
			t.Errorf("%s leads to %v", address, got)
		}
	}
	for _, address := range []string{"jean3@x.fr", "main@x.fr", "inconnue@x.fr", "rien"} {
		if got := now(address); got.Address != "" {
			t.Errorf("%s leads to %v", address, got)
		}
	}
	c, _, err := s.UpdateClient(t.Context(), c.ID, c.Version, false, func(c *data.Client) { c.Email = "nouveau@x.fr" })
	ok(t, err)
	if got := now("main@x.fr"); got.Address != "nouveau@x.fr" || got.Name != "Lambert" {
		t.Errorf("the former main address leads to %v", got)
	}
	other := datatest.Client(t, s, "Autre")
	if got := must(s.Recipients(t.Context(), other.ID, []data.Mailbox{{Address: "jean@x.fr"}}))(t)[0].Now; got.Address != "" {
		t.Errorf("at another client it leads to %v", got)
	}
	must(s.CreateContact(t.Context(), "", data.Contact{Client: c.ID, Email: "jean2@x.fr"}, false))(t)
	if got := now("jean2@x.fr"); got.Address != "" {
		t.Errorf("what another has now leads to %v", got)
	}
	change(func(x *data.Contact) { x.Departed = true })
	if got := now("jean@x.fr"); got.Address != "" {
		t.Errorf("that of one who departed leads to %v", got)
	}
	change(func(x *data.Contact) { x.Departed = false })
	must(s.DeleteContact(t.Context(), c.ID, jean.ID))(t)
	if got := now("jean@x.fr"); got.Address != "" {
		t.Errorf("that of one in the trash leads to %v", got)
	}
}
