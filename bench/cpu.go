//go:build unix

package main

import (
	"syscall"
	"time"
)

// cpu returns the time that the cores have spent on this process: on the
// servers, not on the load.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
