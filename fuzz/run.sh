#!/bin/sh
# Runs every fuzz target for a while, or those that are named.
#
#   fuzz/run.sh SECONDS [TARGET…]        SECONDS for each target
#   SANITIZER=none fuzz/run.sh 10        without AddressSanitizer, where the toolchain has none
#   TOOLCHAIN=nightly fuzz/run.sh 10     with another toolchain than the default one
#
# Nothing may crash, take more than a second or use more than 64 MiB, the fuzzer's own included.
# What is found on the way stays in corpus/TARGET, what is wrong in artifacts/TARGET.
set -eu

seconds=$1
shift
cd "$(dirname "$0")"

# cargo-fuzz needs flags that stable toolchains hide.
export RUSTC_BOOTSTRAP=1
toolchain=${TOOLCHAIN:+"+$TOOLCHAIN"}
sanitizer=${SANITIZER:-address}

fuzz() {
    # shellcheck disable=SC2086 # no toolchain is no argument
    cargo $toolchain fuzz "$@"
}

if [ $# -eq 0 ]; then
    set -- $(ls fuzz_targets | sed 's/\.rs$//')
fi

# AddressSanitizer keeps freed memory and shadows the rest, so that its bound says little.
limit=64
[ "$sanitizer" = none ] || limit=512

for target; do
    fuzz build --sanitizer "$sanitizer" "$target"
done

failed=
for target; do
    mkdir -p "corpus/$target" "artifacts/$target"
    echo "== $target"
    fuzz run --sanitizer "$sanitizer" "$target" "corpus/$target" "seeds/$target" -- \
        -max_total_time="$seconds" -timeout=1 -rss_limit_mb="$limit" -max_len=8192 \
        -dict=webauthn.dict -print_final_stats=1 -verbosity=1 \
        2>"artifacts/$target.log" || failed="$failed $target"
    grep -E 'stat::number_of_executed_units|stat::average_exec|stat::peak_rss' "artifacts/$target.log" || true
    grep -E '(DONE|cov:)' "artifacts/$target.log" | tail -n 1 || true
done

if [ -n "$failed" ]; then
    echo "failed:$failed" >&2
    exit 1
fi
