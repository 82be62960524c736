// Runs duo-labs/webauthn in a separate process on the recorded ceremonies, for benches/peers.
//
//	duo-labs-webauthn-peer RECORDED   reads lines "SUBJECT COUNT"; answers "NANOSECONDS ALLOCATIONS", of one run
//
// RECORDED is the path of recorded.json. A subject is ALGORITHM/CEREMONY, as in that file. If the library does not
// accept it, the answer is an empty line.
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/duo-labs/webauthn/protocol"
	"github.com/duo-labs/webauthn/webauthn"
)

var (
	challenge = base64.RawURLEncoding.EncodeToString(bytes.Repeat([]byte{0x5c}, 16))
	userID    = bytes.Repeat([]byte{0x75}, 16)
)

// recorded has the ceremonies by algorithm and name.
type recorded map[string]map[string]struct {
	JSON string `json:"json"`
}

// A subject goes from the bytes of a response to the verdict.
type subject func() error

// user is the host's account, with the credential that it has stored.
type user struct{ credentials []webauthn.Credential }

func (user) WebAuthnID() []byte                           { return userID }
func (user) WebAuthnName() string                         { return "alice" }
func (user) WebAuthnDisplayName() string                  { return "Alice" }
func (user) WebAuthnIcon() string                         { return "" }
func (u user) WebAuthnCredentials() []webauthn.Credential { return u.credentials }

type peer struct {
	library  *webauthn.WebAuthn
	recorded recorded
}

func newPeer(path string) (*peer, error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	all := recorded{}
	if err := json.Unmarshal(file, &all); err != nil {
		return nil, err
	}
	library, err := webauthn.New(&webauthn.Config{
		RPDisplayName: "Example",
		RPID:          "example.com",
		RPOrigin:      "https://example.com",
	})
	return &peer{library, all}, err
}

func (p *peer) register(response []byte) (*webauthn.Credential, error) {
	parsed, err := protocol.ParseCredentialCreationResponseBody(bytes.NewReader(response))
	if err != nil {
		return nil, err
	}
	session := webauthn.SessionData{
		Challenge:        challenge,
		UserID:           userID,
		UserVerification: protocol.VerificationRequired,
	}
	return p.library.CreateCredential(user{}, session, parsed)
}

func (p *peer) signIn(response []byte, owner webauthn.User) (*webauthn.Credential, error) {
	parsed, err := protocol.ParseCredentialRequestResponseBody(bytes.NewReader(response))
	if err != nil {
		return nil, err
	}
	session := webauthn.SessionData{
		Challenge:        challenge,
		UserVerification: protocol.VerificationRequired,
	}
	find := func(_, _ []byte) (webauthn.User, error) { return owner, nil }
	return p.library.ValidateDiscoverableLogin(find, session, parsed)
}

// subject returns an error if the library does not accept the ceremony.
func (p *peer) subject(name string) (subject, error) {
	algorithm, ceremony, _ := strings.Cut(name, "/")
	response := []byte(p.recorded[algorithm][ceremony].JSON)
	run := func() error {
		_, err := p.register(response)
		return err
	}
	if ceremony == "sign-in" {
		credential, err := p.register([]byte(p.recorded[algorithm]["none"].JSON))
		if err != nil {
			return nil, err
		}
		owner := user{[]webauthn.Credential{*credential}}
		run = func() error {
			_, err := p.signIn(response, owner)
			return err
		}
	}
	return run, run()
}

// measure returns the nanoseconds and the allocations of one run.
func measure(run subject, count int) (float64, uint64, error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	for i := 0; i < count; i++ {
		if err := run(); err != nil {
			return 0, 0, err
		}
	}
	elapsed := time.Since(start)
	runtime.ReadMemStats(&after)
	allocations := (after.Mallocs - before.Mallocs) / uint64(count)
	return float64(elapsed.Nanoseconds()) / float64(count), allocations, nil
}

// serve keeps subjects from one line to the next, so that turns differ only in time.
func (p *peer) serve() error {
	known := map[string]subject{}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		space := strings.LastIndexByte(lines.Text(), ' ')
		if space < 0 {
			return fmt.Errorf("not a subject and a count: %q", lines.Text())
		}
		name := lines.Text()[:space]
		count, err := strconv.Atoi(lines.Text()[space+1:])
		if err != nil {
			return err
		}
		run, isKnown := known[name]
		if !isKnown {
			if run, err = p.subject(name); err != nil {
				run = nil
			}
			known[name] = run
		}
		if run == nil {
			fmt.Println()
			continue
		}
		nanoseconds, allocations, err := measure(run, count)
		if err != nil {
			return err
		}
		fmt.Println(nanoseconds, allocations)
	}
	return lines.Err()
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: duo-labs-webauthn-peer RECORDED")
		os.Exit(2)
	}
	peer, err := newPeer(os.Args[1])
	if err == nil {
		err = peer.serve()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
