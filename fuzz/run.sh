#!/bin/sh
# Runs all fuzz targets for a while, or the named ones.
#
#   fuzz/run.sh SECONDS [TARGET…]        SECONDS for each target
#   SEED=1 fuzz/run.sh 2                 mostly the same inputs every time; 0 selects a random seed
#   RUNS=1000 SEED=1 fuzz/run.sh 60      at most as many inputs, so that the speed of the machine does not matter
#   SANITIZER=none fuzz/run.sh 10        without AddressSanitizer, where the toolchain has none
#   TIMEOUT=10 fuzz/run.sh 10            on a busy machine, where a second is not enough for one input
#   TOOLCHAIN=nightly fuzz/run.sh 10     with another toolchain than the default one
#
# No target may crash, take more than a second or use more than 64 MiB, including the fuzzer's own memory.
# New inputs are kept in corpus/TARGET, failures in artifacts/TARGET.
set -eu

seconds=$1
shift
cd "$(dirname "$0")"

# cargo-fuzz needs unstable flags.
export RUSTC_BOOTSTRAP=1
toolchain=${TOOLCHAIN:+"+$TOOLCHAIN"}
sanitizer=${SANITIZER:-address}

fuzz() {
    # shellcheck disable=SC2086 # no toolchain is no argument
    cargo $toolchain fuzz "$@"
}

if [ $# -eq 0 ]; then
    set -- $(ls fuzz_targets | sed 's/\.rs$//')
    fuzz build --sanitizer "$sanitizer"
else
    for target; do
        fuzz build --sanitizer "$sanitizer" "$target"
    done
fi
binaries=${CARGO_TARGET_DIR:-target}/$(rustc -vV | sed -n 's/^host: //p')/release

# AddressSanitizer keeps freed memory and shadows the rest, so a strict limit would not mean much.
limit=64
[ "$sanitizer" = none ] || limit=512

failed=
executed=0
for target; do
    mkdir -p "corpus/$target" "artifacts/$target"
    "$binaries/$target" "corpus/$target" "seeds/$target" "-artifact_prefix=artifacts/$target/" \
        -seed="${SEED:-0}" "-runs=${RUNS:--1}" -max_total_time="$seconds" "-timeout=${TIMEOUT:-1}" -rss_limit_mb="$limit" -max_len=8192 \
        -dict=webauthn.dict -print_final_stats=1 -verbosity=1 \
        >"artifacts/$target.log" 2>&1 || failed="$failed $target"
    stat() { sed -n "s/^stat::$1: *//p" "artifacts/$target.log"; }
    units=$(stat number_of_executed_units)
    executed=$((executed + ${units:-0}))
    edges=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "artifacts/$target.log" | tail -n 1)
    echo "$target: ${units:-no} executions, ${edges:-no} edges, $(stat peak_rss_mb) MiB at most"
done
echo "$executed executions of $# targets"

if [ -n "$failed" ]; then
    for target in $failed; do
        # The failure, or else the end of libFuzzer's output, and the input if it is short.
        grep -A1 ' panicked at ' "artifacts/$target.log" >&2 || true
        grep -E '^(SUMMARY|Base64|artifact_prefix)' "artifacts/$target.log" >&2 || true
    done
    echo "failed:$failed, see fuzz/artifacts" >&2
    exit 1
fi
