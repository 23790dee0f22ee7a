package bolt

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"carnet/data/kv"
)

// A record is stored as its value followed by a CRC-32C (Castagnoli, RFC 3720
// B.4; little endian) of its key and value.

// crcSize is what sealing adds to a value, in bytes.
const crcSize = 4

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum starts from the length of the key, so that a byte that moves from
// the key to the value shows.
func checksum(key, value []byte) uint32 {
	return crc32.Update(crc32.Update(uint32(len(key)), castagnoli, key), castagnoli, value)
}

func seal(key, value []byte) []byte {
	sealed := make([]byte, 0, len(value)+crcSize)
	return binary.LittleEndian.AppendUint32(append(sealed, value...), checksum(key, value))
}

// unseal returns the value within sealed, not a copy. Its error names no data.
func unseal(key, sealed []byte) ([]byte, error) {
	n := len(sealed) - crcSize
	if n < 0 || binary.LittleEndian.Uint32(sealed[n:]) != checksum(key, sealed[:n]) {
		return nil, fmt.Errorf("bolt: wrong checksum: %w", kv.ErrCorrupt)
	}
	return sealed[:n], nil
}
