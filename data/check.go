package data

import (
	"context"
	"fmt"
	"hash/maphash"
	"slices"

	"carnet/data/kv"
)

// Check reads the whole book and returns what contradicts itself, a line each:
// records that do not decode, an index entry without its record or a record
// without one, counts that are wrong. None means that the book is sound. Lines
// name tables and ids, never what people typed.
//
// It is a series of transactions, so nobody may write meanwhile. It needs
// about 50 bytes of memory for each entry of an index.
func (s *Store) Check(ctx context.Context) ([]string, error) {
	a := audit{
		kv: s.kv, seed: maphash.MakeSeed(),
		entries: map[uint64]bool{}, raw: map[ID]int{}, counts: map[ID]Tally{},
	}
	for _, step := range []func(context.Context) error{
		a.gather, a.clients, a.contacts, a.formers, a.users, a.invitations, a.sessions, a.factors, a.passkeys, a.resets, a.messages, a.templates, a.annexes, a.drafts, a.events, a.erasures, a.strays,
	} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return a.problems, nil
}

// audit is a Check under way. Records say which entries there should be; what
// they claim is crossed out of what there is, and the rest is stray.
type audit struct {
	kv       kv.Store
	seed     maphash.Seed
	entries  map[uint64]bool // sums of the entries that a record has to claim
	raw      map[ID]int      // bytes of each message as it leaves
	counts   map[ID]Tally    // of each client, less the contacts seen
	problems []string
}

// What a table holds, for a Check.
var (
	recordTables = []string{tMeta, tSeq, tOnce, tClient, tContact, tUser, tSession, tAgency, tRelay, tMessage, tTemplate, tAnnex, tDraft, tFormer, tJournal, tErasure, tEvent, tInvitation, tReset, tOrigins, tFactor, tPasskey}
	// A record owns the key of these, and of the indexes the value too.
	ownedTables = []string{tTally, tText, tRaw, tDelivery, tDispatch, tDraftBody}
	indexTables = []string{tNumber, tByName, tWord, tAddress, tBinned, tOrder, tCWord, tHolder,
		tTrash, tUserEmail, tSessions, tHistory, tAuthored, tState, tQueue, tUndone, tSource, tBlob, tEventBy, tEventOf, tInvited, tInvitee, tPasskeys, tResets}
)

func (a *audit) report(format string, args ...any) {
	a.problems = append(a.problems, fmt.Sprintf(format, args...))
}

// sum stands for an entry; of the value only where it is an index's.
func (a *audit) sum(k, value []byte) uint64 {
	var h maphash.Hash
	h.SetSeed(a.seed)
	_, _ = h.Write(k)
	if slices.Contains(indexTables, tableOf(k)) {
		_, _ = h.Write(value)
	}
	return h.Sum64()
}

// claim crosses out the entry that a record has to have. A key ends itself, so
// key and value cannot be mistaken for others.
func (a *audit) claim(k, value []byte) {
	if !a.mayClaim(k, value) {
		a.report("missing or wrong: %s", nameOf(k))
	}
}

// mayClaim crosses out an entry that a record may have, and tells whether it has it.
func (a *audit) mayClaim(k, value []byte) bool {
	sum := a.sum(k, value)
	found := a.entries[sum]
	delete(a.entries, sum)
	return found
}

// gather notes all that records have to claim.
func (a *audit) gather(ctx context.Context) error {
	return a.walk(ctx, nil, func(_ kv.Reader, e kv.Entry) error {
		switch table := tableOf(e.Key); {
		case slices.Contains(ownedTables, table), slices.Contains(indexTables, table):
			a.entries[a.sum(e.Key, e.Value)] = true
			if es := elements(e.Key); table == tRaw && len(es) == 3 {
				a.raw[ID(es[1])] += len(e.Value)
			}
		case !slices.Contains(recordTables, table):
			a.report("unknown key: %s", nameOf(e.Key))
		}
		return nil
	})
}

// strays names what no record claimed.
func (a *audit) strays(ctx context.Context) error {
	if len(a.entries) == 0 {
		return nil
	}
	return a.walk(ctx, nil, func(_ kv.Reader, e kv.Entry) error {
		if a.entries[a.sum(e.Key, e.Value)] {
			a.report("stray: %s", nameOf(e.Key))
		}
		return nil
	})
}

// maxChecked is how many reads a record takes to be checked: a draft has most.
const maxChecked = maxDraftParts

// walk calls fn for all keys with a prefix, in pages so small that fn may make
// maxChecked reads.
func (a *audit) walk(ctx context.Context, prefix []byte, fn func(kv.Reader, kv.Entry) error) error {
	var after []byte
	for more := true; more; {
		if err := a.kv.View(ctx, func(r kv.Reader) error {
			entries, err := r.Scan(kv.Range{Prefix: prefix, After: after, Limit: (kv.MaxReads - 1) / maxChecked})
			more = len(entries) > 0
			for _, e := range entries {
				if err == nil {
					err = fn(r, e)
				}
				after = slices.Clone(e.Key)
			}
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

func tableOf(k []byte) string {
	if es := elements(k); len(es) > 0 {
		return es[0]
	}
	return ""
}

// nameOf names a key by its table and the ids in it.
func nameOf(k []byte) string {
	name := tableOf(k)
	if !slices.Contains(slices.Concat(recordTables, ownedTables, indexTables), name) {
		return "(not of a table)"
	}
	for _, e := range elements(k)[1:] {
		if id, err := ParseID(e); err == nil {
			name += " " + string(id)
		}
	}
	return name
}
