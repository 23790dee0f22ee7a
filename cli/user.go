package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"

	"carnet/data"
)

const userUsage = `usage: carnet user list
       carnet user invite EMAIL NAME ROLE    print the link that lets somebody in
       carnet user reset EMAIL               print a link to set a new password, and end their sessions
       carnet user disable|enable EMAIL
       carnet user role EMAIL ROLE           ROLE is administrator, member or reader

The commands go to the server that has the database open, or else to the database.

flags:`

// opener opens the book of some settings, and says how to close it.
type opener func(context.Context, Settings) (*data.Store, func() error, error)

// User does "carnet user …": it asks the server that runs, or opens the book
// itself when none does. The error is ErrHelp, a UsageError, or says in a line
// why nothing was done.
func User(ctx context.Context, args []string, getenv func(string) string, out io.Writer, open opener) error {
	r, settings, err := parseUser(args, getenv, out)
	if err != nil {
		return err
	}
	if settings.Demo {
		return errors.New("the demo is one shared account: it has no commands")
	}
	text, err := ask(ctx, socketPath(settings.DB), r)
	if errors.Is(err, errNobody) {
		text, err = alone(ctx, settings, r, open)
	}
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, text)
	return err
}

// alone does a command on a book that no server has open.
func alone(ctx context.Context, settings Settings, r request, open opener) (string, error) {
	if _, err := os.Stat(settings.DB); errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("there is no database at %s; look at -db", settings.DB)
	}
	store, closeStore, err := open(ctx, settings)
	if err != nil {
		return "", err
	}
	text, err := people{store: store, base: settings.base("http://" + settings.Addr)}.do(ctx, r)
	return text, errors.Join(err, closeStore())
}

// base is where browsers find Carnet: the public URL, else an address.
func (s Settings) base(address string) string {
	if s.PublicURL != nil {
		return s.PublicURL.Scheme + "://" + s.PublicURL.Host
	}
	return address
}

// Answer takes commands for a server that listens at an address, until the
// returned function is called. Without a socket the server runs all the same,
// and the log says why.
func Answer(ctx context.Context, settings Settings, store *data.Store, address string, log *slog.Logger) func() {
	path := socketPath(settings.DB)
	l, err := listen(ctx, path)
	if err != nil {
		log.Warn("no commands while the server runs", "cause", err)
		return func() {}
	}
	return answer(l, path, log, people{store: store, base: settings.base(address)}.do)
}

// parseUser reads the arguments after "carnet user". Flags may stand anywhere.
func parseUser(args []string, getenv func(string) string, out io.Writer) (request, Settings, error) {
	var r request
	f := flag.NewFlagSet("carnet user", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.String("db", "carnet.db", "database: bolt:`PATH` or a plain path")
	f.String("addr", "127.0.0.1:8080", "`address` in links, when no server runs and there is no -public-url")
	f.String("public-url", "", "`URL` in links")
	f.BoolVar(&r.SecondFactor, "second-factor", false, "with reset: take their second factor and their passkeys away too")
	var words []string
	for rest := args; ; rest = f.Args()[1:] {
		if err := f.Parse(rest); errors.Is(err, flag.ErrHelp) {
			f.SetOutput(out)
			fmt.Fprintln(out, userUsage)
			f.PrintDefaults()
			return r, Settings{}, ErrHelp
		} else if err != nil {
			return r, Settings{}, UsageError{err}
		}
		if f.NArg() == 0 {
			break
		}
		words = append(words, f.Arg(0))
	}
	if err := r.read(words); err != nil {
		return r, Settings{}, UsageError{err}
	}
	var server []string
	f.Visit(func(x *flag.Flag) {
		if x.Name != "second-factor" {
			server = append(server, "-"+x.Name, x.Value.String())
		}
	})
	settings, err := Parse(server, getenv, out)
	return r, settings, err
}

func (r *request) read(words []string) error {
	if len(words) == 0 {
		return errors.New("user: what? See carnet user -help")
	}
	needs := map[string][]*string{"list": {}, "invite": {&r.Email, &r.Name, &r.Role}, "reset": {&r.Email},
		"disable": {&r.Email}, "enable": {&r.Email}, "role": {&r.Email, &r.Role}}
	fields, known := needs[words[0]]
	r.Do = words[0]
	switch given := len(words) - 1; {
	case !known:
		return fmt.Errorf("user: unknown command %q; see carnet user -help", r.Do)
	case given != len(fields):
		return fmt.Errorf("user %s: %d arguments are needed, not %d; see carnet user -help", r.Do, len(fields), given)
	}
	for i, field := range fields {
		*field = words[i+1]
	}
	if r.SecondFactor && r.Do != "reset" {
		return errors.New("-second-factor goes with reset only")
	}
	return nil
}
