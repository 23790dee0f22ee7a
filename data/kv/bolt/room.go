package bolt

import "carnet/data/kv"

// reserve is what the records leave free, in bytes: to delete takes room too,
// since bbolt never writes over a page in use, and merges those that get small.
// A file with a MaxSize leaves a quarter of it if that is less.
const reserve = 16 << 20

// room is what a commit may still write: in free pages of the file, and by
// making it larger. A disk that turns out full in the middle of a commit costs
// everybody in it their change; here only those who ask too much.
type room struct {
	store   *Store
	page    int    // bytes in a page
	reserve uint64 // bytes not to be taken
	taken   uint64 // bytes
	inside  uint64 // bytes in free pages
	used    uint64 // bytes of the file that hold pages
	outside uint64 // bytes that the file may grow by, once asked
	asked   bool
}

// newRoom is for a commit to a file with size bytes in use.
func (s *Store) newRoom(size int64) room {
	page := s.db.Info().PageSize
	r := room{store: s, page: page, reserve: reserve, used: uint64(size)}
	r.inside = uint64(s.db.Stats().FreePageN) * uint64(page)
	if s.db.MaxSize > 0 {
		r.reserve = min(reserve, uint64(s.db.MaxSize)/4)
	}
	return r
}

// take takes n bytes, if there are so many. The disk is asked only when the
// free pages do not do.
func (r *room) take(n int) bool {
	want := r.taken + uint64(n) + r.reserve
	if want > r.inside && !r.asked {
		r.outside, r.asked = r.growth(), true
	}
	if want > r.inside+r.outside {
		return false
	}
	r.taken += uint64(n)
	return true
}

// growth is how many bytes larger the file may become.
func (r *room) growth() uint64 {
	free, err := r.store.free(r.store.file)
	if err != nil {
		free = 1 << 62 // unknown: the commit itself will tell
	}
	if limit := uint64(r.store.db.MaxSize); limit > 0 {
		free = min(free, limit-min(limit, r.used+uint64(r.store.db.AllocSize)))
	}
	return free
}

// takeFor takes what writes of so many bytes need: each puts a page anew, at
// least; the reserve has the few above it.
func (r *room) takeFor(writes, bytes int) bool { return r.take(bytes + writes*r.page) }

// loadSize is what a Load takes, in bytes, with pages filled to nine tenths.
func loadSize(load []kv.Entry) int {
	n := 0
	for _, e := range load {
		n += len(e.Key) + len(e.Value) + crcSize + 16 // bbolt's header of an entry
	}
	return n + n/4
}
