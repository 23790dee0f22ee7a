package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// A command reaches a server by a Unix socket beside the database, of mode 0600:
// who may read the database may ask. One line of JSON goes in and one comes out.

// socketPath is where the server of a database listens for commands.
func socketPath(db string) string { return db + ".sock" }

// Bounds of a conversation.
const (
	maxAsked    = 4 << 10 // bytes
	maxAnswered = 1 << 20
	talkTime    = 30 * time.Second
	maxTalks    = 4 // at a time
)

// request is a command as it travels.
type request struct {
	Do           string `json:"do"`
	Email        string `json:"email,omitempty"`
	Name         string `json:"name,omitempty"`
	Role         string `json:"role,omitempty"`
	SecondFactor bool   `json:"second_factor,omitempty"`
}

// reply is what a command prints, or why it was not done.
type reply struct {
	Text  string `json:"text,omitempty"`
	Error string `json:"error,omitempty"`
}

// errNobody: no server answers; the database is free to be opened.
var errNobody = errors.New("cli: no server answers")

// ask sends a request to the server at a socket. errNobody if there is none.
func ask(ctx context.Context, path string, r request) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, talkTime)
	defer cancel()
	conn, err := dial(ctx, path)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Now()) })
	defer stop()
	if err := json.NewEncoder(conn).Encode(r); err != nil {
		return "", fmt.Errorf("the server does not listen: %w", err)
	}
	var answer reply
	if err := readLine(conn, maxAnswered, &answer); err != nil {
		return "", fmt.Errorf("the server gave no answer: %w", err)
	}
	if answer.Error != "" {
		return "", errors.New(answer.Error)
	}
	return answer.Text, nil
}

func dial(ctx context.Context, path string) (net.Conn, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) ||
		errors.Is(err, syscall.EINVAL) { // too long a path: a server has no socket there either
		return nil, errNobody
	}
	return conn, err
}

// readLine reads one line of JSON, of so many bytes at most.
func readLine(conn net.Conn, most int, v any) error {
	in := bufio.NewReaderSize(conn, most)
	line, err := in.ReadSlice('\n')
	if err != nil {
		return err
	}
	return json.Unmarshal(line, v)
}

// listen makes the socket, readable by its owner only from its first moment on:
// it is made in a folder of its own and moved into place. What a crash left
// there goes if nobody answers on it, and if it is a socket.
func listen(ctx context.Context, path string) (net.Listener, error) {
	if old, err := os.Lstat(path); err == nil {
		if old.Mode().Type() != fs.ModeSocket {
			return nil, fmt.Errorf("%s is in the way: it is no socket", path)
		}
		conn, err := dial(ctx, path)
		if err == nil {
			_ = conn.Close()
			return nil, fmt.Errorf("another process answers at %s", path)
		}
		if !errors.Is(err, errNobody) {
			return nil, err
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	folder, err := os.MkdirTemp(filepath.Dir(path), ".sock-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	fresh := filepath.Join(folder, "s")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: fresh, Net: "unix"})
	if err != nil {
		return nil, err
	}
	l.SetUnlinkOnClose(false)
	if err := errors.Join(os.Chmod(fresh, 0o600), os.Rename(fresh, path)); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// answer serves commands until the returned function is called, which waits for
// those under way and removes the socket.
func answer(l net.Listener, path string, log *slog.Logger, do func(context.Context, request) (string, error)) func() {
	ctx, cancel := context.WithCancel(context.Background())
	var talks sync.WaitGroup
	places := make(chan struct{}, maxTalks)
	talks.Go(func() {
		for {
			places <- struct{}{}
			conn, err := l.Accept()
			if err != nil {
				return
			}
			talks.Go(func() {
				defer func() { <-places }()
				defer conn.Close()
				_ = conn.SetDeadline(time.Now().Add(talkTime))
				stop := context.AfterFunc(ctx, func() { _ = conn.SetReadDeadline(time.Now()) })
				defer stop()
				var r request
				if err := readLine(conn, maxAsked, &r); err != nil {
					return
				}
				text, err := do(context.WithoutCancel(ctx), r)
				said := reply{Text: text}
				if err != nil {
					said = reply{Error: err.Error()}
				}
				log.Info("command", "do", r.Do, "done", err == nil)
				_ = json.NewEncoder(conn).Encode(said) // who asked may be gone
			})
		}
	})
	return func() {
		cancel()
		_ = os.Remove(path)
		_ = l.Close()
		talks.Wait()
	}
}
