//! Fuzz target `authenticator_data`: see the function of that name in `src/`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| relying_party_fuzz::run("authenticator_data", data));
