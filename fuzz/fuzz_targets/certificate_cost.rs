//! Fuzz target `certificate_cost`: see the function `certificates` in `src/cost.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| relying_party_fuzz::run("certificate_cost", data));
