//! Fuzz target `crl`: see the function of that name in `src/`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| relying_party_fuzz::run("crl", data));
