#!/usr/bin/env sh
# Copies the browser module here, where `cargo package` can reach it: sh crates/http/assets.sh
set -eu
cd "$(dirname "$0")"
rm -rf assets
mkdir -p assets/messages
cp ../browser/src/*.js assets/
cp ../browser/src/messages/*.js assets/messages/
