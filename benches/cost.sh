#!/bin/sh
# Measures what each library costs the host that links it. README.md has the figures in its section "Why not …".
#
# cost/ is the smallest host of one library, chosen by feature; what the same program takes without a library is taken
# off. One library has a package of its own in it. Quiet machines give quiet figures.
set -eu
cd "$(dirname "$0")/cost"
package=.
# Neither earlier builds nor the user's settings may affect what is compiled.
unset CARGO_BUILD_TARGET CARGO_ENCODED_RUSTFLAGS RUSTC_WRAPPER RUSTFLAGS
cargo fetch --locked --quiet
cargo fetch --locked --quiet --manifest-path webauthn-rs/Cargo.toml
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# Seconds of a clean release build, and bytes of the stripped program.
build() {
    begin=$(date +%s.%N)
    CARGO_TARGET_DIR="$work/target" cargo build --release --locked --offline --quiet \
        --manifest-path "$package/Cargo.toml" --features "$1"
    end=$(date +%s.%N)
    echo "$begin $end $(wc -c < "$work/target/release/cost")"
    rm -rf "$work/target"
}

# The library and all that is compiled for it, build scripts and macros too, each version once; not what the host has
# beside it.
crates() {
    cargo tree --locked --offline --manifest-path "$package/Cargo.toml" --features "$2" --edges normal,build --prefix depth --no-dedupe |
        awk -v library="$1" '
            /^[01][^0-9]/ { inside = $1 == "1" library }
            inside { sub("^[0-9]+", ""); print }' |
        sort -u | wc -l
}

# One line of the table: name, library and features.
line() {
    built=$(build "$3")
    echo "$nothing $built" | awk -v name="$1" -v crates="$(crates "$2" "$3")" '{
        printf "| %s | %d | %.0f | %.0f |\n", name, crates, $5 - $4 - ($2 - $1), ($6 - $3) / 1024
    }'
}

version() {
    sed -n "/^name = \"$1\"\$/{n;s/version = \"\(.*\)\"/\1/p;}" "$package/Cargo.lock"
}

nothing=$(build "")
table=$(
    line "relying-party, default features" relying-party relying-party-default
    line "relying-party, no features" relying-party relying-party-minimal
    line "relying-party, default features and \`attestation\`" relying-party relying-party-attestation
    line "\`webauthn_rp\` $(version webauthn_rp)" webauthn_rp webauthn_rp
    package=webauthn-rs
    line "\`webauthn-rs-core\` $(version webauthn-rs-core)" webauthn-rs-core webauthn-rs-core
)
cat <<TEXT
| | crates | clean build, s | program, KiB |
|---|--:|--:|--:|
$table

TEXT
echo "$(rustc --version | cut -d" " -f1-2), $(nproc) cores of $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)"
