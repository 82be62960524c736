//! Fuzz target `extensions_authentication`: see the functions of `src/extensions.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| relying_party_fuzz::run(
    "extensions_authentication",
    data
));
