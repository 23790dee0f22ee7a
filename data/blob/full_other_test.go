//go:build !linux

package blob

// fullMain needs a disk of its own, which only Linux gives.
func fullMain() {}
