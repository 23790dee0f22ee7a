package mail

import (
	"os"
	"testing"

	"carnet/data/kv/bolt"
)

func TestMain(m *testing.M) {
	bolt.CheckMain()
	os.Exit(m.Run())
}
