#!/bin/sh
# Measures everything and writes README.md beside this script. Quiet machines give quiet figures.
set -eu
cd "$(dirname "$0")"
export CARGO_TARGET_DIR="$PWD/peers/target"
cargo build --release --locked --manifest-path peers/Cargo.toml
load=$(cut -d" " -f1 /proc/loadavg)
table=$("$CARGO_TARGET_DIR/release/peers")
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

| | version |
|---|---|
$(for name in webauthn-rs-core webauthn_rp p256 ed25519-dalek rsa ring aws-lc-rs; do
    echo "| $name | $(version "$name")|"
done)

\`cargo bench --bench verification --features ring,aws-lc-rs\` measures the pieces with criterion.
\`cargo run --release -p server --example load\` measures the example server: throughput, p50, p99 and memory.
\`sh benches/cost.sh\` weighs what each library costs its host: crates, build time and size of the program.
\`cargo run --release --manifest-path benches/gate/Cargo.toml\` fails when a ceremony takes more instructions than it may.
TEXT
} > README.md
