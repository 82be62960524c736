#!/bin/sh
# Measures everything and writes README.md beside this script. Quiet machines give quiet figures.
set -eu
cd "$(dirname "$0")"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/peers/target}"
cargo build --release --locked --manifest-path peers/Cargo.toml
(cd .. && cargo bench --locked --package server --bench scale --no-run &&
    cargo build --locked --release --package server --example load)
load=$(cut -d" " -f1 /proc/loadavg)
table=$("$CARGO_TARGET_DIR/release/peers")
flows=$(cd .. && cargo bench --locked --quiet --package server --bench scale)
server=$(cd .. && cargo run --locked --quiet --release --package server --example load -- 4000 8)
version() {
    sed -n "/^name = \"$1\"\$/{n;s/version = \"\(.*\)\"/\1/p;}" peers/Cargo.lock | tr '\n' ' '
}
{
    cat <<TEXT
# Benchmarks

Written by \`benches/report.sh\` on $(date -u +%Y-%m-%d); $(rustc --version), default release profile, on
$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) cores, load average $load before.

$table

- From the bytes of the response's JSON and a stored credential to the verdict, the very same bytes for all. Medians
  of turns taken one after the other, so that other load meets all alike; ratios say more than microseconds.
- "Beyond bare" and "× bare" are beside the bare check by the same library in its cheapest form, key decoded from bytes.
- A chain is an intermediate and a trusted root; its bare checks are the three signatures, of other bytes. It takes
  longer messages and more parsing: the pieces of a chain tell how much that is.
- Allocations are those of the Rust heap; \`aws-lc-rs\` allocates in C, which is not counted.
- Instructions are counted by callgrind, and leave SHA-256 out: callgrind's processor has no instructions for it, and
  2300 a block in their place, while the three blocks of a sign-in's client data take some 500 on one that has them.
- \`webauthn-rs-core\` knows Ed25519 by name only; \`webauthn_rp\` verifies no certificates.

A whole sign-in through the flow, begin and finish, with so many passkeys in the store
(\`cargo bench -p server --bench scale\`). What grows with their number is the database's own index.

\`\`\`text
$flows
\`\`\`

The example server on SQLite, with the load beside it on the same cores: sign-ins that were made beforehand, over loopback
(\`cargo run --release -p server --example load -- 4000 8\`).

\`\`\`text
$server
\`\`\`

| | version |
|---|---|
$(for name in webauthn-rs-core webauthn_rp p256 ed25519-dalek rsa ring aws-lc-rs; do
    echo "| $name | $(version "$name")|"
done)

\`cargo bench --bench verification --features ring,aws-lc-rs\` measures the pieces with criterion.
\`sh benches/cost.sh\` weighs what each library costs its host: crates, build time and size of the program.
\`cargo run --release --manifest-path benches/gate/Cargo.toml\` fails when a ceremony takes more instructions than it may.
TEXT
} > README.md
