package handlers

import (
	"strings"

	"github.com/gofiber/fiber/v2"
)

// staticShow: GET /static/:hash/:name. The hash is of the content, so a browser
// keeps the file for good.
func (h *handlers) staticShow(c *fiber.Ctx) error {
	a, ok := h.assets.Get(c.Params("hash"), c.Params("name"))
	if !ok {
		return fiber.ErrNotFound
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	c.Set(fiber.HeaderETag, a.ETag)
	c.Set(fiber.HeaderContentType, a.Type)
	c.Response().Header.Del(fiber.HeaderVary)
	if a.Gzip == nil {
		return c.Send(a.Body)
	}
	c.Vary(fiber.HeaderAcceptEncoding)
	if !strings.Contains(c.Get(fiber.HeaderAcceptEncoding), "gzip") {
		return c.Send(a.Body)
	}
	c.Set(fiber.HeaderContentEncoding, "gzip")
	return c.Send(a.Gzip)
}

// faviconShow: GET /favicon.ico, which browsers ask for on their own.
func (h *handlers) faviconShow(c *fiber.Ctx) error {
	address, err := h.assets.Path("favicon.svg")
	if err != nil {
		return err
	}
	return c.Redirect(address, fiber.StatusMovedPermanently)
}

// healthShow: GET /healthz answers when the store does.
func (h *handlers) healthShow(c *fiber.Ctx) error {
	if err := h.Store.Ping(c.UserContext()); err != nil {
		return err
	}
	return c.SendString("ok\n")
}
