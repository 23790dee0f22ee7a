package handlers

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"strings"
	"time"

	"carnet/data"
	"carnet/i18n"

	"github.com/gofiber/fiber/v2"
)

// eventsExport: POST /events/export gives the events that a filter chooses as a
// file for a spreadsheet, and tells so in the journal.
func (h *handlers) eventsExport(c *fiber.Ctx) error {
	f, err := eventFilter(zoneOf(c), func(name string) string { return c.FormValue(name) })
	if err != nil {
		return firstError(badDay(err), err)
	}
	if err := h.Store.ExportEvents(c.UserContext(), f.Client); err != nil {
		return err
	}
	f.After = ""
	next := eventsCSV(context.WithoutCancel(c.UserContext()), h.Store, h.lang(c), zoneOf(c), f)
	return h.streamed(c, "text/csv; charset=utf-8", "journal-"+zoneOf(c).at(time.Now()).Format(time.DateOnly)+".csv", next)
}

func badDay(err error) error {
	if err == errDay {
		return fiber.ErrBadRequest
	}
	return nil
}

// eventsCSV makes the lines of a page of events at a time, the newest first, as
// Excel opens them with a double click where it speaks French: in UTF-8 behind
// its mark, with semicolons (RFC 4180 otherwise). It returns io.EOF at the end.
func eventsCSV(ctx context.Context, store *data.Store, l i18n.Lang, z zone, f data.EventFilter) func() ([]byte, error) {
	first, f := true, f
	f.Limit = data.MaxEvents
	return func() ([]byte, error) {
		if !first && f.After == "" {
			return nil, io.EOF
		}
		page, err := store.Events(ctx, f)
		if err != nil {
			return nil, err
		}
		var out bytes.Buffer
		w := csv.NewWriter(&out)
		w.Comma, w.UseCRLF = ';', true
		if first {
			out.WriteString("\ufeff")
			_ = w.Write([]string{l.T("Date", "Date"), "UTC", l.T("Qui", "Who"), l.T("Quoi", "What"), l.T("Sur quoi", "To what"), l.T("Client", "Client"),
				l.T("Détail", "Detail"), l.T("Adresse réseau", "Network address"), l.T("Code", "Code"), l.T("Identifiant", "Id")})
		}
		for _, e := range page.Events {
			row := eventsRow{l, e, true, z}
			_ = w.Write([]string{z.at(e.Time()).Format(time.DateTime), e.Time().UTC().Format(time.RFC3339), cell(row.Who()), cell(row.What()), cell(row.Object()),
				cell(row.Client()), cell(row.Detail()), cell(e.Address), cell(string(e.Action)), cell(string(e.Event.Record))})
		}
		w.Flush() // into memory: it cannot fail
		first, f.After = false, page.Next
		return out.Bytes(), nil
	}
}

// cell returns a text that no spreadsheet takes for a formula.
func cell(s string) string {
	if strings.IndexAny(s, "=+-@\t\r") == 0 {
		return "'" + s
	}
	return s
}
