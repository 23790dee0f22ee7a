//go:build linux || darwin || freebsd || dragonfly

package demo

import (
	"os"

	"golang.org/x/sys/unix"
)

// lock locks a file until it is closed; an error if another process has it.
func lock(f *os.File) error { return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) }
