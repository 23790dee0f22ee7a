package handlers

import (
	"time"

	"github.com/gofiber/fiber/v2"
)

// zone is where the clock hangs that a person looks at; its zero value is the
// server's time zone.
type zone struct{ place *time.Location }

// zoneOf returns the time zone of a request: the one that the page's script
// found in the browser and put into a cookie, else the server's.
func zoneOf(c *fiber.Ctx) zone {
	name := c.Cookies("tz") // an IANA name; "" and "Local" would be others' zones
	if name == "" || name == "Local" {
		return zone{}
	}
	place, err := time.LoadLocation(name)
	if err != nil {
		return zone{}
	}
	return zone{place}
}

// at returns a moment as that clock shows it.
func (z zone) at(t time.Time) time.Time {
	if z.place == nil {
		return t.Local()
	}
	return t.In(z.place)
}
