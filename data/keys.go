package data

import (
	"bytes"
	"encoding/binary"
	"time"
)

// Every key of the database. A key is a tuple: its elements in order, each
// ended by 00. Within an element 00 is written 01 01, and 01 is 01 02, so that
// the order of keys is the order of tuples, whatever the bytes. The first
// element names the table; a client's keys begin with the client.
//
//	meta      name                               → versions of formats
//	seq       name                               → last number given
//	once      table, client, request             → what a form already did
//	client    client                             → Client
//	tally     client                             → counts and version of a client's file
//	number    folded number                      → key of the client
//	byname    order of name, client              → key of the client
//	word      folded word, client                → order of name
//	contact   client, contact                    → Contact
//	address   client, address key                → key of the contact
//	binned    client, address key                → key of the contact in the trash
//	order     client, 0 favorite | 1, order of name, contact → key of the contact
//	cword     client, folded word, contact       → order of name
//	former    client, address key                → key of the contact or client that had it
//	holder    address key, client, m | c         → key of the client or contact
//	trash     time deleted, id                   → key of the client or contact
//	user      user                               → User
//	useremail address key                        → key of the user
//	invitation invitation                        → Invitation
//	invited   SHA-256 of the token               → key of the invitation
//	invitee   address key                        → key of the invitation
//	session   SHA-256 of the token               → Session
//	sessions  user, SHA-256 of the token         → nothing
//	origins   user                               → networks that they signed in from
//	factor    user                               → Factor
//	passkey   id of the credential               → Passkey
//	passkeys  user, id of the credential         → nothing
//	reset     SHA-256 of the token               → reset
//	resets    user                               → key of the reset
//	agency                                       → Agency
//	message   message                            → Message
//	text      message                            → its text
//	raw       message, part                      → its bytes as they leave
//	history   client, message                    → what a search finds it by
//	authored  user, message                      → key of the message
//	state     state, message                     → key of the message
//	undone    message                            → key of the message, to be removed
//	delivery  message, recipient                 → Delivery
//	dispatch  message                            → when it is due, who has it
//	queue     time due, message                  → key of the dispatch
//	relay                                        → Relay
//	template  template                           → Template
//	annex     annex                              → Annex
//	draft     user, client, draft                → Draft
//	draftbody draft, part                        → its body
//	journal                                      → Journal
//	erasure   client, contact                    → what is being erased
//	source    message                            → key of the message, whose raw is to be erased
//	event     event                              → Event
//	eventby   user, event                        → key of the event
//	eventof   client, event                      → key of the event
//	blob      SHA-256 of the content, owner      → nothing
const (
	tMeta       = "meta"
	tSeq        = "seq"
	tOnce       = "once"
	tClient     = "client"
	tTally      = "tally"
	tNumber     = "number"
	tByName     = "byname"
	tWord       = "word"
	tContact    = "contact"
	tAddress    = "address"
	tBinned     = "binned"
	tOrder      = "order"
	tCWord      = "cword"
	tFormer     = "former"
	tHolder     = "holder"
	tTrash      = "trash"
	tUser       = "user"
	tUserEmail  = "useremail"
	tInvitation = "invitation"
	tInvited    = "invited"
	tInvitee    = "invitee"
	tReset      = "reset"
	tSession    = "session"
	tSessions   = "sessions"
	tAgency     = "agency"
	tMessage    = "message"
	tText       = "text"
	tRaw        = "raw"
	tHistory    = "history"
	tAuthored   = "authored"
	tState      = "state"
	tUndone     = "undone"
	tDelivery   = "delivery"
	tDispatch   = "dispatch"
	tQueue      = "queue"
	tRelay      = "relay"
	tTemplate   = "template"
	tAnnex      = "annex"
	tDraft      = "draft"
	tDraftBody  = "draftbody"
	tBlob       = "blob"
	tEvent      = "event"
	tEventBy    = "eventby"
	tEventOf    = "eventof"
	tJournal    = "journal"
	tErasure    = "erasure"
	tSource     = "source"
	tOrigins    = "origins"
	tFactor     = "factor"
	tPasskey    = "passkey"
	tPasskeys   = "passkeys"
	tResets     = "resets"
)

// key encodes a tuple.
func key[S ~string](table string, elements ...S) []byte {
	k := make([]byte, 0, 64)
	k = appendElement(k, table)
	for _, e := range elements {
		k = appendElement(k, string(e))
	}
	return k
}

func appendElement(k []byte, e string) []byte {
	for i := range len(e) {
		if e[i] <= 1 {
			k = append(k, 1, e[i]+1)
		} else {
			k = append(k, e[i])
		}
	}
	return append(k, 0)
}

// begin encodes a tuple whose last element is only the beginning of one: a
// prefix for a scan.
func begin[S ~string](table string, elements ...S) []byte {
	k := key(table, elements...)
	return k[:len(k)-1]
}

// elements decodes a tuple; nil if b is not one.
func elements(b []byte) []string {
	var out []string
	var e []byte
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case 0:
			out = append(out, string(e))
			e = e[:0]
		case 1:
			i++
			if i == len(b) || b[i] < 1 || b[i] > 2 {
				return nil
			}
			e = append(e, b[i]-1)
		default:
			e = append(e, b[i])
		}
	}
	if len(e) > 0 {
		return nil
	}
	return out
}

// last returns the last element of a tuple: the id that an index ends with. A
// search asks for it a thousand times, so the others are left alone.
func last(k []byte) string {
	if len(k) == 0 {
		return ""
	}
	es := elements(k[bytes.LastIndexByte(k[:len(k)-1], 0)+1:])
	if len(es) == 0 {
		return ""
	}
	return es[0]
}

// instant encodes a time, to the millisecond, so that the order of strings is
// the order of times. What is before 1970, as the zero time, is 1970.
func instant(t time.Time) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(max(t.UnixMilli(), 0)))
	return string(b[:])
}

func onceKey(table string, client, request ID) []byte {
	return key(tOnce, table, string(client), string(request))
}

func clientKey(id ID) []byte             { return key(tClient, id) }
func contactKey(client, id ID) []byte    { return key(tContact, client, id) }
func tallyKey(client ID) []byte          { return key(tTally, client) }
func userKey(id ID) []byte               { return key(tUser, id) }
func invitationKey(id ID) []byte         { return key(tInvitation, id) }
func messageKey(id ID) []byte            { return key(tMessage, id) }
func dispatchKey(id ID) []byte           { return key(tDispatch, id) }
func addressKey(c ID, a string) []byte   { return key(tAddress, string(c), a) }
func formerKey(c ID, a string) []byte    { return key(tFormer, string(c), a) }
func binnedKey(c ID, a string) []byte    { return key(tBinned, string(c), a) }
func trashKey(t time.Time, id ID) []byte { return key(tTrash, instant(t), string(id)) }
func queueKey(t time.Time, id ID) []byte { return key(tQueue, instant(t), string(id)) }
