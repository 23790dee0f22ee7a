package data

import (
	"context"
	"slices"
	"strings"
	"time"

	"carnet/data/kv"
)

// Template is a subject and a text to begin a message from, with variables.
type Template struct {
	ID       ID        `cbor:"1,keyasint"`
	Name     string    `cbor:"2,keyasint"`
	Language Language  `cbor:"3,keyasint"` // of the mails it makes
	Subject  string    `cbor:"4,keyasint"` // may be empty
	Text     string    `cbor:"5,keyasint"`
	Version  uint64    `cbor:"6,keyasint"` // grows with each edit
	Created  time.Time `cbor:"7,keyasint"`
	Updated  time.Time `cbor:"8,keyasint"`
	Deleted  time.Time `cbor:"9,keyasint"` // zero unless it was deleted
}

// MaxTemplates is how many templates an agency may have.
const MaxTemplates = 200

// What is told of a template.
const (
	TemplateCreate  Action = "template.create"
	TemplateUpdate  Action = "template.update" // the detail names the fields
	TemplateDelete  Action = "template.delete"
	TemplateRestore Action = "template.restore"
)

func templateKey(id ID) []byte { return key(tTemplate, id) }

// Template returns a template.
func (s *Store) Template(ctx context.Context, id ID) (Template, error) {
	return view(ctx, s, func(r kv.Reader) (Template, error) { return template(r, id) })
}

func template(r kv.Reader, id ID) (Template, error) {
	t, err := get[Template](r, templateKey(id))
	if err == nil && !t.Deleted.IsZero() {
		return Template{}, ErrNotFound
	}
	return t, err
}

// Templates returns every template, by name.
func (s *Store) Templates(ctx context.Context) ([]Template, error) {
	return view(ctx, s, templates)
}

func templates(r kv.Reader) ([]Template, error) {
	entries, err := r.Scan(kv.Range{Prefix: key[string](tTemplate)})
	if err != nil {
		return nil, err
	}
	var out []Template
	for _, e := range entries {
		t, err := decode[Template](e.Value)
		if err != nil {
			return nil, err
		}
		if t.Deleted.IsZero() {
			out = append(out, t)
		}
	}
	slices.SortStableFunc(out, func(a, b Template) int { return strings.Compare(sortKey(a.Name), sortKey(b.Name)) })
	return out, nil
}

// CreateTemplate adds a template. The same request twice returns what the
// first made. Invalid if a field is, with the place of what is wrong with a
// variable, and with TooMany beyond MaxTemplates.
func (s *Store) CreateTemplate(ctx context.Context, request ID, t Template) (Template, error) {
	now := s.now()
	t.ID, t.Version, t.Created, t.Updated, t.Deleted = NewID(), 1, now, now, time.Time{}
	if err := t.check(); err != nil {
		return t, err
	}
	done := event(ctx)
	id, err := updateOnce(ctx, s, tTemplate, "", request, func(w kv.Writer) (ID, error) {
		all, err := templates(w)
		if err == nil && len(all) >= MaxTemplates {
			err = Invalid{{Field: "name", Problem: TooMany, Max: MaxTemplates}}
		}
		if err != nil {
			return "", err
		}
		return t.ID, firstErr(put(w, templateKey(t.ID), t), done.write(w, TemplateCreate, "", t.ID, ""))
	})
	if err != nil {
		return t, err
	}
	return s.Template(ctx, id)
}

// UpdateTemplate changes a template as change says. version is the one the
// caller saw: if the template moved on, the error is ErrStale and the template
// returned is as it stands now.
func (s *Store) UpdateTemplate(ctx context.Context, id ID, version uint64, change func(*Template)) (Template, error) {
	now, done := s.now(), event(ctx)
	return update(ctx, s, func(w kv.Writer) (Template, error) {
		old, err := template(w, id)
		if err != nil {
			return old, err
		}
		if old.Version != version {
			return old, ErrStale
		}
		t := old
		change(&t)
		t.ID, t.Version, t.Created, t.Updated, t.Deleted = old.ID, old.Version+1, old.Created, now, old.Deleted
		if err := t.check(); err != nil {
			return t, err
		}
		return t, firstErr(put(w, templateKey(id), t), done.edited(w, TemplateUpdate, "", id, t.changes(old)))
	})
}

// changes names what an edit changed of old.
func (t Template) changes(old Template) (f fields) {
	f.add("name", t.Name != old.Name)
	f.add("language", t.Language != old.Language)
	f.add("subject", t.Subject != old.Subject)
	f.add("text", t.Text != old.Text)
	return f
}

// DeleteTemplate takes a template away; RestoreTemplate brings it back. Drafts
// and messages begun from it stay as they are.
func (s *Store) DeleteTemplate(ctx context.Context, id ID) (Template, error) {
	now, done := s.now(), event(ctx)
	return update(ctx, s, func(w kv.Writer) (Template, error) {
		t, err := template(w, id)
		if err != nil {
			return t, err
		}
		t.Deleted = now
		return t, firstErr(put(w, templateKey(id), t), done.write(w, TemplateDelete, "", id, ""))
	})
}

// RestoreTemplate undoes DeleteTemplate; one that is not deleted is left as it is.
func (s *Store) RestoreTemplate(ctx context.Context, id ID) (Template, error) {
	done := event(ctx)
	return update(ctx, s, func(w kv.Writer) (Template, error) {
		t, err := get[Template](w, templateKey(id))
		if err != nil || t.Deleted.IsZero() {
			return t, err
		}
		t.Deleted = time.Time{}
		return t, firstErr(put(w, templateKey(id), t), done.write(w, TemplateRestore, "", id, ""))
	})
}

// check tidies the fields and returns Invalid if one cannot be kept.
func (t *Template) check() error {
	var c checker
	c.line("name", &t.Name, 120)
	if t.Name == "" {
		c.add("name", Required)
	}
	choice(&c, "language", &t.Language, French, English)
	c.line("subject", &t.Subject, MaxSubject)
	c.lines("text", &t.Text, MaxText)
	c.variables("subject", t.Subject)
	c.variables("text", t.Text)
	return c.err()
}

// variables checks the variables of a text.
func (c *checker) variables(field, text string) {
	for _, e := range CheckText(text) {
		c.problems = append(c.problems, FieldError{Field: field, Problem: Misnamed, Text: e})
	}
}
