#!/bin/sh
# Prints for each entry point the hostile input that takes longest, in release mode. Fails if one takes over 100 ms.
set -eu
cd "$(dirname "$0")/.."
log=$(cargo test --locked --quiet --release --all-features --test hostile_size -- \
    --exact hostile_input_takes_no_more_than_a_tenth_of_a_second --test-threads=1 --nocapture)
printf '%s\n' "$log" | grep ' ms  ' | sort -rn | awk -F': ' '
    { entry = $1; sub(/.* bytes  /, "", entry) }
    seen[entry]++ { next }
    $1 + 0 >= 5 { print; next }
    { others++ }
    END { print "          " others " other entry points take less than 5 ms" }'
