package data

import (
	"errors"
	"fmt"

	"carnet/data/kv"
)

var (
	// ErrNotFound: there is no such record, or it is in the trash, or it
	// belongs to another client.
	ErrNotFound = errors.New("data: not found")
	// ErrStale: the record changed since the version that the caller saw.
	ErrStale = errors.New("data: changed in between")
	// ErrTaken: the first account exists already.
	ErrTaken = errors.New("data: already set up")
	// ErrCredentials: no user has this address and this password.
	ErrCredentials = errors.New("data: wrong address or password")
	// ErrLastAdministrator: nobody would be left who administers.
	ErrLastAdministrator = errors.New("data: no administrator left")
	// ErrBusy: too many passwords are being checked; try again shortly.
	ErrBusy = errors.New("data: busy")
	// ErrState: the delivery, or the draft, is not in a state that allows this.
	ErrState = errors.New("data: not possible in this state")
	// ErrErased: what is kept of a mail was erased with one of its recipients.
	ErrErased = errors.New("data: erased")
	// ErrUnreadable: what is kept of a mail is damaged or gone; a backup has it.
	ErrUnreadable = errors.New("data: a mail cannot be read")
)

// What an engine says that callers tell apart; package kv has their contracts.
var (
	ErrConflict = kv.ErrConflict
	ErrUnknown  = kv.ErrUnknown
	ErrFull     = kv.ErrFull
	ErrClosed   = kv.ErrClosed
)

// Problem says what is wrong with a field, for the interface to put in words.
type Problem string

const (
	Required   Problem = "required"
	TooLong    Problem = "too long"     // Max says how many characters are taken
	TooShort   Problem = "too short"    // Max says how many are needed
	Forbidden  Problem = "forbidden"    // control characters or invalid UTF-8
	Malformed  Problem = "malformed"    // not of the field's form
	Duplicate  Problem = "duplicate"    // Other holds it already
	InTrash    Problem = "in trash"     // Other, in the trash, holds it
	TooMany    Problem = "too many"     // Max says how many are taken
	TooLarge   Problem = "too large"    // Max says how many bytes are taken
	HasAccount Problem = "has account"  // Other has the address already
	Unresolved Problem = "unresolved"   // a recipient that is no address
	NoneGiven  Problem = "none given"   // no recipient at all
	NotOffered Problem = "not offered"  // a choice that the list does not have
	OutOfRange Problem = "out of range" // a number below its least or above Max
	NoFile     Problem = "no file"      // the text speaks of one
	Unfilled   Problem = "unfilled"     // variables without a value, which Text names; for Whom, if one mail each
	Misnamed   Problem = "misnamed"     // a variable that is none; Text says where
	Elsewhere  Problem = "elsewhere"    // the secret that is kept is for another server or user
	Expired    Problem = "expired"      // what was typed before is not kept any more
	Locked     Problem = "locked"       // the secret that is kept cannot be read with this key
	Common     Problem = "common"       // a password that many people have
	Plain      Problem = "plain"        // a password of one piece again and again, or of neighbouring keys
	Own        Problem = "own"          // a password made of the user's or the agency's own names
	Wrong      Problem = "wrong"        // not the user's password, or code
)

// FieldError is a Problem with one field of a record.
type FieldError struct {
	Field   string // as the form names it: "email", "first_name"
	Problem Problem
	Max     int // for TooLong, TooShort, TooMany, TooLarge, OutOfRange
	Other   ID  // for Duplicate, InTrash and HasAccount
	Text    TextError
	Whom    string // for Unfilled
}

func (e FieldError) Error() string { return fmt.Sprintf("data: %s: %s", e.Field, e.Problem) }

// Invalid is every problem of a record at once. Nothing was changed.
type Invalid []FieldError

func (e Invalid) Error() string { return fmt.Sprintf("data: %d invalid fields", len(e)) }

// Field returns the first problem of a field, or nil.
func (e Invalid) Field(name string) *FieldError {
	for i := range e {
		if e[i].Field == name {
			return &e[i]
		}
	}
	return nil
}
