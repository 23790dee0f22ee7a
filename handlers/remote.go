package handlers

import (
	"net"
	"net/netip"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// remote returns the address that a request comes from: the one at the other
// end of the connection, unless that is a trusted proxy. Then X-Forwarded-For is
// read from its right, where that proxy wrote, past other trusted proxies, to
// the first address that is none. Whatever stands left of it was written by
// strangers. An entry that is no address ends the walk at the last sure one.
// Nothing else that a proxy forwards is believed.
func (h *handlers) remote(c *fiber.Ctx) string {
	peer := c.Context().RemoteIP().String()
	sure, err := netip.ParseAddr(peer)
	if err != nil {
		return peer
	}
	sure = sure.Unmap()
	if !h.trusts(sure) {
		return sure.String()
	}
	lines := c.Request().Header.PeekAll(fiber.HeaderXForwardedFor) // several lines are one list (RFC 9110, 5.2)
	for i := len(lines) - 1; i >= 0; i-- {
		for rest := string(lines[i]); rest != ""; {
			entry := rest
			if comma := strings.LastIndexByte(rest, ','); comma >= 0 {
				rest, entry = rest[:comma], rest[comma+1:]
			} else {
				rest = ""
			}
			next, ok := forwarded(entry)
			if !ok {
				return sure.String()
			}
			if sure = next; !h.trusts(sure) {
				return sure.String()
			}
		}
	}
	return sure.String()
}

func (h *handlers) trusts(a netip.Addr) bool {
	for _, p := range h.TrustedProxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// forwarded reads an entry of X-Forwarded-For: an address, with a port where a
// proxy adds one.
func forwarded(entry string) (netip.Addr, bool) {
	entry = strings.TrimSpace(entry)
	if host, _, err := net.SplitHostPort(entry); err == nil {
		entry = host
	}
	a, err := netip.ParseAddr(entry)
	if err != nil {
		return a, false
	}
	return a.WithZone("").Unmap(), true
}
