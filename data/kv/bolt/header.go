package bolt

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
)

// A bbolt file begins with two pages that each hold a meta record, of 64 bytes
// at offset 16: its version, its sizes, and where the tree begins. A commit
// writes the older of the two, zeroing the rest of its page. They are read here
// without bbolt, which maps the file and dies of one that is cut short.
const (
	metaAt    = 16
	metaSize  = 64
	metaMagic = 0xED0CDAED
	metaKnown = 2 // the version of bbolt's format

	// The mark of a clean stop is in the older of the two pages, so the next
	// commit takes it away by itself: no write is needed to begin, and one that
	// tears cannot hurt the meta in use.
	markAt = 1024
)

// meta has the layout of bbolt's internal/common.Meta, in the byte order of the machine.
type meta struct {
	Magic, Version, PageSize, Flags uint32

	Root, Sequence, Freelist uint64

	Pages uint64 // pages in use, from the start of the file
	Tx    uint64 // the transaction that wrote it
	Sum   uint64 // FNV-1a, 64 bits, of what precedes
}

// header is both metas of a file.
type header struct {
	raw   [2][metaSize]byte
	metas [2]meta
	valid [2]bool
}

// pageSize is the same in both metas.
func (h *header) pageSize() int64 { return int64(h.metas[h.current()].PageSize) }

// current is the meta in use: the valid one of the latest transaction.
func (h *header) current() int {
	if h.valid[1] && (!h.valid[0] || h.metas[1].Tx > h.metas[0].Tx) {
		return 1
	}
	return 0
}

// mark is what a clean stop leaves, good for this very state of the file.
func (h *header) mark() []byte {
	sum := sha256.Sum256(bytes.Join([][]byte{[]byte("carnet: clean stop"), h.raw[0][:], h.raw[1][:]}, nil))
	return sum[:]
}

func (h *header) markOffset() int64 { return int64(1-h.current())*h.pageSize() + markAt }

// load reads the meta of page i, which begins at offset at.
func (h *header) load(r io.ReaderAt, i int, at int64) {
	_, _ = r.ReadAt(h.raw[i][:], at+metaAt) // what is missing is zero, and invalid
	m := &h.metas[i]
	_, _ = binary.Decode(h.raw[i][:], binary.NativeEndian, m)
	sum := fnv.New64a()
	_, _ = sum.Write(h.raw[i][:metaSize-8])
	h.valid[i] = m.Magic == metaMagic && m.Version == metaKnown && m.Sum == sum.Sum64() &&
		m.PageSize >= 2*markAt
}

// readHeader reads the metas of a file of size bytes and judges them.
func readHeader(r io.ReaderAt, size int64) (*header, error) {
	if size == 0 {
		return nil, ErrEmpty
	}
	h := new(header)
	h.load(r, 0, 0)
	if h.valid[0] {
		h.load(r, 1, int64(h.metas[0].PageSize))
	}
	// The first meta is what says where the second is: without it, try each size.
	for at := int64(2 * markAt); !h.valid[0] && !h.valid[1] && at <= 16<<20; at *= 2 {
		h.load(r, 1, at)
		h.valid[1] = h.valid[1] && int64(h.metas[1].PageSize) == at
	}
	if !h.valid[0] && !h.valid[1] {
		return nil, h.fault()
	}
	m := h.metas[h.current()]
	if m.Pages > uint64(size)/uint64(m.PageSize) {
		return nil, ErrTruncated
	}
	return h, nil
}

// fault says why no meta is valid.
func (h *header) fault() error {
	m := h.metas[0]
	switch {
	case m.Magic != metaMagic:
		return ErrForeign
	case m.Version > metaKnown:
		return ErrNewer
	}
	return ErrDamaged
}

// inspect looks at a file without bbolt, and tells whether its last user
// stopped cleanly.
func inspect(path string) (clean bool, err error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return false, ErrForeign
		}
		return false, openError(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return false, err
	}
	if info.Mode()&fs.ModeType != 0 {
		return false, ErrForeign
	}
	h, err := readHeader(f, info.Size())
	if err != nil {
		return false, err
	}
	return h.marked(f), nil
}

func (h *header) marked(r io.ReaderAt) bool {
	mark := make([]byte, sha256.Size)
	_, err := r.ReadAt(mark, h.markOffset())
	return err == nil && bytes.Equal(mark, h.mark())
}

// markClean leaves the mark of a clean stop in a file that nobody changes.
func markClean(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	h, err := readHeader(f, info.Size())
	if err != nil || h.marked(f) {
		return err
	}
	if _, err := f.WriteAt(h.mark(), h.markOffset()); err != nil {
		return err
	}
	return f.Sync()
}
