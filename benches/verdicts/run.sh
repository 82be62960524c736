#!/bin/sh
# Compares our verdicts with those of four other relying parties: benches/verdicts/run.sh [CEREMONIES]
#
# Needs Python with venv, Node and npm. Nothing of the peers is in this repository.
set -eu
cd "$(dirname "$0")"
export CARGO_TARGET_DIR="$PWD/target"
[ -d target/venv ] || python3 -m venv target/venv
target/venv/bin/pip install --quiet --requirement drivers/requirements.txt
npm ci --prefix drivers --ignore-scripts --no-audit --no-fund --silent
cargo build --release --locked --quiet --manifest-path ../webauthn-rs/Cargo.toml
cargo build --release --locked --quiet
target/release/verdicts "${1:-50000}" \
    "target/release/webauthn-rs-peer verdicts" \
    "target/venv/bin/python drivers/py_webauthn.py" \
    "node drivers/simplewebauthn.mjs"
