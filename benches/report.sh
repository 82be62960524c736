#!/bin/sh
# Measures and writes README.md beside this script. Quiet machines give quiet figures. The sections on the example server
# under load and on the verdicts of others stay as they are: what they say was measured by other commands, which they name.
# The library in Go needs Debian's packages golang-go and golang-github-duo-labs-webauthn-dev. This script installs
# nothing: without them it says so, and leaves the library out.
set -eu
cd "$(dirname "$0")"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/peers/target}"
cargo build --release --locked --manifest-path webauthn-rs/Cargo.toml
cargo build --release --locked --manifest-path peers/Cargo.toml
go_peer="$CARGO_TARGET_DIR/release/duo-labs-webauthn-peer"
go_package=golang-github-duo-labs-webauthn-dev
rm -f "$go_peer"
if ! command -v go >/dev/null; then
    go_version='not measured: Go is not installed'
elif ! [ -d /usr/share/gocode/src/github.com/duo-labs/webauthn ]; then
    go_version="not measured: Debian's package $go_package is not installed"
else
    GO111MODULE=off GOPATH=/usr/share/gocode go build -o "$go_peer" go/main.go
    go_version="$(dpkg-query --show --showformat '${Version}' "$go_package"), with $(go env GOVERSION)"
fi
[ -e "$go_peer" ] || echo "duo-labs/webauthn is $go_version" >&2
(cd .. && cargo bench --locked --package server --bench scale --no-run)
(cd .. && cargo bench --locked --package relying-party-http --bench endpoints --no-run)
(cd .. && cargo test --locked --release --all-features --test hostile_size --no-run)
load=$(cut -d" " -f1 /proc/loadavg)
table=$("$CARGO_TARGET_DIR/release/peers")
flows=$(cd .. && cargo bench --locked --quiet --package server --bench scale)
endpoints=$(cd .. && cargo bench --locked --quiet --package relying-party-http --bench endpoints)
hostile=$(cd .. && sh benches/hostile.sh)
kept=$(sed -n '/^## The example server under load/,/^## Versions/{/^## Versions/!p}' README.md)
version() {
    sed -n "/^name = \"$1\"\$/{n;s/version = \"\(.*\)\"/\1/p;}" peers/Cargo.lock webauthn-rs/Cargo.lock |
        sort -u | tr '\n' ' '
}
{
    cat <<TEXT
# Benchmarks

Written by \`benches/report.sh\` on $(date -u +%Y-%m-%d); $(rustc --version), default release profile, on
$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) cores, load average $load before.

$table

- Each row goes from the bytes of the response's JSON and a stored credential to the verdict, with the same bytes for all.
  Figures are medians of rounds in which all take turns, so other load affects all alike. Ratios say more than microseconds.
- "Beyond bare" and "× bare" compare with the bare check by the same library in its cheapest form: the key decoded from
  bytes, and the signature verified.
- A chain is an intermediate and a trusted root. Its bare checks are the three signatures, over other bytes. A chain has
  longer messages and more to parse; the rows "pieces" show how much.
- Allocations are those of the Rust heap, or of Go's. \`aws-lc-rs\` allocates in C, which is not counted.
- Instructions are counted by callgrind, without SHA-256. The processor that callgrind simulates has no instructions for
  SHA-256 and takes 2300 for a block; the three blocks of a sign-in's client data take some 500 on one that has them.
  \`graviola\` does not run on it, and what runs in Go is not counted.
- \`webauthn-rs-core\` knows Ed25519 by name only. \`webauthn_rp\` verifies no certificates.
- \`duo-labs/webauthn\` is the archived library from which \`go-webauthn\` was forked. It is measured instead, because
  Debian 12 has packages of it and of Go 1.19, and \`go-webauthn\` needs Go 1.23 or later. It verifies no chain of
  certificates up to a root.

## Hostile input

\`sh benches/hostile.sh\` calls every public entry point that takes bytes or text with the inputs that \`benches/hostile\`
designs for it: a megabyte, or as much as the entry point reads. For each entry point, this is the input that took longest.
Every signature in it counts as good. More than 100 ms is a failure.

\`\`\`text
$hostile
\`\`\`

## Sign-ins by number of passkeys

A whole sign-in through the flow, begin and finish, with this many passkeys in the store
(\`cargo bench -p server --bench scale\`). Only the database's own index grows with their number.

\`\`\`text
$flows
\`\`\`

## The HTTP endpoints

Each endpoint of \`relying-party-http\`, called in this process with \`MemoryStore\` and the sessions of the tests
(\`cargo bench -p relying-party-http --bench endpoints\`). There is one account, with one or two passkeys of ES256, which
the default backend verifies. The time in which the client and the test authenticator make requests is not included.
Each round calls every endpoint. Figures are the median and the 99th percentile of 2000 rounds, and the allocations of
one call.

$endpoints

$kept

## Versions

| | version |
|---|---|
$(for name in webauthn-rs-core webauthn_rp p256 ed25519-dalek rsa ring aws-lc-rs graviola; do
    echo "| $name | $(version "$name")|"
done)
| duo-labs/webauthn, as Debian packages it | $go_version |

## Other measurements

- \`cargo bench --bench verification --features ring,aws-lc-rs\` measures the pieces with criterion.
- \`sh benches/cost.sh\` measures what each library costs its host: crates, build time and size of the program. The
  [README](../README.md) has the result.
- \`cargo run --release --manifest-path benches/gate/Cargo.toml\` fails if a ceremony takes more instructions than allowed.
TEXT
} > README.md
