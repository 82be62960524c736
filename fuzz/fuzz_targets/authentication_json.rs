//! Fuzz target `authentication_json`: see the function of that name in `src/`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| relying_party_fuzz::run("authentication_json", data));
